//! `POST /v1/me/password`: another password for somebody who just proved who they are. The old one is not asked for:
//! that proof stands for it, and there may be none (ASVS 6.2.3, 7.4.3).

use api::{Client, Json, Result};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use identity::{Recent, can, new_password};
use runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, device::Device};

/// `accounts-change-password`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-change-password", || routes!(change_password));

/// The password from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// At least 12 characters.
    #[schema(example = "correct horse battery staple", min_length = 12, max_length = 128)]
    password: String,
}

/// Change your password
///
/// Ends your other sessions. Of the devices you signed in from this one alone stays known.
#[utoipa::path(
    post, path = "/v1/me/password", operation_id = "accounts-change-password", tag = "accounts", request_body = ChangePassword, security(("bearer" = [])),
    responses(
        (status = 204, description = "The password is changed."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_password(
    State(deps): State<Accounts>,
    client: Client,
    headers: HeaderMap,
    person: Recent<can::ChangeOneself>,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode> {
    let (store, session) = (&deps.kernel.store, person.session());
    let device = Device::of(&headers, &client, &deps.kernel.ids);
    let password_hash = new_password::hashed(&deps.hashers, &body.password, &[person.email()]).await?;
    store.change_password(person.scope(), session, person.email(), password_hash, device.hash()).await?;
    Ok(StatusCode::NO_CONTENT)
}
