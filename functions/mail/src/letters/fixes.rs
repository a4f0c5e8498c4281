//! Receipts of fixes: what was done, what was not, and until when it can be undone (ux.md 1.5).

use checks::outcome::UndoClass;
use mailer::{By, News, Page};
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
        undo_until: fix.undo_until(),
        undoable: fix.undo != UndoClass::No,
        freed: if undone { Vec::new() } else { freed.collect() },
        fix: fix.headline,
    };
    let link = format!("{}/{}", desk.link(Page::Fixes), fix.fix);
    Ok(vec![Addressed { to: person.email, letter: desk.notice(news, By::Steward, link) }])
}
