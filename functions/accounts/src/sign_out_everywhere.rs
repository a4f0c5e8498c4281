//! `POST /v1/sign-out/everywhere`: ends all your sessions, this one last, and forgets the devices they were on (F59).

use api::Result;
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use runtime::Function;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-sign-out-everywhere`.
pub const FUNCTION: Function<Accounts> =
    Function::http("accounts-sign-out-everywhere", || routes!(sign_out_everywhere));

/// Sign out everywhere
///
/// In every company you are in. Tokens of all your sessions stop working at once, and the devices you signed in from are
/// known no more.
#[utoipa::path(
    post, path = "/v1/sign-out/everywhere", operation_id = "accounts-sign-out-everywhere", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "All sessions are over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out_everywhere(
    State(deps): State<Accounts>,
    person: Person<can::ChangeOneself>,
) -> Result<StatusCode> {
    let (store, this) = (&deps.kernel.store, person.session().session);
    store.end_other_sessions(person.scope(), person.user(), this).await?;
    store.forget_devices(person.user()).await?;
    store.sign_out(person.scope(), person.user(), this).await?;
    Ok(StatusCode::NO_CONTENT)
}
