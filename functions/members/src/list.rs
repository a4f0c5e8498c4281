//! `GET /v1/members`: who works here.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Listed, Member, Store};
use utoipa_axum::routes;

use crate::view::MemberView;

/// `members-list`.
pub const FUNCTION: Function<Kernel> = Function::http("members-list", || routes!(list));

/// List members
#[utoipa::path(
    get, path = "/v1/members", operation_id = "members-list", tag = "members", params(PageQuery), security(("bearer" = []), ("key" = [])),
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
    let tenant = store.of(caller.scope());
    let Listed { items, next_cursor } = tenant.list::<Member>(&page.into(), false).await?;
    let members: Vec<Member> = items.iter().map(|member| member.value.clone()).collect();
    let (company, factors) = tenant.second_factors(&members).await?;
    let items = items.into_iter().zip(factors).map(|(member, factor)| MemberView::of(member, &company, factor));
    Ok(Page { items: items.collect(), next_cursor })
}
