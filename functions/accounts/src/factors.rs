//! `GET /v1/me/factors`: your second factors, never their secrets.

use api::{Json, Result};
use axum::extract::State;
use identity::{Person, can, recovery_code};
use jiff::Timestamp;
use model::{PasskeyId, policy::SecondFactor};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::Passkey;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-factors`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-factors", || routes!(factors));

/// Your second factors.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnFactors {
    /// Codes of an app; absent when none is set up.
    pub totp: Option<TotpFactor>,
    /// Your passkeys.
    #[schema(max_items = 10)]
    pub passkeys: Vec<PasskeyFactor>,
    /// Recovery codes you have not used.
    #[schema(example = 10)]
    pub recovery_codes_left: usize,
    /// Whether it is time for new ones: three or fewer are left of a second factor that is set up.
    pub recovery_codes_low: bool,
    /// Whether your company needs a second factor of everybody.
    pub required: bool,
}

/// Codes of an app.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TotpFactor {
    /// When they were set up.
    pub added_at: Timestamp,
}

/// A passkey.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyFactor {
    /// Which.
    pub passkey: PasskeyId,
    /// What you call it.
    #[schema(example = "Anna's laptop")]
    pub name: String,
    /// When you added it.
    pub added_at: Timestamp,
    /// When you last used it.
    pub last_used_at: Option<Timestamp>,
}

impl From<&Passkey> for PasskeyFactor {
    fn from(kept: &Passkey) -> Self {
        let Passkey { passkey, name, added_at, last_used_at, .. } = kept.clone();
        Self { passkey, name, added_at, last_used_at }
    }
}

/// Read your second factors
#[utoipa::path(
    get, path = "/v1/me/factors", operation_id = "accounts-factors", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "What is set up.", body = OwnFactors),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn factors(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<OwnFactors>> {
    let factors = deps.kernel.store.account(person.user()).await?.factors.value;
    let left = factors.recovery_codes.len();
    Ok(Json(OwnFactors {
        totp: factors.totp.as_ref().map(|totp| TotpFactor { added_at: totp.added_at }),
        passkeys: factors.passkeys.iter().map(PasskeyFactor::from).collect(),
        recovery_codes_left: left,
        recovery_codes_low: factors.any() && left <= recovery_code::LOW,
        required: matches!(person.policy().second_factor, SecondFactor::Required { .. }),
    }))
}
