//! After a fix or its undo: what was approved stands in the ledger, less what was undone. Events come in any order and
//! more than once: what stands is read from the fix itself, and an undo waits for the end of its fix.

use std::collections::HashMap;

use checks::{Licensing, people::unpack};
use jiff::Timestamp;
use model::{Event, EventKind, PersonId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Approval, Bucket, Fix, FixItem, FreedSeats, ItemState, ScanState, SeatChange, Tenant, Versioned};

use crate::{
    department,
    exchange::{self, owed, unused_before},
    renewal::unused,
};

/// `insights-approve`.
pub const FUNCTION: Function<Kernel> =
    Function::event("insights-approve", &[EventKind::FixFinished, EventKind::FixUndone], |deps, event| {
        Box::pin(approve(deps, event))
    });

async fn approve(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let tenant = deps.store.of(&event.scope);
    let (Event::FixFinished { fix, .. } | Event::FixUndone { fix, .. }) = event.recorded.event else { return Ok(()) };
    // What was deleted with its company is in no ledger.
    let Some(of) = tenant.get_strong::<Fix>(&fix).await?.map(|of| of.value) else { return Ok(()) };
    let known = tenant.get_strong::<Approval>(&fix).await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    let known = known.map(|known| known.value);
    let ended = event.recorded.at;
    let when = match (&event.recorded.event, &known) {
        // A fix whose failed items were tried again ends again.
        (Event::FixFinished { done, .. }, Some(known)) if known.items > 0 => ended_again(known, ended, *done),
        (Event::FixFinished { .. }, _) => (ended, None),
        (_, Some(known)) => (known.at, known.retried_at),
        (_, None) => return Err("the fix that was undone is not in the ledger yet".into()),
    };
    let value = approval(&tenant, &of, when, known.as_ref()).await?;
    if known.as_ref() != Some(&value) {
        tenant.checkpoint(&Versioned { value, version }).await?;
    }
    Ok(())
}

/// When a fix first ended, and when a retry last did more of it, once it ended again with so much done. What was
/// approved stays in its month, and a retry that did nothing moves nothing.
fn ended_again(known: &Approval, ended: Timestamp, done: u32) -> (Timestamp, Option<Timestamp>) {
    if done == 0 {
        return (known.at, known.retried_at);
    }
    let (first, last) = (known.at.min(ended), known.freed_at().max(ended));
    (first, (last > first).then_some(last))
}

/// What of a fix stands now.
async fn approval(
    tenant: &Tenant<'_>,
    of: &Fix,
    (at, retried_at): (Timestamp, Option<Timestamp>),
    known: Option<&Approval>,
) -> Result<Approval, Failure> {
    let items: Vec<FixItem> = tenant.fix_parts(of.fix).await?.into_iter().flat_map(|part| part.value.items).collect();
    let done: Vec<&FixItem> = items.iter().filter(|item| item.attempt.state == ItemState::Done).collect();
    let standing: Vec<&FixItem> = done.iter().copied().filter(|item| item.stands()).collect();
    let minor = |item: &FixItem| item.monthly.map_or(0, |money| money.amount_minor);
    let mut by_person: HashMap<PersonId, i64> = HashMap::new();
    for item in standing.iter().filter(|item| minor(item) != 0) {
        if let Some(person) = item.person {
            *by_person.entry(person).or_default() += minor(item);
        }
    }
    let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
    // What was given has a price of its own, and what was freed is told from what was free before.
    let licensing = if of.freed.is_empty() { None } else { tenant.licensing().await? };
    let (mut seats, given) = exchange::freed(&standing, licensing.as_ref().map(|known| &known.prices));
    note_unused(tenant, of, known, licensing.as_ref(), &mut seats).await?;
    Ok(Approval {
        fix: of.fix,
        at,
        retried_at,
        items: count(done.len()),
        undone: count(done.len() - standing.len()),
        monthly_minor: standing.iter().copied().map(minor).fold(0, i64::saturating_add),
        departments: departments(tenant, by_person).await?,
        freed: of.freed.iter().map(|freed| freed.sku).collect(),
        seats,
        given,
    })
}

/// Notes what nobody had of what a fix freed before it did: once, by the last check before it.
async fn note_unused(
    tenant: &Tenant<'_>,
    of: &Fix,
    known: Option<&Approval>,
    licensing: Option<&Licensing>,
    freed: &mut [FreedSeats],
) -> Result<(), Failure> {
    let mut new = Vec::new();
    for one in freed {
        match known.and_then(|known| known.seats.iter().find(|noted| noted.sku == one.sku)) {
            Some(noted) => one.before = noted.before,
            None => new.push(one),
        }
    }
    let Some(licensing) = licensing.filter(|_| !new.is_empty()) else { return Ok(()) };
    let approvals: Vec<Approval> = tenant.all::<Approval>().await?.into_iter().map(|one| one.value).collect();
    let changes: Vec<SeatChange> = tenant.all::<SeatChange>().await?.into_iter().map(|one| one.value).collect();
    let owed = owed(&approvals, &changes);
    // Who is told late of its end finds the check that follows it: that shows what it freed.
    let follows = |requested_at: Timestamp| of.ended_at.is_some_and(|ended| requested_at > ended);
    let scans = tenant.overview().await?.scans;
    let shown = scans.iter().any(|scan| scan.state == ScanState::Finished && follows(scan.requested_at));
    for one in new {
        let own = if shown { one.seats } else { 0 };
        let earlier = owed.get(&one.sku).map(Vec::as_slice).unwrap_or_default();
        one.before = Some(unused_before(earlier, unused(licensing, one.sku).saturating_sub(own)));
    }
    Ok(())
}

/// Amounts by the department that people are in, by its name. Who is not in the directory any more is in none.
async fn departments(
    tenant: &Tenant<'_>,
    mut by_person: HashMap<PersonId, i64>,
) -> Result<Vec<(Option<String>, i64)>, Failure> {
    let mut sums = department::Sums::default();
    if by_person.is_empty() {
        return Ok(Vec::new());
    }
    for bucket in tenant.all::<Bucket>().await? {
        unpack(&bucket.value.rows, |row| {
            if let Some(minor) = by_person.remove(&row.person.id) {
                *sums.of(row.person.department.as_deref()) += minor;
            }
        })?;
    }
    by_person.into_values().for_each(|minor| *sums.of(None) += minor);
    Ok(sums.named().collect())
}
