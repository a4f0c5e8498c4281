//! `POST /v1/exceptions`: decides to live with something.

use api::{Error, FieldProblem, Json, Result};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use checks::{CheckId, exceptions::About};
use identity::{Caller, can};
use jiff::Timestamp;
use model::{FindingId, PersonId, SkuId, UserId};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{StoredFinding, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::exception::{ExceptionView, Wanted, accept};

/// `findings-add-exception`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-add-exception", || routes!(add_exception));

/// What to live with: a finding, or whatever a check finds; of everybody or of one person; of all licence types or one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRequest {
    /// One finding. Give this or `check`.
    finding: Option<FindingId>,
    /// Everything a check finds. Give this or `finding`.
    check: Option<CheckId>,
    /// Only of this person.
    person: Option<PersonId>,
    /// Only this licence type.
    sku: Option<SkuId>,
    /// Why.
    #[schema(max_length = 500, example = "She is on parental leave and comes back in June.")]
    reason: String,
    /// The member who answers for it; you when left out.
    owner: Option<UserId>,
    /// When it ends by itself: in a year when left out, in two at the latest.
    expires_at: Option<Timestamp>,
}

/// Add an exception
///
/// What it covers stays in its finding, is shown as accepted, and counts in no saving until it ends. Findings are
/// worked out anew within seconds.
#[utoipa::path(
    post, path = "/v1/exceptions", operation_id = "findings-add-exception", tag = "findings", request_body = ExceptionRequest,
    security(("bearer" = []), ("key" = [])),
    responses(
        (status = 201, description = "The exception.", body = ExceptionView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add_exception(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageFindings>,
    Json(body): Json<ExceptionRequest>,
) -> Result<impl IntoResponse> {
    let ExceptionRequest { finding, check, person, sku, reason, owner, expires_at } = body;
    let about = match (finding, check) {
        (Some(finding), None) => about(&deps.store.of(caller.scope()), finding).await?.ok_or_else(no_such_finding)?,
        (None, Some(check)) => About::Check { check },
        _ => {
            let told = "Give either a finding or a check.";
            return Err(Error::invalid(vec![FieldProblem::new("/finding", "one_of_two", told)]));
        }
    };
    let wanted = Wanted { about, finding, person, sku, reason, owner, expires_at };
    Ok((StatusCode::CREATED, Json(accept(&deps, &caller, wanted).await?)))
}

/// What an exception on a finding is about: its check and subject, which stay when the finding goes and comes back.
pub(crate) async fn about(tenant: &Tenant<'_>, finding: FindingId) -> Result<Option<About>> {
    let stored = tenant.get::<StoredFinding>(&finding).await?;
    Ok(stored
        .map(|stored| About::Finding { check: stored.value.found.check, subject: stored.value.found.subject.key() }))
}

fn no_such_finding() -> Error {
    Error::invalid(vec![FieldProblem::new("/finding", "unknown", "There is no such finding in your company.")])
}
