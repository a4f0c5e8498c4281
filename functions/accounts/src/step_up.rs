//! `POST /v1/step-up`: proves anew who you are, so that sensitive acts go through for ten minutes (ASVS 7.5).

use api::{Code, Error, FieldProblem, Json, Result, within};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::{Event, event::SignInStage};
use runtime::Function;
use serde::Deserialize;
use store::{Account, Conflict, FailedTry, FirstStep, StoreError, Throttle};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts,
    passkey::PasskeyAnswer,
    proof::{Proof, refused},
    throttle::{self, Tries},
};

/// `accounts-step-up`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-step-up", || routes!(step_up));

/// How a password proves (RFC 8176).
const PASSWORD: &[&str] = &[FirstStep::Password.amr()];

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
/// Repeat then what was refused with `proof_too_old`. Your tokens stay as they are. After five failures in a row each
/// further one makes the next try wait, up to a quarter of an hour, and the tenth is told to you by mail. Who signs in
/// anew confirms at once, but with Microsoft's second factor while there is one here: sign out everywhere then and wait.
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
    within(store, throttle::STEP_UPS, &person.user().to_string()).await?;
    let account = store.account(person.user()).await?;
    // No device is trusted more than another: who guesses in somebody's session may do so in their browser.
    let tries = Tries::of(&account.step_ups, kernel.clock.now(), false);
    tries.in_time()?;
    let with_password = body.password.is_some();
    let proved = match (body.password, body.totp, body.passkey) {
        (Some(password), None, None) => by_password(&deps, &account, &password).await?.then_some((PASSWORD, None)),
        (None, totp, passkey) => {
            let proved = Proof::of(totp, None, passkey)?.check(kernel, &account).await?;
            proved.map(|proved| (proved.amr, Some(proved.factors)))
        }
        (Some(_), ..) => return Err(wrong("/password", "one_of", "Send exactly one proof.")),
    };
    let Some((amr, factors)) = proved else {
        failed(&deps, &person, &account.step_ups, tries).await?;
        return Err(if with_password {
            Error::new(Code::PasswordRefused, "Type the password you sign in with.")
        } else {
            refused("wrong or used")
        });
    };
    let forget = account.step_ups != Throttle::default();
    match store.step_up(person.session(), amr, factors.as_ref(), forget).await {
        Err(StoreError::Conflict(Conflict::Version)) => Err(refused("used by another request")),
        confirmed => Ok(confirmed.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// Counts a failure where those of this user's sessions are counted, and those of signing in are not: whoever has a
/// session that is not theirs makes nobody wait elsewhere. Each stands in the log; the tenth in a row is told to the
/// account's owner.
async fn failed(deps: &Accounts, person: &Person<can::ChangeOneself>, seen: &Throttle, tries: Tries) -> Result<()> {
    let (user, (failures, not_before), step) = (person.user(), tries.failed(), SignInStage::StepUp);
    tracing::warn!(security = "step_up_failed", failures, "a proof of who is signed in was refused");
    let event = if tries.blocks() {
        Event::UserSignInBlocked { user, failures, step }
    } else {
        Event::UserSignInFailed { user, failures, step, repeats: None }
    };
    let failed = FailedTry { seen, failures, not_before };
    Ok(deps.kernel.store.step_up_failed(person.scope(), user, failed, event).await?)
}

/// Whether it is their password. It confirms where nothing stronger is set up: or a stolen one would remove the second
/// factor it needs.
async fn by_password(deps: &Accounts, account: &Account, password: &str) -> Result<bool> {
    if account.factors.value.any() {
        let told = "You have a second factor: confirm with a code or a passkey.";
        return Err(wrong("/password", "second_factor_needed", told));
    }
    let profile = account.profile.as_ref().ok_or_else(|| Error::internal("a session without a user"))?;
    let login = deps.kernel.store.login(&profile.email).await?;
    let hash = login.filter(|login| login.user == profile.user).and_then(|login| login.password_hash);
    Ok(deps.hashers.verify(&deps.hashers.turn()?, password, hash.as_deref()).await?)
}

fn wrong(pointer: &str, code: &str, told: &str) -> Error {
    Error::invalid(vec![FieldProblem::new(pointer, code, told)])
}
