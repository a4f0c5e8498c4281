//! When a fix or its undo was asked for, or paused: carries it out. When one has ended: the next of the tenant. Safe to
//! deliver twice and to kill at any point (docs/adr/0015).

use model::{Event, EventKind, FixId};
use runtime::{Delivered, Failure, Function};
use store::{Conflict, Fix, StoreError};

use crate::{Fixing, work::Work};

/// `fixes-run`.
pub const FUNCTION: Function<Fixing> = Function::event(
    "fixes-run",
    &[
        EventKind::FixRequested,
        EventKind::FixPaused,
        EventKind::FixUndoRequested,
        EventKind::FixFinished,
        EventKind::FixUndone,
        EventKind::FixCancelled,
    ],
    |deps, event| Box::pin(run(deps, event)),
);

async fn run(deps: Fixing, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.kernel.store.of(&event.scope);
    let fix: FixId = match event.recorded.event {
        Event::FixRequested { fix, .. } | Event::FixPaused { fix, .. } | Event::FixUndoRequested { fix, .. } => fix,
        Event::FixFinished { .. } | Event::FixUndone { .. } | Event::FixCancelled { .. } => {
            match tenant.next_fix().await? {
                Some(next) => next,
                None => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    let Some(record) = tenant.get_strong::<Fix>(&fix).await? else {
        return Err(format!("{fix} was asked for and does not exist").into());
    };
    // One that waits for its day, was called off or has ended: the event is old, or ahead.
    if !record.value.state.is_under_way() {
        return Ok(());
    }
    // A pause that was gone on from already: this is its second delivery.
    if let Event::FixPaused { pauses, .. } = event.recorded.event
        && record.value.pauses > pauses
    {
        return Ok(());
    }
    match take_up(&deps, &event, fix).await {
        Err(error) => match error.downcast_ref::<StoreError>() {
            // Another delivery has taken over.
            Some(StoreError::Conflict(Conflict::Version)) => Ok(()),
            _ => Err(error),
        },
        Ok(()) => Ok(()),
    }
}

async fn take_up(deps: &Fixing, event: &Delivered, fix: FixId) -> Result<(), Failure> {
    let tenant = deps.kernel.store.of(&event.scope);
    // While another fix has the lane this one waits for its end, which is an event.
    let Some(lane) = tenant.take_lane(fix).await? else { return Ok(()) };
    // Read behind the fence: from here on nobody else writes them.
    let record = tenant.get_strong::<Fix>(&fix).await?.ok_or("a fix that vanished")?;
    let parts = tenant.fix_parts(fix).await?;
    Work::new(deps, tenant, lane, record, parts, event.deadline).run().await
}
