//! How often somebody is asked, and how often a link is tried (C2, C18).

use api::{Client, Result, within, within_by_address};
use jiff::SignedDuration;
use model::{InvitationId, TenantId};
use store::{Limit, Store, TokenHash};

/// Between two mails to one address.
const COOLDOWN: Limit = Limit { name: "invitation-again", count: 1, window: SignedDuration::from_secs(60) };
/// Mails to one address.
const MAILS: Limit = Limit { name: "invitation", count: 5, window: SignedDuration::from_hours(24) };
/// Mails of one company: what a company of 25 needs four times over, and no use to who sends spam.
const COMPANY: Limit = Limit { name: "invitations", count: 100, window: SignedDuration::from_hours(24) };
/// Links tried from one address.
const TRIES: Limit = Limit { name: "invitation-link", count: 30, window: SignedDuration::from_mins(1) };
/// Tries of one link.
const LINK: Limit = Limit { name: "invitation-token", count: 10, window: SignedDuration::from_mins(1) };

/// Counts a mail to who is invited. An invitation is of one company and one address, so no company learns from it what
/// others do.
///
/// # Errors
/// 429.
pub async fn mail(store: &Store, tenant: TenantId, invitation: InvitationId) -> Result<()> {
    let invitation = invitation.to_string();
    within(store, COMPANY, &tenant.to_string()).await?;
    within(store, COOLDOWN, &invitation).await?;
    within(store, MAILS, &invitation).await
}

/// Counts the try of a link (F40).
///
/// # Errors
/// 429.
pub async fn link(store: &Store, client: &Client, link: &TokenHash) -> Result<()> {
    within_by_address(store, TRIES, client).await?;
    within(store, LINK, link.as_str()).await
}
