//! `GET /v1/findings/{finding}/people`: whom a finding is about, the dearest first.

use api::{Page, PageQuery, Path, Query, Result};
use axum::extract::State;
use checks::outcome::Affected;
use identity::{Caller, can};
use model::FindingId;
use runtime::{Function, Kernel};
use store::{AffectedPart, Listed, PageRequest, Store};
use utoipa_axum::routes;

/// `findings-people`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-people", || routes!(people));

/// List the people of a finding
///
/// Pages have at most 100 people whatever `limit` says. Names come from your directory: show them as text only.
#[utoipa::path(
    get, path = "/v1/findings/{finding}/people", operation_id = "findings-people", tag = "findings", security(("bearer" = []), ("key" = [])),
    params(("finding" = FindingId, Path, description = "Which finding."), PageQuery),
    responses(
        (status = 200, description = "A page of people.", body = Page<Affected>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn people(
    State(store): State<Store>,
    caller: Caller<can::ReadFindings>,
    Path(finding): Path<FindingId>,
    Query(page): Query<PageQuery>,
) -> Result<Page<Affected>> {
    let one_part = PageRequest { limit: Some(1), cursor: page.cursor };
    let parts: Listed<_> =
        store.of(caller.scope()).list_under::<AffectedPart>(&finding.to_string(), &one_part, false).await?;
    let mut items = Vec::new();
    for part in parts.items {
        items.append(&mut part.value.open()?);
    }
    Ok(Page { items, next_cursor: parts.next_cursor })
}
