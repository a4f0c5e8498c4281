//! `POST /v1/sign-in/microsoft/confirm`: the link of the mail. Links the work account that signed in with one's address
//! (C8). Opening the link (GET, HEAD) uses nothing up.

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::StatusCode};
use identity::visitor;
use runtime::Function;
use serde::Deserialize;
use store::{Purpose, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-confirm-microsoft`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-confirm-microsoft", || routes!(confirm));

/// What the page behind the link sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmMicrosoft {
    /// From the link.
    #[schema(example = "slt_Vw4…", max_length = 128)]
    token: String,
}

/// Confirm a work account by mail
///
/// Works once, for an hour, and while your place in the company and your account are what they were. From then on the
/// work account signs you in: sign in with Microsoft again.
#[utoipa::path(
    post, path = "/v1/sign-in/microsoft/confirm", operation_id = "accounts-confirm-microsoft", tag = "accounts", request_body = ConfirmMicrosoft, security(()),
    responses(
        (status = 204, description = "Linked."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn confirm(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<ConfirmMicrosoft>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let not_good = || Error::new(Code::LinkNotGood, "Sign in with Microsoft again and use the newest mail.");
    within_by_address(store, limits::LINK, &client).await?;
    let token = TokenHash::of(&body.token);
    let kept = store.token(&token).await?.ok_or_else(not_good)?;
    let Purpose::WorkAccountLink { link } = kept.purpose else { return Err(not_good()) };
    let request = store.link_request(link).await?.ok_or_else(not_good)?;
    store.confirm_link(&token, &request, visitor(client)).await.map_err(|error| match error {
        StoreError::Conflict(_) => not_good().because(error),
        error => error.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
