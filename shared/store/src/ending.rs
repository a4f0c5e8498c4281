//! The end of a person's every access, in all their companies, by whoever runs this installation (F59). Each step may be
//! taken again: what is ended already stays as it is.

use model::{
    Event, KeyId, TenantId, UserId,
    event::{Actor, OperatorAct},
};
use serde::Serialize;

use crate::{
    Commit, Conflict, EmailLogin, Result, Store, StoreError, Tenant, User,
    accounts::login_at,
    db::{decode, encode},
    directory::Origin,
    sessions::Which,
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
    /// Whether they have a password still.
    pub has_password: bool,
    /// Their companies, one after the other.
    pub companies: Vec<EndedPlace>,
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
}

/// What was done to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was deactivated.
    Deactivated,
    /// It was deactivated before.
    WasInactive,
    /// It stays, for a company is never without an owner: sessions and keys ended, and they can sign in again.
    SoleOwner,
}

impl Store {
    /// Ends everything of a person: what waits for a link or a second step, memberships, keys, sessions, and their
    /// password where `act` says so. `None` when there is no such user.
    ///
    /// # Errors
    /// When the table does not answer, or others are quicker again and again. What is ended by then stays ended; the
    /// same again goes on.
    pub async fn end_person(&self, user: UserId, act: &OperatorAct) -> Result<Option<EndedPerson>> {
        let found = self.get(&User::key(user), true).await?;
        let Some(profile) = found.map(|item| decode::<User>("User", item)).transpose()? else { return Ok(None) };
        // First: what was begun with the login as it was comes to nothing, while the rest is being ended.
        let (has_password, taken) = self.void_login(&profile, act.took_password).await?;
        let sessions = self.sessions(user).await?;
        let mut companies = Vec::new();
        for membership in self.memberships(user).await? {
            let origin = Origin { actor: Actor::Operator, ..Origin::SYSTEM };
            let scope = self.scope_of_membership(membership.tenant, origin);
            let news = taken || sessions.iter().any(|session| session.tenant == membership.tenant);
            companies.extend(self.of(&scope).end_place(user, membership.company, act, news).await?);
        }
        // Those of companies they are no longer in, and what was opened meanwhile.
        self.end_at_once(user, Which::All).await?;
        Ok(Some(EndedPerson { user, sessions: sessions.len(), has_password, companies }))
    }

    /// Moves the epoch of a user's login: links that wait, challenges and sign-ins under way are of the one before.
    /// Whether there is a password after it, and whether this took it.
    async fn void_login(&self, profile: &User, without_password: bool) -> Result<(bool, bool)> {
        for _ in 0..TRIES {
            let login = self.login(&profile.email).await?.filter(|login| login.user == profile.user);
            let Some(login) = login else { return Ok((false, false)) };
            let had = login.password_hash.is_some();
            let password_hash = login.password_hash.clone().filter(|_| !without_password);
            let next = EmailLogin { password_hash, epoch: login.epoch + 1, ..login.clone() };
            // No event of its own: each company is told of what ends there, and that the password went.
            let (item, same) = (encode("EmailLogin", &next)?, login_at(login.epoch, profile.user));
            match self.put_one(EmailLogin::key(&profile.email), item, same, Conflict::Version).await {
                Ok(()) => return Ok((had && !without_password, had && without_password)),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("the login changes too often".into()))
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
            let ended = |outcome: Outcome, keys_revoked: Vec<KeyId>| EndedPlace {
                tenant: self.id(),
                company: company.clone(),
                outcome,
                break_glass: place.company.value.policy.counts_on(user),
                keys_revoked,
            };
            if !place.member.value.active {
                return Ok(Some(ended(Outcome::WasInactive, Vec::new())));
            }
            match self.deactivate_for(place.clone(), act).await {
                Ok(()) => return Ok(Some(ended(Outcome::Deactivated, Vec::new()))),
                Err(StoreError::Conflict(Conflict::State("owners"))) => {
                    let keys = self.end_keys(user).await?;
                    if news || !keys.is_empty() {
                        let event = Event::SessionsRevoked { user, session: None, operator: Some(act.clone()) };
                        let which = Which::In(self.id());
                        self.store().end_sessions(self.scope, user, which, Commit::new(), event).await?;
                    }
                    return Ok(Some(ended(Outcome::SoleOwner, keys)));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("the membership changes too often".into()))
    }

    /// Revokes the keys a member made. Those of one who is deactivated follow by themselves; these would not.
    async fn end_keys(&self, user: UserId) -> Result<Vec<KeyId>> {
        let mut revoked = Vec::new();
        for key in self.keys_strong().await? {
            if key.created_by == user && self.revoke_key(key.key, false).await?.is_some() {
                revoked.push(key.key);
            }
        }
        Ok(revoked)
    }
}
