//! When Microsoft 365 was connected: asks for the first scan. Its id is the event's, so a second delivery adds none.

use model::{EventKind, ScanId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Conflict, StoreError};

use crate::request;

/// `scans-begin`.
pub const FUNCTION: Function<Kernel> =
    Function::event("scans-begin", &[EventKind::ConnectionConnected], |deps, event| Box::pin(begin(deps, event)));

async fn begin(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let scan = request::queued(ScanId::from_bits(event.recorded.id.bits()), false, deps.clock.now());
    let change = request::change(&scan).event(request::fact(&scan))?;
    match deps.store.of(&event.scope).commit(change).await {
        Ok(_) | Err(StoreError::Conflict(Conflict::Taken(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
