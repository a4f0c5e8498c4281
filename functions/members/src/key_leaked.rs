//! `POST /v1/keys/leaked`: somebody found a key in the open. A right secret revokes the key (C10).
//!
//! The answer is the same for every text; a key that is not there costs the read that one costs that is.

use api::{Client, Json, Result, within_by_address};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{api_key::PresentedKey, visitor};
use jiff::SignedDuration;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Limit, Store};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `members-key-leaked`.
pub const FUNCTION: Function<Kernel> = Function::http("members-key-leaked", || routes!(key_leaked));

/// Reports by address: a scanner may find many at once.
const REPORTS: Limit = Limit { name: "leak-report", count: 60, window: SignedDuration::from_hours(1) };

/// What was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeakReport {
    /// The key's whole text. Keys match `stw_live_[0-9a-hjkmnp-tv-z]{52}_[0-9a-hjkmnp-tv-z]{38}`.
    #[schema(example = "stw_live_352ckgw9my1mvz59tdwh9edd1r1pystws0f79vtyhrjxjg7dj13n_<secret>", max_length = 200)]
    key: String,
}

/// What happens next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportTaken {
    /// In words.
    #[schema(example = "Thank you. If it is a key of ours that works, it is revoked and its owner told.")]
    pub message: String,
}

/// Report a key found in the open
///
/// For whoever finds a key of ours where it does not belong, such as secret scanners. A key that works is revoked at
/// once and its company told. The answer does not say whether it was one.
#[utoipa::path(
    post, path = "/v1/keys/leaked", operation_id = "members-key-leaked", tag = "members", request_body = LeakReport, security(()),
    responses(
        (status = 202, description = "Thank you.", body = ReportTaken),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn key_leaked(State(store): State<Store>, client: Client, Json(body): Json<LeakReport>) -> Result<Response> {
    within_by_address(&store, REPORTS, &client).await?;
    if let Some(key) = PresentedKey::parse(body.key.trim()) {
        let id = key.key;
        if let Some(scope) = store.leaked_key(&key.proof(visitor(client))).await? {
            store.of(&scope).revoke_key(id, true).await?;
            tracing::warn!(security = "key_leaked", key = %id, "a key was reported as found in the open");
        }
    }
    let message = "Thank you. If it is a key of ours that works, it is revoked and its owner told.".into();
    Ok((StatusCode::ACCEPTED, Json(ReportTaken { message })).into_response())
}
