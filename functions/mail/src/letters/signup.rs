//! Letters to who wants an account.

use mailer::{Letter, Page};
use model::SignupId;
use runtime::Failure;
use store::{Purpose, SIGN_UP_GOOD_FOR, Token};

use crate::{
    Mail,
    desk::{Addressed, secret_link},
};

/// The answer to a sign-up: a link that makes the company, and the account where the address has none (C1). Both read
/// alike to who has no mailbox: what is known of the address is decided here, behind the answer.
pub async fn requested(deps: &Mail, signup: SignupId) -> Result<Vec<Addressed>, Failure> {
    let (store, app) = (&deps.kernel.store, &deps.kernel.app_url);
    let Some(signup) = store.signup(signup).await?.filter(|signup| !signup.done) else { return Ok(Vec::new()) };
    let has_account = store.has_account(&signup.email).await?;
    let (link, hash) = secret_link(deps, Page::Verify, "svt_");
    let token = Token { purpose: Purpose::VerifyEmail { signup: signup.signup }, good_until: signup.good_until };
    store.keep_token(&hash, &token).await?;
    let expires_hours = u32::try_from(SIGN_UP_GOOD_FOR.as_hours()).unwrap_or(24);
    let company = signup.company;
    let letter = if has_account {
        Letter::AlreadyRegistered { company, link, sign_in_link: Page::SignIn.of(app), expires_hours }
    } else {
        Letter::VerifyEmail { company, link, expires_hours }
    };
    Ok(vec![Addressed { to: signup.email, letter }])
}
