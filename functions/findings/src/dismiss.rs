//! `POST /v1/findings/{finding}/dismiss`: accepts a finding as it is.

use api::{Error, Json, Path, Result};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use identity::{Caller, can};
use model::FindingId;
use runtime::{Function, Kernel};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    add_exception::about,
    exception::{ExceptionView, Wanted, accept},
};

/// `findings-dismiss`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-dismiss", || routes!(dismiss));

/// Why a finding is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissRequest {
    /// Why.
    #[schema(max_length = 500, example = "We keep these seats for the shop that opens in March.")]
    reason: String,
}

/// Dismiss a finding
///
/// Makes an exception on it for a year: it stays in the list as accepted and counts in no saving. Change or end the
/// exception to have it back.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/dismiss", operation_id = "findings-dismiss", tag = "findings",
    request_body = DismissRequest, security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding.")),
    responses(
        (status = 201, description = "The exception.", body = ExceptionView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn dismiss(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageFindings>,
    Path(finding): Path<FindingId>,
    Json(body): Json<DismissRequest>,
) -> Result<impl IntoResponse> {
    let about = about(&deps.store.of(caller.scope()), finding).await?.ok_or_else(Error::not_found)?;
    let wanted = Wanted {
        about,
        finding: Some(finding),
        person: None,
        sku: None,
        reason: body.reason,
        owner: None,
        expires_at: None,
    };
    Ok((StatusCode::CREATED, Json(accept(&deps, &caller, wanted).await?)))
}
