//! Members (C9): another role, in or out, removed. A company never loses its last owner: its count of owners is written
//! in the same transaction, at the version it was read at.

use model::{Event, RoleName, UserId, event::OperatorAct};

use crate::{
    Company, Conflict, EmailLogin, Factors, Invitation, Member, Membership, Result, Tenant, Versioned, Whom,
    accounts::login_at,
    commit::{Action, Commit, Condition, Place as At, What, versioned},
    db::{decode, encode, number},
    factors::unless_break_glass,
    invitations::three,
    key::{Collection, Key},
    records::TenantRecord,
    sessions::Which,
};

/// A member and their company, as they are now.
#[derive(Debug, Clone)]
pub struct Place {
    /// The company.
    pub company: Versioned<Company>,
    /// The member.
    pub member: Versioned<Member>,
    membership: Membership,
}

impl Place {
    /// The change that makes this member `after`: membership, counts and tokens with them.
    fn becomes(mut self, after: Option<Member>) -> Result<Commit> {
        let owns = |member: &Member| member.active && member.role == RoleName::OWNER;
        let (before, company) = (&self.member.value, &mut self.company.value);
        company.owners =
            company.owners.saturating_sub(u32::from(owns(before))) + u32::from(after.as_ref().is_some_and(owns));
        if company.owners == 0 {
            return Err(Conflict::State("owners").into());
        }
        let (user, tenant, mver) = (before.user, company.tenant, before.mver);
        let same = Condition {
            expression: Some("mver = :mver"),
            values: vec![(":mver", number(mver))],
            ..Condition::default()
        };
        let what = match &after {
            Some(after) => {
                let membership = Membership { mver: after.mver, ..self.membership };
                What::Put { item: encode("Membership", &membership)?, condition: same }
            }
            None => {
                self.company = self.company.without_seat();
                What::Delete { condition: same }
            }
        };
        let place = At::Global(Membership::key(user, tenant));
        let change = Commit::new().replace(&self.company).action(Action { place, what, conflict: Conflict::Version });
        Ok(match after {
            Some(after) => change.replace(&Versioned { value: after, version: self.member.version }),
            None => change.action(Action {
                place: At::Own(Member::COLLECTION, Member::sort_key(&user)),
                what: What::Delete { condition: Condition::version(self.member.version) },
                conflict: Conflict::Version,
            }),
        })
    }
}

impl Tenant<'_> {
    /// A member and the company, as they are now; `None` when the user is no member.
    pub async fn place_of(&self, user: UserId) -> Result<Option<Place>> {
        let tenant = self.id();
        let root = Collection::Root.partition(tenant, None);
        let keys = [
            Key::new(root.as_str(), Company::sort_key(&())),
            Key::new(root.as_str(), Member::sort_key(&user)),
            Membership::key(user, tenant),
        ];
        let [Some(company), Some(member), Some(membership)] = three(self.store().get_many(&keys, true).await?)? else {
            return Ok(None);
        };
        let membership = decode("Membership", membership)?;
        Ok(Some(Place { company: versioned(company)?, member: versioned(member)?, membership }))
    }

    /// The company as it is now.
    ///
    /// # Errors
    /// [`Conflict::Missing`].
    pub async fn company(&self) -> Result<Versioned<Company>> {
        Ok(self.get_strong::<Company>(&()).await?.ok_or(Conflict::Missing(Company::KIND))?)
    }

    /// The company, and for each member whether their account has a second factor. One round trip for a page.
    pub async fn second_factors(&self, members: &[Member]) -> Result<(Company, Vec<bool>)> {
        const BATCH: usize = 100;
        let mut keys = vec![Key::new(Collection::Root.partition(self.id(), None), Company::sort_key(&()))];
        keys.extend(members.iter().map(|member| EmailLogin::key(&member.email)));
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            items.extend(self.store().get_many(keys, false).await?);
        }
        let mut items = items.into_iter();
        let company: Versioned<Company> = versioned(items.next().flatten().ok_or(Conflict::Missing(Company::KIND))?)?;
        let logins = members.iter().zip(items).map(|(member, item)| {
            let login: Option<EmailLogin> = item.map(|item| decode("EmailLogin", item)).transpose()?;
            Ok(login.is_some_and(|login| login.user == member.user && login.second_factor))
        });
        Ok((company.value, logins.collect::<Result<_>>()?))
    }

    /// Gives a member another role. Their tokens are of the old one and stop working.
    ///
    /// # Errors
    /// [`Conflict::State`] `owners` when the company would have none, [`Conflict::Version`] when something changed
    /// meanwhile.
    pub async fn set_role(&self, place: Place, role: RoleName) -> Result<Versioned<Member>> {
        let before = place.member.clone();
        let after = Member { role, mver: before.value.mver + 1, ..before.value.clone() };
        let event = Event::MemberRoleChanged { user: after.user, before: before.value.role, after: role };
        self.commit(place.becomes(Some(after.clone()))?.event(event)?).await?;
        Ok(Versioned { value: after, version: before.version + 1 })
    }

    /// Lets a member in, or ends every access of theirs at once; their seat stays theirs. While they are out they do
    /// not join with another account here either.
    ///
    /// # Errors
    /// As [`Tenant::set_role`].
    pub async fn set_active(&self, place: Place, active: bool) -> Result<Versioned<Member>> {
        let user = place.member.value.user;
        let event = if active {
            // Nobody inactive opens a session: those that are left are of before, and do not come back (ASVS 7.4.2).
            self.store().end_at_once(user, Which::In(self.id())).await?;
            Event::MemberReactivated { user }
        } else {
            Event::MemberDeactivated { user, operator: None }
        };
        self.put_active(place, active, event).await
    }

    /// Ends every access of a member's on the word of whoever runs this installation.
    ///
    /// # Errors
    /// As [`Tenant::set_role`].
    pub(crate) async fn deactivate_for(&self, place: Place, act: &OperatorAct) -> Result<()> {
        let event = Event::MemberDeactivated { user: place.member.value.user, operator: Some(act.clone()) };
        self.put_active(place, false, event).await.map(drop)
    }

    async fn put_active(&self, place: Place, active: bool, event: Event) -> Result<Versioned<Member>> {
        let before = place.member.clone();
        let after = Member { active, mver: before.value.mver + 1, ..before.value.clone() };
        let whom = self.ways_back_of(&place).await?;
        let change = place.becomes(Some(after.clone()))?;
        let now = self.store().clock.now();
        let change = if active { change.let_in(&whom) } else { change.put_out(&whom, now, after.mver) };
        self.commit(change.event(event)?).await?;
        Ok(Versioned { value: after, version: before.version + 1 })
    }

    /// All that a member could come back as.
    async fn ways_back_of(&self, place: &Place) -> Result<Vec<Whom>> {
        let member = &place.member.value;
        let mut addresses = vec![Invitation::id_of(self.id(), &member.email)];
        addresses.extend(&member.formerly);
        self.ways_back(member.user, &addresses, place.company.value.directory).await
    }

    /// Removes a member, on their own word or another's. Their account stays: they may be in other companies, or come back
    /// by an invitation.
    ///
    /// # Errors
    /// As [`Tenant::set_role`].
    pub async fn remove_member(&self, place: Place) -> Result<()> {
        let before = &place.member.value;
        let (user, role, ended_at) = (before.user, before.role, before.mver + 1);
        let whom = self.ways_back_of(&place).await?;
        let change = place.becomes(None)?.put_out(&whom, self.store().clock.now(), ended_at);
        self.commit(change.event(Event::MemberRemoved { user, role })?).await.map(|_| ())
    }

    /// Removes all second factors of a member who lost them, and ends their sessions.
    ///
    /// # Errors
    /// [`Conflict::State`] `account` when the account is not this company's alone: what protects it elsewhere is not
    /// this company's to remove; `break glass` when the company counts on them when Microsoft does not work.
    /// [`Conflict::Version`] when the account changed meanwhile.
    pub async fn reset_factors(&self, member: &Member) -> Result<()> {
        let (store, user) = (self.store(), member.user);
        let memberships = store.memberships(user).await?;
        if memberships.len() != 1 {
            return Err(Conflict::State("account").into());
        }
        let email = store.user(user).await?.ok_or(Conflict::Missing("user"))?.email;
        let login = store.login(&email).await?.ok_or(Conflict::Missing("user"))?;
        let same = login_at(login.epoch, user);
        // As with every change of the flag: a sign-in under way fails.
        let epoch = login.epoch + u32::from(login.second_factor);
        let bare = EmailLogin { second_factor: false, epoch, ..login };
        let change = Commit::new()
            .action(Action {
                place: At::Global(EmailLogin::key(&email)),
                what: What::Put { item: encode("EmailLogin", &bare)?, condition: same },
                conflict: Conflict::Version,
            })
            .action(Action {
                place: At::Global(Factors::key(user)),
                what: What::Delete { condition: Condition::default() },
                conflict: Conflict::Missing("factors"),
            });
        let change = unless_break_glass(change, user, &memberships);
        let before = store.factors(user).await?.map_or_else(Vec::new, |factors| factors.sorts());
        let event = Event::FactorsReset { user, before, operator: None };
        store.end_sessions(self.scope, user, Which::In(self.id()), change, event).await
    }
}
