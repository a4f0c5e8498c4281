//! `GET /v1/findings/{finding}`: one finding with its evidence and what to look at before acting.

use api::{Client, Code, Error, Json, Path, Problem, Result};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use identity::{Caller, can};
use model::FindingId;
use runtime::{Function, Kernel};
use serde::Serialize;
use store::{GoneFinding, Store, StoredFinding};
use utoipa_axum::routes;

use crate::view::{FindingDetail, GoneView};

/// `findings-get`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-get", || routes!(get));

/// The problem of a finding that is no more.
#[derive(Debug, Serialize)]
struct Gone {
    #[serde(flatten)]
    problem: Problem,
    gone: GoneView,
}

/// Read a finding
///
/// One that was found and is no more is 404 `not_found` like any other, with what it said last in the problem's member
/// `gone` (RFC 9457 3.2): its `headline`, when it was `first_found`, and `gone_since`. That is told for a year.
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
    client: Client,
    Path(finding): Path<FindingId>,
) -> Result<Response> {
    let tenant = store.of(caller.scope());
    if let Some(stored) = tenant.get::<StoredFinding>(&finding).await? {
        return Ok(Json(FindingDetail::from(stored.value)).into_response());
    }
    let gone = tenant.get::<GoneFinding>(&finding).await?.ok_or_else(Error::not_found)?.value.into();
    let problem = Problem { instance: client.request_id, ..*Error::not_found().problem };
    let media = [(header::CONTENT_TYPE, "application/problem+json")];
    Ok((Code::NotFound.status(), media, Json(Gone { problem, gone })).into_response())
}
