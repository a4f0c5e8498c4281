//! Once a day: tells of keys that end in 14 and in 3 days. A key's next warning moves on in the transaction that tells,
//! so a doubled firing finds nothing to do.

use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::DueKey;

/// `members-keys-expiring`.
pub const FUNCTION: Function<Kernel> = Function::schedule("members-keys-expiring", "rate(1 day)", |deps, deadline| {
    Box::pin(keys_expiring(deps, deadline))
});

/// Keys looked up at a time.
const AT_ONCE: u32 = 250;

async fn keys_expiring(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.keys_due(deps.clock.now(), AT_ONCE).await?;
    let warn = async |due: DueKey| deps.store.of(&due.scope).warn_of_key(due.key).await.map(|_| ());
    each_due(&deps.clock, deadline, "warning of the end of keys", due, |due| due.scope.tenant(), warn).await
}
