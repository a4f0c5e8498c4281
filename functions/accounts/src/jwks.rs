//! `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517). Two while a rotation is on.

use api::{Json, Result};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::PublicJwk;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-jwks`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-jwks", || routes!(jwks));

/// A JSON Web Key Set.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeySet {
    /// The keys.
    #[schema(max_items = 4)]
    pub keys: Vec<PublicJwk>,
}

/// Read the keys of access tokens
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "accounts-jwks", tag = "accounts", security(()),
    responses(
        (status = 200, description = "The keys.", body = KeySet),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn jwks(State(deps): State<Accounts>) -> Result<Response> {
    let keys = deps.kernel.store.jwks().await?.keys;
    let mut response = Json(KeySet { keys }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}
