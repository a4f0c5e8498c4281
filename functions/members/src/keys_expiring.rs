//! Once a day: tells of keys that end in 14 and in 3 days. A key's next warning moves on in the transaction that tells,
//! so a doubled firing finds nothing to do.

use jiff::SignedDuration;
use runtime::{Deadline, Failure, Function, Kernel};

/// `members-keys-expiring`.
pub const FUNCTION: Function<Kernel> = Function::schedule("members-keys-expiring", "rate(1 day)", |deps, deadline| {
    Box::pin(keys_expiring(deps, deadline))
});

/// Keys looked up at a time.
const AT_ONCE: u32 = 250;
/// Time kept to end in order.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

async fn keys_expiring(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let mut failed = 0u32;
    for due in deps.store.keys_due(deps.clock.now(), AT_ONCE).await? {
        if deadline.left(&deps.clock) < MARGIN {
            break;
        }
        // One company's trouble is not the others'.
        if let Err(error) = deps.store.of(&due.scope).warn_of_key(due.key).await {
            failed += 1;
            tracing::error!(tenant = %due.scope.tenant(), key = %due.key, %error, "warning of a key's end");
        }
    }
    if failed > 0 { Err(format!("{failed} keys could not be told of").into()) } else { Ok(()) }
}
