//! Receipts of fixes: what was done, what was not, and until when it can be undone (ux.md 1.5).

use checks::outcome::UndoClass;
use mailer::{By, News, Page, Undoable};
use model::FixId;
use runtime::Failure;
use store::{Fix, Tally};

use crate::desk::{Addressed, Desk};

/// To who approved it.
pub async fn ended(desk: &Desk<'_>, fix: FixId, undone: bool) -> Result<Vec<Addressed>, Failure> {
    let Some(fix) = desk.tenant.get_strong::<Fix>(&fix).await?.map(|fix| fix.value) else { return Ok(Vec::new()) };
    let Some(person) = desk.person(fix.requested_by).await? else { return Ok(Vec::new()) };
    let tally = if undone { fix.undo_tally.unwrap_or_default() } else { fix.tally };
    let Tally { done, failed, skipped, pending, .. } = tally;
    let told_on = model::utc_date(desk.recorded.at);
    let freed = fix.freed.iter().map(|freed| freed.words(told_on));
    let news = News::FixEnded {
        undone,
        done,
        failed,
        skipped,
        pending,
        undo: (!undone && fix.undo != UndoClass::No).then(|| undoable(&fix)),
        again: tally.goes_again(fix.stopped.is_some()),
        freed: if undone { Vec::new() } else { freed.collect() },
        fix: fix.headline,
    };
    let link = desk.link_to(Page::Fixes, fix.fix);
    Ok(vec![Addressed { to: person.email, letter: desk.notice(news, By::Steward, link) }])
}

/// What is promised of its undo: not what Microsoft would refuse as things were at the approval. A fix does not keep
/// which changes those are, so all of them count as done.
fn undoable(fix: &Fix) -> Undoable {
    let lacking = fix.undo_needs.iter().filter(|one| !one.need.is_met()).map(|one| one.changes).sum::<u32>();
    Undoable {
        changes: fix.tally.done.saturating_sub(lacking),
        until: fix.undo_until(),
        while_free: fix.undo_needs.iter().any(|one| one.need.is_met()),
    }
}
