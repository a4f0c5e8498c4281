//! Every hour: ends exceptions and snoozes whose time is up. What they covered counts again, or is among what to do
//! next again, by the events of their end. One that was ended meanwhile is nothing to a doubled firing.

use jiff::SignedDuration;
use runtime::{Deadline, Failure, Function, Kernel};

/// `findings-expire`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("findings-expire", "rate(1 hour)", |deps, deadline| Box::pin(expire(deps, deadline)));

/// Looked up at a time; the next firing takes the rest.
const AT_ONCE: u32 = 250;
/// Time kept to end in order.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

async fn expire(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let mut failed = 0u32;
    for due in deps.store.terms_due(deps.clock.now(), AT_ONCE).await? {
        if deadline.left(&deps.clock) < MARGIN {
            break;
        }
        // One company's trouble is not the others'.
        if let Err(error) = deps.store.of(&due.scope).expire(due.what).await {
            failed += 1;
            tracing::error!(tenant = %due.scope.tenant(), what = ?due.what, %error, "ending what is over");
        }
    }
    if failed > 0 { Err(format!("{failed} could not be ended").into()) } else { Ok(()) }
}
