//! `GET /v1/keys`: the company's keys, never their secrets. Those that are over stay in the list for 90 days.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::ApiKey;
use utoipa_axum::routes;

use crate::keys::KeyView;

/// `members-key-list`.
pub const FUNCTION: Function<Kernel> = Function::http("members-key-list", || routes!(key_list));

/// List API keys
///
/// Live ones, and those that ended in the last 90 days.
#[utoipa::path(
    get, path = "/v1/keys", operation_id = "members-key-list", tag = "members", params(PageQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of keys.", body = Page<KeyView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn key_list(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadKeys>,
    Query(page): Query<PageQuery>,
) -> Result<Page<KeyView>> {
    let keys = deps.store.of(caller.scope()).list::<ApiKey>(&page.into(), false).await?;
    let now = deps.clock.now();
    Ok(Page::of(keys, |key| KeyView::of(key.value, caller.tenant(), now)))
}
