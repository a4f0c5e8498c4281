//! `POST /v1/sign-in/passkey/begin`: asks for a passkey, whosever it is: to sign in, as a second factor, to confirm.

use api::{Client, Json, Result, within_by_address};
use axum::extract::State;
use runtime::Function;
use store::Purpose;
use utoipa_axum::routes;

use crate::{Accounts, begin_passkey::PasskeyBegun, one_time, passkey::RelyingParty, throttle};

/// `accounts-begin-passkey-sign-in`.
pub const FUNCTION: Function<Accounts> =
    Function::http("accounts-begin-passkey-sign-in", || routes!(begin_passkey_sign_in));

/// Begin to show a passkey
///
/// The answer goes to `/v1/sign-in/passkey`, `/v1/sign-in/second-factor` or `/v1/step-up`, once.
#[utoipa::path(
    post, path = "/v1/sign-in/passkey/begin", operation_id = "accounts-begin-passkey-sign-in", tag = "accounts", security(()),
    responses(
        (status = 200, description = "What to ask the browser for.", body = PasskeyBegun),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn begin_passkey_sign_in(State(deps): State<Accounts>, client: Client) -> Result<Json<PasskeyBegun>> {
    let kernel = &deps.kernel;
    within_by_address(&kernel.store, throttle::BY_ADDRESS, &client).await?;
    let (options, state) = RelyingParty::of(&kernel.app_url)?.begin_proof()?;
    let ceremony = one_time::begin(kernel, Purpose::PasskeyProof { state }).await?;
    Ok(Json(PasskeyBegun { ceremony, options }))
}
