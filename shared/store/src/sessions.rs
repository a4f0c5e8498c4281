//! A user's sessions: list and end. Where all of them end, the devices they were on are known no more.

use model::{Event, SessionId, TenantId, UserId};

use crate::{
    Conflict, Devices, NotAdmitted, Result, Session, Store, StoreError, TenantScope, TokenHash, User,
    accounts::put,
    commit::{Action, Commit, Condition, Place, What},
    db::{decode, encode},
    key::Key,
};

/// Actions that a transaction holds beside its event.
const AT_ONCE: usize = 99;
/// That the session something is done in is over.
const OVER: Conflict = Conflict::Missing("session");

impl Store {
    /// A user's sessions that are not over, the newest first.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>> {
        let now = self.clock.now().as_second();
        let (items, _) = self.query(&User::partition(user), Session::PREFIX, None, None, false, true).await?;
        let mut sessions = items.into_iter().map(|item| decode("Session", item)).collect::<Result<Vec<Session>>>()?;
        sessions.retain(|session| session.idle_until > now && session.absolute_until > now);
        sessions.sort_by_key(|session| std::cmp::Reverse((session.created_at, session.session)));
        Ok(sessions)
    }

    /// Ends one of a user's sessions; its tokens stop working at once.
    ///
    /// # Errors
    /// [`Conflict::Missing`] when they have no such session.
    pub async fn end_session(&self, scope: &TenantScope, user: UserId, session: SessionId) -> Result<()> {
        self.end(scope, user, session, Event::SessionsRevoked { user, session: Some(session), operator: None }).await
    }

    /// Ends all of a user's sessions but one (F59). No event where there is no other.
    ///
    /// # Errors
    /// When the table does not answer; those that are ended by then stay ended.
    pub async fn end_other_sessions(&self, scope: &TenantScope, user: UserId, kept: SessionId) -> Result<()> {
        let others = Which::Others(kept);
        if self.which(user, others).await?.is_empty() {
            return Ok(());
        }
        let event = Event::SessionsRevoked { user, session: None, operator: None };
        self.end_sessions(scope, user, others, Commit::new(), event).await
    }

    /// Commits `change` and ends sessions with it.
    pub(crate) async fn end_sessions(
        &self,
        scope: &TenantScope,
        user: UserId,
        which: Which,
        mut change: Commit,
        event: Event,
    ) -> Result<()> {
        if matches!(which, Which::All) {
            change = change.action(known_from_now_on(user, &Devices::forgotten())?);
        }
        let mut sessions = self.which(user, which).await?;
        // What one transaction cannot hold ends before it: nothing survives a change that was made.
        let room = AT_ONCE.saturating_sub(change.actions.len());
        for key in sessions.split_off(sessions.len().min(room)) {
            self.delete_one(&key).await?;
        }
        for key in sessions {
            change = change.action(Action {
                place: Place::Global(key),
                what: What::Delete { condition: Condition::default() },
                conflict: Conflict::State("session"),
            });
        }
        self.of(scope).commit(change.event(event)?).await?;
        // What was opened with the old secret between the two.
        self.end_left(user, which).await
    }

    /// Ends sessions whose end another change tells of.
    pub(crate) async fn end_at_once(&self, user: UserId, which: Which) -> Result<()> {
        self.end_left(user, which).await?;
        if matches!(which, Which::All) { self.forget_devices(user, &Devices::forgotten()).await } else { Ok(()) }
    }

    /// Forgets the devices a user signed in from but `device`, if they did from that one: whoever signs in from another
    /// next does so from a new one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn forget_other_devices(&self, user: UserId, device: &TokenHash) -> Result<()> {
        let left = self.devices(user).await?.only(device);
        self.forget_devices(user, &left).await
    }

    async fn forget_devices(&self, user: UserId, left: &Devices) -> Result<()> {
        let left = encode("Devices", left)?;
        self.put_one(Devices::key(user), left, Condition::default(), Conflict::Version).await
    }

    /// Until there is none: a session that is there still may open another one before it ends.
    async fn end_left(&self, user: UserId, which: Which) -> Result<()> {
        loop {
            let left = self.which(user, which).await?;
            if left.is_empty() {
                return Ok(());
            }
            for key in left {
                self.delete_one(&key).await?;
            }
        }
    }

    async fn which(&self, user: UserId, which: Which) -> Result<Vec<Key>> {
        let (items, _) = self.query(&User::partition(user), Session::PREFIX, None, None, false, true).await?;
        let sessions = items.into_iter().map(|item| decode("Session", item)).collect::<Result<Vec<Session>>>()?;
        let chosen = sessions.into_iter().filter(|session| which.picks(session));
        Ok(chosen.map(|session| Session::key(user, session.session)).collect())
    }
}

/// That a user's devices are those that are `left`, whichever were noted meanwhile.
pub(crate) fn known_from_now_on(user: UserId, left: &Devices) -> Result<Action> {
    Ok(put(Devices::key(user), encode("Devices", left)?, Condition::default(), "devices"))
}

/// That a session is not over, in the transaction of what is done in it: once its user ended it, it does nothing more.
/// [`or_over`] tells of it.
pub(crate) fn not_over(user: UserId, session: SessionId) -> Action {
    let what = What::Check { condition: Condition::present() };
    Action { place: Place::Global(Session::key(user, session)), what, conflict: OVER }
}

/// Where [`not_over`] did not hold, the refusal that the next request in the session gets.
pub(crate) fn or_over(error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(OVER) => NotAdmitted::Session.into(),
        error => error,
    }
}

/// Which of a user's sessions end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    /// All.
    All,
    /// All but one.
    Others(SessionId),
    /// Those in one tenant.
    In(TenantId),
}

impl Which {
    fn picks(self, session: &Session) -> bool {
        match self {
            Self::All => true,
            Self::Others(kept) => session.session != kept,
            Self::In(tenant) => session.tenant == tenant,
        }
    }
}
