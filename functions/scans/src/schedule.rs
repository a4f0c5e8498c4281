//! Every five minutes: asks for a scan of each tenant whose schedule is due. At most one per tenant and window: the
//! schedule moves on in the same transaction, so a doubled firing finds nothing due. Of a company that is closed (C15)
//! nothing is read: its schedule moves on by itself, and is in step once it is open again.

use jiff::SignedDuration;
use model::ScanId;
use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::{Company, Conflict, Due, Schedule, StoreError, Versioned};

use crate::request;

/// `scans-schedule`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("scans-schedule", "rate(5 minutes)", |deps, deadline| Box::pin(schedule(deps, deadline)));

/// Tenants per shard and firing; the next firing takes the rest.
const AT_ONCE: u32 = 250;

async fn schedule(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.due(deps.clock.now(), AT_ONCE).await?;
    let ask = async |due: Due| ask(&deps, &due.scope).await;
    each_due(&deps.clock, deadline, "asking for scans", due, |due| due.scope.tenant(), ask).await
}

async fn ask(deps: &Kernel, scope: &store::TenantScope) -> Result<(), StoreError> {
    let tenant = deps.store.of(scope);
    let now = deps.clock.now();
    // The index may lag: what counts is the item.
    let Some(schedule) = tenant.get_strong::<Schedule>(&()).await? else { return Ok(()) };
    if !schedule.value.on || schedule.value.next_at > now {
        return Ok(());
    }
    let every = SignedDuration::from_hours(schedule.value.every_hours.into());
    // After an outage one scan, not one for each that was missed.
    let mut next_at = schedule.value.next_at;
    while next_at <= now {
        next_at += every;
    }
    let moved = Versioned { value: Schedule { next_at, ..schedule.value }, version: schedule.version };
    let company = tenant.get_strong::<Company>(&()).await?;
    let written = if company.is_some_and(|company| company.value.state.may_read()) {
        let scan = request::queued(ScanId::generate(&deps.ids, now), true, now);
        let change = request::change(&scan).replace(&moved).event(request::fact(&scan))?;
        tenant.commit(change).await.map(|_| ())
    } else {
        tenant.checkpoint(&moved).await.map(|_| ())
    };
    match written {
        Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
        written => written,
    }
}
