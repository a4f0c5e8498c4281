//! `GET /v1/findings`: what is open.

use api::{Page, Query, Result};
use axum::extract::State;
use checks::{
    CheckId,
    outcome::{FindingState, Remedy},
};
use identity::{Caller, can};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{FindingFilter, PageRequest, Store};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::view::FindingView;

/// `findings-list`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-list", || routes!(list));

/// Which findings, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingsQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "api::limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
    /// Only of this check.
    #[param(inline)]
    check: Option<CheckId>,
    /// Only those to be acted on in this way.
    #[param(inline)]
    remedy: Option<Remedy>,
    /// Only those accepted as they are in this measure, or fixed.
    #[param(inline)]
    state: Option<FindingState>,
}

/// List findings
///
/// Ordered by id within a page cursor; there are seldom more than a page. Sort by `saving.monthly` for the first screen.
/// With a filter a page may be short, even empty, while more follows.
#[utoipa::path(
    get, path = "/v1/findings", operation_id = "findings-list", tag = "findings", params(FindingsQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of findings.", body = Page<FindingView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(store): State<Store>,
    caller: Caller<can::ReadFindings>,
    Query(query): Query<FindingsQuery>,
) -> Result<Page<FindingView>> {
    let FindingsQuery { limit, cursor, check, remedy, state } = query;
    let (filter, page) = (FindingFilter { check, remedy, state }, PageRequest { limit, cursor });
    let findings = store.of(caller.scope()).findings(&filter, &page).await?;
    Ok(Page::of(findings, |finding| finding.value.into()))
}
