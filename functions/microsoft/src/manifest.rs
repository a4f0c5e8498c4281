//! `GET /v1/manifest`: everything Steward can ask Microsoft, made of the list its client is built from (F139). Public:
//! who is about to consent has no account yet.

use api::{Json, Result};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use graph::{ENDPOINTS, purpose::NEVER};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::data_access::CallView;

/// `microsoft-manifest`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-manifest", || routes!(manifest));

/// Everything Steward can ask Microsoft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Manifest {
    /// Every call there is in Steward's code. One that is not here cannot be made.
    #[schema(max_items = 200)]
    pub calls: Vec<ManifestCall>,
    /// What Steward never asks for, so that Microsoft would refuse it.
    #[schema(max_items = 20)]
    pub never: Vec<Never>,
}

/// One call with what of its answer is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ManifestCall {
    /// The call.
    #[serde(flatten)]
    pub call: CallView,
    /// Fields that are asked for; the whole answer where there are none.
    #[schema(max_items = 64)]
    pub fields: Vec<String>,
}

/// Something that is never read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Never {
    /// What.
    #[schema(example = "Calendars, contacts, tasks and notes")]
    pub what: String,
    /// How the names of the permissions begin that it would take, none of which Steward's apps have.
    #[schema(max_items = 16)]
    pub permissions: Vec<String>,
}

/// Read what Steward can ask Microsoft
///
/// Every call with its permission and purpose, from the list Steward's own client is built from; and what is never read.
#[utoipa::path(
    get, path = "/v1/manifest", operation_id = "microsoft-manifest", tag = "microsoft", security(()),
    responses(
        (status = 200, description = "The manifest.", body = Manifest),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn manifest() -> Result<Response> {
    let fields = |select: &[&str]| select.iter().map(|one| (*one).to_owned()).collect();
    let calls = ENDPOINTS.iter().map(|one| ManifestCall { call: CallView::from(*one), fields: fields(one.select) });
    let never = NEVER.iter().map(|(what, begins)| Never { what: (*what).into(), permissions: fields(begins) });
    let manifest = Manifest { calls: calls.collect(), never: never.collect() };
    // The same for everybody until the next version.
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(manifest)).into_response())
}
