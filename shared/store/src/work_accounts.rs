//! Work accounts: who signs in with which, and who becomes a member by it (C8).

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use model::{DirectoryId, Event, LinkId, PersonId, Role, RoleName, TenantId, UserId, event::Actor};

use crate::{
    Company, Conflict, EmailLogin, Invitation, LinkRequest, Member, Membership, Result, Session, Store, StoreError,
    TenantScope, TokenHash, User, WayIn, Whom, WorkAccount,
    accounts::{active_at, login_at},
    commit::{Action, Commit, Condition, Place, What},
    companies::{one_more, room_for_one_more},
    db::{decode, encode, number, text},
    directory::Origin,
    key::Key,
    records::DirectoryLink,
    sessions::{not_over, or_over},
};

/// Somebody Microsoft signed in who is no member of the company that they want in.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Their directory.
    pub directory: DirectoryId,
    /// Who they are there.
    pub person: PersonId,
    /// Whose the account is, where that is known.
    pub user: Option<UserId>,
    /// Display name, cleaned.
    pub name: String,
    /// Normalised address whose domain's owner Microsoft verified.
    pub email: Option<String>,
    /// Names of app roles they hold.
    pub app_roles: Vec<String>,
    /// Whether Microsoft asked for a second factor.
    pub second_factor: bool,
}

/// A work account that a member may link by mail.
#[derive(Debug)]
pub struct Linkable {
    request: LinkRequest,
    scope: TenantScope,
}

impl Linkable {
    /// Whose account it would be linked to.
    pub const fn user(&self) -> UserId {
        self.request.user
    }
}

/// What came of wanting in.
#[derive(Debug, PartialEq)]
pub enum Joined {
    /// In.
    In {
        /// Who.
        user: UserId,
        /// Where.
        membership: Membership,
    },
    /// Not let in.
    Out(NoEntry),
    /// Somebody changed what this was decided by: read again and decide again.
    Changed,
}

/// Why somebody does not become a member by signing in with Microsoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEntry {
    /// The company invites its members; or this person holds no app role of ours, was removed or deactivated, or joins
    /// as a user whose address Microsoft does not confirm.
    InvitationNeeded,
    /// All seats are taken.
    NoSeat,
    /// They are in as many companies as there can be.
    TooManyCompanies,
    /// Their address has an account here that this does not prove to be theirs.
    AccountExists,
    /// The directory does not say that their address is theirs.
    AddressUnverified,
    /// The company's account is closed or read-only.
    Closed,
}

impl Store {
    /// The work account of a person, linked or once linked.
    pub async fn work_account(&self, directory: DirectoryId, person: PersonId) -> Result<Option<WorkAccount>> {
        let item = self.get(&WorkAccount::key(directory, person), true).await?;
        item.map(|item| decode("WorkAccount", item)).transpose()
    }

    /// The work accounts a user signs in with.
    pub async fn work_accounts(&self, user: UserId) -> Result<Vec<WorkAccount>> {
        let known = self.known_work_accounts(user).await?;
        Ok(known.into_iter().filter(|account| account.linked).collect())
    }

    /// The same, and those that were unlinked; some of them twice.
    pub(crate) async fn known_work_accounts(&self, user: UserId) -> Result<Vec<WorkAccount>> {
        let (items, _) = self.query(&User::partition(user), WorkAccount::PREFIX, None, None, false, true).await?;
        items.into_iter().map(|item| decode("WorkAccount", item)).collect()
    }

    /// A user's address and what is asked for with it.
    pub async fn login_of(&self, user: UserId) -> Result<Option<(String, EmailLogin)>> {
        let Some(User { email, .. }) = self.user(user).await? else { return Ok(None) };
        let login = self.login(&email).await?;
        Ok(login.filter(|login| login.user == user).map(|login| (email, login)))
    }

    /// Links a work account to the user of a session, who proved to have both, if the session is not over.
    ///
    /// # Errors
    /// [`Conflict::Taken`] `work account` when it is another user's, [`Conflict::Taken`] `directory` when the user has
    /// another one of that directory, [`crate::NotAdmitted::Session`] when `session` ended meanwhile.
    pub async fn link_work_account(
        &self,
        scope: &TenantScope,
        session: &Session,
        directory: DirectoryId,
        person: PersonId,
    ) -> Result<()> {
        let user = session.user;
        let account = WorkAccount { directory, person, user, linked: true, since: self.clock.now() };
        let free = Condition {
            expression: Some("attribute_not_exists(PK) OR linked = :no OR #user = :user"),
            names: vec![("#user", "user")],
            values: vec![(":no", AttributeValue::Bool(false)), (":user", text(user.to_string()))],
        };
        let change = link(Commit::new(), &account, free)?.action(one_way_more(user));
        let change = change.action(not_over(user, session.session));
        let event = Event::IdentityLinked { user, directory };
        self.of(scope).commit(change.event(event)?).await.map(drop).map_err(or_over)
    }

    /// Unlinks what of `accounts` is more than somebody may have, one by one, and returns the others: with those a
    /// transaction has room for what goes with them. More there are when many were begun to be linked at once.
    pub(crate) async fn unlink_beyond_most(&self, mut accounts: Vec<WorkAccount>) -> Result<Vec<WorkAccount>> {
        for account in accounts.split_off(accounts.len().min(WorkAccount::MOST)) {
            let change = unlinked(&account, self.clock.now())?.map(|(key, what)| (key, what, Conflict::Version));
            match self.transact(change.into()).await {
                // Unlinked meanwhile, or linked anew, which the version of its user tells.
                Ok(()) | Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(accounts)
    }

    /// Unlinks a work account, if at that moment `other` is still a way in.
    ///
    /// # Errors
    /// [`Conflict::State`] `way in` when it is not, [`Conflict::Missing`] when the account is not linked any more.
    pub async fn unlink_work_account(&self, scope: &TenantScope, account: &WorkAccount, other: &WayIn) -> Result<()> {
        let WorkAccount { user, directory, .. } = *account;
        let change = unlinked(account, self.clock.now())?.into_iter().fold(Commit::new(), |change, (key, what)| {
            let conflict = Conflict::Missing("work account");
            change.action(Action { place: Place::Global(key), what, conflict })
        });
        let change = change.action(other.check(user));
        self.of(scope).commit(change.event(Event::IdentityUnlinked { user, directory })?).await.map(|_| ())
    }

    /// The member whose account the work account of `newcomer` may be linked to by mail: its address is theirs, Microsoft
    /// verified it, and they are an active member of `tenant`, which the directory is linked to (C8). Whoever runs the
    /// directory can give anybody any address in it: so only for who may no more than look and work with findings, and
    /// never round a second factor. Others sign in as they do and link it themselves.
    pub async fn linkable(&self, tenant: TenantId, newcomer: &Newcomer, origin: &Origin) -> Result<Option<Linkable>> {
        let Some(email) = &newcomer.email else { return Ok(None) };
        let Some(login) = self.login(email).await? else { return Ok(None) };
        let user = login.user;
        let scope = self.scope_of_membership(tenant, origin.clone());
        if self.plain_member(&scope, user).await?.is_none() || (login.second_factor && !newcomer.second_factor) {
            return Ok(None);
        }
        let request = LinkRequest {
            link: LinkId::generate(&self.ids),
            user,
            tenant,
            directory: newcomer.directory,
            person: newcomer.person,
            email: email.clone(),
            epoch: login.epoch,
            good_until: (self.clock.now() + LinkRequest::GOOD_FOR).as_second(),
        };
        Ok(Some(Linkable { request, scope }))
    }

    /// Keeps the request and says so, which makes the mail. It links nothing.
    pub async fn request_link(&self, linkable: Linkable) -> Result<()> {
        let Linkable { request, scope } = linkable;
        let mut item = encode("LinkRequest", &request)?;
        item.insert("ttl".into(), number(request.good_until));
        let change = Commit::new().action(new(LinkRequest::key(request.link), item, "link"));
        let event = Event::IdentityLinkRequested { request: request.link, user: request.user };
        self.of(&scope).commit(change.event(event)?).await.map(drop)
    }

    /// A request to link a work account that is still good.
    pub async fn link_request(&self, link: LinkId) -> Result<Option<LinkRequest>> {
        let found = self.get(&LinkRequest::key(link), true).await?;
        let request: Option<LinkRequest> = found.map(|item| decode("LinkRequest", item)).transpose()?;
        Ok(request.filter(|request| request.good_until > self.clock.now().as_second()))
    }

    /// Links the work account that a mail asked about, if all that the mail was sent for is so still: the directory is the
    /// company's, its member is active and plain, and their login is what it was.
    ///
    /// # Errors
    /// [`Conflict::State`] when it is not, [`Conflict::Taken`] when the work account or the directory is linked already.
    pub async fn confirm_link(&self, token: &TokenHash, request: &LinkRequest, origin: Origin) -> Result<()> {
        let LinkRequest { user, tenant, directory, person, epoch, .. } = *request;
        let scope = self.scope_of_membership(tenant, Origin { actor: Actor::User { id: user }, ..origin });
        let mver = self.plain_member(&scope, user).await?.ok_or(Conflict::State("member"))?;
        let account = WorkAccount { directory, person, user, linked: true, since: self.clock.now() };
        let change = link(Commit::new(), &account, Condition::absent())?
            .consume(token, self.clock.now())
            .action(of_directory(directory, tenant))
            .check::<Member>(&user, active_at(mver), "member")
            .action(one_way_more(user))
            .action(Action {
                place: Place::Global(EmailLogin::key(&request.email)),
                what: What::Check { condition: login_at(epoch, user) },
                conflict: Conflict::State("login"),
            });
        self.of(&scope).commit(change.event(Event::IdentityLinked { user, directory })?).await.map(drop)
    }

    /// The version of an active membership whose role may no more than a plain member's.
    async fn plain_member(&self, scope: &TenantScope, user: UserId) -> Result<Option<u64>> {
        let own = self.of(scope);
        let Some(member) = own.get_strong::<Member>(&user).await?.map(|member| member.value) else { return Ok(None) };
        let Some(company) = own.get_strong::<Company>(&()).await?.map(|company| company.value) else { return Ok(None) };
        let plain = Role::Member.permissions().cover(company.permissions_of(member.role));
        Ok((member.active && plain).then_some(member.mver))
    }

    /// Keeps the directory that is linked to `tenant` with a company that was connected before companies kept it: who it
    /// lets in with Microsoft only is decided by that (C8). One that keeps a directory stays as it is.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn keep_directory(&self, tenant: TenantId, directory: DirectoryId) -> Result<()> {
        let scope = self.scope_of_membership(tenant, Origin::SYSTEM);
        let own = self.of(&scope);
        let Some(mut company) = own.get_strong::<Company>(&()).await? else { return Ok(()) };
        if company.value.directory.is_some() {
            return Ok(());
        }
        company.value.directory = Some(directory);
        match own.checkpoint(&company).await {
            // Whoever changed it meanwhile: the next sign-in looks again.
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes `newcomer` a member of `tenant`, which their directory is linked to, as its policy says: one transaction of
    /// seat, member, and, for somebody new, user, address and work account. Who has an account joins with it where
    /// Microsoft verified that its address is theirs.
    pub async fn join(&self, tenant: TenantId, newcomer: &Newcomer, origin: &Origin) -> Result<Joined> {
        let user = newcomer.user.unwrap_or_else(|| UserId::generate(&self.ids));
        let scope = self.scope_of_membership(tenant, Origin { actor: Actor::User { id: user }, ..origin.clone() });
        let own = self.of(&scope);
        let Some(company) = own.get_strong::<Company>(&()).await? else { return Ok(Joined::Changed) };
        let allowed = |role| company.value.permissions_of(role);
        let Some(role) = company.value.policy.join.role_for(&newcomer.app_roles, allowed) else {
            return Ok(Joined::Out(NoEntry::InvitationNeeded));
        };
        // A role of the company's own that is gone: the lowest there is.
        let gone = matches!(role, RoleName::Custom(id) if !company.value.roles.iter().any(|own| own.id == id));
        let role = if gone { RoleName::System(Role::ReadOnly) } else { role };
        if !company.value.state.may_write() {
            return Ok(Joined::Out(NoEntry::Closed));
        }
        let Newcomer { directory, person, .. } = *newcomer;
        let whom = [Whom::User { user }, Whom::Person { directory, person }];
        if own.was_put_out(&whom).await? {
            return Ok(Joined::Out(NoEntry::InvitationNeeded));
        }
        let now = self.clock.now();
        let mut change = Commit::new().action(of_directory(directory, tenant)).unless_put_out(&whom);
        let profile = match newcomer.user {
            Some(known) => {
                let Some(profile) = self.user_strong(known).await? else { return Ok(Joined::Changed) };
                // Who signs in to both linked it: that they are one and the same person, the address says.
                if newcomer.email.as_deref() != Some(profile.email.as_str()) {
                    return Ok(Joined::Out(NoEntry::InvitationNeeded));
                }
                if room_for_one_more(&self.memberships(known).await?).is_err() {
                    return Ok(Joined::Out(NoEntry::TooManyCompanies));
                }
                change = change.action(one_more(&profile)?);
                profile
            }
            None => {
                let Some(email) = newcomer.email.clone() else {
                    return Ok(Joined::Out(NoEntry::AddressUnverified));
                };
                if self.login(&email).await?.is_some() {
                    return Ok(Joined::Out(NoEntry::AccountExists));
                }
                let account = WorkAccount { directory, person, user, linked: true, since: now };
                let login = EmailLogin { user, password_hash: None, epoch: 0, second_factor: false };
                let profile = User::new(user, email, newcomer.name.clone(), now);
                change = link(change, &account, Condition::absent())?
                    .action(new(User::key(user), encode("User", &profile)?, "user"))
                    .action(new(EmailLogin::key(&profile.email), encode("EmailLogin", &login)?, "email"));
                profile
            }
        };
        // Nobody who was let in no more comes back with another account of the same address.
        let address = [Whom::Address { invitation: Invitation::id_of(tenant, &profile.email) }];
        if own.was_put_out(&address).await? {
            return Ok(Joined::Out(NoEntry::InvitationNeeded));
        }
        let Some(mut company) = company.with_seat() else { return Ok(Joined::Out(NoEntry::NoSeat)) };
        // Of a company that was connected before companies kept it.
        company.value.directory = company.value.directory.or(Some(directory));
        let membership = Membership { tenant, company: company.value.name.clone(), mver: 1, since: now };
        let member = Member {
            user,
            role,
            active: true,
            email: profile.email,
            name: profile.name,
            joined_at: now,
            mver: 1,
            last_seen: None,
            mail_returned: None,
            formerly: Vec::new(),
        };
        let change = change
            .unless_put_out(&address)
            .replace(&company)
            .create(&member)
            .action(new(Membership::key(user, tenant), encode("Membership", &membership)?, "member"))
            .event(Event::MemberJoined { user, role, invitation: None })?;
        decided(own.commit(change).await, Joined::In { user, membership })
    }
}

/// The two items of a work account: where a sign-in finds it, if it is `free`, and where its user's are.
fn link(change: Commit, account: &WorkAccount, free: Condition) -> Result<Commit> {
    link_over(change, account, free, account.person)
}

/// The same, in place of what its user has of the directory, if that is `before` or was unlinked.
pub(crate) fn link_over(change: Commit, account: &WorkAccount, free: Condition, before: PersonId) -> Result<Commit> {
    let item = encode("WorkAccount", account)?;
    let same = Condition {
        expression: Some("attribute_not_exists(PK) OR linked = :no OR person = :person"),
        values: vec![(":no", AttributeValue::Bool(false)), (":person", text(before.to_string()))],
        ..Condition::default()
    };
    Ok(change
        .action(Action {
            place: Place::Global(WorkAccount::key(account.directory, account.person)),
            what: What::Put { item: item.clone(), condition: free },
            conflict: Conflict::Taken("work account"),
        })
        .action(Action {
            place: Place::Global(WorkAccount::key_of_user(account.user, account.directory)),
            what: What::Put { item, condition: same },
            conflict: Conflict::Taken("directory"),
        }))
}

/// Unlinks a work account, if it is linked and this user's: its user signs in with it no more, and it stays known, so
/// that it neither links itself again nor is a way back for who is put out later. First where its user's are; last where
/// it stays when they link another one of its directory.
pub(crate) fn unlinked(account: &WorkAccount, now: Timestamp) -> Result<[(Key, What); 3]> {
    let WorkAccount { user, directory, person, .. } = *account;
    let item = encode("WorkAccount", &WorkAccount { linked: false, since: now, ..account.clone() })?;
    let put = |key: Key, condition: Condition| (key, What::Put { item: item.clone(), condition });
    let same = || Condition {
        expression: Some("linked = :yes AND person = :person AND #user = :user"),
        names: vec![("#user", "user")],
        values: vec![
            (":yes", AttributeValue::Bool(true)),
            (":person", text(person.to_string())),
            (":user", text(user.to_string())),
        ],
    };
    Ok([
        put(WorkAccount::key_of_user(user, directory), same()),
        put(WorkAccount::key(directory, person), same()),
        put(WorkAccount::key_of_former(user, directory, person), Condition::default()),
    ])
}

/// Takes a work account from its user as if they had never linked it, but for what stays known with them: it may be
/// linked by a mail to them once more.
pub(crate) fn taken_back(account: &WorkAccount, now: Timestamp) -> Result<[(Key, What); 3]> {
    let gone = |(key, what): (Key, What)| match what {
        What::Put { condition, .. } => (key, What::Delete { condition }),
        other => (key, other),
    };
    let [listed, found, former] = unlinked(account, now)?;
    Ok([gone(listed), gone(found), former])
}

/// Counts the version of a user up, in the transaction that links a work account to them: who takes ways in from them
/// reads the user before their work accounts, so that none is linked behind their back.
fn one_way_more(user: UserId) -> Action {
    let condition = Condition { values: vec![(":one", number(1))], ..Condition::present() };
    Action {
        place: Place::Global(User::key(user)),
        what: What::Set { expression: "ADD version :one", condition },
        conflict: Conflict::Missing("user"),
    }
}

/// That a work account signs somebody in.
pub(crate) fn linked() -> Condition {
    Condition {
        expression: Some("linked = :yes"),
        values: vec![(":yes", AttributeValue::Bool(true))],
        ..Condition::default()
    }
}

/// That a work account is nobody's, or was unlinked.
pub(crate) fn nobodys() -> Condition {
    Condition {
        expression: Some("attribute_not_exists(PK) OR linked = :no"),
        values: vec![(":no", AttributeValue::Bool(false))],
        ..Condition::default()
    }
}

/// That the directory is linked to the tenant still.
fn of_directory(directory: DirectoryId, tenant: TenantId) -> Action {
    let condition = Condition {
        expression: Some("tenant = :tenant"),
        values: vec![(":tenant", text(tenant.to_string()))],
        ..Condition::default()
    };
    Action {
        place: Place::Global(DirectoryLink::key(directory)),
        what: What::Check { condition },
        conflict: Conflict::State("directory"),
    }
}

fn new(key: Key, item: crate::key::Item, what: &'static str) -> Action {
    Action {
        place: Place::Global(key),
        what: What::Put { item, condition: Condition::absent() },
        conflict: Conflict::Taken(what),
    }
}

/// A conflict means that a decision rests on what is not so any more.
fn decided(committed: Result<model::EventId>, joined: Joined) -> Result<Joined> {
    match committed {
        Ok(_) => Ok(joined),
        Err(StoreError::Conflict(_)) => Ok(Joined::Changed),
        Err(error) => Err(error),
    }
}
