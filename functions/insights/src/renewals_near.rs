//! Twice a day: tells companies of renewals with seats to give back, 30 and 10 days before, and once they renewed while
//! Microsoft still takes seats back. What was told stands in the transaction that tells, so a doubled firing finds
//! nothing to do.

use model::Event;
use runtime::{Deadline, Failure, Function, Kernel, each_due};
use store::{Commit, Due, RenewalWatch, Tenant, Versioned};

use crate::renewal::{self, to_tell, watched};

/// `insights-renewals-near`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule("insights-renewals-near", "rate(12 hours)", |deps, deadline| {
        Box::pin(renewals_near(deps, deadline))
    });

/// Companies looked up at a time.
const AT_ONCE: u32 = 250;

async fn renewals_near(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {
    let due = deps.store.renewals_due(deps.clock.now(), AT_ONCE).await?;
    let tell = async |due: Due| tell(&deps, deps.store.of(&due.scope)).await;
    each_due(&deps.clock, deadline, "telling of renewals", due, |due| due.scope.tenant(), tell).await
}

/// Tells of one renewal after the other, each in a transaction, then sets when to look next.
async fn tell(deps: &Kernel, tenant: Tenant<'_>) -> Result<(), Failure> {
    let Some(mut watch) = tenant.get_strong::<RenewalWatch>(&()).await? else { return Ok(()) };
    let renewals = renewal::of(&tenant, deps.clock.today()).await?;
    for news in to_tell(&renewals, &watch.value, deps.clock.today()) {
        watch.value.told.push((news.sku, news.renews_on, news.days));
        let renewal::News { sku, renews_on, renewed, seats, .. } = news;
        let event = Event::RenewalNear { sku, renews_on, seats, renewed };
        tenant.commit(Commit::new().replace(&watch).event(event)?).await?;
        watch.version += 1;
    }
    let value = watched(&renewals, &watch.value, deps.clock.now());
    tenant.checkpoint(&Versioned { value, version: watch.version }).await?;
    Ok(())
}
