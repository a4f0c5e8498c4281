//! After a scan: which seats were given back, and whether that is a saving. Each licence type is brought up to the scan
//! in a transaction of its own, once: a ledger that has the scan already is left alone. Those that fell come last: what
//! came instead of them is seen by then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::{Event, EventKind, SkuId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Approval, Commit, Saved, SeatChange, SeatLedger, Tenant, Versioned};

use crate::{
    exchange::Exchanges,
    ledger::{Seen, appeared, opened, step},
};

/// `insights-realise`.
pub const FUNCTION: Function<Kernel> =
    Function::event("insights-realise", &[EventKind::ScanFinished], |deps, event| Box::pin(realise(deps, event)));

async fn realise(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let Event::ScanFinished { scan, .. } = event.recorded.event else { return Ok(()) };
    let today = model::utc_date(event.recorded.at);
    let tenant = deps.store.of(&event.scope);
    let Some(licensing) = tenant.licensing().await? else { return Ok(()) };
    let mut seen: BTreeMap<SkuId, Seen> = Seen::of(&licensing).into_iter().map(|seen| (seen.sku, seen)).collect();
    let mut known = tenant.all::<SeatLedger>().await?;
    // The first scan only begins the count; what a later one sees for the first time was bought since.
    let counting = known.iter().any(|ledger| ledger.value.scan < scan);
    let there: BTreeSet<SkuId> = licensing.skus.iter().map(|sku| sku.id).collect();
    // What has become free or a trial ends its ledger's count where it is; what is not there at all has no seats.
    known.retain(|ledger| seen.contains_key(&ledger.value.sku) || !there.contains(&ledger.value.sku));
    let approvals: Vec<Approval> = tenant.all::<Approval>().await?.into_iter().map(|approval| approval.value).collect();
    let fixed = last_fixes(&approvals);
    let with_seen = |ledger: Versioned<SeatLedger>| {
        let sku = ledger.value.sku;
        (ledger, seen.remove(&sku).unwrap_or_else(|| Seen::gone(sku, &licensing.prices)))
    };
    let known: Vec<_> = known.into_iter().map(with_seen).collect();
    // Before what is known: on another try that still says that this is not the first scan.
    for new in seen.into_values() {
        let change = appeared(&new, scan, today);
        let ledger = Versioned { value: opened(&new, scan), version: 0 };
        if counting && change.after > 0 {
            tenant.checkpoint_with(&ledger, &change).await?;
        } else {
            tenant.checkpoint(&ledger).await?;
        }
    }
    let mut fallen = Vec::new();
    for (ledger, seen) in known {
        if ledger.value.scan >= scan {
            continue;
        }
        let fixed_on = fixed.get(&seen.sku).copied();
        let (value, change) = step(&ledger.value, &seen, scan, today, fixed_on, &Exchanges::default());
        if change.as_ref().is_some_and(|change| change.after < change.before) {
            fallen.push((ledger, seen));
        } else {
            keep(&tenant, &ledger, value, change.as_ref()).await?;
        }
    }
    if fallen.is_empty() {
        return Ok(());
    }
    let changes: Vec<SeatChange> =
        tenant.all_strong::<SeatChange>().await?.into_iter().map(|change| change.value).collect();
    let mut exchanges = Exchanges::of(&approvals, &changes);
    for (ledger, seen) in fallen {
        let fixed_on = fixed.get(&seen.sku).copied();
        let (value, change) = step(&ledger.value, &seen, scan, today, fixed_on, &exchanges);
        keep(&tenant, &ledger, value, change.as_ref()).await?;
        change.iter().for_each(|change| exchanges.note(change));
    }
    Ok(())
}

/// The day a fix last freed seats of a licence type, and stands: it explains no fall of another type.
fn last_fixes(approvals: &[Approval]) -> BTreeMap<SkuId, Date> {
    let mut last = BTreeMap::new();
    for approval in approvals {
        let day = model::utc_date(approval.freed_at());
        for sku in &approval.freed {
            let known = last.entry(*sku).or_insert(day);
            *known = day.max(*known);
        }
    }
    last
}

/// Keeps where a licence type stands now, and the change a scan saw of it.
async fn keep(
    tenant: &Tenant<'_>,
    before: &Versioned<SeatLedger>,
    value: SeatLedger,
    change: Option<&SeatChange>,
) -> Result<(), Failure> {
    let same = SeatLedger { scan: before.value.scan, ..value.clone() } == before.value;
    let after = Versioned { value, version: before.version };
    match change {
        // Nothing to write: a scan of what did not change costs nothing, and seeing it again finds the same.
        None if same => {}
        None => _ = tenant.checkpoint(&after).await?,
        Some(change @ SeatChange { realised: 0, .. }) => {
            // Together: between the two the next scan would see the same seats bought once more.
            tenant.checkpoint_with(&after, change).await?;
        }
        Some(change) => {
            let monthly_minor = change.monthly_minor().unwrap_or(0);
            let event = Event::SavingRealised { sku: change.sku, seats: change.realised, monthly_minor };
            let saved = saved(tenant, change).await?;
            let commit = Commit::new().replace(&after).overwrite(change).put_at(&saved);
            tenant.commit(commit.event(event)?).await?;
        }
    }
    Ok(())
}

/// What is saved so far, with a change on top. Where no sum is kept yet it is that of the whole ledger.
async fn saved(tenant: &Tenant<'_>, change: &SeatChange) -> Result<Versioned<Saved>, Failure> {
    let known = match tenant.get_strong::<Saved>(&()).await? {
        Some(known) => known,
        None => {
            let changes = tenant.all_strong::<SeatChange>().await?;
            let value = changes.iter().fold(Saved::default(), |sum, change| sum.with(&change.value));
            Versioned { value, version: 0 }
        }
    };
    Ok(Versioned { value: known.value.with(change), version: known.version })
}
