//! After a scan, and after savings were worked out anew: when the company is next to be told of a renewal.

use jiff::Timestamp;
use model::EventKind;
use runtime::{Delivered, Failure, Function, Kernel};
use store::{RenewalWatch, Versioned};

use crate::renewal::{self, watched};

/// `insights-watch-renewals`.
pub const FUNCTION: Function<Kernel> = Function::event(
    "insights-watch-renewals",
    &[EventKind::ScanFinished, EventKind::FindingsSettled],
    |deps, event| Box::pin(watch_renewals(deps, event)),
);

async fn watch_renewals(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.store.of(&event.scope);
    let known = tenant.get_strong::<RenewalWatch>(&()).await?;
    let (before, version) = known.map_or_else(Default::default, |known| (known.value, known.version));
    let renewals = renewal::of(&tenant, deps.clock.today()).await?;
    let now = deps.clock.now();
    let value = watched(&renewals, &before, now);
    // What is due is looked at on the next round, whether it says now or a while ago.
    let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    let same = value.told == before.told && (value.next == before.next || (due(value.next) && due(before.next)));
    if !same {
        tenant.checkpoint(&Versioned { value, version }).await?;
    }
    Ok(())
}
