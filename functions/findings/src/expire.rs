//! Every hour: ends exceptions and snoozes whose time is up. What they covered counts again, or is among what to do
//! next again, by the events of their end. One that was ended meanwhile is nothing to a doubled firing.

use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::DueTerm;

/// `findings-expire`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("findings-expire", "rate(1 hour)", |deps, deadline| Box::pin(expire(deps, deadline)));

/// Looked up at a time; the next firing takes the rest.
const AT_ONCE: u32 = 250;

async fn expire(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.terms_due(deps.clock.now(), AT_ONCE).await?;
    let end = async |due: DueTerm| deps.store.of(&due.scope).expire(due.what).await;
    each_due(&deps.clock, deadline, "ending what is over", due, |due| due.scope.tenant(), end).await
}
