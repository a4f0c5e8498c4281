//! Tokens from Entra: app-only ones, cached (checks.md 4.12), and the exchange both kinds share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header};
use model::DirectoryId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    Deadline, Error, Refusal,
    config::{Inner, Proof},
    error::for_log,
    http::{self, Json, Unreadable},
    retry::{Again, Attempts, Fault, retry_after},
};

/// The resource a token is for. Also where Graph is a stand-in: it is the resource's name, not its address.
pub(crate) const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
const ENDPOINT: &str = "(token)";
/// A token is not used in its last five minutes.
const MARGIN: i64 = 300;
/// Life of an assertion; Entra takes up to ten minutes.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_mins(5);
const ANSWER_MAX: u64 = 256 * 1024;
/// Directories whose tokens are kept at once.
const TOKENS_MAX: usize = 1024;

/// Entra's codes for "this app may not act in this directory any more". checks.md 4.11 marks them unverified: they are
/// from common reports, not from a contract of Microsoft's.
const CONSENT_LOST: &[u64] = &[
    65001,   // nobody has consented
    700016,  // the app is not in the directory
    7000112, // the app is disabled in the directory
    7000229, // the app's service principal is gone
    90002,   // the directory itself is gone
];
/// Entra's codes for a secret or certificate of ours that is wrong or expired. Unverified likewise.
const CREDENTIAL_REFUSED: &[u64] = &[700024, 700027, 7000215, 7000222];

/// An app-only token.
#[derive(Clone)]
pub(crate) struct Token {
    pub text: Arc<str>,
    /// Granted application permissions, as the token says. Read without checking the token: good for telling people
    /// what is missing, not for deciding what anybody may do.
    pub roles: Arc<[String]>,
    fresh_until: Timestamp,
}

type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<DirectoryId, Slot>>);

impl Tokens {
    fn slot(&self, directory: DirectoryId) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= TOKENS_MAX {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(directory).or_default())
    }
}

/// A token for `directory`, from the cache unless it is `stale`. One request at a time a directory: whoever comes while
/// another asks waits for that answer.
pub(crate) async fn app_token(
    inner: &Inner,
    directory: DirectoryId,
    stale: Option<&str>,
    deadline: Deadline,
) -> Result<Token, Error> {
    let slot = inner.tokens.slot(directory);
    let mut cached = slot.lock().await;
    if let Some(token) = cached.as_ref().filter(|t| inner.clock.now() < t.fresh_until && Some(&*t.text) != stale) {
        return Ok(token.clone());
    }
    *cached = None;
    let grant = [("grant_type", "client_credentials"), ("scope", GRAPH_SCOPE)];
    let asked = inner.clock.now();
    let answer = exchange(inner, &directory.to_string(), &grant, deadline, true).await?;
    let text = answer.access_token.filter(|text| !text.is_empty()).ok_or_else(|| bad("no access_token"))?;
    let life = SignedDuration::from_secs(answer.expires_in.unwrap_or(0).clamp(MARGIN, 86_400) - MARGIN);
    let token =
        Token { roles: roles(&text).into(), text: text.into(), fresh_until: asked.checked_add(life).unwrap_or(asked) };
    *cached = Some(token.clone());
    Ok(token)
}

fn roles(token: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Claims {
        #[serde(default)]
        roles: Vec<String>,
    }
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    claims.and_then(|json| serde_json::from_slice::<Claims>(&json).ok()).map(|c| c.roles).unwrap_or_default()
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    access_token: Option<String>,
    expires_in: Option<i64>,
    pub id_token: Option<String>,
}

/// Exchanges a grant for tokens at the authority's `segment` (a directory, or `organizations`). `replay` says whether
/// the grant may be sent again after a failure.
pub(crate) async fn exchange(
    inner: &Inner,
    segment: &str,
    grant: &[(&str, &str)],
    deadline: Deadline,
    replay: bool,
) -> Result<Answer, Error> {
    let mut url = inner.authority.clone();
    url.set_path(&format!("/{segment}/oauth2/v2.0/token"));
    let mut attempts = Attempts::new(&inner.clock, &inner.ids, deadline, ENDPOINT);
    loop {
        match exchange_once(inner, &url, grant, deadline).await {
            Ok(answer) => return Ok(answer),
            Err(Fault { error, again: Again::Later(after) }) if replay => attempts.wait(error, after).await?,
            Err(fault) => return Err(fault.error),
        }
    }
}

async fn exchange_once(inner: &Inner, url: &Url, grant: &[(&str, &str)], deadline: Deadline) -> Result<Answer, Fault> {
    let client_id = inner.client_id.to_string();
    let mut form: Vec<(&str, &str)> = vec![("client_id", &client_id)];
    let proof = proof(inner, url).map_err(Fault::is_final)?;
    form.extend(proof.iter().map(|(name, value)| (*name, value.as_str())));
    form.extend_from_slice(grant);

    let timeout = time_left(inner, deadline, ENDPOINT).map_err(Fault::is_final)?;
    let sent = inner.http.post(url.clone()).timeout(timeout).form(&form).send().await;
    let response = sent.map_err(|error| Fault::passing(no_connection(ENDPOINT, error)))?;
    let (status, after) = (response.status().as_u16(), asked_wait(inner, response.headers()));
    if status == 200 {
        return match http::read(response, Json::<Answer>::default(), ANSWER_MAX).await {
            Ok(answer) => Ok(answer),
            // What could not be parsed may hold a token: its text goes nowhere.
            Err(Unreadable::Malformed(_) | Unreadable::TooLong(_)) => Err(Fault::passing(bad("not a token answer"))),
            Err(Unreadable::Transport(error)) => Err(Fault::passing(no_connection(ENDPOINT, error))),
        };
    }
    let body: Value = serde_json::from_slice(&http::read_start(response).await).unwrap_or_default();
    Err(refused(status, after, &body))
}

fn refused(status: u16, after: Option<SignedDuration>, body: &Value) -> Fault {
    let codes: Vec<u64> =
        body.get("error_codes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect();
    let known = |list: &[u64]| codes.iter().find(|code| list.contains(code)).map(|code| format!("AADSTS{code}"));
    if matches!(status, 429 | 500 | 502 | 503 | 504) {
        let error = Error::Throttled { endpoint: ENDPOINT, retry_after: after.unwrap_or_default() };
        return Fault { error, again: Again::Later(after) };
    }
    if let Some(code) = known(CONSENT_LOST) {
        return Fault::is_final(Error::ConsentLost { code });
    }
    if let Some(code) = known(CREDENTIAL_REFUSED) {
        return Fault::is_final(Error::CredentialRefused { code });
    }
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = codes.first().map_or_else(|| for_log(text("error")), |code| format!("AADSTS{code}"));
    Fault::is_final(Error::Refused(Box::new(Refusal {
        endpoint: ENDPOINT,
        status,
        code,
        message: for_log(text("error_description")),
        request_id: body.get("trace_id").and_then(Value::as_str).map(for_log),
    })))
}

/// The form fields by which the app proves itself to the token endpoint `audience`.
pub(crate) fn proof(inner: &Inner, audience: &Url) -> Result<Vec<(&'static str, String)>, Error> {
    #[derive(Serialize)]
    struct Assertion<'a> {
        aud: &'a str,
        iss: &'a str,
        sub: &'a str,
        jti: String,
        nbf: i64,
        iat: i64,
        exp: i64,
    }
    let (key, thumbprint) = match &inner.proof {
        Proof::Secret(secret) => return Ok(vec![("client_secret", secret.expose().to_owned())]),
        Proof::Certificate { key, thumbprint } => (key, thumbprint),
    };
    let (now, client_id) = (inner.clock.now().as_second(), inner.client_id.to_string());
    let claims = Assertion {
        aud: audience.as_str(),
        iss: &client_id,
        sub: &client_id,
        jti: inner.guid().to_string(),
        nbf: now,
        iat: now,
        exp: now + ASSERTION_LIFE.as_secs(),
    };
    let header = Header { x5t_s256: Some(thumbprint.clone()), ..Header::new(Algorithm::PS256) };
    let assertion = jsonwebtoken::encode(&header, &claims, key)
        .map_err(|_| Error::CredentialRefused { code: "the private key does not sign".to_owned() })?;
    Ok(vec![
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
        ("client_assertion", assertion),
    ])
}

impl Inner {
    pub(crate) fn guid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.ids.bytes()).into_uuid()
    }
}

/// How long one exchange may take.
pub(crate) fn time_left(
    inner: &Inner,
    deadline: Deadline,
    endpoint: &'static str,
) -> Result<std::time::Duration, Error> {
    match std::time::Duration::try_from(deadline.remaining(&inner.clock)) {
        Ok(left) if !left.is_zero() => Ok(left.min(http::EXCHANGE_TIMEOUT)),
        _ => Err(Error::OutOfTime { endpoint }),
    }
}

/// The wait an answer asks for.
pub(crate) fn asked_wait(inner: &Inner, headers: &reqwest::header::HeaderMap) -> Option<SignedDuration> {
    let value = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?;
    retry_after(value, inner.clock.now())
}

pub(crate) fn no_connection(endpoint: &'static str, error: reqwest::Error) -> Error {
    Error::Transport { endpoint, source: error.without_url() }
}

fn bad(reason: &str) -> Error {
    Error::BadAnswer { endpoint: ENDPOINT, reason: reason.to_owned(), request_id: None }
}
