//! `POST /v1/step-up`: proves anew who you are, so that sensitive acts go through for ten minutes (ASVS 7.5).

use api::{Code, Error, FieldProblem, Json, Result, within};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use runtime::Function;
use serde::Deserialize;
use store::{Account, Conflict, StoreError};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts,
    passkey::PasskeyAnswer,
    proof::{Proof, refused},
    throttle,
};

/// `accounts-step-up`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-step-up", || routes!(step_up));

/// A proof: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpRequest {
    /// Your password; only while you have no second factor.
    #[serde(default)]
    #[schema(example = "correct horse battery staple", max_length = 128)]
    password: Option<String>,
    /// The code your app shows.
    #[serde(default)]
    #[schema(example = "492039", max_length = 16)]
    totp: Option<String>,
    /// A passkey.
    #[serde(default)]
    passkey: Option<PasskeyAnswer>,
}

/// Confirm that it is you
///
/// Repeat then what was refused with `proof_too_old`. Your tokens stay as they are.
#[utoipa::path(
    post, path = "/v1/step-up", operation_id = "accounts-step-up", tag = "accounts", request_body = StepUpRequest, security(("bearer" = [])),
    responses(
        (status = 204, description = "Confirmed, for ten minutes."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn step_up(
    State(deps): State<Accounts>,
    person: Person<can::ChangeOneself>,
    Json(body): Json<StepUpRequest>,
) -> Result<StatusCode> {
    let (kernel, store) = (&deps.kernel, &deps.kernel.store);
    within(store, throttle::PROOFS, &person.user().to_string()).await?;
    let account = store.account(person.user()).await?;
    let confirmed = match (body.password, body.totp, body.passkey) {
        (Some(password), None, None) => {
            by_password(&deps, &account, &password).await?;
            store.step_up(person.session(), &["pwd"], None).await
        }
        (None, totp, passkey) => {
            let proved = Proof::of(totp, None, passkey)?.check(kernel, &account).await?;
            let proved = proved.ok_or_else(|| refused("wrong or used"))?;
            store.step_up(person.session(), proved.amr, Some(&proved.factors)).await
        }
        (Some(_), ..) => return Err(wrong("/password", "one_of", "Send exactly one proof.")),
    };
    match confirmed {
        Err(StoreError::Conflict(Conflict::Version)) => Err(refused("used by another request")),
        confirmed => Ok(confirmed.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// A password confirms where nothing stronger is set up: or a stolen one would remove the second factor it needs.
async fn by_password(deps: &Accounts, account: &Account, password: &str) -> Result<()> {
    if account.factors.value.any() {
        let told = "You have a second factor: confirm with a code or a passkey.";
        return Err(wrong("/password", "second_factor_needed", told));
    }
    let profile = account.profile.as_ref().ok_or_else(|| Error::internal("a session without a user"))?;
    let login = deps.kernel.store.sign_in_facts(&profile.email).await?.login;
    let hash = login.filter(|login| login.user == profile.user).and_then(|login| login.password_hash);
    let right = deps.hashers.verify(&deps.hashers.turn()?, password, hash.as_deref()).await?;
    if right { Ok(()) } else { Err(Error::new(Code::PasswordRefused, "Type the password you sign in with.")) }
}

fn wrong(pointer: &str, code: &str, told: &str) -> Error {
    Error::invalid(vec![FieldProblem::new(pointer, code, told)])
}
