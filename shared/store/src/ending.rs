//! The end of a person's every access, in all their companies, by whoever runs this installation (F59). Each step may be
//! taken again: what is ended already stays as it is.

use model::{
    Event, FeedId, InvitationId, KeyId, TenantId, UserId,
    event::{Actor, Factor, OperatorAct},
};
use serde::Serialize;

use crate::{
    Account, Commit, Conflict, EmailLogin, Factors, Result, Store, StoreError, Tenant, TenantScope, User,
    accounts::login_at,
    addresses::replaced,
    commit::{Condition, What},
    db::encode,
    directory::Origin,
    factors::factors_put,
    sessions::Which,
    work_accounts::unlinked,
};

/// Tries at a change that others get in the way of.
const TRIES: usize = 5;

/// What became of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedPerson {
    /// Who.
    pub user: UserId,
    /// Sessions that were alive.
    pub sessions: usize,
    /// What they can sign in with still.
    pub ways_in_left: WaysIn,
    /// Second factors that were removed.
    pub factors_reset: Vec<Factor>,
    /// Their companies, one after the other.
    pub companies: Vec<EndedPlace>,
}

/// What somebody signs in with: any one of these lets in, or leads to the second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WaysIn {
    /// Whether there is a password.
    pub password: bool,
    /// Passkeys.
    pub passkeys: usize,
    /// Linked work accounts.
    pub work_accounts: usize,
}

/// What became of their place in one company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedPlace {
    /// Which company.
    pub tenant: TenantId,
    /// What it is called.
    pub company: String,
    /// What was done.
    pub outcome: Outcome,
    /// Whether the company counts on them when Microsoft does not work: it is to choose somebody else.
    pub break_glass: bool,
    /// Keys of theirs that were revoked here and now. Those of a member who was deactivated follow within a moment.
    pub keys_revoked: Vec<KeyId>,
    /// Calendar addresses of theirs that were, likewise.
    pub feeds_revoked: Vec<FeedId>,
    /// Invitations they had sent that were taken back, likewise.
    pub invitations_revoked: Vec<InvitationId>,
}

/// What became of a login.
struct Voided {
    left: WaysIn,
    /// Whether any way in was taken.
    taken: bool,
    /// Second factors that were removed.
    reset: Vec<Factor>,
}

/// What was done to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was deactivated.
    Deactivated,
    /// It was deactivated before.
    WasInactive,
    /// It stays, for a company is never without an owner: sessions, keys and what they invited ended, and they can sign in
    /// again.
    SoleOwner,
}

impl Store {
    /// Ends everything of a person: what waits for a link or a second step, memberships, keys, calendar addresses, the
    /// invitations they sent, sessions, and their ways in where `act` says so. With `reset_factors` their second factors
    /// go as well, which only who proved to be that person gets. `None` when there is no such user.
    ///
    /// # Errors
    /// When the table does not answer, or others are quicker again and again. What is ended by then stays ended; the
    /// same again goes on.
    pub async fn end_person(
        &self,
        user: UserId,
        act: &OperatorAct,
        reset_factors: bool,
    ) -> Result<Option<EndedPerson>> {
        if self.user_strong(user).await?.is_none() {
            return Ok(None);
        }
        // First: what was begun with the login as it was comes to nothing, while the rest is being ended. Work accounts
        // that go with it stay known: whoever is put out below is put out with them, also when this was cut short.
        let Voided { left, taken, reset } = self.void_login(user, act, reset_factors).await?;
        let sessions = self.sessions(user).await?;
        let mut companies = Vec::new();
        for membership in self.memberships(user).await? {
            let scope = self.scope_of_operator(membership.tenant);
            let news = taken || sessions.iter().any(|session| session.tenant == membership.tenant);
            companies.extend(self.of(&scope).end_place(user, membership.company, act, news).await?);
        }
        // Those of companies they are no longer in, and what was opened meanwhile.
        self.end_at_once(user, Which::All).await?;
        let sessions = sessions.len();
        Ok(Some(EndedPerson { user, sessions, ways_in_left: left, factors_reset: reset, companies }))
    }

    /// Moves the epoch of a user's login: links that wait, challenges and sign-ins under way are of the one before. With
    /// the ways in, where `act` takes them, what lets them in goes; codes of an app stay, for they let nobody in alone,
    /// and go with `reset`, of which each company is told at once: nothing is left to tell it by later.
    async fn void_login(&self, user: UserId, act: &OperatorAct, reset: bool) -> Result<Voided> {
        let take = act.took_ways_in;
        for _ in 0..TRIES {
            // The profile first: a work account that is linked after what is read below is of a later version of it.
            let profile = self.user_strong(user).await?.ok_or(Conflict::Missing("user"))?;
            let login = self.login(&profile.email).await?.filter(|login| login.user == user);
            let Account { mut factors, memberships, work_accounts: accounts, .. } = self.account(user).await?;
            let had = WaysIn {
                password: login.as_ref().is_some_and(|login| login.password_hash.is_some()),
                passkeys: factors.value.passkeys.len(),
                work_accounts: accounts.len(),
            };
            let (mut left, taken) = if take { (WaysIn::default(), had) } else { (had, WaysIn::default()) };
            let gone = if reset { factors.value.sorts() } else { Vec::new() };
            // No event of the ways in: each company is told of what ends there, and that they went.
            let mut actions = Vec::new();
            if !gone.is_empty() {
                left.passkeys = 0;
                for membership in &memberships {
                    let scope = self.scope_of_operator(membership.tenant);
                    let event = Event::FactorsReset { user, before: gone.clone(), operator: Some(act.clone()) };
                    actions.push(self.of(&scope).entry(event)?);
                }
                let what = What::Delete { condition: Condition::version(factors.version) };
                actions.push((Factors::key(user), what, Conflict::Version));
            } else if taken.passkeys > 0 {
                factors.value.without_passkeys();
                actions.push((Factors::key(user), factors_put(&factors)?.what, Conflict::Version));
            }
            if take {
                for account in self.unlink_beyond_most(accounts).await? {
                    let change = unlinked(&account, self.clock.now())?;
                    actions.extend(change.map(|(key, what)| (key, what, Conflict::Version)));
                }
                // Also where nothing is left to take, none is linked meanwhile.
                let seen = replaced(&profile, &profile)?;
                actions.push((User::key(user), seen.what, Conflict::Version));
            }
            if let Some(login) = login {
                let next = EmailLogin {
                    password_hash: login.password_hash.clone().filter(|_| !take),
                    epoch: login.epoch + 1,
                    second_factor: login.second_factor && !reset && (taken.passkeys == 0 || factors.value.any()),
                    ..login.clone()
                };
                let put = What::Put { item: encode("EmailLogin", &next)?, condition: login_at(login.epoch, user) };
                actions.push((EmailLogin::key(&profile.email), put, Conflict::Version));
            }
            let voided = Voided { left, taken: taken != WaysIn::default(), reset: gone };
            if actions.is_empty() {
                return Ok(voided);
            }
            match self.transact(actions).await {
                Ok(()) => return Ok(voided),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("the login changes too often".into()))
    }

    fn scope_of_operator(&self, tenant: TenantId) -> TenantScope {
        self.scope_of_membership(tenant, Origin { actor: Actor::Operator, ..Origin::SYSTEM })
    }
}

impl Tenant<'_> {
    /// Ends a member's place; `None` when they are no member. `news` is whether there is more than the place to tell of.
    async fn end_place(
        &self,
        user: UserId,
        company: String,
        act: &OperatorAct,
        news: bool,
    ) -> Result<Option<EndedPlace>> {
        for _ in 0..TRIES {
            let Some(place) = self.place_of(user).await? else { return Ok(None) };
            let ended = EndedPlace {
                tenant: self.id(),
                company: company.clone(),
                outcome: Outcome::WasInactive,
                break_glass: place.company.value.policy.counts_on(user),
                keys_revoked: Vec::new(),
                feeds_revoked: Vec::new(),
                invitations_revoked: Vec::new(),
            };
            if !place.member.value.active {
                return Ok(Some(ended));
            }
            match self.deactivate_for(place, act).await {
                Ok(()) => return Ok(Some(EndedPlace { outcome: Outcome::Deactivated, ..ended })),
                Err(StoreError::Conflict(Conflict::State("owners"))) => {
                    // No event of a membership makes these follow.
                    let keys_revoked = self.end_keys(user).await?;
                    let feeds_revoked = self.revoke_feeds_of(user).await?;
                    let invitations_revoked = self.revoke_invitations_of(user).await?;
                    let none = keys_revoked.is_empty() && feeds_revoked.is_empty() && invitations_revoked.is_empty();
                    if news || !none {
                        let event = Event::SessionsRevoked { user, session: None, operator: Some(act.clone()) };
                        let which = Which::In(self.id());
                        self.store().end_sessions(self.scope, user, which, Commit::new(), event).await?;
                    }
                    let outcome = Outcome::SoleOwner;
                    return Ok(Some(EndedPlace { outcome, keys_revoked, feeds_revoked, invitations_revoked, ..ended }));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("the membership changes too often".into()))
    }

    /// Revokes the keys that rest on a member. Those of one who is deactivated follow by themselves; these would not.
    async fn end_keys(&self, user: UserId) -> Result<Vec<KeyId>> {
        let mut revoked = Vec::new();
        for key in self.keys_strong().await? {
            if key.rests_on().any(|one| one == user) && self.revoke_key(key.key, false).await?.is_some() {
                revoked.push(key.key);
            }
        }
        Ok(revoked)
    }
}
