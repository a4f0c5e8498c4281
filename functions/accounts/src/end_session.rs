//! `DELETE /v1/me/sessions/{session}`: ends one of your sessions; its tokens stop working at once.

use api::{Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::SessionId;
use runtime::Function;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-end-session`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-end-session", || routes!(end_session));

/// End a session
#[utoipa::path(
    delete, path = "/v1/me/sessions/{session}", operation_id = "accounts-end-session", tag = "accounts", security(("bearer" = [])),
    params(("session" = SessionId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end_session(
    State(deps): State<Accounts>,
    person: Person<can::ChangeOneself>,
    Path(session): Path<SessionId>,
) -> Result<StatusCode> {
    deps.kernel.store.end_session(person.scope(), person.user(), session).await?;
    Ok(StatusCode::NO_CONTENT)
}
