//! `GET /v1/invitations`: who was asked to join.

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::{Invitation, Store};
use utoipa_axum::routes;

use crate::view::InvitationView;

/// `members-invitations`.
pub const FUNCTION: Function<Kernel> = Function::http("members-invitations", || routes!(invitations));

/// List invitations
///
/// Those that wait, and those that were answered in the last weeks.
#[utoipa::path(
    get, path = "/v1/invitations", operation_id = "members-invitations", tag = "members", params(PageQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of invitations.", body = Page<InvitationView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn invitations(
    State(store): State<Store>,
    caller: Caller<can::ReadMembers>,
    Query(page): Query<PageQuery>,
) -> Result<Page<InvitationView>> {
    let found = store.of(caller.scope()).list::<Invitation>(&page.into(), false).await?;
    Ok(Page::of(found, |invitation| InvitationView::of(invitation.value, store.now())))
}
