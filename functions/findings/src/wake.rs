//! `POST /v1/findings/{finding}/wake`: no longer put off.

use api::{Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Caller, can};
use model::{Event, FindingId};
use runtime::{Function, Kernel};
use store::{Commit, Snooze, Store};
use utoipa_axum::routes;

/// `findings-wake`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-wake", || routes!(wake));

/// Put a finding off no longer
///
/// One that is not put off stays as it is.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/wake", operation_id = "findings-wake", tag = "findings",
    security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding.")),
    responses(
        (status = 204, description = "Not put off."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn wake(
    State(store): State<Store>,
    caller: Caller<can::ManageFindings>,
    Path(finding): Path<FindingId>,
) -> Result<StatusCode> {
    let tenant = store.of(caller.scope());
    if let Some(snooze) = tenant.get_strong::<Snooze>(&finding).await? {
        tenant.commit(Commit::new().delete_at(&snooze).event(Event::FindingWoken { finding })?).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
