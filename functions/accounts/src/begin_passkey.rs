//! `POST /v1/me/passkeys/begin`: begins to add a passkey.

use api::{Error, FieldProblem, Json, Result};
use axum::extract::State;
use identity::{Recent, can};
use runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Factors, Purpose};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, factor_change, one_time, passkey::RelyingParty};

/// `accounts-begin-passkey`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-begin-passkey", || routes!(begin_passkey));

/// The beginning of a ceremony with a passkey.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyBegun {
    /// Goes with the answer, within ten minutes.
    #[schema(example = "soc_Vw4…")]
    pub ceremony: String,
    /// For `navigator.credentials`: its `publicKey` is read by `PublicKeyCredential.parse…OptionsFromJSON()`.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// Begin to add a passkey
///
/// Needs a proof of who you are that is at most ten minutes old; see `/v1/step-up`.
#[utoipa::path(
    post, path = "/v1/me/passkeys/begin", operation_id = "accounts-begin-passkey", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "What to ask the browser for.", body = PasskeyBegun),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn begin_passkey(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
) -> Result<Json<PasskeyBegun>> {
    let (kernel, user) = (&deps.kernel, person.user());
    let own = factor_change::read(&kernel.store, &person).await?;
    let known = &own.factors.value.passkeys;
    if known.len() >= Factors::PASSKEYS_MOST {
        let told = format!("Remove one first: {} are the most.", Factors::PASSKEYS_MOST);
        return Err(Error::invalid(vec![FieldProblem::new("/", "too_many", told)]));
    }
    let party = RelyingParty::of(&kernel.app_url)?;
    let (options, state) = party.begin(user, &own.profile.email, &own.profile.name, known)?;
    let ceremony = one_time::begin(kernel, Purpose::PasskeySetup { user, state }).await?;
    Ok(Json(PasskeyBegun { ceremony, options }))
}
