//! `DELETE /v1/exceptions/{exception}`: what it covers counts again.

use api::{Error, IfMatch, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Caller, can};
use model::{Event, ExceptionId};
use runtime::{Function, Kernel};
use store::{Accepted, Commit, Store};
use utoipa_axum::routes;

use crate::exception::etag_of;

/// `findings-end-exception`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-end-exception", || routes!(end_exception));

/// End an exception
///
/// What it covered counts again within seconds.
#[utoipa::path(
    delete, path = "/v1/exceptions/{exception}", operation_id = "findings-end-exception", tag = "findings",
    security(("bearer" = []), ("key" = [])),
    params(
        ("exception" = ExceptionId, Path, description = "Which exception."),
        ("If-Match" = String, Header, description = "The exception's `etag`, as read.", example = "\"3-1793610990250\""),
    ),
    responses(
        (status = 204, description = "Ended."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end_exception(
    State(store): State<Store>,
    caller: Caller<can::ManageFindings>,
    Path(id): Path<ExceptionId>,
    seen: IfMatch,
) -> Result<StatusCode> {
    let tenant = store.of(caller.scope());
    let stored = tenant.get_strong::<Accepted>(&id).await?.ok_or_else(Error::not_found)?;
    seen.holds(&etag_of(&stored))?;
    let event = Event::ExceptionEnded { exception: id, expired: false };
    tenant.commit(Commit::new().delete_at(&stored).event(event)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
