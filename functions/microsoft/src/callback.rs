//! `POST /v1/microsoft/callback`: what Microsoft sent the browser back with, posted by our page.
//!
//! Nothing in the redirect is believed: anyone can forge it (checks.md 4.11). The state must be ours, unused, young and
//! of this session; the directory comes from a verified id_token; and before anything is kept, an app-only token for
//! that directory must work and its organisation must have the same id.

use api::{Code, Error, Json, Result};
use axum::extract::State;
use graph::{Identity, SignInError, SignInSecrets};
use identity::{Person, can};
use jiff::SignedDuration;
use model::{DirectoryId, Event};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Commit, Conflict, Connection, ConnectionState, Purpose, Schedule, SignIn, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Microsoft,
    connect::{keep, purpose, secret},
    connection::ConnectionView,
};

/// `microsoft-callback`.
pub const FUNCTION: Function<Microsoft> = Function::http("microsoft-callback", || routes!(callback));

/// The query Microsoft added to our page's address, as it came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the page posts Microsoft's query as it came; not all of it is of use")]
pub struct CallbackRequest {
    /// Ours, given to Microsoft.
    #[schema(max_length = 128, example = "q83v…")]
    state: String,
    /// After signing in.
    #[serde(default)]
    #[schema(max_length = 4096, example = "0.AXo…")]
    code: Option<String>,
    /// After consenting: `True`.
    #[serde(default)]
    #[schema(max_length = 16, example = "True")]
    admin_consent: Option<String>,
    /// After consenting: the directory, which is only compared.
    #[serde(default)]
    tenant: Option<DirectoryId>,
    /// When Microsoft or the administrator refused.
    #[serde(default)]
    #[schema(max_length = 200, example = "access_denied")]
    error: Option<String>,
    /// Microsoft's words; not shown and not kept.
    #[serde(default)]
    #[schema(max_length = 4096)]
    error_description: Option<String>,
    /// Microsoft's finer code; not kept.
    #[serde(default)]
    #[schema(max_length = 200)]
    error_subcode: Option<String>,
    /// Scopes Microsoft echoes; not believed.
    #[serde(default)]
    #[schema(max_length = 4096)]
    scope: Option<String>,
    /// Microsoft's session; not used.
    #[serde(default)]
    #[schema(max_length = 200)]
    session_state: Option<String>,
}

/// What comes next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum CallbackAnswer {
    /// Send the browser to `url`: the administrator consents there.
    Consent {
        /// Microsoft's page.
        url: String,
    },
    /// Connected; the first scan begins by itself.
    Connected {
        /// The connection.
        connection: ConnectionView,
    },
}

/// Go on connecting Microsoft 365
///
/// Called twice: after signing in, and after consenting.
#[utoipa::path(
    post, path = "/v1/microsoft/callback", operation_id = "microsoft-callback", tag = "microsoft",
    request_body = CallbackRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "What comes next.", body = CallbackAnswer),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn callback(
    State(deps): State<Microsoft>,
    person: Person<can::ManageConnection>,
    Json(body): Json<CallbackRequest>,
) -> Result<Json<CallbackAnswer>> {
    let state = TokenHash::of(&body.state);
    let step = step_of(&deps, &person, &state).await?;
    if let Some(error) = &body.error {
        // Used up: whoever was refused begins again.
        deps.kernel.store.drop_token(&state).await?;
        let why = if error == "access_denied" { "The administrator did not agree." } else { "Microsoft refused." };
        let told =
            Error::new(Code::MicrosoftRefused, format!("{why} Nothing was connected. Begin again when you are ready."));
        return Err(told.because(format!("{error:.200}")));
    }
    match step {
        SignIn::Identity { secrets } => {
            let sealed = deps.kernel.store.sealer().open(&purpose(&person), &secrets).ok_or_else(not_begun_here)?;
            let plain = String::from_utf8(sealed).map_err(Error::internal)?;
            let (nonce, verifier) = plain.split_once('\n').ok_or_else(|| Error::internal("secrets of a ceremony"))?;
            let secrets = SignInSecrets { nonce: nonce.into(), code_verifier: verifier.into() };
            let code = body.code.as_deref().ok_or_else(not_begun_here)?;
            // Used up before the code is redeemed: of two posts of the same state one goes on.
            deps.kernel.store.use_token(&state).await.map_err(used)?;
            let identity = deps.reader.redeem(code, &deps.redirect_uri, &secrets).await.map_err(sign_in_refused)?;
            let url = consent(&deps, &person, &identity).await?;
            Ok(Json(CallbackAnswer::Consent { url }))
        }
        SignIn::Consent { directory, .. } => {
            let agreed = body.admin_consent.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("true"));
            if !agreed || body.tenant != Some(directory) {
                return Err(not_begun_here());
            }
            let connection = finish(&deps, &person, &state, directory).await?;
            Ok(Json(CallbackAnswer::Connected { connection: ConnectionView::of(Some(connection)) }))
        }
    }
}

fn not_begun_here() -> Error {
    Error::new(
        Code::StateNotGood,
        "Begin again from the connect page. Each step is good for ten minutes and works once.",
    )
}

fn used(error: StoreError) -> Error {
    match error {
        StoreError::Conflict(_) => not_begun_here(),
        error => error.into(),
    }
}

/// How far the ceremony is: the state must be known, unused, young, and of this very session.
async fn step_of(deps: &Microsoft, person: &Person<can::ManageConnection>, state: &TokenHash) -> Result<SignIn> {
    let token = deps.kernel.store.token(state).await?.ok_or_else(not_begun_here)?;
    match token.purpose {
        Purpose::Microsoft { tenant, user, session, step }
            if tenant == person.tenant() && user == person.user() && session == person.session().session =>
        {
            Ok(step)
        }
        _ => Err(not_begun_here()),
    }
}

fn sign_in_refused(error: SignInError) -> Error {
    let told = match &error {
        SignInError::PersonalAccount => {
            Error::new(Code::MicrosoftRefused, "That is a personal Microsoft account. Sign in with your work account.")
        }
        SignInError::Microsoft(_) => {
            Error::new(Code::Unavailable, "Microsoft does not answer. Begin again in a moment.").retry_after(10)
        }
        _ => Error::new(Code::MicrosoftRefused, "The sign-in could not be verified. Begin again."),
    };
    told.because(error)
}

/// The second step: consent for the directory of the person who signed in.
async fn consent(deps: &Microsoft, person: &Person<can::ManageConnection>, identity: &Identity) -> Result<String> {
    if !identity.may_consent() {
        let detail = "Only an administrator who may agree for the whole company can connect: a Global Administrator or \
                      a Privileged Role Administrator. Ask yours to sign in here.";
        return Err(Error::new(Code::NotAnAdministrator, detail));
    }
    let linked = deps.kernel.store.tenant_of_directory(identity.directory).await?;
    if linked.is_some_and(|tenant| tenant != person.tenant()) {
        return Err(taken());
    }
    let state = secret(deps);
    let step = SignIn::Consent { directory: identity.directory, oid: identity.person.0 };
    keep(deps, person, &state, step).await?;
    Ok(deps.reader.consent_url(identity.directory, &deps.redirect_uri, &state).into())
}

fn taken() -> Error {
    let detail = "Another Steward account is connected to this Microsoft 365. Its owner has to disconnect it first.";
    Error::new(Code::DirectoryTaken, detail)
}

/// The third: prove that the token works and is of that directory, and keep the connection.
async fn finish(
    deps: &Microsoft,
    person: &Person<can::ManageConnection>,
    state: &TokenHash,
    directory: DirectoryId,
) -> Result<Connection> {
    let clock = &deps.kernel.clock;
    let reader = deps.reader.directory(directory);
    // Consent takes a while to reach every part of Entra (checks.md 4.11): a few tries before saying no.
    let mut tries = 0;
    let organization = loop {
        match reader.organization().await {
            Ok(organization) => break organization,
            Err(graph::Error::ConsentLost { .. } | graph::Error::PermissionMissing(_)) if tries < 3 => {
                tries += 1;
                clock.sleep(SignedDuration::from_secs(tries)).await;
            }
            Err(error) if error.pause().is_some() || matches!(error, graph::Error::Transport { .. }) => {
                let told = Error::new(Code::Unavailable, "Microsoft does not answer yet. Send this again in a moment.");
                return Err(told.retry_after(10).because(error));
            }
            Err(error) => {
                let told =
                    Error::new(Code::MicrosoftRefused, "Microsoft does not let us read this directory. Begin again.");
                return Err(told.because(error));
            }
        }
    };
    if organization.id != Some(directory.0) {
        let told = Error::new(Code::MicrosoftRefused, "Microsoft answered for another directory. Begin again.");
        return Err(told.because("organization id differs from tid"));
    }
    let granted = reader.granted_permissions().await.map_err(Error::internal)?;
    let missing: Vec<String> = graph::reader_permissions()
        .into_iter()
        .filter(|p| !granted.iter().any(|g| g == p))
        .map(str::to_owned)
        .collect();

    let tenant = deps.kernel.store.of(person.scope());
    let now = clock.now();
    let connection = Connection {
        directory,
        name: organization.display_name.unwrap_or_default(),
        state: ConnectionState::Connected,
        reason: None,
        granted,
        missing: missing.clone(),
        since: now,
        connected_by: person.user(),
    };
    let before = tenant.get_strong::<Connection>(&()).await?;
    let schedule =
        tenant.get_strong::<Schedule>(&()).await?.ok_or_else(|| Error::internal("a company without schedule"))?;
    let next_at = now + SignedDuration::from_hours(schedule.value.every_hours.into());
    let schedule = store::Versioned { value: Schedule { on: true, next_at, ..schedule.value }, ..schedule };
    let mut change = Commit::new().consume(state, now).claim_directory(directory, person.tenant()).replace(&schedule);
    change = match before {
        // Another directory's link that was never given free: its consent was lost.
        Some(old) if old.value.directory != directory => {
            let link = old.value.directory;
            let new = store::Versioned { value: connection.clone(), version: old.version };
            change.replace(&new).release_directory(link, person.tenant())
        }
        Some(old) => change.replace(&store::Versioned { value: connection.clone(), version: old.version }),
        None => change.create(&connection),
    };
    let change = change.event(Event::ConnectionConnected { directory, missing })?;
    match tenant.commit(change).await {
        Ok(_) => Ok(connection),
        Err(StoreError::Conflict(Conflict::Taken("directory"))) => Err(taken()),
        Err(error) => Err(used(error)),
    }
}
