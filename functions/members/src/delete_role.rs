//! `DELETE /v1/roles/{role}`: who has it gets another one, or nobody has it.

use api::{Code, Error, Path, Query, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::{Permission, RoleId, RoleName};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Conflict, Store, StoreError};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{race::settled, standing::may_give};

/// `members-delete-role`.
pub const FUNCTION: Function<Kernel> = Function::http("members-delete-role", || routes!(delete_role));

/// What becomes of who has it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteRoleQuery {
    /// The role they get instead; takes the right to manage members.
    #[serde(default)]
    reassign_to: Option<RoleName>,
}

/// Delete a role
///
/// Refused with 409 `in_use` while somebody has it, unless `reassign_to` says what they get instead. Each of them gets
/// it by a change of their own; should that stop half way, send the request again. A role that manages the company,
/// members, roles or keys, or applies fixes, takes a recent proof of who you are.
#[utoipa::path(
    delete, path = "/v1/roles/{role}", operation_id = "members-delete-role", tag = "members", security(("bearer" = [])),
    params(("role" = RoleId, Path, description = "Which role; ours cannot be deleted."), DeleteRoleQuery),
    responses(
        (status = 204, description = "It is deleted."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete_role(
    State(store): State<Store>,
    person: Person<can::ManageRoles>,
    Path(id): Path<RoleId>,
    Query(query): Query<DeleteRoleQuery>,
) -> Result<StatusCode> {
    settled(|_| attempt(&store, &person, id, query.reassign_to)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn attempt(
    store: &Store,
    person: &Person<can::ManageRoles>,
    id: RoleId,
    instead: Option<RoleName>,
) -> Result<()> {
    let (tenant, role) = (store.of(person.scope()), RoleName::Custom(id));
    let company = tenant.company().await?;
    let permissions = company.value.own_role(id).ok_or_else(Error::not_found)?.permissions;
    person.may_give(permissions)?;
    let mut held = tenant.use_of_role(role).await?;
    let holders = held.members.len() + held.invitations.len();
    let in_use = |what: String| Error::new(Code::InUse, what);
    if company.value.joins_with(role) {
        return Err(in_use("Whoever joins by signing in with Microsoft gets it. Change that rule first.".into()));
    }
    if holders == 0 {
        return Ok(tenant.delete_role(company, id, held, None).await?);
    }
    let Some(instead) = instead else {
        let told = format!("{holders} members or invitations have it. Say in `reassign_to` what they get instead.");
        return Err(in_use(told));
    };
    if !person.permissions().holds(Permission::ManageMembers) {
        return Err(Error::forbidden(Permission::ManageMembers));
    }
    may_give(store, person, &company.value, instead, "reassign_to").await?;
    if instead == role {
        return Err(in_use("It cannot be replaced by itself.".into()));
    }
    for member in std::mem::take(&mut held.members) {
        // Gone, or given another role, since they were listed: nothing to do.
        let place = tenant.place_of(member.value.user).await?.filter(|place| place.member.value.role == role);
        if let Some(place) = place {
            tenant.set_role(place, instead).await?;
        }
    }
    let company = tenant.company().await?;
    let held = tenant.use_of_role(role).await?;
    tenant.delete_role(company, id, held, Some(instead)).await.map_err(|error| match error {
        StoreError::Conflict(Conflict::State("role")) => in_use("Somebody was given it meanwhile. Try again.".into()),
        error => error.into(),
    })
}
