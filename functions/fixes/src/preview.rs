//! `POST /v1/fixes/preview`: what a fix would do, worked out against Microsoft 365 as it is now. Changes nothing, and
//! needs no permission to write.

use std::collections::BTreeSet;

use api::{Error, FieldProblem, Json, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::{SignedDuration, Timestamp};
use model::{FindingId, PersonId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Action, Principal};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Fixes,
    plan::{Ask, MOST, Plan},
    token,
    view::PreviewView,
};

/// `fixes-preview`.
pub const FUNCTION: Function<Fixes> = Function::http("fixes-preview", || routes!(preview));

/// Longest time a fix can be planned ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What to look at.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The finding; not needed to show names in reports.
    pub finding: Option<FindingId>,
    /// Some of its people; all of them when absent, or the first 500.
    #[schema(min_items = 1, max_items = 500, value_type = Option<Vec<PersonId>>)]
    pub people: Option<BTreeSet<PersonId>>,
    /// What to do; what the finding advises when absent.
    pub action: Option<Action>,
    /// When to begin; at once when absent.
    pub at: Option<Timestamp>,
}

/// Preview a fix
///
/// Tells change by change what would be done, what people lose, what it saves, and whether it can be undone. To do it,
/// send `preview_token` to `POST /v1/fixes` within 15 minutes. Names come from your directory: show them as text only.
#[utoipa::path(
    post, path = "/v1/fixes/preview", operation_id = "fixes-preview", tag = "fixes", request_body = Preview,
    security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "What it would do.", body = PreviewView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Microsoft does not answer.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    State(deps): State<Fixes>,
    caller: Caller<can::PreviewFixes>,
    Json(asked): Json<Preview>,
) -> Result<Json<PreviewView>> {
    let now = deps.kernel.clock.now();
    let plan = Plan::of(&deps, deps.kernel.store.of(caller.scope()), asked.checked(now)?).await?;
    // Only a person approves, so only a person gets the token.
    let user = match caller.principal() {
        Principal::User { session, .. } => Some(session.user),
        Principal::Key(_) => None,
    };
    Ok(Json(shown(&deps, caller.tenant(), user, &plan)?))
}

/// A plan as it is answered, with a token for `user` where there is something to do.
///
/// # Errors
/// When it does not serialise.
pub fn shown(deps: &Fixes, tenant: model::TenantId, user: Option<UserId>, plan: &Plan) -> Result<PreviewView> {
    let now = deps.kernel.clock.now();
    let sealer = deps.kernel.store.sealer();
    let token = match user.filter(|_| plan.people() > 0) {
        Some(user) => Some(token::seal(sealer, tenant, user, plan, now)?),
        None => None,
    };
    Ok(PreviewView::of(plan, token, now))
}

impl Preview {
    fn checked(self, now: Timestamp) -> Result<Ask> {
        let mut wrong = Vec::new();
        if self.people.as_ref().is_some_and(|people| people.is_empty() || people.len() > MOST) {
            let told = format!("Choose 1 to {MOST} people, or leave it out for all of them.");
            wrong.push(FieldProblem::new("/people", "out_of_range", told));
        }
        if self.at.is_some_and(|at| at <= now || at.duration_since(now) > AHEAD) {
            let told = "Choose a time from now to a year ahead, or leave it out to begin at once.";
            wrong.push(FieldProblem::new("/at", "out_of_range", told));
        }
        let Self { finding, people, action, at } = self;
        if wrong.is_empty() { Ok(Ask { finding, people, action, at }) } else { Err(Error::invalid(wrong)) }
    }
}
