//! When Microsoft 365 was connected: asks for the first scan. When a fix or its undo has changed something: asks for one
//! that sees it. The scan's id is the event's, so a second delivery adds none.

use model::{Event, EventKind, ScanId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Conflict, StoreError};

use crate::request;

/// `scans-begin`.
pub const FUNCTION: Function<Kernel> =
    Function::event("scans-begin", KINDS, |deps, event| Box::pin(begin(deps, event)));

const KINDS: &[EventKind] = &[EventKind::ConnectionConnected, EventKind::FixFinished, EventKind::FixUndone];

async fn begin(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    // Nobody waits for the scan behind a fix: it is told of like one of the schedule.
    let follows = match event.recorded.event {
        Event::FixFinished { done: 0, pending: 0, .. } | Event::FixUndone { done: 0, .. } => return Ok(()),
        Event::FixFinished { .. } | Event::FixUndone { .. } => true,
        _ => false,
    };
    let scan = request::queued(ScanId::from_bits(event.recorded.id.bits()), follows, deps.clock.now());
    let change = request::change(&scan).event(request::fact(&scan))?;
    match deps.store.of(&event.scope).commit(change).await {
        Ok(_) | Err(StoreError::Conflict(Conflict::Taken(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
