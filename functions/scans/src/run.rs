//! When a scan was asked for or paused: runs it. Safe to deliver twice and to kill at any point.
//!
//! The scan's version is the fence: whoever takes it over moves the version on, and the one before finds at its next
//! write that the scan is no longer its own. Everything written before the last transaction is derived from what Graph
//! said and written the same by whoever comes second.

use model::{Event, EventKind, ScanId};
use runtime::{Delivered, Failure, Function};
use store::{Conflict, Scan, StoreError};

use crate::{
    Scans,
    work::{Ended, Work},
};

/// `scans-run`.
pub const FUNCTION: Function<Scans> =
    Function::event("scans-run", &[EventKind::ScanRequested, EventKind::ScanPaused], |deps, event| {
        Box::pin(run(deps, event))
    });

async fn run(deps: Scans, event: Delivered) -> Result<(), Failure> {
    let scan: ScanId = match event.recorded.event {
        Event::ScanRequested { scan, .. } | Event::ScanPaused { scan, .. } => scan,
        _ => return Ok(()),
    };
    let tenant = deps.kernel.store.of(&event.scope);
    let Some(record) = tenant.get_strong::<Scan>(&scan).await? else {
        return Err(format!("{scan} was asked for and does not exist").into());
    };
    if record.value.state.is_over() {
        return Ok(());
    }
    // A pause that was gone on from already: this is its second delivery.
    if let Event::ScanPaused { pauses, .. } = event.recorded.event
        && record.value.pauses > pauses
    {
        return Ok(());
    }
    let work = Work::new(&deps, tenant, record, event.deadline);
    match work.run().await {
        Ok(Ended::Finished | Ended::Paused | Ended::Failed) => Ok(()),
        Err(error) => match error.downcast_ref::<StoreError>() {
            // Another delivery has taken over.
            Some(StoreError::Conflict(Conflict::Version)) => Ok(()),
            _ => Err(error),
        },
    }
}
