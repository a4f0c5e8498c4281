//! `GET /v1/members`: who works here.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Member, Store};
use utoipa_axum::routes;

use crate::view::MemberView;

/// `members-list`.
pub const FUNCTION: Function<Kernel> = Function::http("members-list", || routes!(list));

/// List members
#[utoipa::path(
    get, path = "/v1/members", operation_id = "members-list", tag = "members", params(PageQuery), security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of members.", body = Page<MemberView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(store): State<Store>,
    caller: Caller<can::ReadMembers>,
    Query(page): Query<PageQuery>,
) -> Result<Page<MemberView>> {
    let members = store.of(caller.scope()).list::<Member>(&page.into(), false).await?;
    Ok(Page::of(members, |member| member.value.into()))
}
