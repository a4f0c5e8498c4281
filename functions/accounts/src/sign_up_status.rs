//! `GET /v1/sign-up/{signup}`: how far a sign-up is, for the page that waits for the mail to be read (F25).

use api::{Client, Json, Path, Result, within_by_address};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use model::SignupId;
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-sign-up-status`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-sign-up-status", || routes!(sign_up_status));

/// Seconds until asking again is worth it.
const AGAIN: HeaderValue = HeaderValue::from_static("3");

/// How far a sign-up is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignUpStatus {
    /// How far.
    pub state: SignUpState,
}

/// How far a sign-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUpState {
    /// For its link to be opened.
    Waiting,
    /// Its company exists.
    Done,
    /// It was not verified in time, or never was one.
    Expired,
}

/// Read how far a sign-up is
///
/// `waiting` comes with `retry-after`. A sign-up of an address that has an account reads like any other: its link makes
/// the company too.
#[utoipa::path(
    get, path = "/v1/sign-up/{signup}", operation_id = "accounts-sign-up-status", tag = "accounts", security(()),
    params(("signup" = SignupId, Path, description = "Which sign-up.")),
    responses(
        (status = 200, description = "How far it is.", body = SignUpStatus),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_up_status(
    State(deps): State<Accounts>,
    client: Client,
    Path(signup): Path<SignupId>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    within_by_address(store, limits::STATUS, &client).await?;
    let now = deps.kernel.clock.now().as_second();
    let state = match store.signup(signup).await? {
        Some(signup) if signup.done => SignUpState::Done,
        Some(signup) if signup.good_until > now => SignUpState::Waiting,
        _ => SignUpState::Expired,
    };
    let mut response = Json(SignUpStatus { state }).into_response();
    if state == SignUpState::Waiting {
        response.headers_mut().insert(header::RETRY_AFTER, AGAIN);
    }
    Ok(response)
}
