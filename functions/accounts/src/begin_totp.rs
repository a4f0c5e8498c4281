//! `POST /v1/me/totp`: begins to set up codes of an app. Nothing changes before one of them was right.

use api::{Error, Json, Result};
use axum::extract::State;
use identity::{Recent, can};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::Purpose;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, factor_change, one_time, totp};

/// `accounts-begin-totp`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-begin-totp", || routes!(begin_totp));

/// What an app is set up with. Shown once.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TotpBegun {
    /// Goes with the first code, within ten minutes.
    #[schema(example = "soc_Vw4…")]
    pub setup: String,
    /// The secret, to be typed into the app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same, to be shown as a QR code.
    #[schema(
        example = "otpauth://totp/Steward:anna%40northwind.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Steward"
    )]
    pub url: String,
}

/// Begin to set up codes of an app
///
/// Needs a proof of who you are that is at most ten minutes old; see `/v1/step-up`. An app that is set up already works
/// until the new one is confirmed.
#[utoipa::path(
    post, path = "/v1/me/totp", operation_id = "accounts-begin-totp", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "What to set up the app with.", body = TotpBegun),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn begin_totp(State(deps): State<Accounts>, person: Recent<can::ChangeOneself>) -> Result<Json<TotpBegun>> {
    let kernel = &deps.kernel;
    let (user, own) = (person.user(), factor_change::read(&kernel.store, &person).await?);
    let seed = totp::new_seed(&kernel.ids, kernel.store.sealer(), user);
    let codes = totp::Totp::open(kernel.store.sealer(), user, &own.profile.email, &seed);
    let (secret, url) = codes
        .and_then(|codes| Some((codes.secret(), codes.url()?)))
        .ok_or_else(|| Error::internal("a new seed does not make codes"))?;
    let setup = one_time::begin(kernel, Purpose::TotpSetup { user, seed }).await?;
    Ok(Json(TotpBegun { setup, secret, url }))
}
