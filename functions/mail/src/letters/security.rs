//! Letters with a link that changes an account: a new password, another address.

use mailer::{News, Page};
use model::{EmailChangeId, LinkId, ResetId, UserId};
use runtime::Failure;
use store::{EmailChange, EmailChangeState, Purpose};

use crate::desk::{Addressed, Desk};

/// The link to a new password, or, where every company of theirs lets them in with Microsoft only, word of that (C6).
/// An address that nobody has an account for gets nothing.
pub async fn password_reset(desk: &Desk<'_>, reset: ResetId) -> Result<Vec<Addressed>, Failure> {
    let Some(reset) = desk.deps.kernel.store.password_reset(reset).await? else { return Ok(Vec::new()) };
    let Some(user) = reset.user else { return Ok(Vec::new()) };
    let (news, link) = if passwords_get_in(desk, user).await? {
        let purpose = Purpose::PasswordReset { reset: reset.reset };
        let link = desk.one_time_link(Page::ResetPassword, "spt_", purpose, reset.good_until).await?;
        (News::PasswordReset { minutes: desk.minutes_until(reset.good_until) }, link)
    } else {
        (News::ResetWithMicrosoft, desk.link(Page::SignIn))
    };
    let letter = desk.notice(news, desk.by(Some(user)).await?, link);
    Ok(vec![Addressed { to: reset.email, letter }])
}

/// Whether a password gets a user in to any of their companies.
async fn passwords_get_in(desk: &Desk<'_>, user: UserId) -> Result<bool, Failure> {
    if desk.company.policy.lets_in_without_microsoft(user) {
        return Ok(true);
    }
    let store = &desk.deps.kernel.store;
    for membership in store.memberships(user).await? {
        let way = store.way_to(user, membership.tenant).await?;
        if way.is_some_and(|(_, company)| company.lets_in(user, None)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The link that confirms a new address, to that address (C7).
pub async fn email_change(desk: &Desk<'_>, change: EmailChangeId) -> Result<Vec<Addressed>, Failure> {
    let Some(change) = in_state(desk, change, EmailChangeState::Waiting).await? else { return Ok(Vec::new()) };
    let purpose = Purpose::EmailChange { change: change.change };
    let link = desk.one_time_link(Page::ConfirmEmail, "sct_", purpose, change.good_until).await?;
    let news = News::ConfirmEmail { hours: desk.hours_until(change.good_until) };
    let letter = desk.notice(news, desk.by(Some(change.user)).await?, link);
    Ok(vec![Addressed { to: change.to, letter }])
}

/// The link that undoes a change of address, to the old address (C7).
pub async fn email_changed(desk: &Desk<'_>, change: EmailChangeId) -> Result<Vec<Addressed>, Failure> {
    let Some(change) = in_state(desk, change, EmailChangeState::Made).await? else { return Ok(Vec::new()) };
    let purpose = Purpose::EmailUndo { change: change.change };
    let link = desk.one_time_link(Page::UndoEmailChange, "sut_", purpose, change.good_until).await?;
    let news = News::EmailChanged { to: change.to, hours: desk.hours_until(change.good_until) };
    let letter = desk.notice(news, desk.by(Some(change.user)).await?, link);
    Ok(vec![Addressed { to: change.from, letter }])
}

/// The link that links a work account, to the address it has (C8).
pub async fn work_account(desk: &Desk<'_>, link: LinkId) -> Result<Vec<Addressed>, Failure> {
    let Some(request) = desk.deps.kernel.store.link_request(link).await? else { return Ok(Vec::new()) };
    let purpose = Purpose::WorkAccountLink { link: request.link };
    let link = desk.one_time_link(Page::ConfirmMicrosoft, "slt_", purpose, request.good_until).await?;
    let news = News::ConfirmMicrosoft { minutes: desk.minutes_until(request.good_until) };
    let letter = desk.notice(news, desk.by(Some(request.user)).await?, link);
    Ok(vec![Addressed { to: request.email, letter }])
}

/// A change of address, if it is still where its event left it.
async fn in_state(
    desk: &Desk<'_>,
    change: EmailChangeId,
    state: EmailChangeState,
) -> Result<Option<EmailChange>, Failure> {
    let change = desk.deps.kernel.store.email_change(change).await?;
    Ok(change.filter(|change| change.state == state))
}
