//! `POST /v1/sign-in/second-factor`: the second step of a sign-in whose first was right: the password, or Microsoft.

use api::{Client, Code, Error, Json, Result, within, within_by_address};
use axum::{extract::State, http::HeaderMap, response::Response};
use identity::visitor;
use model::{Event, event::SignInStage};
use runtime::Function;
use serde::Deserialize;
use store::{Conflict, FailedTry, FirstStep, Noted, Proven, Purpose, StoreError, Throttle, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Signing,
    device::Device,
    keeper::Keeper,
    passkey::PasskeyAnswer,
    proof::{Proof, refused},
    sign_in::amr,
    throttle::{self, Tries},
    tokens::Tokens,
};

/// `accounts-second-factor`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-second-factor", || routes!(second_factor));

/// A second factor: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRequest {
    /// From the first step.
    #[schema(example = "soc_Vw4…", max_length = 128)]
    challenge: String,
    /// The code your app shows.
    #[serde(default)]
    #[schema(example = "492039", max_length = 16)]
    totp: Option<String>,
    /// A recovery code; it works once.
    #[serde(default)]
    #[schema(example = "1040g2-081040-g20810-40g208", max_length = 64)]
    recovery_code: Option<String>,
    /// A passkey.
    #[serde(default)]
    passkey: Option<PasskeyAnswer>,
}

/// Sign in with a second factor
///
/// The challenge works once and for five minutes; a wrong code does not use it up. Wrong codes count with wrong
/// passwords, and you are told of them by mail.
#[utoipa::path(
    post, path = "/v1/sign-in/second-factor", operation_id = "accounts-second-factor", tag = "accounts", request_body = SecondFactorRequest, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie.")),
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn second_factor(
    State(deps): State<Signing>,
    client: Client,
    keeper: Keeper,
    headers: HeaderMap,
    Json(body): Json<SecondFactorRequest>,
) -> Result<Response> {
    let (kernel, store) = (&deps.accounts.kernel, &deps.accounts.kernel.store);
    let over = |why: &'static str| Error::new(Code::SignInRefused, "Begin to sign in again.").because(why);
    within_by_address(store, throttle::BY_ADDRESS, &client).await?;
    let proof = Proof::of(body.totp, body.recovery_code, body.passkey)?;
    let challenge = TokenHash::of(&body.challenge);
    let begun = store.token(&challenge).await?.map(|token| token.purpose);
    let Some(Purpose::SecondFactor { user, email, epoch, tenant, first, directory }) = begun else {
        return Err(over("no challenge"));
    };
    within(store, throttle::PROOFS, &user.to_string()).await?;
    let (account, throttled) = (store.account(user).await?, store.sign_in_facts(&email).await?.throttle);
    let device = Device::of(&headers, &client, &kernel.ids);
    let tries = Tries::of(&throttled, kernel.clock.now(), device.is_trusted_by(&account.devices));
    tries.admit()?;
    let membership = account.memberships.iter().find(|membership| membership.tenant == tenant);
    let membership = membership.ok_or_else(|| over("no membership"))?;
    if tries.wait() {
        return Err(refused("too many failures"));
    }
    let Some(proved) = proof.check(kernel, &account).await? else {
        let (failures, until) = tries.failed();
        throttle::log(failures, tries, SignInStage::SecondFactor);
        let event = Event::UserSecondFactorFailed { user, by_microsoft: first == FirstStep::Microsoft };
        let counted = FailedTry { seen: &throttled, failures, not_before: until };
        store.sign_in_failed_noting(&email, counted, event, Some(membership), visitor(client)).await?;
        return Err(refused("wrong or used"));
    };
    let proven = Proven {
        clear_throttle_of: (throttled != Throttle::default()).then(|| email.clone()),
        login: Some((email, epoch)),
        new_device: device.is_new_to(&account.devices),
        consume: Some(challenge),
        directory,
        recovery_codes_left: proved.recovery_codes_left,
        ..Proven::of(user, amr(&[&[first.amr()], proved.amr].concat()))
    };
    let noted = Noted {
        devices: account.devices.noting(device.hash(), kernel.clock.now()),
        factors: Some(proved.factors),
        rehashed: None,
    };
    match store.open_session_noting(proven, membership, noted, visitor(client)).await {
        Ok((token, session)) => {
            let signed_in = Tokens::answer(&deps, &keeper, &session, membership.mver, token)?;
            Ok(device.remember(signed_in))
        }
        Err(StoreError::Conflict(Conflict::Version)) => Err(refused("used by another request")),
        Err(StoreError::Conflict(_)) => Err(over("challenge used, password changed, membership or company closed")),
        Err(error) => Err(error.into()),
    }
}
