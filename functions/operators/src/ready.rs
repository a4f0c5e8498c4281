//! `GET /v1/ready`: that the table answers. The secrets were read at the start, or there would be no answer at all.

use api::{Code, Error, Json, Result};
use axum::extract::State;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `operators-ready`.
pub const FUNCTION: Function<Kernel> = Function::http("operators-ready", || routes!(ready));

/// That it can work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// The table answers.
    #[schema(example = true)]
    pub table: bool,
    /// There is a key that access tokens are verified with.
    #[schema(example = true)]
    pub keys: bool,
}

/// Ask whether the service can work
#[utoipa::path(
    get, path = "/v1/ready", operation_id = "operators-ready", tag = "operators", security(()),
    responses(
        (status = 200, description = "It can.", body = Ready),
        (status = 503, description = "It cannot.", body = api::Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn ready(State(store): State<Store>) -> Result<Json<Ready>> {
    let keys = store.jwks().await?.keys;
    if keys.is_empty() {
        let missing = Error::new(Code::Unavailable, "No signing key is published yet.");
        return Err(missing.because("the item JWKS is empty").retry_after(10));
    }
    Ok(Json(Ready { table: true, keys: true }))
}
