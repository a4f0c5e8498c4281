//! Every five minutes: begins the fixes whose day has come, and wakes those that should long have ended. Each moves on
//! in the transaction of its event, so a doubled firing finds nothing due.

use jiff::SignedDuration;
use model::Event;
use runtime::{Deadline, Failure, Function, Kernel};
use store::{Commit, Conflict, Fix, FixDue, FixState, StoreError};

/// `fixes-due`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("fixes-due", "rate(5 minutes)", |deps, deadline| Box::pin(due(deps, deadline)));

/// Fixes per shard and firing; the next firing takes the rest.
const AT_ONCE: u32 = 250;
/// Time kept to end in order.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

async fn due(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let mut failed = 0u32;
    for due in deps.store.fixes_due(deps.clock.now(), AT_ONCE).await? {
        if deadline.left(&deps.clock) < MARGIN {
            break;
        }
        // One tenant's trouble is not the others'.
        if let Err(error) = wake(&deps, &due).await {
            failed += 1;
            tracing::error!(tenant = %due.scope.tenant(), %error, "fix due");
        }
    }
    if failed > 0 { Err(format!("{failed} fixes could not be begun").into()) } else { Ok(()) }
}

async fn wake(deps: &Kernel, due: &FixDue) -> Result<(), StoreError> {
    let tenant = deps.store.of(&due.scope);
    let now = deps.clock.now();
    // The index may lag: what counts is the item.
    let Some(mut fix) = tenant.get_strong::<Fix>(&due.fix).await? else { return Ok(()) };
    if fix.value.look_at.is_none_or(|at| at > now) {
        return Ok(());
    }
    let event = match fix.value.state {
        FixState::Scheduled => {
            fix.value.state = FixState::Queued;
            let Fix { fix, finding, items, .. } = fix.value;
            Event::FixRequested { fix, finding, items, at: None }
        }
        state if state.is_under_way() => {
            fix.value.pauses += 1;
            Event::FixPaused { fix: fix.value.fix, pauses: fix.value.pauses }
        }
        _ => return Ok(()),
    };
    fix.value.look_at = Some(now + Fix::STALLED);
    match tenant.commit(Commit::new().replace(&fix).event(event)?).await {
        Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
        Err(error) => Err(error),
    }
}
