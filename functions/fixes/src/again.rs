//! Asking for a fix to go on: a retry of what failed, or an undo. Items, fix and event change together.

use api::{Code, Error, Result};
use jiff::Timestamp;
use model::{Event, FixId};
use store::{Attempt, Claim, Commit, Fix, FixItem, FixState, ItemState, KeptAnswer, Tally, Tenant, Versioned};

use crate::{reason, view::FixView};

/// Whether an attempt can be made once more: it failed, is not confirmed, or something stopped the fix before it.
pub fn goes_again(attempt: &Attempt) -> bool {
    matches!(attempt.state, ItemState::Failed | ItemState::Pending) || reason::interrupted(attempt)
}

/// An attempt that is made once more. What Microsoft may have done is looked at before it is done again, and is ours
/// when it shows: one write of those there were still counts, with why and when it ended.
pub fn once_more(attempt: &Attempt) -> Attempt {
    let refused_again = reason::refused_by_microsoft(attempt) && attempt.writes > 1;
    if attempt.state == ItemState::Pending || refused_again {
        return Attempt { state: ItemState::Intended, writes: attempt.writes.min(1), ..attempt.clone() };
    }
    // Nothing of it was made: it may be written as often as the first time.
    Attempt { state: ItemState::Waiting, reason: None, writes: 0, ended_at: None, ..attempt.clone() }
}

/// Puts the fix back to work: `each` changes the items that are to be, `state` is where it waits.
///
/// # Errors
/// [`Code::WrongState`] where `each` changes nothing. When the table does not answer, or something else changed the
/// fix.
pub async fn ask(
    tenant: Tenant<'_>,
    mut fix: Versioned<Fix>,
    state: FixState,
    claim: Option<&Claim>,
    each: impl Fn(&mut FixItem) -> bool,
) -> Result<KeptAnswer> {
    let now = tenant.now();
    let id = fix.value.fix;
    let mut change = Commit::new();
    let mut items = 0;
    let mut parts = tenant.fix_parts(id).await?;
    for part in &mut parts {
        let changed = part.value.items.iter_mut().map(|item| u32::from(each(item))).sum::<u32>();
        if changed > 0 {
            change = change.replace(&*part);
            items += changed;
        }
    }
    if items == 0 {
        return Err(Error::new(Code::WrongState, "There is nothing left of it to do. See its items."));
    }
    let undo = state == FixState::UndoQueued;
    let all = parts.iter().flat_map(|part| &part.value.items);
    let attempts = all.filter_map(|item| if undo { item.undo.as_ref() } else { Some(&item.attempt) });
    let attempts: Vec<&Attempt> = attempts.collect();
    fix.value.told_writes = attempts.iter().map(|attempt| u32::from(attempt.writes)).sum();
    let tally = Tally::of(attempts);
    if undo {
        fix.value.undo_tally = Some(tally);
    } else {
        fix.value.tally = tally;
    }
    fix.value.state = state;
    fix.value.ended_at = None;
    fix.value.stopped = None;
    fix.value.pauses = 0;
    fix.value.go_on_at = None;
    fix.value.look_at = Some(now + Fix::STALLED);
    let answer = answer(&fix.value, now)?;
    let change = change.replace(&fix);
    let change = match claim {
        Some(claim) => change.answered(claim, answer.clone()),
        None => change,
    };
    tenant.commit(change.event(event(id, &fix.value, state, items))?).await?;
    Ok(answer)
}

fn event(fix: FixId, record: &Fix, state: FixState, items: u32) -> Event {
    match state {
        FixState::UndoQueued => Event::FixUndoRequested { fix, items },
        _ => Event::FixRequested { fix, finding: record.finding, items, at: None },
    }
}

/// 202 with where to follow it.
///
/// # Errors
/// When it does not serialise.
pub fn answer(fix: &Fix, now: Timestamp) -> Result<KeptAnswer> {
    let body = serde_json::to_string(&FixView::of(fix.clone(), now)).map_err(Error::internal)?;
    Ok(KeptAnswer { status: 202, location: Some(format!("/v1/fixes/{}", fix.fix)), body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_microsoft_may_have_done_is_looked_at_first() {
        let pending = Attempt { state: ItemState::Pending, writes: 1, ..Attempt::WAITING };
        assert_eq!(once_more(&pending), Attempt { state: ItemState::Intended, ..pending });
        let failed = |why: &str, writes| Attempt {
            state: ItemState::Failed,
            reason: Some(why.into()),
            writes,
            ..Attempt::WAITING
        };
        assert_eq!(once_more(&failed("refused", 1)), Attempt::WAITING);
        // Perhaps for nothing: the write before may have been made.
        let again = once_more(&failed("not_assigned", 3));
        assert_eq!((again.state, again.writes), (ItemState::Intended, 1));
        for why in [reason::CHANGED_BY_OTHERS, reason::GONE_AGAIN] {
            assert_eq!(once_more(&failed(why, 2)), Attempt::WAITING);
        }
    }
}
