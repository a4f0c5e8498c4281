//! `DELETE /v1/fixes/{fix}`: calls a fix off before it begins.

use api::{Code, Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::{Event, FixId};
use runtime::{Function, Kernel};
use store::{Commit, Fix, FixState, Store};
use utoipa_axum::routes;

use crate::view::can_cancel;

/// `fixes-cancel`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-cancel", || routes!(cancel));

/// Call off a fix
///
/// Only one that has not begun, and is not tried again. What was done is put back by `POST /v1/fixes/{fix}/undo`.
#[utoipa::path(
    delete, path = "/v1/fixes/{fix}", operation_id = "fixes-cancel", tag = "fixes", security(("bearer" = [])),
    params(("fix" = FixId, Path, description = "Which fix.")),
    responses(
        (status = 204, description = "Called off."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn cancel(
    State(store): State<Store>,
    caller: Person<can::ApplyFixes>,
    Path(fix): Path<FixId>,
) -> Result<StatusCode> {
    let tenant = store.of(caller.scope());
    let mut found = tenant.get_strong::<Fix>(&fix).await?.ok_or_else(Error::not_found)?;
    if !can_cancel(&found.value) {
        return Err(Error::new(Code::WrongState, "It has begun, or is over. What was done can be undone."));
    }
    found.value.state = FixState::Cancelled;
    found.value.ended_at = Some(store.now());
    found.value.look_at = None;
    tenant.commit(Commit::new().replace(&found).event(Event::FixCancelled { fix })?).await?;
    Ok(StatusCode::NO_CONTENT)
}
