//! After a fix or its undo: what was approved stands in the ledger, less what was undone. Events come in any order and
//! more than once: what stands is read from the fix itself, and an undo waits for the end of its fix.

use std::collections::HashMap;

use checks::people::unpack;
use jiff::Timestamp;
use model::{Change, Event, EventKind, PersonId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{Approval, Bucket, Fix, FixItem, ItemState, Tenant, Versioned};

use crate::{department, exchange};

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
    let at = match (&event.recorded.event, &known) {
        // A fix whose failed items were tried again ends again.
        (Event::FixFinished { .. }, known) => {
            known.as_ref().map_or(event.recorded.at, |known| known.at.max(event.recorded.at))
        }
        (_, Some(known)) => known.at,
        (_, None) => return Err("the fix that was undone is not in the ledger yet".into()),
    };
    let value = approval(&tenant, &of, at).await?;
    if known.as_ref() != Some(&value) {
        tenant.checkpoint(&Versioned { value, version }).await?;
    }
    Ok(())
}

/// What of a fix stands now.
async fn approval(tenant: &Tenant<'_>, of: &Fix, at: Timestamp) -> Result<Approval, Failure> {
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
    // What was given has a price of its own; where nothing was, none is asked for.
    let gives = |item: &&FixItem| matches!(&item.change, Change::Licences { add, .. } if !add.is_empty());
    let licensing = if standing.iter().any(gives) { tenant.licensing().await? } else { None };
    let (seats, given) = exchange::freed(&standing, licensing.as_ref().map(|known| &known.prices));
    Ok(Approval {
        fix: of.fix,
        at,
        items: count(done.len()),
        undone: count(done.len() - standing.len()),
        monthly_minor: standing.iter().copied().map(minor).fold(0, i64::saturating_add),
        departments: departments(tenant, by_person).await?,
        freed: of.freed.iter().map(|freed| freed.sku).collect(),
        seats,
        given,
    })
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
