//! `PATCH /v1/exceptions/{exception}`: another reason, owner or end.

use api::{Error, IfMatch, Json, Path, Result, Tagged};
use axum::extract::State;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{Event, ExceptionId, UserId};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Accepted, Commit};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::exception::{ExceptionView, checked, etag_of};

/// `findings-change-exception`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-change-exception", || routes!(change_exception));

/// What is to be another; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionChange {
    /// Why.
    #[schema(max_length = 500, example = "She is on parental leave and comes back in September.")]
    reason: Option<String>,
    /// The member who answers for it.
    owner: Option<UserId>,
    /// When it ends by itself: in two years at the latest.
    expires_at: Option<Timestamp>,
}

/// Change an exception
#[utoipa::path(
    patch, path = "/v1/exceptions/{exception}", operation_id = "findings-change-exception", tag = "findings",
    request_body = ExceptionChange, security(("bearer" = []), ("key" = [])),
    params(
        ("exception" = ExceptionId, Path, description = "Which exception."),
        ("If-Match" = String, Header, description = "The exception's `etag`, as read.", example = "\"3-1793610990250\""),
    ),
    responses(
        (status = 200, description = "As the exception is now.", body = ExceptionView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_exception(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageFindings>,
    Path(id): Path<ExceptionId>,
    seen: IfMatch,
    Json(body): Json<ExceptionChange>,
) -> Result<Tagged<ExceptionView>> {
    let tenant = deps.store.of(caller.scope());
    let mut stored = tenant.get_strong::<Accepted>(&id).await?.ok_or_else(Error::not_found)?;
    seen.holds(&etag_of(&stored))?;
    let ExceptionChange { reason, owner, expires_at } = body;
    let reason = checked(&tenant, reason.as_deref(), owner, expires_at, deps.clock.now()).await?;
    let exception = &mut stored.value.exception;
    let before = exception.clone();
    exception.reason = reason.unwrap_or_else(|| before.reason.clone());
    exception.owner = owner.unwrap_or(before.owner);
    exception.expires_at = expires_at.or(before.expires_at);
    if *exception != before {
        let other_owner = exception.owner != before.owner;
        let event = Event::ExceptionChanged {
            exception: id,
            before: before.expires_at,
            after: exception.expires_at,
            owner_before: other_owner.then_some(before.owner),
            owner_after: other_owner.then_some(exception.owner),
            reason_changed: exception.reason != before.reason,
        };
        tenant.commit(Commit::new().replace(&stored).event(event)?).await?;
        stored.version += 1;
    }
    Ok(Tagged { etag: etag_of(&stored), body: stored.into() })
}
