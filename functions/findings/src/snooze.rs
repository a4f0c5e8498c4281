//! `POST /v1/findings/{finding}/snooze`: not among what to do next until a day.

use api::{Error, FieldProblem, Json, Path, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::{SignedDuration, Timestamp};
use model::{Event, FindingId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Commit, Snooze, StoredFinding, Versioned};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `findings-snooze`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-snooze", || routes!(snooze));

/// The longest a finding can be put off: what is put off for longer is accepted, with a reason.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnoozeRequest {
    /// When it is to be among what to do next again: within a year.
    until: Timestamp,
}

/// A finding that is put off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SnoozeView {
    /// Which.
    pub finding: FindingId,
    /// Until when.
    pub until: Timestamp,
}

/// Put a finding off
///
/// It is not among what to do next until then. It stays in the list and its money counts.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/snooze", operation_id = "findings-snooze", tag = "findings",
    request_body = SnoozeRequest, security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding.")),
    responses(
        (status = 200, description = "Put off.", body = SnoozeView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn snooze(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageFindings>,
    Path(finding): Path<FindingId>,
    Json(SnoozeRequest { until }): Json<SnoozeRequest>,
) -> Result<Json<SnoozeView>> {
    let (tenant, now) = (deps.store.of(caller.scope()), deps.clock.now());
    let wrong = |code: &str, told: &str| Err(Error::invalid(vec![FieldProblem::new("/until", code, told)]));
    if until <= now {
        return wrong("too_early", "Choose a time to come.");
    }
    if until > now + LONGEST {
        return wrong("too_late", "Choose a time within a year, or dismiss the finding.");
    }
    tenant.get::<StoredFinding>(&finding).await?.ok_or_else(Error::not_found)?;
    let known = tenant.get_strong::<Snooze>(&finding).await?;
    if known.as_ref().is_none_or(|known| known.value.until != until) {
        let before = known.as_ref().map(|known| known.value.until);
        let value = Snooze { finding, until, by: caller.scope().actor() };
        let snooze = Versioned { value, version: known.map_or(0, |known| known.version) };
        let event = Event::FindingSnoozed { finding, until, before };
        tenant.commit(Commit::new().put_at(&snooze).event(event)?).await?;
    }
    Ok(Json(SnoozeView { finding, until }))
}
