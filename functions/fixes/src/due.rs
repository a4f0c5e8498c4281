//! Every five minutes: begins the fixes whose day has come, and wakes those that should long have ended. Each moves on
//! in the transaction of its event, so a doubled firing finds nothing due.

use model::{Event, Permission, UserId};
use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::{Commit, Company, Conflict, Fix, FixDue, FixState, Member, StoreError, Tenant};

use crate::reason;

/// `fixes-due`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("fixes-due", "rate(5 minutes)", |deps, deadline| Box::pin(due(deps, deadline)));

/// Fixes per shard and firing; the next firing takes the rest.
const AT_ONCE: u32 = 250;

async fn due(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.fixes_due(deps.clock.now(), AT_ONCE).await?;
    let wake = async |due: FixDue| wake(&deps, &due).await;
    each_due(&deps.clock, deadline, "beginning fixes", due, |due| due.scope.tenant(), wake).await
}

async fn wake(deps: &Kernel, due: &FixDue) -> Result<(), StoreError> {
    let tenant = deps.store.of(&due.scope);
    let now = deps.clock.now();
    // The index may lag: what counts is the item.
    let Some(mut fix) = tenant.get_strong::<Fix>(&due.fix).await? else { return Ok(()) };
    if fix.value.look_at.is_none_or(|at| at > now) {
        return Ok(());
    }
    let mut look_at = Some(now + Fix::STALLED);
    let event = match fix.value.state {
        FixState::Scheduled if still_may(tenant, fix.value.requested_by).await? => {
            fix.value.state = FixState::Queued;
            let Fix { fix, finding, items, .. } = fix.value;
            Event::FixRequested { fix, finding, items, at: None }
        }
        // Who may no longer do it now has not approved it (ASVS 8.3.2).
        FixState::Scheduled => {
            fix.value.state = FixState::Cancelled;
            fix.value.stopped = Some(reason::APPROVER_GONE.into());
            fix.value.ended_at = Some(now);
            look_at = None;
            Event::FixCancelled { fix: fix.value.fix }
        }
        state if state.is_under_way() => {
            fix.value.pauses += 1;
            Event::FixPaused { fix: fix.value.fix, pauses: fix.value.pauses }
        }
        _ => return Ok(()),
    };
    fix.value.look_at = look_at;
    match tenant.commit(Commit::new().replace(&fix).event(event)?).await {
        Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a member may still change the company's Microsoft 365.
async fn still_may(tenant: Tenant<'_>, user: UserId) -> Result<bool, StoreError> {
    let (Some(member), Some(company)) = (tenant.get::<Member>(&user).await?, tenant.get::<Company>(&()).await?) else {
        return Ok(false);
    };
    let permissions = company.value.permissions_of(member.value.role);
    Ok(member.value.active && permissions.holds(Permission::ApplyFixes))
}
