//! `POST /v1/refresh`: a refresh token for a new pair. Rotates, with an overlap for two tabs and lost answers (C4).

use api::{Client, Code, Error, Json, Result};
use axum::extract::State;
use identity::visitor;
use runtime::Function;
use serde::Deserialize;
use store::Rotation;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Signing, tokens::Tokens};

/// `accounts-refresh`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-refresh", || routes!(refresh));

/// What is traded in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The token of the last pair.
    #[schema(example = "srt_AAE…", max_length = 512)]
    refresh_token: String,
}

/// Renew tokens
///
/// The old refresh token answers with the same successor for 20 seconds, so that a second tab or a lost answer does no
/// harm. An older one ends the session: it was stolen or copied.
#[utoipa::path(
    post, path = "/v1/refresh", operation_id = "accounts-refresh", tag = "accounts", request_body = RefreshRequest, security(()),
    responses(
        (status = 200, description = "A new pair.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn refresh(
    State(deps): State<Signing>,
    client: Client,
    Json(body): Json<RefreshRequest>,
) -> Result<Json<Tokens>> {
    match deps.accounts.kernel.store.rotate(&body.refresh_token, visitor(client)).await? {
        Rotation::Rotated { token, session, mver } => Tokens::of(&deps, &session, mver, token).map(Json),
        Rotation::Refused => Err(Error::new(Code::InvalidToken, "The session is over. Sign in again.")),
        Rotation::ReuseDetected => {
            tracing::warn!(security = "token_reuse", "an old refresh token came again");
            Err(Error::new(Code::InvalidToken, "The session is over. Sign in again."))
        }
    }
}
