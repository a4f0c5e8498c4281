//! A user's sessions: list and end.

use model::{Event, SessionId, UserId};

use crate::{
    Conflict, Result, Session, Store, TenantScope, User,
    commit::{Action, Commit, Condition, Place, What},
    db::decode,
};

/// Sessions ended in one transaction, which takes 100 actions with the event.
const AT_ONCE: usize = 99;

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
        self.end(scope, user, session, Event::SessionsRevoked { user, session: Some(session) }).await
    }

    /// Ends all of a user's sessions but one (F59). No event where there is no other.
    ///
    /// # Errors
    /// When the table does not answer; those that are ended by then stay ended.
    pub async fn end_other_sessions(&self, scope: &TenantScope, user: UserId, kept: SessionId) -> Result<()> {
        let others: Vec<SessionId> =
            self.sessions(user).await?.iter().map(|s| s.session).filter(|s| *s != kept).collect();
        for some in others.chunks(AT_ONCE) {
            // Ended by somebody else meanwhile is ended as well.
            let change = some.iter().fold(Commit::new(), |change, session| {
                change.action(Action {
                    place: Place::Global(Session::key(user, *session)),
                    what: What::Delete { condition: Condition::default() },
                    conflict: Conflict::Missing("session"),
                })
            });
            self.of(scope).commit(change.event(Event::SessionsRevoked { user, session: None })?).await?;
        }
        Ok(())
    }
}
