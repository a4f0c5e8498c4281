//! What sign-in and refresh answer with.

use model::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use store::Session;
use utoipa::ToSchema;

use crate::Signing;

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
    /// Trades for a new pair, once. Presenting an old one ends the session.
    #[schema(example = "srt_AAE…")]
    pub refresh_token: String,
    /// The company the tokens are for.
    pub tenant: TenantId,
    /// Who signed in.
    pub user: UserId,
}

impl Tokens {
    /// Tokens for a session.
    ///
    /// # Errors
    /// When the signing key is no key: a bug of the installation.
    pub fn of(deps: &Signing, session: &Session, mver: u64, refresh_token: String) -> api::Result<Self> {
        let now = deps.accounts.kernel.clock.now();
        let access = deps.signer.sign(session, mver, now).map_err(api::Error::internal)?;
        Ok(Self {
            access_token: access.text,
            token_type: "Bearer".into(),
            expires_in: access.expires_in,
            refresh_token,
            tenant: session.tenant,
            user: session.user,
        })
    }
}
