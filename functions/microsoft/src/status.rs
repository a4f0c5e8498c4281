//! `GET /v1/microsoft`: whether and how Microsoft 365 is connected.

use api::{Json, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Connection, Store};
use utoipa_axum::routes;

use crate::connection::ConnectionView;

/// `microsoft-status`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-status", || routes!(status));

/// Read the connection
#[utoipa::path(
    get, path = "/v1/microsoft", operation_id = "microsoft-status", tag = "microsoft", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The connection.", body = ConnectionView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn status(State(store): State<Store>, caller: Caller<can::ReadConnection>) -> Result<Json<ConnectionView>> {
    let connection = store.of(caller.scope()).get::<Connection>(&()).await?;
    Ok(Json(ConnectionView::of(connection.map(|connection| connection.value))))
}
