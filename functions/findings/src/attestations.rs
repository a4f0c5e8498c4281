//! `GET /v1/findings/{finding}/attestations`: whom managers were asked about, and what they said.

use api::{Page, PageQuery, Path, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::FindingId;
use runtime::{Function, Kernel};
use store::Attestation;
use utoipa_axum::routes;

use crate::attestation::AttestationView;

/// `findings-attestations`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-attestations", || routes!(attestations));

/// List questions to managers
#[utoipa::path(
    get, path = "/v1/findings/{finding}/attestations", operation_id = "findings-attestations", tag = "findings", security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding."), PageQuery),
    responses(
        (status = 200, description = "A page of questions.", body = Page<AttestationView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn attestations(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadFindings>,
    Path(finding): Path<FindingId>,
    Query(page): Query<PageQuery>,
) -> Result<Page<AttestationView>> {
    let tenant = deps.store.of(caller.scope());
    let kept = tenant.list_under::<Attestation>(&finding.to_string(), &page.into(), false).await?;
    let now = deps.clock.now();
    Ok(Page::of(kept, |kept| AttestationView::of(kept.value, now)))
}
