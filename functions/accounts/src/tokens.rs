//! What every way of signing in, switching and refreshing answers with.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use model::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use store::Session;
use utoipa::ToSchema;

use crate::{Signing, keeper::Keeper};

/// A pair of tokens.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// Bearer token for the API, good for a quarter of an hour.
    #[schema(example = "eyJhbGciOiJFUzI1NiJ9…")]
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Seconds the access token is good for.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Trades for a new pair, once. Presenting an old one ends the session. Absent for a browser, which gets it as a
    /// cookie that no script can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "srt_AAE…")]
    pub refresh_token: Option<String>,
    /// The company the tokens are for.
    pub tenant: TenantId,
    /// Who signed in.
    pub user: UserId,
}

impl Tokens {
    /// The answer that opens or renews a session: tokens in the body, or for a browser the refresh token in a cookie.
    /// `mver` is the version of the membership.
    ///
    /// # Errors
    /// When the signing key is no key: a bug of the installation.
    pub fn answer(
        deps: &Signing,
        keeper: &Keeper,
        session: &Session,
        mver: u64,
        refresh_token: String,
    ) -> api::Result<Response> {
        Self::answer_as(deps, keeper, session, mver, refresh_token, |tokens| tokens)
    }

    /// As [`Tokens::answer`], in the form the operation answers in.
    ///
    /// # Errors
    /// As there.
    pub fn answer_as<T: Serialize>(
        deps: &Signing,
        keeper: &Keeper,
        session: &Session,
        mver: u64,
        refresh_token: String,
        form: impl FnOnce(Self) -> T,
    ) -> api::Result<Response> {
        let now = deps.accounts.kernel.clock.now();
        let access = deps.signer.sign(session, mver, now).map_err(api::Error::internal)?;
        let (refresh_token, cookie) = match keeper {
            Keeper::Program => (Some(refresh_token), None),
            Keeper::Browser { .. } => (None, Some(Keeper::keep(session, &refresh_token, now)?)),
        };
        let tokens = Self {
            access_token: access.text,
            token_type: "Bearer".into(),
            expires_in: access.expires_in,
            refresh_token,
            tenant: session.tenant,
            user: session.user,
        };
        let mut response = api::Json(form(tokens)).into_response();
        if let Some(cookie) = cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}
