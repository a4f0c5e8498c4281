//! `POST /v1/scans`: asks for a scan. While one is running the answer is that one.

use api::{Code, Error, Json, Result};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::{Caller, can};
use jiff::SignedDuration;
use model::ScanId;
use runtime::{Function, Kernel};
use store::{Connection, ConnectionState};
use utoipa_axum::routes;

use crate::{request, view::ScanView};

/// `scans-start`.
pub const FUNCTION: Function<Kernel> = Function::http("scans-start", || routes!(start));

/// A scan that has not ended for so long is not waited for.
const LOST: SignedDuration = SignedDuration::from_hours(2);

/// Start a scan
///
/// Reads only. Poll the address in `Location`; a mail follows when it has finished.
#[utoipa::path(
    post, path = "/v1/scans", operation_id = "scans-start", tag = "scans", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 202, description = "The scan, asked for now or running already.", body = ScanView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn start(State(deps): State<Kernel>, caller: Caller<can::StartScans>) -> Result<Response> {
    let tenant = deps.store.of(caller.scope());
    let connected =
        tenant.get_strong::<Connection>(&()).await?.is_some_and(|c| c.value.state == ConnectionState::Connected);
    if !connected {
        return Err(Error::new(Code::NotConnected, "There is nothing to check before Microsoft 365 is connected."));
    }
    let now = deps.clock.now();
    let running = tenant.overview().await?.newest();
    let scan = match running.filter(|scan| !scan.state.is_over() && now.duration_since(scan.requested_at) < LOST) {
        Some(scan) => scan,
        None => {
            let scan = request::queued(ScanId::generate(&deps.ids, now), false, now);
            tenant.commit(request::change(&scan).event(request::fact(&scan))?).await?;
            scan
        }
    };
    let location = HeaderValue::try_from(format!("/v1/scans/{}", scan.scan)).map_err(Error::internal)?;
    let mut response = Json(ScanView::from(scan)).into_response();
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    Ok(response)
}
