//! `POST /v1/sign-out/everywhere`: ends all your sessions, this one last, and forgets your other devices (F59).

use api::{Client, Result};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use identity::{Person, can};
use runtime::Function;
use utoipa_axum::routes;

use crate::{Accounts, device::Device};

/// `accounts-sign-out-everywhere`.
pub const FUNCTION: Function<Accounts> =
    Function::http("accounts-sign-out-everywhere", || routes!(sign_out_everywhere));

/// Sign out everywhere
///
/// In every company you are in. Tokens of all your sessions stop working at once, and of the devices you signed in from
/// this one alone stays known.
#[utoipa::path(
    post, path = "/v1/sign-out/everywhere", operation_id = "accounts-sign-out-everywhere", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "All sessions are over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out_everywhere(
    State(deps): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    person: Person<can::ChangeOneself>,
) -> Result<StatusCode> {
    let (store, this) = (&deps.kernel.store, person.session().session);
    store.end_other_sessions(person.scope(), person.user(), this).await?;
    let device = Device::of(&headers, &client, &deps.kernel.ids);
    store.forget_other_devices(person.user(), device.hash()).await?;
    store.sign_out(person.scope(), person.user(), this).await?;
    // What was opened from this one meanwhile.
    store.end_other_sessions(person.scope(), person.user(), this).await?;
    Ok(StatusCode::NO_CONTENT)
}
