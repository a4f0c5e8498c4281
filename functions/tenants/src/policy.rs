//! `GET /v1/policy`: the company's rules for signing in.

use api::{Error, Result, Tagged, etag};
use axum::extract::State;
use identity::{Caller, can};
use model::Policy;
use runtime::{Function, Kernel};
use store::{Company, Store, Versioned};
use utoipa_axum::routes;

/// `tenants-policy`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-policy", || routes!(policy));

/// Read the rules for signing in
#[utoipa::path(
    get, path = "/v1/policy", operation_id = "tenants-policy", tag = "tenants", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The rules. `ETag` is the company's version.", body = Policy),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn policy(State(store): State<Store>, caller: Caller<can::ReadTenant>) -> Result<Tagged<Policy>> {
    let company = store.of(caller.scope()).get_strong::<Company>(&()).await?.ok_or_else(Error::not_found)?;
    Ok(shown(company))
}

/// The rules with the version they are of.
pub(crate) fn shown(company: Versioned<Company>) -> Tagged<Policy> {
    Tagged { etag: etag(company.version), body: company.value.policy }
}
