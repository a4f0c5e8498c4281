//! What is about an account stands in the log of each of its companies.

use model::{Event, UserId, event::Recorded};

use crate::{Commit, Conflict, Done, Member, Origin, Result, Store, StoreError, records::TenantRecord};

impl Store {
    /// Tells `event` in the logs of a user's companies other than the one that has `recorded`, as of the same request,
    /// once each however often `consumer` asks. Not in those that deactivated them: where somebody signs in from is no
    /// business of a company they have left.
    ///
    /// # Errors
    /// When the table does not answer; those that were told by then are not told again.
    pub async fn repeat_elsewhere(
        &self,
        consumer: &str,
        user: UserId,
        recorded: &Recorded,
        event: &Event,
    ) -> Result<()> {
        let Recorded { id, tenant, actor, request_id, ip, user_agent, .. } = recorded;
        let others = self.memberships(user).await?.into_iter().filter(|membership| membership.tenant != *tenant);
        for membership in others {
            let origin = Origin {
                actor: *actor,
                request_id: request_id.clone(),
                ip: ip.clone(),
                user_agent: user_agent.clone(),
            };
            let scope = self.scope_of_membership(membership.tenant, origin);
            if !self.of(&scope).get_strong::<Member>(&user).await?.is_some_and(|member| member.value.active) {
                continue;
            }
            let done = Done::of(consumer, *id, self.clock.now());
            match self.of(&scope).commit(Commit::new().create(&done).event(event.clone())?).await {
                Ok(_) | Err(StoreError::Conflict(Conflict::Taken(Done::KIND))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
