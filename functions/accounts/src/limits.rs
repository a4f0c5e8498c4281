//! How often anybody may do what nobody has to sign in for (C18). Whoever is over a limit is told so, and when to come
//! back; an address known to us and one that is not are counted alike.
//!
//! The window is also the burst: `count` at once, then one each `window / count`.

use api::{Client, Result, within, within_by_address};
use jiff::SignedDuration;
use store::{Limit, Store};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

const fn limit(name: &'static str, count: u32, window: SignedDuration) -> Limit {
    Limit { name, count, window }
}

/// Sign-ups from one network: three an hour after a burst of ten, which an office or a workshop may need (C1).
pub const SIGN_UP: Limit = limit("sign-up", 10, SignedDuration::from_mins(200));
/// Sign-ups of one address: each sends a mail that its owner may not want.
pub const SIGN_UP_OF: Limit = limit("sign-up-address", 6, HOUR);
/// Sign-ups of addresses of one domain. Generous, for most of them are of a few large providers.
pub const SIGN_UP_AT: Limit = limit("sign-up-domain", 200, HOUR);
/// Further mails for sign-ups, from one network.
pub const RESEND: Limit = limit("resend", 20, HOUR);
/// Further mails for one sign-up (C7).
pub const RESEND_OF: Limit = limit("resend-sign-up", 3, HOUR);
/// Asking how a sign-up goes, from one network: every two seconds, from several pages.
pub const STATUS: Limit = limit("sign-up-status", 120, MINUTE);
/// Requests for a new password from one network.
pub const RESET: Limit = limit("password-reset", 10, HOUR);
/// Requests for a new password of one address. Whoever asks too often, the owner has a link that works.
pub const RESET_OF: Limit = limit("password-reset-address", 3, HOUR);
/// Links of mails that are tried from one network. Tokens have 256 bits; this is about our hashers.
pub const LINK: Limit = limit("link", 30, SignedDuration::from_mins(10));
/// Changes of address one person asks for: each sends a mail to an address that may be somebody else's.
pub const NEW_ADDRESS_OF: Limit = limit("email-change", 5, HOUR);
/// Mails that ask one person whether a work account is theirs: whoever runs a directory can make it ask.
pub const LINK_OF: Limit = limit("microsoft-link", 5, HOUR);
/// Tries to accept one invitation with Microsoft (F40).
pub const INVITATION: Limit = limit("microsoft-invitation", 10, MINUTE);
/// Companies one person makes while signed in: three at once, then one in eight hours.
pub const NEW_COMPANY_OF: Limit = limit("new-company", 3, SignedDuration::from_hours(24));
/// Sessions one person opens in companies of theirs without signing in: more than fifty to look through, then one a
/// minute. Ending all of somebody's sessions takes a moment for each.
pub const SWITCH_OF: Limit = limit("switch", 60, HOUR);
/// Refreshes from one network. Each session needs one in a quarter of an hour.
pub const REFRESH: Limit = limit("refresh", 300, MINUTE);

/// Counts a sign-up of an address that is normalised.
///
/// # Errors
/// 429; 503 when the table does not answer.
pub async fn sign_up(store: &Store, client: &Client, email: &str) -> Result<()> {
    within_by_address(store, SIGN_UP, client).await?;
    within(store, SIGN_UP_OF, email).await?;
    let domain = email.rsplit_once('@').map_or(email, |(_, domain)| domain);
    within(store, SIGN_UP_AT, domain).await
}
