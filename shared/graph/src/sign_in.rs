//! The half of the connection that a person takes part in: signing in with a work account, and the link by which an
//! administrator consents (checks.md 4.11, 4.13; flows.md C8).

use std::collections::HashMap;

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use model::{DirectoryId, PersonId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;
use uuid::{Uuid, uuid};

use crate::{
    Deadline, Error, Microsoft,
    config::Inner,
    http::{self, Json, Unreadable},
    retry::{Again, Attempts, Fault},
    token::{self, GRAPH_SCOPE, asked_wait, no_connection, time_left},
};

/// The directory of personal Microsoft accounts.
const CONSUMERS: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");
/// Entra roles that may consent to application permissions for a whole directory: Global Administrator and Privileged
/// Role Administrator (ids of the role templates, which are the same everywhere).
const CONSENTING_ROLES: [Uuid; 2] =
    [uuid!("62e90394-69f5-4237-9190-012177145e10"), uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814")];
/// Difference of clocks we put up with.
const SKEW_SECONDS: i64 = 300;
const KEYS_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Least time between two fetches of the keys, however many unknown ones are named.
const KEYS_PAUSE: SignedDuration = SignedDuration::from_mins(5);
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
/// Longest id_token looked at, bytes: Entra's are of a few KB, as it leaves out groups of who is in more than 200.
const TOKEN_MAX: usize = 64 * 1024;
const METADATA: &str = "(sign-in metadata)";
const METADATA_MAX: u64 = 1024 * 1024;

/// A sign-in that has been begun.
pub struct SignIn {
    /// Where to send the browser.
    pub url: Url,
    /// What to keep, bound to the state, until it comes back.
    pub secrets: SignInSecrets,
}

/// What [`Microsoft::redeem`] needs of a sign-in that was begun. Kept server-side for ten minutes at most; no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInSecrets {
    /// Stands in the id_token.
    pub nonce: String,
    /// PKCE (RFC 7636): proves that whoever redeems the code began the sign-in.
    pub code_verifier: String,
}

/// What a sign-in asks Entra to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Who it is: ids, name, roles.
    Who,
    /// Their address as well.
    WhoAndEmail,
}

impl Ask {
    const fn scope(self) -> &'static str {
        match self {
            Self::Who => "openid profile",
            Self::WhoAndEmail => "openid profile email",
        }
    }
}

/// At whose page a sign-in is begun, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Door {
    /// The only directory whose people and guests may sign in; any directory's own people when `None`. A guest is one at
    /// the directory's own page alone: at any other they are who they are at home.
    pub directory: Option<DirectoryId>,
    /// The address that Microsoft is to propose (`login_hint`); without one it lets choose among accounts. Entra refuses
    /// to be asked for both.
    pub address: Option<String>,
}

/// The part of the authority's addresses that says which directory.
fn segment(directory: Option<DirectoryId>) -> String {
    directory.map_or_else(|| "organizations".to_owned(), |directory| directory.to_string())
}

/// Who signed in, from a token that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `tid`.
    pub directory: DirectoryId,
    /// `oid`. The key of a person is (directory, person); never an address, which the directory's owner sets at will.
    pub person: PersonId,
    /// `wids`: ids of the Entra role templates the person holds directory-wide.
    pub roles: Vec<Uuid>,
    /// `name`; hostile text, to show only.
    pub name: Option<String>,
    /// `preferred_username`; hostile text, to show only.
    pub username: Option<String>,
    /// `acct`, an optional claim: whether the person is a guest of the directory; `None` when it does not say.
    pub guest: Option<bool>,
    /// `email`, and only where `xms_edov` says that the owner of its domain was verified: what else stands in that
    /// claim is whatever an administrator anywhere typed (nOAuth). `None` as well without the scope `email`.
    /// <https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization>
    pub verified_email: Option<String>,
    /// `roles`: app roles of ours that the directory assigned to the person.
    pub app_roles: Vec<String>,
    /// Whether `amr` has `mfa`: Entra asked for a second factor. Microsoft documents `amr` for v1.0 tokens only, and a
    /// v2.0 id_token usually comes without it; then nothing is assumed, and who has to have a second factor gives one
    /// of ours (ASVS 6.8.4).
    /// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims>
    pub second_factor: bool,
}

impl Identity {
    /// Whether the person may consent to application permissions for the directory.
    pub fn may_consent(&self) -> bool {
        self.roles.iter().any(|role| CONSENTING_ROLES.contains(role))
    }
}

/// A sign-in that failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// A personal account; only work accounts have a directory.
    #[error("a personal Microsoft account")]
    PersonalAccount,
    /// Entra did not take the code: too old, used, or not ours.
    #[error("the code was refused: {code}")]
    CodeRefused {
        /// `AADSTS…`.
        code: String,
    },
    /// The id_token is not what it should be.
    #[error("id_token: {0}")]
    Token(#[from] TokenFault),
    /// Entra could not be asked.
    #[error(transparent)]
    Microsoft(Error),
}

/// Why an id_token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not a JWT, or claims of the wrong kind.
    #[error("malformed")]
    Malformed,
    /// Not RS256.
    #[error("algorithm")]
    Algorithm,
    /// Critical extensions, of which we know none (RFC 7515 4.1.11).
    #[error("critical extension")]
    Critical,
    /// Another kind of token.
    #[error("kind of token")]
    Kind,
    /// No such key of Microsoft's.
    #[error("unknown key")]
    UnknownKey,
    /// Not signed by the key it names.
    #[error("signature")]
    Signature,
    /// Not issued by the directory it names.
    #[error("issuer")]
    Issuer,
    /// Signed by a key that is not that issuer's.
    #[error("key of another issuer")]
    KeyIssuer,
    /// `tid` is missing or not a GUID as Entra writes it.
    #[error("directory")]
    Directory,
    /// `oid` is missing or not a GUID as Entra writes it.
    #[error("person")]
    Person,
    /// For another app.
    #[error("audience")]
    Audience,
    /// From another sign-in.
    #[error("nonce")]
    Nonce,
    /// `exp` is missing or past.
    #[error("expired")]
    Expired,
    /// `nbf` or `iat` is missing or ahead.
    #[error("not valid yet")]
    NotYet,
    /// Not `2.0`.
    #[error("version")]
    Version,
}

impl Microsoft {
    /// Begins a sign-in of whoever has a work account. `state` binds the answer to the browser; it is the caller's to
    /// make and to check.
    pub fn sign_in(&self, redirect_uri: &Url, state: &str, ask: Ask) -> SignIn {
        self.sign_in_at(&Door::default(), redirect_uri, state, ask)
    }

    /// Begins a sign-in at one door, as [`Microsoft::sign_in`] does at that of everybody.
    pub fn sign_in_at(&self, door: &Door, redirect_uri: &Url, state: &str, ask: Ask) -> SignIn {
        let random = || URL_SAFE_NO_PAD.encode(self.inner.ids.bytes::<32>());
        let secrets = SignInSecrets { nonce: random(), code_verifier: random() };
        let challenge = digest::digest(&digest::SHA256, secrets.code_verifier.as_bytes());
        let mut url = self.inner.at_authority(&format!("{}/oauth2/v2.0/authorize", segment(door.directory)));
        url.query_pairs_mut()
            .append_pair("client_id", &self.inner.client_id.to_string())
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("response_mode", "query")
            .append_pair("scope", ask.scope())
            .append_pair("state", state)
            .append_pair("nonce", &secrets.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256");
        let who = door.address.as_deref();
        let (name, value) = who.map_or(("prompt", "select_account"), |address| ("login_hint", address));
        url.query_pairs_mut().append_pair(name, value);
        SignIn { url, secrets }
    }

    /// Redeems the code of a sign-in for the identity of the person. The code works once, so this is never retried.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn redeem(
        &self,
        code: &str,
        redirect_uri: &Url,
        secrets: &SignInSecrets,
    ) -> Result<Identity, SignInError> {
        self.redeem_at(None, code, redirect_uri, secrets).await
    }

    /// Redeems the code of a sign-in that was begun at the door of `directory`: Entra takes it back there alone
    /// (AADSTS700005).
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn redeem_at(
        &self,
        directory: Option<DirectoryId>,
        code: &str,
        redirect_uri: &Url,
        secrets: &SignInSecrets,
    ) -> Result<Identity, SignInError> {
        let deadline = Deadline::after(&self.inner.clock, PATIENCE);
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
            // Without a scope the token is for what the code was asked for.
            ("code_verifier", &secrets.code_verifier),
        ];
        let answer = token::exchange(&self.inner, &segment(directory), &grant, deadline, false).await;
        let answer = answer.map_err(|error| match error {
            Error::Refused(refusal) if refusal.status == 400 => SignInError::CodeRefused { code: refusal.code },
            error => SignInError::Microsoft(error),
        })?;
        let id_token = answer.id_token.ok_or(TokenFault::Malformed)?;
        self.validate_id_token(&id_token, &secrets.nonce).await
    }

    /// Where an administrator consents for `directory`: never for whichever directory the browser is signed in to.
    pub fn consent_url(&self, directory: DirectoryId, redirect_uri: &Url, state: &str) -> Url {
        let mut url = self.inner.at_authority(&format!("{directory}/v2.0/adminconsent"));
        url.query_pairs_mut()
            .append_pair("client_id", &self.inner.client_id.to_string())
            .append_pair("scope", GRAPH_SCOPE)
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("state", state);
        url
    }

    /// Checks an id_token of a sign-in, in the order of checks.md 4.13.
    ///
    /// # Errors
    /// The first thing that is wrong with it, or what kept us from Microsoft's keys.
    pub async fn validate_id_token(&self, token: &str, nonce: &str) -> Result<Identity, SignInError> {
        if token.len() > TOKEN_MAX {
            return Err(TokenFault::Malformed.into());
        }
        let header = header(token)?;
        if header.alg.as_deref() != Some("RS256") {
            return Err(TokenFault::Algorithm.into());
        }
        if header.crit.is_some() {
            return Err(TokenFault::Critical.into());
        }
        // A signed thing that says it is something else is that (RFC 8725, 3.11).
        if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(TokenFault::Kind.into());
        }
        let kid = header.kid.ok_or(TokenFault::UnknownKey)?;
        let (key, template) = key(&self.inner, &kid).await?.ok_or(TokenFault::UnknownKey)?;
        let claims = verified_claims(token, &key.key)?;
        let identity = claims.check(&Expected {
            client_id: &self.inner.client_id.to_string(),
            nonce,
            issuer: &template,
            key_issuer: &key.issuer,
            now: self.inner.clock.now(),
        })?;
        Ok(identity)
    }
}

impl Inner {
    fn at_authority(&self, path: &str) -> Url {
        let mut url = self.authority.clone();
        url.set_path(path);
        url
    }
}

#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
    typ: Option<String>,
}

fn header(token: &str) -> Result<Header, TokenFault> {
    let first = token.split('.').next().unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(first).map_err(|_| TokenFault::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenFault::Malformed)
}

fn verified_claims(token: &str, key: &DecodingKey) -> Result<Claims, TokenFault> {
    use jsonwebtoken::errors::ErrorKind;
    let mut signature_only = Validation::new(Algorithm::RS256);
    signature_only.required_spec_claims.clear();
    // These look at the machine's clock, or accept more than one spelling; `Claims::check` does it.
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    match jsonwebtoken::decode::<Claims>(token, key, &signature_only) {
        Ok(token) => Ok(token.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidSignature => TokenFault::Signature,
            ErrorKind::InvalidAlgorithm => TokenFault::Algorithm,
            _ => TokenFault::Malformed,
        }),
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<Value>,
    tid: Option<String>,
    oid: Option<String>,
    nonce: Option<String>,
    ver: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    #[serde(default)]
    wids: Vec<String>,
    name: Option<String>,
    preferred_username: Option<String>,
    acct: Option<Value>,
    email: Option<String>,
    xms_edov: Option<Value>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
}

struct Expected<'a> {
    client_id: &'a str,
    nonce: &'a str,
    issuer: &'a str,
    key_issuer: &'a str,
    now: Timestamp,
}

impl Claims {
    fn check(self, expected: &Expected<'_>) -> Result<Identity, SignInError> {
        let tid = self.tid.as_deref().unwrap_or_default();
        let directory = guid(tid).ok_or(TokenFault::Directory)?;
        let issuer = |template: &str| template.replace("{tenantid}", tid);
        if self.iss.as_deref() != Some(&issuer(expected.issuer)) {
            return Err(TokenFault::Issuer.into());
        }
        if self.iss.as_deref() != Some(&issuer(expected.key_issuer)) {
            return Err(TokenFault::KeyIssuer.into());
        }
        if directory == CONSUMERS {
            return Err(SignInError::PersonalAccount);
        }
        if self.aud.as_ref().and_then(Value::as_str) != Some(expected.client_id) {
            return Err(TokenFault::Audience.into());
        }
        let nonce = self.nonce.as_deref().unwrap_or_default();
        let same = constant_time::verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).is_ok();
        if nonce.is_empty() || !same {
            return Err(TokenFault::Nonce.into());
        }
        let now = expected.now.as_second();
        if self.exp.is_none_or(|exp| now >= exp.saturating_add(SKEW_SECONDS)) {
            return Err(TokenFault::Expired.into());
        }
        let ahead = |at: i64| now < at.saturating_sub(SKEW_SECONDS);
        if self.nbf.is_none_or(ahead) || self.iat.is_none_or(ahead) {
            return Err(TokenFault::NotYet.into());
        }
        if self.ver.as_deref() != Some("2.0") {
            return Err(TokenFault::Version.into());
        }
        let person = guid(self.oid.as_deref().unwrap_or_default()).ok_or(TokenFault::Person)?;
        Ok(Identity {
            directory: DirectoryId(directory),
            person: PersonId(person),
            roles: self.wids.iter().filter_map(|role| role.parse().ok()).collect(),
            name: self.name,
            username: self.preferred_username,
            guest: self.acct.as_ref().and_then(truth),
            verified_email: self.email.filter(|_| self.xms_edov.as_ref().and_then(truth) == Some(true)),
            app_roles: self.roles,
            second_factor: self.amr.iter().any(|method| method == "mfa"),
        })
    }
}

/// A claim that is yes or no, which Entra writes as a boolean, a number or a text of one.
fn truth(claim: &Value) -> Option<bool> {
    match claim {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => number.as_u64().filter(|number| *number <= 1).map(|number| number == 1),
        Value::String(text) => match text.as_str() {
            "0" | "false" => Some(false),
            "1" | "true" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// A GUID in the one spelling Entra uses, so that two texts are never one directory; the one of zeros is nobody's.
fn guid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|id| !id.is_nil() && id.hyphenated().to_string() == text)
}

/// Microsoft's signing keys, fetched when first needed.
#[derive(Default)]
pub(crate) struct Keys(tokio::sync::Mutex<Option<KeySet>>);

struct KeySet {
    fetched: Timestamp,
    /// The issuer with `{tenantid}` in it.
    issuer: String,
    keys: HashMap<String, Key>,
}

#[derive(Clone)]
struct Key {
    key: DecodingKey,
    issuer: String,
}

/// The key named `kid` and the issuer template of the metadata.
async fn key(inner: &Inner, kid: &str) -> Result<Option<(Key, String)>, SignInError> {
    let mut cached = inner.keys.0.lock().await;
    let now = inner.clock.now();
    let enough = cached.as_ref().is_some_and(|set| {
        let age = now.duration_since(set.fetched);
        age < KEYS_PAUSE || (age < KEYS_LIFE && set.keys.contains_key(kid))
    });
    if !enough {
        *cached = Some(fetch_keys(inner, now).await.map_err(SignInError::Microsoft)?);
    }
    let found = cached.as_ref().and_then(|set| Some((set.keys.get(kid)?.clone(), set.issuer.clone())));
    Ok(found)
}

async fn fetch_keys(inner: &Inner, now: Timestamp) -> Result<KeySet, Error> {
    #[derive(Deserialize)]
    struct Metadata {
        issuer: String,
        jwks_uri: String,
    }
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Jwk>,
    }
    #[derive(Deserialize)]
    struct Jwk {
        kty: Option<String>,
        #[serde(rename = "use")]
        usage: Option<String>,
        kid: Option<String>,
        n: Option<String>,
        e: Option<String>,
        issuer: Option<String>,
    }
    let bad = |reason: &str| Error::BadAnswer { endpoint: METADATA, reason: reason.to_owned(), request_id: None };
    let deadline = Deadline::after(&inner.clock, PATIENCE);
    let address = inner.at_authority("organizations/v2.0/.well-known/openid-configuration");
    let metadata: Metadata = fetch(inner, &address, deadline).await?;
    // Keys from anywhere else would let somebody else sign.
    let keys = metadata.jwks_uri.parse().ok().filter(|url: &Url| url.origin() == inner.authority.origin());
    let keys = keys.ok_or_else(|| bad("keys at another host"))?;
    if !metadata.issuer.contains("{tenantid}") {
        return Err(bad("an issuer for one directory"));
    }
    let set: Set = fetch(inner, &keys, deadline).await?;
    let key = |jwk: Jwk| {
        let signs = jwk.kty.as_deref() == Some("RSA") && jwk.usage.as_deref().is_none_or(|usage| usage == "sig");
        let key = DecodingKey::from_rsa_components(&jwk.n?, &jwk.e?).ok().filter(|_| signs)?;
        // A key without an issuer of its own is nobody's.
        Some((jwk.kid?, Key { key, issuer: jwk.issuer? }))
    };
    Ok(KeySet { fetched: now, issuer: metadata.issuer, keys: set.keys.into_iter().filter_map(key).collect() })
}

async fn fetch<T: DeserializeOwned + Send>(inner: &Inner, url: &Url, deadline: Deadline) -> Result<T, Error> {
    let mut attempts = Attempts::new(&inner.clock, &inner.ids, deadline, METADATA);
    loop {
        match fetch_once(inner, url, deadline).await {
            Ok(value) => return Ok(value),
            Err(Fault { error, again: Again::Later(after) }) => attempts.wait(error, after).await?,
            Err(fault) => return Err(fault.error),
        }
    }
}

async fn fetch_once<T: DeserializeOwned + Send>(inner: &Inner, url: &Url, deadline: Deadline) -> Result<T, Fault> {
    let timeout = time_left(inner, deadline, METADATA).map_err(Fault::is_final)?;
    let sent = inner.http.get(url.clone()).timeout(timeout).send().await;
    let response = sent.map_err(|error| Fault::passing(no_connection(METADATA, error)))?;
    let status = response.status();
    if !status.is_success() {
        let (after, reason) = (asked_wait(inner, response.headers()), format!("status {}", status.as_u16()));
        let error = Error::BadAnswer { endpoint: METADATA, reason, request_id: None };
        return Err(Fault { error, again: Again::Later(after) });
    }
    http::read(response, Json::<T>::default(), METADATA_MAX).await.map_err(|unreadable| match unreadable {
        Unreadable::Malformed(reason) => {
            Fault::passing(Error::BadAnswer { endpoint: METADATA, reason, request_id: None })
        }
        Unreadable::TooLong(limit) => {
            let reason = format!("more than {limit} bytes");
            Fault::is_final(Error::BadAnswer { endpoint: METADATA, reason, request_id: None })
        }
        Unreadable::Transport(source) => Fault::passing(no_connection(METADATA, source)),
    })
}
