//! Invitations (C2): one for each address of a company, its seat reserved, its link good once.

use jiff::Timestamp;
use model::{DirectoryId, Event, InvitationId, RoleName, UserId, event::Actor};

use crate::{
    Account, Company, Conflict, Connection, EmailLogin, Invitation, InvitationState, Member, Membership, Newcomer,
    Origin, Purpose, Registration, Result, Store, StoreError, Tenant, Token, TokenHash, User, Versioned, Way, Whom,
    WorkAccount,
    accounts::{login_at, login_of},
    commit::{Action, Commit, Condition, Place, What, versioned},
    companies::{one_more, room_for_one_more},
    db::{decode, encode},
    factors::factors_put,
    key::{Collection, Item, Key},
    records::TenantRecord,
    sessions::Which,
    work_accounts::{self, nobodys, unlinked},
};

/// Most seats of invitations that are too old that one further invitation gives free: what one transaction holds easily.
const RECLAIMED_MOST: usize = 20;
/// Tries at taking one back that others get in the way of.
const TRIES: usize = 5;

/// Who is about to be invited, and what that is decided by, as it is now.
#[derive(Debug)]
pub struct Invitee {
    /// The company.
    pub company: Versioned<Company>,
    /// Whether the address is a member's.
    pub is_member: bool,
    email: String,
    invitation: Option<Versioned<Invitation>>,
    /// Invitations that are too old and keep a seat; read when there is no other.
    lapsed: Vec<Versioned<Invitation>>,
}

impl Invitee {
    /// Whether there is a seat for them (C13).
    pub fn has_seat(&self) -> bool {
        let Company { seats, seat_limit, .. } = self.company.value;
        let lapsed = u32::try_from(self.lapsed.len()).unwrap_or(u32::MAX);
        self.keeps_seat() || seats.saturating_sub(lapsed) < seat_limit
    }
    fn keeps_seat(&self) -> bool {
        self.invitation.as_ref().is_some_and(|invitation| invitation.value.seat)
    }
}

/// The account that an invited address has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitedAccount {
    /// None.
    None,
    /// One that no company lets in: it is in none, or was deactivated, or they are closed.
    Idle(UserId),
    /// One that a company lets in.
    Active(UserId),
}

/// What a link invites to.
#[derive(Debug)]
pub struct Invited {
    /// The company.
    pub company: Versioned<Company>,
    /// The invitation.
    pub invitation: Versioned<Invitation>,
    /// The account of the invitation's address.
    pub account: InvitedAccount,
    /// Who asked: still a member, who may still give what it gives.
    inviter: Versioned<Member>,
    /// The companies that account is in.
    memberships: Vec<Membership>,
    login: Option<EmailLogin>,
    link: TokenHash,
    origin: Origin,
}

impl Invited {
    /// The name of who asked.
    pub fn inviter(&self) -> &str {
        &self.inviter.value.name
    }

    /// Whether it can be accepted now.
    ///
    /// # Errors
    /// [`Conflict::State`]: `tenant` when the company takes nobody in, `seats` when its plan has fewer seats than are in
    /// use (after a downgrade), `token` when the invitation's seat or role is gone, `companies` when the address's
    /// account is in as many as there can be.
    pub fn can_be_accepted(&self) -> Result<()> {
        let (company, invitation) = (&self.company.value, &self.invitation.value);
        let refused = |what| Err(StoreError::Conflict(Conflict::State(what)));
        if !company.state.may_write() {
            return refused("tenant");
        }
        if !invitation.seat || !company.has_role(invitation.role) {
            return refused("token");
        }
        // Its own seat is among those in use: a company that is just full takes it in.
        if company.seats > company.seat_limit {
            return refused("seats");
        }
        room_for_one_more(&self.memberships)
    }
}

/// Who accepts.
#[derive(Debug)]
pub enum Joining {
    /// Somebody without an account, or whose account no company lets in: the link proves the address, as one for a new
    /// password does. A second factor stays.
    New(Registration),
    /// The same, with a work account in place of a password; or the user whose work account it is.
    WorkAccount(Newcomer),
    /// Somebody signed in.
    Known(UserId),
}

impl Joining {
    /// The user who proved to be one, by other than the link.
    const fn known(&self) -> Option<UserId> {
        match self {
            Self::New(_) => None,
            Self::WorkAccount(newcomer) => newcomer.user,
            Self::Known(user) => Some(*user),
        }
    }

    /// The directory of the work account.
    const fn directory(&self) -> Option<DirectoryId> {
        match self {
            Self::WorkAccount(newcomer) => Some(newcomer.directory),
            Self::New(_) | Self::Known(_) => None,
        }
    }

    /// Whether the company lets in who comes this way. Who is signed in here links a work account where that is needed.
    fn is_let_in(&self, company: &Company, user: UserId) -> bool {
        match self {
            Self::New(_) => company.lets_in(user, None),
            Self::WorkAccount(newcomer) => company.lets_in(user, Some(newcomer.directory)),
            Self::Known(_) => true,
        }
    }
}

impl Tenant<'_> {
    /// Keeps the link that a mail is about to bring: the token is minted by who sends it, prefix `sit_`. Good as long as
    /// the invitation is pending at the serial it has here.
    pub async fn keep_invitation_link(&self, link: &TokenHash, invitation: &Invitation) -> Result<()> {
        let purpose =
            Purpose::Invitation { tenant: self.id(), invitation: invitation.invitation, serial: invitation.serial };
        self.store().keep_token(link, &Token { purpose, good_until: invitation.good_until }).await
    }

    /// What inviting an address is decided by. The same reads whether or not it has an account (C3).
    pub async fn invitee(&self, email: &str) -> Result<Invitee> {
        let (store, tenant) = (self.store(), self.id());
        let root = Collection::Root.partition(tenant, None);
        let id = Invitation::id_of(tenant, email);
        let keys = [
            Key::new(root.as_str(), Company::sort_key(&())),
            Key::new(root.as_str(), Invitation::sort_key(&id)),
            EmailLogin::key(email),
        ];
        let [company, invitation, login] = three(store.get_many(&keys, true).await?)?;
        let company: Versioned<Company> = versioned(company.ok_or(Conflict::Missing(Company::KIND))?)?;
        let invitation: Option<Versioned<Invitation>> = invitation.map(versioned).transpose()?;
        let login: Option<EmailLogin> = login.map(|item| decode("EmailLogin", item)).transpose()?;
        // Without an account a member is looked up that there cannot be.
        let user = login.map_or_else(|| UserId::generate(&store.ids), |login| login.user);
        let is_member = self.get_strong::<Member>(&user).await?.is_some();
        let mut invitee = Invitee { company, is_member, email: email.into(), invitation, lapsed: Vec::new() };
        if !invitee.has_seat() {
            invitee.lapsed = self.lapsed().await?;
        }
        Ok(invitee)
    }

    /// Invites: a new link, the old one dead, a seat reserved. The mail follows from the event.
    ///
    /// # Errors
    /// [`Conflict::State`] `seats` when there is none left, [`Conflict::Version`] when the company or the invitation
    /// changed since they were read: read them again.
    pub async fn invite(&self, invitee: Invitee, role: RoleName, by: UserId, resent: bool) -> Result<Invitation> {
        if !invitee.has_seat() {
            return Err(Conflict::State("seats").into());
        }
        let now = self.store().clock.now();
        let keeps_seat = invitee.keeps_seat();
        let Invitee { mut company, email, invitation: before, mut lapsed, .. } = invitee;
        let mut change = Commit::new();
        if !keeps_seat {
            for old in &mut lapsed {
                old.value.seat = false;
                company = company.without_seat();
                change = change.replace(old);
            }
            company = company.with_seat().ok_or(Conflict::State("seats"))?;
        }
        let invitation = Invitation {
            invitation: Invitation::id_of(self.id(), &email),
            email,
            role,
            invited_by: by,
            state: InvitationState::Pending,
            seat: true,
            serial: before.as_ref().map_or(0, |before| before.value.serial) + 1,
            created_at: before.as_ref().filter(|_| resent).map_or(now, |before| before.value.created_at),
            sent_at: now,
            good_until: (now + Invitation::GOOD_FOR).as_second(),
            mail_returned: None,
        };
        change = match before {
            Some(before) => change.replace(&Versioned { value: invitation.clone(), version: before.version }),
            None => change.create(&invitation),
        };
        // Written even where no number changes: its roles are what they were when this was decided.
        let event = Event::MemberInvited { invitation: invitation.invitation, role, resent };
        match self.commit(change.replace(&company).event(event)?).await {
            // Somebody else invited the address first.
            Err(StoreError::Conflict(Conflict::Taken(Invitation::KIND))) => Err(Conflict::Version.into()),
            Err(error) => Err(error),
            Ok(_) => Ok(invitation),
        }
    }

    /// Takes an invitation back; its seat is free and its link dead.
    ///
    /// # Errors
    /// [`Conflict::Missing`] when there is none that waits, [`Conflict::Version`] when it changed meanwhile.
    pub async fn revoke_invitation(&self, id: InvitationId) -> Result<()> {
        let (company, invitation) = self.pending(id).await?;
        let change = closed(company, invitation, InvitationState::Cancelled);
        self.commit(change.event(Event::InvitationRevoked { invitation: id })?).await.map(|_| ())
    }

    /// Takes back what waits of a member's invitations, each with its event. Which they were; none the second time.
    pub(crate) async fn revoke_invitations_of(&self, by: UserId) -> Result<Vec<InvitationId>> {
        self.take_back(Some(by), false).await
    }

    /// Takes back the invitations that wait, of everybody or of one inviter, whose inviter is out or no longer holds what
    /// they give, each with its event. None the second time.
    pub async fn revoke_invitations_without_inviter(&self, by: Option<UserId>) -> Result<()> {
        self.take_back(by, true).await.map(drop)
    }

    async fn take_back(&self, by: Option<UserId>, unless_given: bool) -> Result<Vec<InvitationId>> {
        let mut taken = Vec::new();
        for Versioned { value: sent, .. } in self.invitations_now().await? {
            let meant = sent.state == InvitationState::Pending && by.is_none_or(|by| by == sent.invited_by);
            if meant && self.take_back_one(&sent, unless_given).await? {
                taken.push(sent.invitation);
            }
        }
        Ok(taken)
    }

    /// Whether this took it back.
    async fn take_back_one(&self, sent: &Invitation, unless_given: bool) -> Result<bool> {
        let id = sent.invitation;
        for _ in 0..TRIES {
            let (company, invitation) = match self.pending(id).await {
                Err(StoreError::Conflict(Conflict::Missing(_))) => return Ok(false),
                found => found?,
            };
            let Invitation { invited_by, role, .. } = invitation.value;
            // Somebody else asked anew.
            if invited_by != sent.invited_by {
                return Ok(false);
            }
            if unless_given {
                let inviter = self.get_strong::<Member>(&invited_by).await?;
                if inviter.is_some_and(|inviter| company.value.still_gives(&inviter.value, role)) {
                    return Ok(false);
                }
            }
            let change = closed(company, invitation, InvitationState::Cancelled);
            match self.commit(change.event(Event::InvitationRevoked { invitation: id })?).await {
                Ok(_) => return Ok(true),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Conflict::Version.into())
    }

    /// A pending invitation, be it too old, and the company.
    async fn pending(&self, id: InvitationId) -> Result<(Versioned<Company>, Versioned<Invitation>)> {
        let invitation = self.get_strong::<Invitation>(&id).await?;
        let invitation = invitation
            .filter(|invitation| invitation.value.state == InvitationState::Pending)
            .ok_or(Conflict::Missing(Invitation::KIND))?;
        let company = self.get_strong::<Company>(&()).await?.ok_or(Conflict::Missing(Company::KIND))?;
        Ok((company, invitation))
    }

    /// An invitation that waits for an answer, be it too old.
    ///
    /// # Errors
    /// [`Conflict::Missing`] when there is none.
    pub async fn pending_invitation(&self, id: InvitationId) -> Result<Invitation> {
        Ok(self.pending(id).await?.1.value)
    }

    /// Invitations as they are now.
    pub(crate) async fn invitations_now(&self) -> Result<Vec<Versioned<Invitation>>> {
        let pk = Collection::Root.partition(self.id(), None);
        let (items, _) = self.store().query(&pk, Invitation::PREFIX, None, None, false, true).await?;
        items.into_iter().map(versioned).collect()
    }

    async fn lapsed(&self) -> Result<Vec<Versioned<Invitation>>> {
        let now = self.store().clock.now();
        let all = self.invitations_now().await?.into_iter();
        let lapsed = all.filter(|invitation| invitation.value.seat && !invitation.value.is_open(now));
        Ok(lapsed.take(RECLAIMED_MOST).collect())
    }
}

impl Company {
    /// Whether an invitation to `role` still has an inviter behind it: nobody gives what they do not hold, and owners are
    /// made by owners (C2). Whoever was put out would come back by it otherwise, as somebody else.
    fn still_gives(&self, inviter: &Member, role: RoleName) -> bool {
        inviter.active
            && (role != RoleName::OWNER || inviter.role == RoleName::OWNER)
            && self.permissions_of(inviter.role).cover(self.permissions_of(role))
    }
}

/// An invitation that waits no longer, and its seat given back.
fn closed(mut company: Versioned<Company>, mut invitation: Versioned<Invitation>, state: InvitationState) -> Commit {
    if std::mem::take(&mut invitation.value.seat) {
        company = company.without_seat();
    }
    invitation.value.state = state;
    Commit::new().replace(&invitation).replace(&company)
}

impl Store {
    /// What a link invites to, if it is the newest of an invitation that waits and its inviter may still give what it
    /// gives. Reading uses nothing up.
    pub async fn invited(&self, link: &TokenHash, origin: Origin) -> Result<Option<Invited>> {
        let Some(Token { purpose: Purpose::Invitation { tenant, invitation, serial }, .. }) = self.token(link).await?
        else {
            return Ok(None);
        };
        let root = Collection::Root.partition(tenant, None);
        let keys = [
            Key::new(root.as_str(), Company::sort_key(&())),
            Key::new(root.as_str(), Invitation::sort_key(&invitation)),
        ];
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let (Some(Some(company)), Some(Some(invitation))) = (found.next(), found.next()) else { return Ok(None) };
        let (mut company, invitation): (Versioned<Company>, Versioned<Invitation>) =
            (versioned(company)?, versioned(invitation)?);
        if invitation.value.serial != serial || !invitation.value.is_open(self.clock.now()) {
            return Ok(None);
        }
        if company.value.policy.microsoft_only() && company.value.directory.is_none() {
            // Connected before companies kept their directory: who accepts writes it.
            let scope = self.scope_of_link(tenant, origin.clone());
            let connection = self.of(&scope).get_strong::<Connection>(&()).await?;
            company.value.directory = connection.map(|connection| connection.value.directory);
        }
        let keys = [
            Key::new(root.as_str(), Member::sort_key(&invitation.value.invited_by)),
            EmailLogin::key(&invitation.value.email),
        ];
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let (inviter, login) = (found.next().flatten(), found.next().flatten());
        let inviter: Option<Versioned<Member>> = inviter.map(versioned).transpose()?;
        // It is taken back in a moment (`members-keys-follow`), and reads as if it were already.
        let gives = |inviter: &Versioned<Member>| company.value.still_gives(&inviter.value, invitation.value.role);
        let Some(inviter) = inviter.filter(gives) else { return Ok(None) };
        let login: Option<EmailLogin> = login.map(|item| decode("EmailLogin", item)).transpose()?;
        let mut memberships = Vec::new();
        let account = match &login {
            None => InvitedAccount::None,
            Some(EmailLogin { user, .. }) => {
                let user = *user;
                memberships = self.memberships(user).await?;
                let ways = self.ways(user, &memberships).await?;
                if ways.iter().any(Way::is_open) { InvitedAccount::Active(user) } else { InvitedAccount::Idle(user) }
            }
        };
        Ok(Some(Invited { company, invitation, account, inviter, memberships, login, link: link.clone(), origin }))
    }

    /// Makes somebody a member: one transaction of link, invitation, company, account and membership. The seat passes
    /// from the invitation to the member. An account that no company lets in is taken over: with its password go its
    /// work accounts and, where it is in no company, its passkeys.
    ///
    /// # Errors
    /// As [`Invited::can_be_accepted`]; [`Conflict::Taken`] `member` for who is one already, `email` when the address
    /// has an account that is its owner's alone to join with, `work account` when a work account is another user's;
    /// [`Conflict::State`] `token` when the link was used, `way in` when the company lets nobody in this way;
    /// [`Conflict::Version`] when one of them changed since it was read: read again.
    pub async fn accept(&self, invited: Invited, joining: Joining) -> Result<(UserId, Membership)> {
        invited.can_be_accepted()?;
        let Invited { mut company, mut invitation, account, inviter, mut login, link, origin, .. } = invited;
        let now = self.clock.now();
        let (tenant, id, role) = (company.value.tenant, invitation.value.invitation, invitation.value.role);
        let email = invitation.value.email.clone();
        let known = joining.known();
        let user = match (known, &account) {
            (Some(user), _) => user,
            (None, InvitedAccount::None) => UserId::generate(&self.ids),
            (None, InvitedAccount::Idle(user)) => *user,
            (None, InvitedAccount::Active(_)) => return Err(Conflict::Taken("email").into()),
        };
        if !joining.is_let_in(&company.value, user) {
            return Err(Conflict::State("way in").into());
        }
        // Whoever took the address they invited.
        if user == inviter.value.user {
            return Err(Conflict::Taken(Member::KIND).into());
        }
        let profile = match (known, &account) {
            (None, InvitedAccount::None) => None,
            _ => Some(self.with_room(user).await?.ok_or_else(no_profile)?),
        };
        let scope = self.scope_of_link(tenant, Origin { actor: Actor::User { id: user }, ..origin });
        let there = self.of(&scope);
        let put_out_at = there.put_out_at(user).await?;
        let mver = put_out_at.unwrap_or_default() + 1;
        let taken_over = known.is_none() && matches!(account, InvitedAccount::Idle(_));
        if taken_over {
            // As with every new password: what was opened with the old one is over, should a company open again.
            self.end_at_once(user, Which::All).await?;
        } else if put_out_at.is_some() {
            // While they were out nobody could open a session here: those that are left are of before.
            self.end_at_once(user, Which::In(tenant)).await?;
        }
        invitation.value.state = InvitationState::Accepted;
        invitation.value.seat = false;
        if role == RoleName::OWNER {
            company.value.owners += 1;
        }
        let mut change = Commit::new().consume(&link, now).replace(&invitation).replace(&company).action(Action {
            place: Place::Own(Member::COLLECTION, Member::sort_key(&inviter.value.user)),
            what: What::Check { condition: Condition::version(inviter.version) },
            conflict: Conflict::Version,
        });
        let accounts = if taken_over { self.work_accounts(user).await? } else { Vec::new() };
        // Its address is let in again, whoever had it.
        let mut lifted = vec![Whom::Address { invitation: id }];
        if taken_over {
            change = self.without_passkeys(change, user, login.as_mut()).await?;
            change = without_work_accounts(change, &accounts, joining.directory(), now)?;
        }
        let new = match joining {
            Joining::New(Registration { name, password_hash }) => Some((name, Some(password_hash))),
            Joining::WorkAccount(Newcomer { user: None, directory, person, name, .. }) => {
                let account = WorkAccount { directory, person, user, linked: true, since: now };
                // One that was taken just now makes room for it.
                let before = accounts.iter().find(|before| before.directory == directory);
                let before = before.map_or(person, |before| before.person);
                change = work_accounts::link_over(change, &account, nobodys(), before)?;
                lifted.push(Whom::Person { directory, person });
                Some((if name.is_empty() { email.clone() } else { name }, None))
            }
            Joining::WorkAccount(_) | Joining::Known(_) => None,
        };
        match &new {
            Some((_, password_hash)) => {
                let (login, condition, conflict) = with_password(user, login, password_hash.clone());
                let item = encode("EmailLogin", &login)?;
                change = change.action(Action {
                    place: Place::Global(EmailLogin::key(&email)),
                    what: What::Put { item, condition },
                    conflict,
                });
            }
            None => {
                // The address is still theirs when they join.
                change = change.action(Action {
                    place: Place::Global(EmailLogin::key(&email)),
                    what: What::Check { condition: login_of(user) },
                    conflict: Conflict::Version,
                });
            }
        }
        let name = match profile {
            Some(profile) => {
                change = change.action(one_more(&profile)?);
                profile.name
            }
            None => {
                let name = new.map(|(name, _)| name).unwrap_or_default();
                let profile = User::new(user, email.clone(), name, now);
                change = change.action(Action {
                    place: Place::Global(User::key(user)),
                    what: What::Put { item: encode("User", &profile)?, condition: Condition::absent() },
                    conflict: Conflict::Taken("user"),
                });
                profile.name
            }
        };
        let membership = Membership { tenant, company: company.value.name.clone(), mver, since: now };
        change = change
            .action(Action {
                place: Place::Global(Membership::key(user, tenant)),
                what: What::Put { item: encode("Membership", &membership)?, condition: Condition::absent() },
                conflict: Conflict::Taken(Member::KIND),
            })
            .create(&Member {
                user,
                role,
                active: true,
                email,
                name,
                joined_at: now,
                mver,
                last_seen: None,
                mail_returned: None,
                formerly: Vec::new(),
            });
        if put_out_at.is_some() {
            // Invited again: every way in that is left is open again.
            let left = if taken_over {
                vec![Whom::User { user }]
            } else {
                there.ways_back(user, &[id], company.value.directory).await?
            };
            // No item stands twice in one transaction.
            let further: Vec<Whom> = left.into_iter().filter(|whom| !lifted.contains(whom)).collect();
            lifted.extend(further);
        }
        change = change.let_in(&lifted);
        there.commit(change.event(Event::MemberJoined { user, role, invitation: Some(id) })?).await?;
        Ok((user, membership))
    }

    /// Declines an invitation; its seat is free.
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when the link was used, [`Conflict::Version`] when something changed meanwhile.
    pub async fn decline(&self, invited: Invited) -> Result<()> {
        let Invited { company, invitation, link, origin, .. } = invited;
        let scope = self.scope_of_link(company.value.tenant, origin);
        let id = invitation.value.invitation;
        let change = closed(company, invitation, InvitationState::Declined).consume(&link, self.clock.now());
        self.of(&scope).commit(change.event(Event::InvitationDeclined { invitation: id })?).await.map(|_| ())
    }

    /// Takes the passkeys of an account that is taken over, if it is in no company: what protects it elsewhere is not
    /// this link's to remove. An app that shows codes stays (ASVS 6.4.3).
    async fn without_passkeys(&self, change: Commit, user: UserId, login: Option<&mut EmailLogin>) -> Result<Commit> {
        let Account { mut factors, memberships, .. } = self.account(user).await?;
        if factors.value.passkeys.is_empty() || !memberships.is_empty() {
            return Ok(change);
        }
        factors.value.without_passkeys();
        if let Some(login) = login {
            login.second_factor = factors.value.any();
        }
        Ok(change.action(factors_put(&factors)?))
    }
}

fn no_profile() -> StoreError {
    StoreError::corrupt("User", "a login without a profile")
}

/// Unlinks the work accounts of an account that is taken over: whoever had the mailbox before signs in with them. Where
/// the user's of the directory `with` is listed, the accepting one is written.
fn without_work_accounts(
    mut change: Commit,
    accounts: &[WorkAccount],
    with: Option<DirectoryId>,
    now: Timestamp,
) -> Result<Commit> {
    for account in accounts {
        let [listed, found, former] = unlinked(account, now)?;
        // No item stands twice in one transaction.
        let listed = (with != Some(account.directory)).then_some(listed);
        for (key, what) in listed.into_iter().chain([found, former]) {
            change = change.action(Action { place: Place::Global(key), what, conflict: Conflict::Version });
        }
    }
    Ok(change)
}

/// The login of an address with this password, or without one: a new login, or the one there is, its second factor kept
/// (ASVS 6.4.3).
fn with_password(user: UserId, login: Option<EmailLogin>, hash: Option<String>) -> (EmailLogin, Condition, Conflict) {
    let Some(login) = login else {
        let login = EmailLogin { user, password_hash: hash, epoch: 0, second_factor: false };
        return (login, Condition::absent(), Conflict::Taken("email"));
    };
    let same = login_at(login.epoch, user);
    (EmailLogin { password_hash: hash, epoch: login.epoch + 1, ..login }, same, Conflict::Version)
}

/// The items of a batch of three keys.
pub(crate) fn three(items: Vec<Option<Item>>) -> Result<[Option<Item>; 3]> {
    items.try_into().map_err(|_| StoreError::Refused("a batch of three answered otherwise".into()))
}
