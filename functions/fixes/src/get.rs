//! `GET /v1/fixes/{fix}`: one fix, how far it is and how it ended.

use api::{Error, Json, Path, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::FixId;
use runtime::{Function, Kernel};
use store::{Fix, Store};
use utoipa_axum::routes;

use crate::view::FixView;

/// `fixes-get`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-get", || routes!(get));

/// Read a fix
///
/// Ask every second or two while `state` is `queued`, `running`, `undo_queued` or `undoing`.
#[utoipa::path(
    get, path = "/v1/fixes/{fix}", operation_id = "fixes-get", tag = "fixes", security(("bearer" = []), ("key" = [])),
    params(("fix" = FixId, Path, description = "Which fix.")),
    responses(
        (status = 200, description = "The fix.", body = FixView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(store): State<Store>,
    caller: Caller<can::ReadFixes>,
    Path(fix): Path<FixId>,
) -> Result<Json<FixView>> {
    let found = store.of(caller.scope()).get::<Fix>(&fix).await?.ok_or_else(Error::not_found)?;
    Ok(Json(FixView::of(found.value, store.now())))
}
