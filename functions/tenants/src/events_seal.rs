//! When anything happened: seals it into the chain of its tenant (C12, docs/adr/0009). Idempotent by the event's id.

use model::EventKind;
use runtime::{Delivered, Failure, Function, Kernel};
use store::ChainHead;

/// `tenants-events-seal`.
pub const FUNCTION: Function<Kernel> =
    Function::event("tenants-events-seal", EventKind::ALL, |deps, event| Box::pin(events_seal(deps, event)));

async fn events_seal(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let head = deps.store.of(&event.scope).seal(event.recorded.id, &event.canonical).await?;
    if let Some(ChainHead { sequence: length, hash, .. }) = head {
        // Outside of the table, where no function can change it: whoever rewrites a log would have to rewrite this.
        tracing::info!(checkpoint = "log", tenant = %event.scope.tenant(), length, %hash, "where a log's chain stands");
    }
    Ok(())
}
