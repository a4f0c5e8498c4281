//! When prices or exceptions changed, or a fix has: works money, acceptance and totals out anew from what is stored,
//! without asking Microsoft. It ends in the same numbers as a scan would, so a second delivery finds nothing to change.

use model::{Event, EventKind, FixId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Company, Conflict, Fix, Mending, ScanState, Snapshot, StoreError, Summary, Tenant};

/// `findings-settle`.
pub const FUNCTION: Function<Kernel> = Function::event(
    "findings-settle",
    &[
        EventKind::PricesChanged,
        EventKind::ExceptionAdded,
        EventKind::ExceptionChanged,
        EventKind::ExceptionEnded,
        EventKind::FindingSnoozed,
        EventKind::FindingWoken,
        EventKind::FixFinished,
        EventKind::FixUndone,
    ],
    |deps, event| Box::pin(settle(deps, event)),
);

/// Tries while others write findings; after that the bus brings the event again.
const TURNS: u32 = 5;

async fn settle(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.store.of(&event.scope);
    if let Event::FixFinished { fix, .. } | Event::FixUndone { fix, .. } = event.recorded.event {
        note(&tenant, fix).await?;
    }
    for _ in 0..TURNS {
        match settle_once(&deps, &tenant).await {
            Err(StoreError::Conflict(Conflict::State("turn"))) => {}
            settled => return Ok(settled?),
        }
    }
    Err("others write the findings again and again".into())
}

/// Notes what of a fix stands now, in whatever order its events come, until a scan has seen it.
async fn note(tenant: &Tenant<'_>, fix: FixId) -> Result<(), StoreError> {
    let Some(record) = tenant.get_strong::<Fix>(&fix).await?.map(|record| record.value) else { return Ok(()) };
    let parts = tenant.fix_parts(fix).await?;
    let mending = Mending::of(&record, parts.iter().flat_map(|part| &part.value.items));
    let scans = tenant.overview().await?.scans;
    let seen = |mending: &Mending| {
        scans.iter().any(|scan| scan.state == ScanState::Finished && scan.requested_at > mending.ended_at)
    };
    match mending.filter(|mending| !seen(mending)) {
        Some(mending) => tenant.save(&mending).await,
        None => tenant.remove::<Mending>(&fix).await,
    }
}

async fn settle_once(deps: &Kernel, tenant: &Tenant<'_>) -> Result<(), StoreError> {
    let rewrite = tenant.rewrite().await?;
    let Some(summary) = tenant.get_strong::<Summary>(&()).await?.map(|summary| summary.value) else {
        return rewrite.disturb().await;
    };
    let Some(company) = tenant.get_strong::<Company>(&()).await? else { return Ok(()) };
    let (now, today) = (deps.clock.now(), deps.clock.today());
    let Some(mut outcome) = rewrite.settled(&summary, company.value.currency, today).await? else { return Ok(()) };
    let kept = rewrite.keep(&mut outcome, None, Some(&summary), now).await?;
    if !kept.changed {
        return Ok(());
    }
    let mut change = kept.change;
    // A day without a scan stays one.
    if let Some(day) = tenant.get_strong::<Snapshot>(&today).await? {
        change = change.overwrite(&Snapshot::of(today, &kept.summary, day.value.seats));
    }
    let totals = kept.summary.totals;
    let event = Event::FindingsSettled {
        certain_minor: totals.certain_monthly.amount_minor,
        likely_minor: totals.likely_monthly.amount_minor,
    };
    tenant.commit(change.event(event)?).await?;
    Ok(())
}
