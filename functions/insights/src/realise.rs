//! After a scan: which seats were given back, and whether that is a saving. Each licence type is brought up to the scan
//! in a transaction of its own, once: a ledger that has the scan already is left alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::{Event, EventKind, ScanId, SkuId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Approval, Commit, Saved, SeatChange, SeatLedger, Tenant, Versioned};

use crate::ledger::{Seen, opened, step};

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
    let there: BTreeSet<SkuId> = licensing.skus.iter().map(|sku| sku.id).collect();
    // What has become free or a trial ends its ledger's count where it is; what is not there at all has no seats.
    known.retain(|ledger| seen.contains_key(&ledger.value.sku) || !there.contains(&ledger.value.sku));
    let fixed = last_fixes(&tenant).await?;
    for ledger in known {
        let sku = ledger.value.sku;
        let seen = seen.remove(&sku).unwrap_or_else(|| Seen::gone(sku, &licensing.prices));
        if ledger.value.scan < scan {
            bring_up(&tenant, ledger, &seen, scan, today, fixed.get(&sku).copied()).await?;
        }
    }
    for new in seen.into_values() {
        tenant.checkpoint(&Versioned { value: opened(&new, scan), version: 0 }).await?;
    }
    Ok(())
}

/// The day the last fix ended that freed seats of a licence type, and stands: it explains no fall of another type.
async fn last_fixes(tenant: &Tenant<'_>) -> Result<BTreeMap<SkuId, Date>, Failure> {
    let mut last = BTreeMap::new();
    for approval in tenant.all::<Approval>().await?.into_iter().map(|approval| approval.value) {
        let day = model::utc_date(approval.at);
        for sku in approval.freed {
            let known = last.entry(sku).or_insert(day);
            *known = day.max(*known);
        }
    }
    Ok(last)
}

async fn bring_up(
    tenant: &Tenant<'_>,
    ledger: Versioned<SeatLedger>,
    seen: &Seen,
    scan: ScanId,
    today: Date,
    fixed_on: Option<Date>,
) -> Result<(), Failure> {
    let (value, change) = step(&ledger.value, seen, scan, today, fixed_on);
    let same = SeatLedger { scan: ledger.value.scan, ..value.clone() } == ledger.value;
    let after = Versioned { value, version: ledger.version };
    match change {
        // Nothing to write: a scan of what did not change costs nothing, and seeing it again finds the same.
        None if same => {}
        None => _ = tenant.checkpoint(&after).await?,
        Some(change @ SeatChange { realised: 0, .. }) => {
            // First what was seen: its key is the scan's, so that another try writes the same over it.
            tenant.save(&change).await?;
            tenant.checkpoint(&after).await?;
        }
        Some(change) => {
            let monthly_minor = change.monthly_minor().unwrap_or(0);
            let event = Event::SavingRealised { sku: change.sku, seats: change.realised, monthly_minor };
            let saved = saved(tenant, &change).await?;
            let commit = Commit::new().replace(&after).overwrite(&change).put_at(&saved);
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
