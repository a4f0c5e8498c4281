//! `POST /v1/sign-in/passkey`: signs in with a passkey alone. It is possession and knowledge or a part of the body at
//! once, so no second factor is asked for.

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::HeaderMap, response::Response};
use identity::visitor;
use model::{TenantId, UserId};
use runtime::Function;
use serde::Deserialize;
use serde_json::Value;
use store::{Noted, Proven, StoreError, Way};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Signing,
    device::Device,
    keeper::Keeper,
    proof::Proof,
    sign_in::{amr, meant},
    throttle,
    tokens::Tokens,
};

/// `accounts-passkey-sign-in`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-passkey-sign-in", || routes!(passkey_sign_in));

/// A passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInRequest {
    /// From the beginning.
    #[schema(example = "soc_Vw4…", max_length = 128)]
    ceremony: String,
    /// What `navigator.credentials.get()` answered, as its `toJSON()` gives it.
    #[schema(value_type = Object)]
    credential: Value,
    /// Which company, if you are in several; otherwise the one you are in longest of those that let you in.
    #[serde(default)]
    tenant: Option<TenantId>,
}

/// Sign in with a passkey
///
/// Works while the password waits after failures. Answers 401 `sign_in_refused` for every reason alike.
#[utoipa::path(
    post, path = "/v1/sign-in/passkey", operation_id = "accounts-passkey-sign-in", tag = "accounts", request_body = PasskeySignInRequest, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie.")),
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn passkey_sign_in(
    State(deps): State<Signing>,
    client: Client,
    keeper: Keeper,
    headers: HeaderMap,
    Json(body): Json<PasskeySignInRequest>,
) -> Result<Response> {
    let kernel = &deps.accounts.kernel;
    let refused =
        |why: &'static str| Error::new(Code::SignInRefused, "Begin again, or sign in with your password.").because(why);
    within_by_address(&kernel.store, throttle::BY_ADDRESS, &client).await?;
    let proof = Proof::passkey(&body.ceremony, body.credential)?;
    // A passkey of nobody is looked up all the same.
    let user = proof.user().unwrap_or_else(|| UserId::generate(&kernel.ids));
    let account = kernel.store.account(user).await?;
    let proved = proof.check(kernel, &account).await?.ok_or_else(|| refused("passkey"))?;
    let ways = kernel.store.ways(user, &meant(&account.memberships, body.tenant)).await?;
    let way = ways.iter().find(|way| way.lets_in(None));
    let Way { membership, .. } = way.ok_or_else(|| refused("no company that lets in with a passkey"))?;
    let device = Device::of(&headers, &client, &kernel.ids);
    let proven = Proven { new_device: device.is_new_to(&account.devices), ..Proven::of(user, amr(proved.amr)) };
    let noted = Noted {
        devices: account.devices.noting(device.hash(), kernel.clock.now()),
        factors: Some(proved.factors),
        rehashed: None,
    };
    match kernel.store.open_session_noting(proven, membership, noted, visitor(client)).await {
        Ok((token, session)) => {
            let signed_in = Tokens::answer(&deps, &keeper, &session, membership.mver, token)?;
            Ok(device.remember(signed_in))
        }
        Err(StoreError::Conflict(_)) => Err(refused("membership or company closed, or the factors changed")),
        Err(error) => Err(error.into()),
    }
}
