//! `GET /v1/findings/{finding}`: one finding with its evidence and what to look at before acting.

use api::{Error, Json, Path, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::FindingId;
use runtime::{Function, Kernel};
use store::{Store, StoredFinding};
use utoipa_axum::routes;

use crate::view::FindingDetail;

/// `findings-get`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-get", || routes!(get));

/// Read a finding
#[utoipa::path(
    get, path = "/v1/findings/{finding}", operation_id = "findings-get", tag = "findings", security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding.")),
    responses(
        (status = 200, description = "The finding.", body = FindingDetail),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(store): State<Store>,
    caller: Caller<can::ReadFindings>,
    Path(finding): Path<FindingId>,
) -> Result<Json<FindingDetail>> {
    let stored = store.of(caller.scope()).get::<StoredFinding>(&finding).await?.ok_or_else(Error::not_found)?;
    Ok(Json(stored.value.into()))
}
