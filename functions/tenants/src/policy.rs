//! `GET /v1/policy`: the company's rules for signing in.

use api::{Error, Json, Result};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
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
pub async fn policy(State(store): State<Store>, caller: Caller<can::ReadTenant>) -> Result<Response> {
    let company = store.of(caller.scope()).get_strong::<Company>(&()).await?.ok_or_else(Error::not_found)?;
    shown(company)
}

/// The rules with the version they are of.
pub(crate) fn shown(company: Versioned<Company>) -> Result<Response> {
    let mut response = Json(company.value.policy).into_response();
    let etag = HeaderValue::try_from(format!("\"{}\"", company.version)).map_err(Error::internal)?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}
