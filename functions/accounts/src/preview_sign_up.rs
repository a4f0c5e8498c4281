//! `POST /v1/verify-email/preview`: what the page behind the link of a sign-up's mail shows. Uses nothing up.

use api::{Client, Json, Result, within_by_address};
use axum::extract::State;
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::TokenHash;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits, verify_email::waiting};

/// `accounts-preview-sign-up`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-preview-sign-up", || routes!(preview_sign_up));

/// A link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpLink {
    /// From the link.
    #[schema(example = "svt_Vw4…", max_length = 128)]
    token: String,
}

/// What a link makes: no more than the page needs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignUpPreview {
    /// The company's name.
    #[schema(example = "Northwind Ltd")]
    pub company: String,
    /// Whether the address has an account, which then gets the company.
    pub has_account: bool,
}

/// Read a sign-up by its link
///
/// Without an account a name and a password are wanted; with one the company is all that is made.
#[utoipa::path(
    post, path = "/v1/verify-email/preview", operation_id = "accounts-preview-sign-up", tag = "accounts", request_body = SignUpLink, security(()),
    responses(
        (status = 200, description = "What the link makes.", body = SignUpPreview),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview_sign_up(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<SignUpLink>,
) -> Result<Json<SignUpPreview>> {
    let store = &deps.kernel.store;
    within_by_address(store, limits::LINK, &client).await?;
    let signup = waiting(store, &TokenHash::of(&body.token)).await?;
    let has_account = store.has_account(&signup.email).await?;
    Ok(Json(SignUpPreview { company: signup.company, has_account }))
}
