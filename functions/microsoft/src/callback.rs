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
use model::{DirectoryId, Event, Tier};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{
    Commit, Conflict, Connection, ConnectionState, Grant, Purpose, Schedule, SignIn, StoreError, TokenHash, Versioned,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Ceremony,
    connect::{keep, purpose},
    connection::ConnectionView,
};

/// `microsoft-callback`.
pub const FUNCTION: Function<Ceremony> = Function::http("microsoft-callback", || routes!(callback));

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
    /// Steward may change more than before.
    Granted {
        /// What.
        tier: Tier,
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
    State(deps): State<Ceremony>,
    person: Person<can::ManageConnection>,
    Json(body): Json<CallbackRequest>,
) -> Result<Json<CallbackAnswer>> {
    let state = TokenHash::of(&body.state);
    let step = step_of(&deps.kernel, &person, &state).await?;
    if let Some(error) = &body.error {
        // Used up: whoever was refused begins again.
        deps.kernel.store.drop_token(&state).await?;
        let why = if error == "access_denied" { "The administrator did not agree." } else { "Microsoft refused." };
        let told =
            Error::new(Code::MicrosoftRefused, format!("{why} Nothing was connected. Begin again when you are ready."));
        return Err(told.because(format!("{error:.200}")));
    }
    match step {
        SignIn::Identity { secrets, tier } => {
            let sealed = deps.kernel.store.sealer().open(&purpose(&person), &secrets).ok_or_else(not_begun_here)?;
            let plain = String::from_utf8(sealed).map_err(Error::internal)?;
            let (nonce, verifier) = plain.split_once('\n').ok_or_else(|| Error::internal("secrets of a ceremony"))?;
            let secrets = SignInSecrets { nonce: nonce.into(), code_verifier: verifier.into() };
            let code = body.code.as_deref().ok_or_else(not_begun_here)?;
            // Used up before the code is redeemed: of two posts of the same state one goes on.
            deps.kernel.store.use_token(&state).await.map_err(used)?;
            let identity = deps.reader.redeem(code, &deps.redirect_uri, &secrets).await.map_err(sign_in_refused)?;
            let url = consent(&deps, &person, &identity, tier).await?;
            Ok(Json(CallbackAnswer::Consent { url }))
        }
        SignIn::Consent { directory, tier, .. } => {
            let agreed = body.admin_consent.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("true"));
            if !agreed || body.tenant != Some(directory) {
                return Err(not_begun_here());
            }
            Ok(Json(match tier {
                None => {
                    let connection = finish(&deps, &person, &state, directory).await?;
                    CallbackAnswer::Connected { connection: ConnectionView::of(Some(connection)) }
                }
                Some(tier) => {
                    let connection = grant(&deps, &person, &state, directory, tier).await?;
                    CallbackAnswer::Granted { tier, connection: ConnectionView::of(Some(connection)) }
                }
            }))
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
async fn step_of(kernel: &Kernel, person: &Person<can::ManageConnection>, state: &TokenHash) -> Result<SignIn> {
    let token = kernel.store.token(state).await?.ok_or_else(not_begun_here)?;
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
async fn consent(
    deps: &Ceremony,
    person: &Person<can::ManageConnection>,
    identity: &Identity,
    tier: Option<Tier>,
) -> Result<String> {
    if !identity.may_consent() {
        let detail = "Only an administrator who may agree for the whole company can connect: a Global Administrator or \
                      a Privileged Role Administrator. Ask yours to sign in here.";
        return Err(Error::new(Code::NotAnAdministrator, detail));
    }
    let app = match tier {
        None => {
            let linked = deps.kernel.store.tenant_of_directory(identity.directory).await?;
            if linked.is_some_and(|tenant| tenant != person.tenant()) {
                return Err(taken());
            }
            &deps.reader
        }
        Some(tier) => {
            connected_to(&deps.kernel, person, identity.directory).await?;
            deps.writer(tier).ok_or_else(not_begun_here)?
        }
    };
    let (state, kept_by) = TokenHash::mint(&deps.kernel.ids, "");
    let step = SignIn::Consent { directory: identity.directory, oid: identity.person.0, tier };
    keep(&deps.kernel, person, &kept_by, step).await?;
    Ok(app.consent_url(identity.directory, &deps.redirect_uri, &state).into())
}

/// The connection, where it is to this directory: nothing is ever changed in one that is not read.
async fn connected_to(
    kernel: &Kernel,
    person: &Person<can::ManageConnection>,
    directory: DirectoryId,
) -> Result<Versioned<Connection>> {
    let connection = kernel.store.of(person.scope()).get_strong::<Connection>(&()).await?;
    let connected = connection.filter(|connection| connection.value.state == ConnectionState::Connected);
    let connected = connected.ok_or_else(|| Error::new(Code::NotConnected, "Let Steward read first, then change."))?;
    if connected.value.directory != directory {
        let detail = "That is an administrator of another Microsoft 365 than the one that is connected. Sign in with an \
                      administrator of the connected one.";
        return Err(Error::new(Code::MicrosoftRefused, detail));
    }
    Ok(connected)
}

fn taken() -> Error {
    let detail = "Another Steward account is connected to this Microsoft 365. Its owner has to disconnect it first.";
    Error::new(Code::DirectoryTaken, detail)
}

/// The third: prove that the token works and is of that directory, and keep the connection.
async fn finish(
    deps: &Ceremony,
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
    let before = tenant.get_strong::<Connection>(&()).await?;
    // Consent to change things in this directory outlives a lost consent to read it.
    let same = before.as_ref().filter(|before| before.value.directory == directory);
    let connection = Connection {
        directory,
        name: organization.display_name.unwrap_or_default(),
        state: ConnectionState::Connected,
        reason: None,
        granted,
        missing: missing.clone(),
        since: now,
        connected_by: person.user(),
        tiers: same.map(|before| before.value.tiers.clone()).unwrap_or_default(),
    };
    let schedule =
        tenant.get_strong::<Schedule>(&()).await?.ok_or_else(|| Error::internal("a company without schedule"))?;
    let next_at = now + SignedDuration::from_hours(schedule.value.every_hours.into());
    let schedule = Versioned { value: Schedule { on: true, next_at, ..schedule.value }, ..schedule };
    let mut change = Commit::new().consume(state, now).claim_directory(directory, person.tenant()).replace(&schedule);
    let mut company = tenant.company().await?;
    // The last one stays when the connection ends: whoever comes in with Microsoft only comes in with that (C8).
    if company.value.directory.replace(directory) != Some(directory) {
        change = change.replace(&company);
    }
    change = match before {
        // Another directory's link that was never given free: its consent was lost.
        Some(old) if old.value.directory != directory => {
            let link = old.value.directory;
            let new = Versioned { value: connection.clone(), version: old.version };
            change.replace(&new).release_directory(link, person.tenant())
        }
        Some(old) => change.replace(&Versioned { value: connection.clone(), version: old.version }),
        None => change.create(&connection),
    };
    let change = change.event(Event::ConnectionConnected { directory, missing, calls: reader.counted() })?;
    match tenant.commit(change).await {
        Ok(_) => Ok(connection),
        Err(StoreError::Conflict(Conflict::Taken("directory"))) => Err(taken()),
        Err(error) => Err(used(error)),
    }
}

/// The third, of a tier: prove that a token for writing is given, and keep what it may.
async fn grant(
    deps: &Ceremony,
    person: &Person<can::ManageConnection>,
    state: &TokenHash,
    directory: DirectoryId,
    tier: Tier,
) -> Result<Connection> {
    let clock = &deps.kernel.clock;
    let writer = deps.writer(tier).ok_or_else(not_begun_here)?.directory(directory);
    let missing_of = |granted: &[String]| -> Vec<String> {
        let asked = graph::writer_permissions(tier).into_iter();
        asked.filter(|asked| !granted.iter().any(|granted| granted == asked)).map(str::to_owned).collect()
    };
    let mut tries = 0;
    let granted = loop {
        match writer.permissions_granted_now().await {
            Ok(granted) if missing_of(&granted).is_empty() || tries == 3 => break granted,
            // Consent takes a while to reach every part of Entra.
            Ok(_) | Err(graph::Error::ConsentLost { .. }) if tries < 3 => {
                tries += 1;
                clock.sleep(SignedDuration::from_secs(tries)).await;
            }
            Err(error) if error.pause().is_some() || matches!(error, graph::Error::Transport { .. }) => {
                let told = Error::new(Code::Unavailable, "Microsoft does not answer yet. Send this again in a moment.");
                return Err(told.retry_after(10).because(error));
            }
            Ok(_) => return Err(not_begun_here()),
            Err(error) => {
                let told =
                    Error::new(Code::MicrosoftRefused, "Microsoft does not let us change anything. Begin again.");
                return Err(told.because(error));
            }
        }
    };
    let missing = missing_of(&granted);
    if missing.len() == graph::writer_permissions(tier).len() {
        let told = Error::new(Code::MicrosoftRefused, "Microsoft granted none of the permissions. Begin again.");
        return Err(told.because("a token without roles"));
    }
    let now = clock.now();
    let Versioned { mut value, version } = connected_to(&deps.kernel, person, directory).await?;
    value.tiers.insert(tier, Grant { granted, missing: missing.clone(), since: now, by: person.user() });
    let allowed = Versioned { value, version };
    let event = Event::TierGranted { directory, tier, missing };
    let change = Commit::new().consume(state, now).replace(&allowed).event(event)?;
    deps.kernel.store.of(person.scope()).commit(change).await.map_err(used)?;
    Ok(allowed.value)
}
