//! `POST /v1/email-change/confirm`: the link to the new address. From now on it is the one to sign in with (C7).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::StatusCode};
use identity::visitor;
use runtime::Function;
use serde::Deserialize;
use store::{Conflict, EmailChangeState, Purpose, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-confirm-email`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-confirm-email", || routes!(confirm_email));

/// What the page behind the link sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmail {
    /// From the link.
    #[schema(example = "sct_Vw4…", max_length = 128)]
    token: String,
}

/// Confirm a new address
///
/// Works once, for 24 hours. The old address gets a mail that can undo it.
#[utoipa::path(
    post, path = "/v1/email-change/confirm", operation_id = "accounts-confirm-email", tag = "accounts", request_body = ConfirmEmail, security(()),
    responses(
        (status = 204, description = "The address is changed."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn confirm_email(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<ConfirmEmail>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let not_good = || Error::new(Code::LinkNotGood, "Ask for the change again to get another mail.");
    within_by_address(store, limits::LINK, &client).await?;
    let link = TokenHash::of(&body.token);
    let token = store.token(&link).await?.ok_or_else(not_good)?;
    let Purpose::EmailChange { change } = token.purpose else { return Err(not_good()) };
    let change = store.email_change(change).await?.filter(|change| change.state == EmailChangeState::Waiting);
    let change = change.ok_or_else(not_good)?;
    match store.confirm_email_change(&link, &change, visitor(client)).await {
        // Somebody else got the address since the mail was sent; only its owner is told.
        Err(StoreError::Conflict(Conflict::Taken("email"))) => Err(not_good()),
        done => Ok(done.map(|()| StatusCode::NO_CONTENT)?),
    }
}
