//! `GET /v1/fixes`: fixes, newest first.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Fix, Store};
use utoipa_axum::routes;

use crate::view::FixView;

/// `fixes-list`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-list", || routes!(list));

/// List fixes
#[utoipa::path(
    get, path = "/v1/fixes", operation_id = "fixes-list", tag = "fixes", params(PageQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of fixes.", body = Page<FixView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(store): State<Store>,
    caller: Caller<can::ReadFixes>,
    Query(page): Query<PageQuery>,
) -> Result<Page<FixView>> {
    let now = store.now();
    let fixes = store.of(caller.scope()).list::<Fix>(&page.into(), true).await?;
    Ok(Page::of(fixes, |fix| FixView::of(fix.value, now)))
}
