//! Letters to who wants an account.

use mailer::{Letter, Page};
use model::SignupId;
use runtime::Failure;
use store::{Purpose, SIGN_UP_GOOD_FOR, Token};

use crate::{
    Mail,
    desk::{Addressed, secret_link},
};

/// The answer to a sign-up: a link for a new address, a hint for one that has an account (C1).
pub async fn requested(deps: &Mail, signup: SignupId) -> Result<Vec<Addressed>, Failure> {
    let (store, app) = (&deps.kernel.store, &deps.kernel.app_url);
    let Some(signup) = store.signup(signup).await?.filter(|signup| !signup.done) else { return Ok(Vec::new()) };
    if store.has_account(&signup.email).await? {
        let letter = Letter::AlreadyRegistered { sign_in_link: Page::SignIn.of(app) };
        return Ok(vec![Addressed { to: signup.email, letter }]);
    }
    let (link, hash) = secret_link(deps, Page::Verify, "svt_");
    let token = Token { purpose: Purpose::VerifyEmail { signup: signup.signup }, good_until: signup.good_until };
    store.keep_token(&hash, &token).await?;
    let expires_hours = u32::try_from(SIGN_UP_GOOD_FOR.as_hours()).unwrap_or(24);
    Ok(vec![Addressed {
        to: signup.email,
        letter: Letter::VerifyEmail { company: signup.company, link, expires_hours },
    }])
}
