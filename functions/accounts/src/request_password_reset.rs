//! `POST /v1/password-reset`: asks for a new password. Always 202 after the same work, whether or not the address has
//! an account (C3, C6).

use api::{Client, FieldProblem, Json, Result, within, within_by_address};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{normalised, visitor};
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-request-password-reset`.
pub const FUNCTION: Function<Accounts> =
    Function::http("accounts-request-password-reset", || routes!(request_password_reset));

/// Whose password is to be set anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordResetRequest {
    /// Your address.
    #[schema(example = "anna@northwind.example", max_length = 254)]
    email: String,
}

/// What happens next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasswordResetAccepted {
    /// In words.
    #[schema(example = "If the address has an account, a mail is on its way. Open its link within 30 minutes.")]
    pub message: String,
}

/// Ask for a new password
///
/// Sends a mail with a link, if the address has an account. Nothing changes before the link is used. Works while
/// sign-in waits after failures.
#[utoipa::path(
    post, path = "/v1/password-reset", operation_id = "accounts-request-password-reset", tag = "accounts", request_body = PasswordResetRequest, security(()),
    responses(
        (status = 202, description = "A mail is on its way, if the address has an account.", body = PasswordResetAccepted),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn request_password_reset(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<PasswordResetRequest>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    let email = normalised(&body.email).ok_or_else(|| api::Error::invalid(vec![FieldProblem::not_an_address()]))?;
    within_by_address(store, limits::RESET, &client).await?;
    within(store, limits::RESET_OF, &email).await?;
    store.request_password_reset(email, visitor(client)).await?;
    let message = "If the address has an account, a mail is on its way. Open its link within 30 minutes.".into();
    Ok((StatusCode::ACCEPTED, Json(PasswordResetAccepted { message })).into_response())
}
