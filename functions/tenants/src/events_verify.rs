//! `GET /v1/events/verify`: whether the log is what was sealed (C12). Walks the chain and names the first link that
//! does not hold.

use api::{Json, Query, Result, with_next};
use axum::{extract::State, response::Response};
use identity::{Caller, can};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Break, Store, Verified};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// `tenants-events-verify`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-events-verify", || routes!(events_verify));

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerifyQuery {
    /// `next_cursor` of the call before; from the first link when absent.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
}

/// How far the log was verified.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// Events that are sealed.
    pub length: u64,
    /// Place in the chain up to which every event is there and unchanged.
    pub through: u64,
    /// The hash of that place, in hexadecimal. Keep it elsewhere to compare later: nobody can then write the whole chain
    /// anew unnoticed.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: String,
    /// The first place that does not hold; absent when all that was looked at does.
    pub broken: Option<Break>,
    /// Where to go on; absent at the end, or at what is broken.
    #[schema(example = "3q2-7w")]
    pub next_cursor: Option<String>,
}

/// Verify that the log was not changed
///
/// Every event is sealed with a hash over it and the hash before. At most 200 are verified in a call. An event is sealed a
/// moment after it happened.
#[utoipa::path(
    get, path = "/v1/events/verify", operation_id = "tenants-events-verify", tag = "tenants", params(VerifyQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "How far it holds, and what does not.", body = Verification),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events_verify(
    State(store): State<Store>,
    caller: Caller<can::ReadEvents>,
    Query(query): Query<VerifyQuery>,
) -> Result<Response> {
    let verified = store.of(caller.scope()).verify_chain(query.cursor.as_deref()).await?;
    let Verified { length, through, hash, broken, next_cursor } = verified;
    if let Some(broken) = &broken {
        let (tenant, sequence) = (caller.tenant(), broken.sequence);
        tracing::error!(security = "log_broken", %tenant, sequence, "the log was changed");
    }
    let next = next_cursor.clone();
    Ok(with_next(Json(Verification { length, through, hash, broken, next_cursor }), next.as_deref()))
}
