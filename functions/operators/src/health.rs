//! `GET /v1/health`: that the service answers. Touches nothing (F124).

use api::Json;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `operators-health`.
pub const FUNCTION: Function<Kernel> = Function::http("operators-health", || routes!(health));

/// That it lives.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `steward`.
    #[schema(example = "steward")]
    pub service: String,
    /// Version of the code.
    #[schema(example = "0.1.0")]
    pub version: String,
}

/// Ask whether the service answers
#[utoipa::path(
    get, path = "/v1/health", operation_id = "operators-health", tag = "operators", security(()),
    responses(
        (status = 200, description = "It does.", body = Health),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn health() -> Json<Health> {
    Json(Health { service: "steward".into(), version: env!("CARGO_PKG_VERSION").into() })
}
