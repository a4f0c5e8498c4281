//! `GET /v1/roles`: ours and the company's own.

use api::{Json, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::Role;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::view::RoleView;

/// `members-roles`.
pub const FUNCTION: Function<Kernel> = Function::http("members-roles", || routes!(roles));

/// All roles there are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Roles {
    /// Ours first, then the company's own.
    #[schema(max_items = 25)]
    pub items: Vec<RoleView>,
}

/// List roles
#[utoipa::path(
    get, path = "/v1/roles", operation_id = "members-roles", tag = "members", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "All roles.", body = Roles),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn roles(State(store): State<Store>, caller: Caller<can::ReadMembers>) -> Result<Json<Roles>> {
    let company = store.of(caller.scope()).company().await?.value;
    let ours = Role::ALL.iter().map(|role| RoleView::system(*role, &company));
    Ok(Json(Roles { items: ours.chain(company.roles.iter().map(RoleView::own)).collect() }))
}
