//! `GET /v1/tenant`: the company the token is for.

use api::{Error, Result, Tagged, etag};
use axum::extract::State;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{Currency, TenantId, TenantState};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Company, Store};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `tenants-get`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-get", || routes!(get));

/// A company that uses Steward.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Tenant {
    /// Which.
    pub tenant: TenantId,
    /// Its name.
    #[schema(example = "Northwind Ltd")]
    pub name: String,
    /// Its unique short name.
    #[schema(example = "northwind-ltd")]
    pub slug: String,
    /// Where it is in its life.
    pub state: TenantState,
    /// What prices are shown in.
    pub currency: Currency,
    /// Its plan of Steward.
    #[schema(example = "free")]
    pub plan: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Read the company
#[utoipa::path(
    get, path = "/v1/tenant", operation_id = "tenants-get", tag = "tenants", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The company. `ETag` is its version.", body = Tenant),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(store): State<Store>, caller: Caller<can::ReadTenant>) -> Result<Tagged<Tenant>> {
    let company = store.of(caller.scope()).get::<Company>(&()).await?.ok_or_else(Error::not_found)?;
    let etag = etag(company.version);
    let Company { tenant, name, slug, state, currency, created_at, plan, .. } = company.value;
    Ok(Tagged { etag, body: Tenant { tenant, name, slug, state, currency, plan, created_at } })
}
