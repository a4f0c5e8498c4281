//! `DELETE /v1/keys/{key}`: ends a key at once (F89).

use api::{Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::KeyId;
use runtime::{Function, Kernel};
use store::{ApiKey, Store};
use utoipa_axum::routes;

/// `members-key-revoke`.
pub const FUNCTION: Function<Kernel> = Function::http("members-key-revoke", || routes!(key_revoke));

/// Revoke an API key
///
/// The next request with it is refused, the old secret of a rotation included. Again is no error.
#[utoipa::path(
    delete, path = "/v1/keys/{key}", operation_id = "members-key-revoke", tag = "members", security(("bearer" = [])),
    params(("key" = KeyId, Path, description = "Which key.")),
    responses(
        (status = 204, description = "It is over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn key_revoke(
    State(store): State<Store>,
    person: Person<can::ManageKeys>,
    Path(id): Path<KeyId>,
) -> Result<StatusCode> {
    let tenant = store.of(person.scope());
    if tenant.revoke_key(id, false).await?.is_none() {
        // Over already, or never there.
        tenant.get::<ApiKey>(&id).await?.ok_or_else(Error::not_found)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
