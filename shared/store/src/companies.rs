//! The companies a person is in, and the way from one to another (F19).

use model::{Policy, RoleName, TenantId, TenantState, UserId};

use crate::{
    Company, Member, Membership, Proven, Result, Session, Store,
    accounts::Noted,
    db::decode,
    directory::Origin,
    key::{Collection, Key},
    records::TenantRecord,
};

/// Most companies that are listed: as many as one read takes, at two items each.
const LISTED: usize = 50;

/// A company somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyOf {
    /// Which.
    pub tenant: TenantId,
    /// What it is called.
    pub name: String,
    /// Their role.
    pub role: RoleName,
    /// Where the company is in its life.
    pub state: TenantState,
}

impl Store {
    /// The companies a user is an active member of, at most 50, in two round trips.
    pub async fn companies_of(&self, user: UserId) -> Result<Vec<CompanyOf>> {
        let mut memberships = self.memberships(user).await?;
        memberships.truncate(LISTED);
        if memberships.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = memberships
            .iter()
            .flat_map(|membership| {
                let root = Collection::Root.partition(membership.tenant, None);
                [Key::new(root.as_str(), Member::sort_key(&user)), Key::new(root, Company::sort_key(&()))]
            })
            .collect();
        let items = self.get_many(&keys, false).await?;
        let mut places = Vec::with_capacity(memberships.len());
        for pair in items.chunks_exact(2) {
            // Removed, or the company is gone: what is left of it is nobody's place.
            let [Some(member), Some(company)] = pair else { continue };
            let member: Member = decode(Member::KIND, member.clone())?;
            let company: Company = decode(Company::KIND, company.clone())?;
            if member.active {
                places.push(CompanyOf {
                    tenant: company.tenant,
                    name: company.name,
                    role: member.role,
                    state: company.state,
                });
            }
        }
        Ok(places)
    }

    /// A user's way to a tenant and that tenant's rules for signing in; `None` where they are not a member.
    pub async fn way_to(&self, user: UserId, tenant: TenantId) -> Result<Option<(Membership, Policy)>> {
        let company = Key::new(Collection::Root.partition(tenant, None), Company::sort_key(&()));
        let mut found = self.get_many(&[Membership::key(user, tenant), company], true).await?.into_iter();
        let (Some(Some(membership)), Some(Some(company))) = (found.next(), found.next()) else { return Ok(None) };
        let company: Company = decode(Company::KIND, company)?;
        Ok(Some((decode("Membership", membership)?, company.policy)))
    }

    /// Opens a session in another tenant on what `session` rests on: the same proof, no younger, and no longer life.
    ///
    /// # Errors
    /// [`crate::Conflict::State`] `member` or `tenant` when that closes the door.
    pub async fn switch(&self, session: &Session, to: &Membership, origin: Origin) -> Result<(String, Session)> {
        let proven = Proven::of(session.user, session.amr.clone());
        let times = (session.proven_at, session.absolute_until);
        self.open_session_lasting(times, proven, to, Noted::default(), origin).await
    }
}
