//! After a fix or its undo: what was approved stands in the ledger, less what was undone. Events come in any order and
//! more than once: an approval is that of its fix's last end, and an undo waits for it.

use model::{Event, EventKind};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Approval, Versioned};

/// `insights-approve`.
pub const FUNCTION: Function<Kernel> =
    Function::event("insights-approve", &[EventKind::FixFinished, EventKind::FixUndone], |deps, event| {
        Box::pin(approve(deps, event))
    });

async fn approve(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.store.of(&event.scope);
    let at = event.recorded.at;
    match event.recorded.event {
        Event::FixFinished { fix, done, monthly_minor, .. } => {
            let known = tenant.get_strong::<Approval>(&fix).await?;
            let (undone, version) = known.as_ref().map_or((0, 0), |known| (known.value.undone, known.version));
            // A fix whose failed items were tried again ends again, with all that is done by then.
            if known.is_none_or(|known| known.value.at < at) {
                let value = Approval { fix, at, items: done, undone, monthly_minor };
                tenant.checkpoint(&Versioned { value, version }).await?;
            }
        }
        Event::FixUndone { fix, done, .. } => {
            let known = tenant.get_strong::<Approval>(&fix).await?;
            let mut known = known.ok_or("the fix that was undone is not in the ledger yet")?;
            if known.value.undone < done {
                known.value.undone = done;
                tenant.checkpoint(&known).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
