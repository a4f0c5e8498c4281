//! `GET /v1/scans/{scan}`: one scan with live progress.

use api::{Error, Json, Path, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::ScanId;
use runtime::{Function, Kernel};
use store::{Scan, Store};
use utoipa_axum::routes;

use crate::view::ScanView;

/// `scans-get`.
pub const FUNCTION: Function<Kernel> = Function::http("scans-get", || routes!(get));

/// Read a scan
///
/// Ask every second or two while `state` is `queued`, `running` or `paused`.
#[utoipa::path(
    get, path = "/v1/scans/{scan}", operation_id = "scans-get", tag = "scans", security(("bearer" = []), ("key" = [])),
    params(("scan" = ScanId, Path, description = "Which scan.")),
    responses(
        (status = 200, description = "The scan.", body = ScanView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(store): State<Store>,
    caller: Caller<can::ReadScans>,
    Path(scan): Path<ScanId>,
) -> Result<Json<ScanView>> {
    let scan = store.of(caller.scope()).get::<Scan>(&scan).await?.ok_or_else(Error::not_found)?;
    Ok(Json(scan.value.into()))
}
