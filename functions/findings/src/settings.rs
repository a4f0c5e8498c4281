//! `GET /v1/checks/settings`: what the checks look for.

use api::{Result, Tagged, etag};
use axum::extract::State;
use checks::Settings;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

/// `findings-settings`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-settings", || routes!(settings));

/// Read what checks look for
///
/// Thresholds, grace, free seats that are no waste, people and licence types no check speaks of. `ETag` is the version
/// that a change names in `If-Match`.
#[utoipa::path(
    get, path = "/v1/checks/settings", operation_id = "findings-settings", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The settings.", body = Settings),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn settings(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Tagged<Settings>> {
    let stored = store.of(caller.scope()).check_settings().await?;
    Ok(Tagged { etag: etag(stored.version), body: stored.value.settings })
}
