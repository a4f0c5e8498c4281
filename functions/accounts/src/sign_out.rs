//! `POST /v1/sign-out`: ends the session; its tokens stop working at once.

use api::Result;
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use runtime::Function;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-sign-out`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-sign-out", || routes!(sign_out));

/// Sign out
#[utoipa::path(
    post, path = "/v1/sign-out", operation_id = "accounts-sign-out", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "The session is over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<StatusCode> {
    deps.kernel.store.sign_out(person.scope(), person.user(), person.session().session).await?;
    Ok(StatusCode::NO_CONTENT)
}
