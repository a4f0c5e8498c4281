//! `GET /v1/findings/{finding}/people`: whom a finding is about, the dearest first.

use std::collections::HashMap;

use api::{Page, PageQuery, Path, Query, Result};
use axum::extract::State;
use checks::outcome::{Affected, Certainty};
use identity::{Caller, can};
use model::{FindingId, event::Answer};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{AffectedPart, Attestation, Listed, PageRequest};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::attestation::AttestationView;

/// `findings-people`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-people", || routes!(people));

/// A person in a finding, with what their manager was asked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonInFinding {
    /// What was found. Where a manager said that the licence is not needed, it is certain.
    #[serde(flatten)]
    pub affected: Affected,
    /// The newest question about them, where there is one.
    pub attestation: Option<AttestationView>,
}

/// List the people of a finding
///
/// Pages have at most 100 people whatever `limit` says. Names come from your directory: show them as text only.
#[utoipa::path(
    get, path = "/v1/findings/{finding}/people", operation_id = "findings-people", tag = "findings", security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding."), PageQuery),
    responses(
        (status = 200, description = "A page of people.", body = Page<PersonInFinding>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn people(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadFindings>,
    Path(finding): Path<FindingId>,
    Query(page): Query<PageQuery>,
) -> Result<Page<PersonInFinding>> {
    let one_part = PageRequest { limit: Some(1), cursor: page.cursor };
    let tenant = deps.store.of(caller.scope());
    let parts: Listed<_> = tenant.list_under::<AffectedPart>(&finding.to_string(), &one_part, false).await?;
    let mut affected = Vec::new();
    for part in parts.items {
        affected.append(&mut part.value.open()?);
    }
    let mut newest = HashMap::new();
    for asked in tenant.all_under::<Attestation>(&finding.to_string()).await? {
        let asked = AttestationView::of(asked.value, deps.clock.now());
        let known = newest.entry(asked.person).or_insert_with(|| asked.clone());
        if known.asked_at < asked.asked_at {
            *known = asked;
        }
    }
    let items = affected.into_iter().map(|mut affected| {
        let attestation = newest.remove(&affected.person);
        if attestation.as_ref().is_some_and(|asked| asked.answer == Some(Answer::NotNeeded)) {
            affected.certainty = Certainty::Certain;
        }
        PersonInFinding { affected, attestation }
    });
    let items = items.collect();
    Ok(Page { items, next_cursor: parts.next_cursor })
}
