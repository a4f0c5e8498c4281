//! `PUT /v1/roles/{role}`: what a role of the company's own is called and may do.

use api::{Code, Error, IfMatch, Json, Path, Result, Tagged};
use axum::extract::State;
use identity::{Person, can};
use model::{RoleId, RoleName, policy::Join};
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::{
    race::settled,
    role::{RoleRequest, etag_of, refused},
    view::RoleView,
};

/// `members-replace-role`.
pub const FUNCTION: Function<Kernel> = Function::http("members-replace-role", || routes!(replace_role));

/// Change a role
///
/// Holds for everybody who has it from their next request on. You are to hold what it may do, before and after. One that
/// manages the company, members, roles or keys, or applies fixes, takes a recent proof of who you are. One that people
/// join with by signing in with Microsoft manages neither members nor roles: 409 `in_use`.
#[utoipa::path(
    put, path = "/v1/roles/{role}", operation_id = "members-replace-role", tag = "members", request_body = RoleRequest, security(("bearer" = [])),
    params(
        ("role" = RoleId, Path, description = "Which role; ours cannot be changed."),
        ("if-match" = String, Header, description = "The role's `etag`, as read.", max_length = 100, example = "\"5d41402abc4b2a76\""),
    ),
    responses(
        (status = 200, description = "As the role is now.", body = RoleView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn replace_role(
    State(store): State<Store>,
    person: Person<can::ManageRoles>,
    Path(id): Path<RoleId>,
    seen: IfMatch,
    Json(body): Json<RoleRequest>,
) -> Result<Tagged<RoleView>> {
    let role = body.into_role(id, &person)?;
    settled(async |_| {
        let tenant = store.of(person.scope());
        let company = tenant.company().await?;
        let before = company.value.own_role(id).ok_or_else(Error::not_found)?;
        seen.holds(&etag_of(before))?;
        person.may_give(before.permissions)?;
        if *before == role {
            return Ok(());
        }
        if role.permissions.take_proof() {
            person.proved_lately(&store).await?;
        }
        if company.value.joins_with(RoleName::Custom(id)) && !Join::may_give(role.permissions) {
            let told = "Whoever joins by signing in with Microsoft gets it, so it manages neither members nor roles. \
                        Change that rule first.";
            return Err(Error::new(Code::InUse, told));
        }
        tenant.put_role(company, role.clone()).await.map_err(refused)
    })
    .await?;
    Ok(Tagged { etag: etag_of(&role), body: RoleView::own(&role) })
}
