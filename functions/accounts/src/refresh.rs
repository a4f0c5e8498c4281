//! `POST /v1/refresh`: a refresh token for a new pair. Rotates, with an overlap for two tabs and lost answers (C4).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, response::Response};
use identity::visitor;
use runtime::Function;
use serde::Deserialize;
use store::Rotation;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Signing, keeper::Keeper, limits, tokens::Tokens};

/// `accounts-refresh`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-refresh", || routes!(refresh));

/// What is traded in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The token of the last pair. A browser sends `{}` and its cookie.
    #[serde(default)]
    #[schema(example = "srt_AAE…", max_length = 512)]
    refresh_token: Option<String>,
}

/// Renew tokens
///
/// The old refresh token answers with the same successor for 20 seconds, so that a second tab or a lost answer does no
/// harm. An older one ends the session: it was stolen or copied. So does one of a session that the company's rules for
/// signing in let in no more. No refusal takes a browser's cookie away: it may hold the token of a request that won.
#[utoipa::path(
    post, path = "/v1/refresh", operation_id = "accounts-refresh", tag = "accounts", request_body = RefreshRequest, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes and goes as a cookie.")),
    responses(
        (status = 200, description = "A new pair.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn refresh(
    State(deps): State<Signing>,
    client: Client,
    keeper: Keeper,
    Json(body): Json<RefreshRequest>,
) -> Result<Response> {
    let presented = match &keeper {
        Keeper::Program => {
            body.refresh_token.ok_or_else(|| Error::new(Code::BadBody, "Send the last `refresh_token`."))?
        }
        Keeper::Browser { presented } => {
            presented.clone().ok_or_else(|| Error::new(Code::MissingCredentials, "Sign in first."))?
        }
    };
    let over = || Error::new(Code::InvalidToken, "The session is over. Sign in again.");
    let store = &deps.accounts.kernel.store;
    within_by_address(store, limits::REFRESH, &client).await?;
    match store.rotate(&presented, visitor(client)).await? {
        Rotation::Rotated { token, session, mver } => Tokens::answer(&deps, &keeper, &session, mver, token),
        Rotation::InProgress => Err(Error::new(Code::RefreshInProgress, "Send the same request again.").retry_after(1)),
        Rotation::Refused => Err(over()),
        Rotation::ReuseDetected => {
            tracing::warn!(security = "token_reuse", "an old refresh token came again");
            Err(over())
        }
    }
}
