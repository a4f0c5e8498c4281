//! Roles of a company's own (C9). They stand in the company's record, so whoever gives one writes the record: a role
//! cannot be deleted while it is being given.

use model::{CustomRole, Event, Role, RoleId, RoleName, policy::Join};

use crate::{
    Company, Conflict, Invitation, Member, Result, StoreError, Tenant, Versioned,
    commit::{Commit, versioned},
    key::Collection,
    records::TenantRecord,
};

/// What holds a role.
#[derive(Debug, Clone)]
pub struct RoleUse {
    /// Members, active or not.
    pub members: Vec<Versioned<Member>>,
    /// Invitations that keep a seat.
    pub invitations: Vec<Versioned<Invitation>>,
}

impl Company {
    /// One of the company's own roles.
    pub fn own_role(&self, id: RoleId) -> Option<&CustomRole> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// Whether there is such a role here.
    pub fn has_role(&self, role: RoleName) -> bool {
        match role {
            RoleName::System(_) => true,
            RoleName::Custom(id) => self.own_role(id).is_some(),
        }
    }

    /// What a role is called here.
    pub fn name_of_role(&self, role: RoleName) -> String {
        match role {
            RoleName::System(role) => role.as_str().replace('_', " "),
            RoleName::Custom(id) => self.own_role(id).map_or_else(|| id.to_string(), |role| role.name.clone()),
        }
    }

    /// Whether another role, ours or its own, is called that; case does not tell two apart.
    fn names_another(&self, name: &str, id: RoleId) -> bool {
        let folded = name.to_lowercase();
        let ours = Role::ALL.iter().any(|role| role.as_str() == folded || role.as_str().replace('_', " ") == folded);
        ours || self.roles.iter().any(|role| role.id != id && role.name.to_lowercase() == folded)
    }

    /// Whether its rules for joining give a role.
    pub fn joins_with(&self, role: RoleName) -> bool {
        self.policy.join == Join::Directory { role }
    }
}

impl Tenant<'_> {
    /// Makes a role, or puts it in the place of the one of its id.
    ///
    /// # Errors
    /// [`Conflict::Taken`] `role` when another has its name, [`Conflict::State`] `roles` when there are
    /// [`Company::ROLES_MOST`], [`Conflict::Version`] when the company changed meanwhile.
    pub async fn put_role(&self, mut company: Versioned<Company>, role: CustomRole) -> Result<()> {
        let there = &mut company.value;
        if there.names_another(&role.name, role.id) {
            return Err(Conflict::Taken("role").into());
        }
        let full = there.roles.len() >= Company::ROLES_MOST;
        let before = match there.roles.iter_mut().find(|there| there.id == role.id) {
            Some(there) => Some(std::mem::replace(there, role.clone())),
            None if full => return Err(Conflict::State("roles").into()),
            None => {
                there.roles.push(role.clone());
                None
            }
        };
        let event = Event::RoleChanged { before, after: role };
        self.commit(Commit::new().replace(&company).event(event)?).await.map(|_| ())
    }

    /// Who holds a role, as it is now.
    pub async fn use_of_role(&self, role: RoleName) -> Result<RoleUse> {
        let pk = Collection::Root.partition(self.id(), None);
        let (items, _) = self.store().query(&pk, Member::PREFIX, None, None, false, true).await?;
        let members: Vec<Versioned<Member>> = items.into_iter().map(versioned).collect::<Result<_>>()?;
        let waits = |invitation: &Versioned<Invitation>| invitation.value.role == role && invitation.value.seat;
        Ok(RoleUse {
            members: members.into_iter().filter(|member| member.value.role == role).collect(),
            invitations: self.invitations_now().await?.into_iter().filter(waits).collect(),
        })
    }

    /// Deletes a role that no member holds any more; invitations that wait get `instead`.
    ///
    /// # Errors
    /// [`Conflict::Missing`] `role`; [`Conflict::State`] `role` when it is in use; [`Conflict::Version`] when something
    /// changed meanwhile.
    pub async fn delete_role(
        &self,
        mut company: Versioned<Company>,
        id: RoleId,
        held: RoleUse,
        instead: Option<RoleName>,
    ) -> Result<()> {
        let place = company.value.roles.iter().position(|role| role.id == id);
        let role = company.value.roles.remove(place.ok_or(StoreError::Conflict(Conflict::Missing("role")))?);
        // More than a transaction holds: they are answered or taken back first.
        let many = held.invitations.len() > 90;
        if many || !held.members.is_empty() || company.value.joins_with(RoleName::Custom(id)) {
            return Err(Conflict::State("role").into());
        }
        let mut change = Commit::new();
        for mut invitation in held.invitations {
            invitation.value.role = instead.ok_or(Conflict::State("role"))?;
            change = change.replace(&invitation);
        }
        let event = Event::RoleDeleted { role: id, name: role.name.clone(), before: Some(role) };
        self.commit(change.replace(&company).event(event)?).await.map(|_| ())
    }
}
