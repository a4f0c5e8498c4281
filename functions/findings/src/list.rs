//! `GET /v1/findings`: what is open.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Store, StoredFinding};
use utoipa_axum::routes;

use crate::view::FindingView;

/// `findings-list`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-list", || routes!(list));

/// List findings
///
/// Ordered by id within a page cursor; there are seldom more than a page. Sort by `saving.monthly` for the first screen.
#[utoipa::path(
    get, path = "/v1/findings", operation_id = "findings-list", tag = "findings", params(PageQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of findings.", body = Page<FindingView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(store): State<Store>,
    caller: Caller<can::ReadFindings>,
    Query(page): Query<PageQuery>,
) -> Result<Page<FindingView>> {
    let findings = store.of(caller.scope()).list::<StoredFinding>(&page.into(), false).await?;
    Ok(Page::of(findings, |finding| finding.value.into()))
}
