//! `POST /v1/password-reset/confirm`: the link of the mail. Sets the password, ends every session and opens none: who
//! has a second factor still needs it (C6, ASVS 6.4.3).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::StatusCode};
use identity::{new_password, visitor};
use runtime::Function;
use serde::Deserialize;
use store::{Purpose, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-reset-password`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-reset-password", || routes!(reset_password));

/// What the page behind the link sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// From the link.
    #[schema(example = "spt_Vw4…", max_length = 128)]
    token: String,
    /// At least 12 characters.
    #[schema(example = "correct horse battery staple", min_length = 12, max_length = 128)]
    password: String,
}

/// Set a new password by mail
///
/// Works once, for 30 minutes, and not after the password was changed otherwise. Ends every session, and the devices you
/// signed in from are known no more. Sign in afterwards.
#[utoipa::path(
    post, path = "/v1/password-reset/confirm", operation_id = "accounts-reset-password", tag = "accounts", request_body = ResetPassword, security(()),
    responses(
        (status = 204, description = "The password is set; every session is over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reset_password(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<ResetPassword>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let not_good = || Error::new(Code::LinkNotGood, "Ask for another mail and use the newest link.");
    within_by_address(store, limits::LINK, &client).await?;
    let link = TokenHash::of(&body.token);
    let token = store.token(&link).await?.ok_or_else(not_good)?;
    let Purpose::PasswordReset { reset } = token.purpose else { return Err(not_good()) };
    let reset = store.password_reset(reset).await?.ok_or_else(not_good)?;
    let user = reset.user.ok_or_else(not_good)?;
    let password_hash = new_password::hashed(&deps.hashers, &body.password, &[&reset.email]).await?;
    store.reset_password(&link, &reset, user, password_hash, visitor(client)).await?;
    Ok(StatusCode::NO_CONTENT)
}
