//! `GET /v1/scans`: scans, newest first.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Scan, Store};
use utoipa_axum::routes;

use crate::view::ScanView;

/// `scans-list`.
pub const FUNCTION: Function<Kernel> = Function::http("scans-list", || routes!(list));

/// List scans
#[utoipa::path(
    get, path = "/v1/scans", operation_id = "scans-list", tag = "scans", params(PageQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of scans.", body = Page<ScanView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(store): State<Store>,
    caller: Caller<can::ReadScans>,
    Query(page): Query<PageQuery>,
) -> Result<Page<ScanView>> {
    let scans = store.of(caller.scope()).list::<Scan>(&page.into(), true).await?;
    Ok(Page::of(scans, |scan| scan.value.into()))
}
