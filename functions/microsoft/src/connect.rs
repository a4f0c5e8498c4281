//! `POST /v1/microsoft/connect`: begins the ceremony. The administrator signs in first, so that the consent that
//! follows is asked for their directory and nobody else's.

use api::{Code, Error, Json, Result};
use axum::extract::State;
use identity::{Person, can};
use jiff::SignedDuration;
use model::Tier;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Connection, ConnectionState, Purpose, SignIn, Token, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Microsoft;

/// `microsoft-connect`.
pub const FUNCTION: Function<Microsoft> = Function::http("microsoft-connect", || routes!(connect));

/// How long each step of the ceremony may take (C8).
const STEP: SignedDuration = SignedDuration::from_mins(10);

/// What to ask consent for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectRequest {
    /// What Steward is to be allowed to change, once it may read. Without it: reading.
    #[serde(default)]
    tier: Option<Tier>,
}

/// Where to send the browser.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Redirect {
    /// Microsoft's page.
    #[schema(example = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=…")]
    pub url: String,
}

/// Begin to connect Microsoft 365
///
/// Send the browser to `url`. Microsoft sends it back to our page, which posts what it got to `/v1/microsoft/callback`
/// under the same session, within ten minutes.
///
/// Without a body an administrator is asked to let Steward read. With a `tier` they are asked to let it change things,
/// in the directory that is connected and at an app of its own.
#[utoipa::path(
    post, path = "/v1/microsoft/connect", operation_id = "microsoft-connect", tag = "microsoft", security(("bearer" = [])),
    request_body = Option<ConnectRequest>,
    responses(
        (status = 200, description = "Begun.", body = Redirect),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn connect(
    State(deps): State<Microsoft>,
    person: Person<can::ManageConnection>,
    body: Option<Json<ConnectRequest>>,
) -> Result<Json<Redirect>> {
    let tier = body.and_then(|Json(body)| body.tier);
    let store = &deps.kernel.store;
    let connection = store.of(person.scope()).get::<Connection>(&()).await?;
    may_begin(connection.map(|connection| connection.value).as_ref(), tier)?;
    let (state, kept_by) = TokenHash::mint(&deps.kernel.ids, "");
    let begun = deps.reader.sign_in(&deps.redirect_uri, &state, graph::Ask::Who);
    let plain = format!("{}\n{}", begun.secrets.nonce, begun.secrets.code_verifier);
    let secrets = store.sealer().seal(&purpose(&person), plain.as_bytes());
    keep(&deps.kernel, &person, &kept_by, SignIn::Identity { secrets, tier }).await?;
    Ok(Json(Redirect { url: begun.url.into() }))
}

/// Whether there is anything to ask for: reading once, and changing only what can be read.
fn may_begin(connection: Option<&Connection>, tier: Option<Tier>) -> Result<()> {
    let connected = connection.filter(|connection| connection.state == ConnectionState::Connected);
    let Some(tier) = tier else {
        return match connected {
            None => Ok(()),
            Some(_) => Err(Error::new(
                Code::Taken,
                "Microsoft 365 is connected already. Disconnect it first to connect another.",
            )),
        };
    };
    if graph::writer_permissions(tier).is_empty() {
        return Err(Error::new(Code::BadBody, "Steward cannot change this yet."));
    }
    let connected = connected.ok_or_else(|| Error::new(Code::NotConnected, "Let Steward read first, then change."))?;
    match connected.tiers.get(&tier) {
        Some(grant) if grant.missing.is_empty() => {
            Err(Error::new(Code::Taken, "Steward is allowed to change this already."))
        }
        _ => Ok(()),
    }
}

/// What the secrets of a ceremony are sealed for: this session and no other.
pub(crate) fn purpose(person: &Person<can::ManageConnection>) -> String {
    format!("microsoft:{}", person.session().session)
}

/// Keeps how far the ceremony is, under the hash of its state.
pub(crate) async fn keep(
    kernel: &Kernel,
    person: &Person<can::ManageConnection>,
    kept_by: &TokenHash,
    step: SignIn,
) -> Result<()> {
    let purpose =
        Purpose::Microsoft { tenant: person.tenant(), user: person.user(), session: person.session().session, step };
    let good_until = (kernel.clock.now() + STEP).as_second();
    Ok(kernel.store.keep_token(kept_by, &Token { purpose, good_until }).await?)
}
