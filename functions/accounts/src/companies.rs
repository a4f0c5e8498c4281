//! `GET /v1/me/tenants`: the companies you are in (F19).

use api::{Json, Result};
use axum::extract::State;
use identity::{Person, can};
use model::{RoleName, TenantId, TenantState};
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-companies`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-companies", || routes!(companies));

/// The companies you are in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Companies {
    /// Oldest membership first: a sign-in that names no company is to the first of them that lets you in.
    #[schema(max_items = 50)]
    pub items: Vec<YourCompany>,
}

/// A company you are in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct YourCompany {
    /// Which.
    pub tenant: TenantId,
    /// What it is called.
    #[schema(example = "Northwind Ltd")]
    pub name: String,
    /// Your role in it.
    pub role: RoleName,
    /// Where it is in its life.
    pub state: TenantState,
    /// Whether your token is for it.
    pub current: bool,
}

/// List your companies
#[utoipa::path(
    get, path = "/v1/me/tenants", operation_id = "accounts-companies", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "The companies.", body = Companies),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn companies(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<Companies>> {
    let places = deps.kernel.store.companies_of(person.user()).await?;
    let items = places.into_iter().map(|place| YourCompany {
        tenant: place.tenant,
        name: place.name,
        role: place.role,
        state: place.state,
        current: place.tenant == person.tenant(),
    });
    Ok(Json(Companies { items: items.collect() }))
}
