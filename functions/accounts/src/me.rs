//! `GET /v1/me`: who you are, where, and what you may do.

use api::{Error, Json, Result};
use axum::extract::State;
use identity::{Person, can};
use model::{Permissions, RoleName, TenantId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-me`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-me", || routes!(me));

/// The signed-in person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Who.
    pub user: UserId,
    /// Your name.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Your address.
    #[schema(example = "anna@northwind.example")]
    pub email: String,
    /// The company the token is for.
    pub tenant: TenantId,
    /// Your role in it.
    pub role: RoleName,
    /// What the role may do.
    pub permissions: Permissions,
}

/// Read who you are
#[utoipa::path(
    get, path = "/v1/me", operation_id = "accounts-me", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "You.", body = Me),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn me(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<Me>> {
    let user =
        deps.kernel.store.user(person.user()).await?.ok_or_else(|| Error::internal("a session without a user"))?;
    Ok(Json(Me {
        user: user.user,
        name: user.name,
        email: user.email,
        tenant: person.tenant(),
        role: person.role(),
        permissions: person.permissions(),
    }))
}
