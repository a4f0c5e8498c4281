//! When anything happened: seals it into the chain of its tenant (C12, docs/adr/0009). Idempotent by the event's id.

use model::EventKind;
use runtime::{Delivered, Failure, Function, Kernel};

/// `tenants-events-seal`.
pub const FUNCTION: Function<Kernel> =
    Function::event("tenants-events-seal", EventKind::ALL, |deps, event| Box::pin(events_seal(deps, event)));

async fn events_seal(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    Ok(deps.store.of(&event.scope).seal(event.recorded.id, &event.canonical).await?)
}
