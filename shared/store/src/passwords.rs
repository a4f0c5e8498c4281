//! Passwords of one's own: reset by mail and change (C6).

use model::{Event, ResetId, TenantId, UserId, event::Actor};

use crate::{
    Commit, Conflict, Devices, EmailLogin, PasswordReset, Result, Session, Store, TenantScope, Throttle, TokenHash,
    accounts::{login_at, put},
    commit::{Action, Condition, Place, What},
    db::{decode, encode, number},
    directory::Origin,
    sessions::{Which, known_from_now_on, not_over, or_over},
};

impl Store {
    /// Keeps a request for a new password and says so. The same reads and writes whether or not the address has an
    /// account (C3).
    pub async fn request_password_reset(&self, email: String, origin: Origin) -> Result<ResetId> {
        let now = self.clock.now();
        let login = self.login(&email).await?;
        let user = login.as_ref().map(|login| login.user);
        let memberships = self.memberships(user.unwrap_or_else(|| UserId::generate(&self.ids))).await?;
        let nobodys = TenantId::generate(&self.ids);
        let tenant = memberships.first().map_or(nobodys, |membership| membership.tenant);
        let reset = PasswordReset {
            reset: ResetId::generate(&self.ids),
            email,
            user,
            tenant,
            epoch: login.map_or(0, |login| login.epoch),
            good_until: (now + PasswordReset::GOOD_FOR).as_second(),
        };
        let mut item = encode("PasswordReset", &reset)?;
        item.insert("ttl".into(), number(reset.good_until));
        let change = Commit::new().action(put(PasswordReset::key(reset.reset), item, Condition::absent(), "reset"));
        let scope = self.scope_of_membership(tenant, origin);
        self.of(&scope).commit(change.event(Event::PasswordResetRequested { reset: reset.reset })?).await?;
        Ok(reset.reset)
    }

    /// A request for a new password that is still good.
    pub async fn password_reset(&self, id: ResetId) -> Result<Option<PasswordReset>> {
        let found = self.get(&PasswordReset::key(id), true).await?;
        let reset: Option<PasswordReset> = found.map(|item| decode("PasswordReset", item)).transpose()?;
        Ok(reset.filter(|reset| reset.good_until > self.clock.now().as_second()))
    }

    /// The login of an address, as it is now.
    pub async fn login(&self, email: &str) -> Result<Option<EmailLogin>> {
        self.get(&EmailLogin::key(email), true).await?.map(|item| decode("EmailLogin", item)).transpose()
    }

    /// Sets the password a reset asked for: uses up the link, forgets failed sign-ins and devices, ends every session.
    /// Opens none, and leaves the second factor as it is (ASVS 6.4.3).
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when the link was used or the password changed since it was asked for.
    pub async fn reset_password(
        &self,
        link: &TokenHash,
        reset: &PasswordReset,
        user: UserId,
        password_hash: String,
        origin: Origin,
    ) -> Result<()> {
        let scope = self.scope_of_membership(reset.tenant, Origin { actor: Actor::User { id: user }, ..origin });
        let forget = Action {
            place: Place::Global(Throttle::key(&reset.email)),
            what: What::Delete { condition: Condition::default() },
            conflict: Conflict::State("throttle"),
        };
        let change = Commit::new().consume(link, self.clock.now()).action(forget);
        let login = self.login(&reset.email).await?.filter(|login| login.user == user && login.epoch == reset.epoch);
        let login = login.ok_or(Conflict::State("token"))?;
        let change = change.action(new_password(&reset.email, &login, password_hash)?);
        let change = self.reachable(change, user).await?;
        self.end_sessions(&scope, user, Which::All, change, Event::PasswordChanged { user, by_reset: true }).await
    }

    /// Sets another password for somebody who just proved who they are on `device`, ends their other sessions and forgets
    /// their other devices.
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when it was changed meanwhile, [`Conflict::Missing`] `login` without one,
    /// [`crate::NotAdmitted::Session`] when `session` ended meanwhile.
    pub async fn change_password(
        &self,
        scope: &TenantScope,
        session: &Session,
        email: &str,
        password_hash: String,
        device: &TokenHash,
    ) -> Result<()> {
        let keys = [EmailLogin::key(email), Devices::key(session.user)];
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let login: Option<EmailLogin> = found.next().flatten().map(|item| decode("EmailLogin", item)).transpose()?;
        let devices: Option<Devices> = found.next().flatten().map(|item| decode("Devices", item)).transpose()?;
        let login = login.filter(|login| login.user == session.user).ok_or(Conflict::Missing("login"))?;
        let left = devices.unwrap_or_default().only(device);
        // The login may be as its owner reset it a moment ago: that it is as read says nothing of who asks.
        let change = Commit::new().action(not_over(session.user, session.session));
        let change = change.action(new_password(email, &login, password_hash)?);
        let change = change.action(known_from_now_on(session.user, &left)?);
        let event = Event::PasswordChanged { user: session.user, by_reset: false };
        self.end_sessions(scope, session.user, Which::Others(session.session), change, event).await.map_err(or_over)
    }
}

/// Another password for a login that is as it was read.
fn new_password(email: &str, login: &EmailLogin, password_hash: String) -> Result<Action> {
    let next = EmailLogin { password_hash: Some(password_hash), epoch: login.epoch + 1, ..login.clone() };
    Ok(Action {
        place: Place::Global(EmailLogin::key(email)),
        what: What::Put { item: encode("EmailLogin", &next)?, condition: login_at(login.epoch, login.user) },
        conflict: Conflict::State("token"),
    })
}
