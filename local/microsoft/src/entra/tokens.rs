//! The token endpoint: an app proves who it is by a secret or an assertion; a code becomes an id token, a consent an
//! access token.

use aws_lc_rs::{constant_time, signature};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use model::DirectoryId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{CONSUMERS, Code, Form, GRAPH, field, find_tenant, json_answer};
use crate::{
    answer::Answer,
    credential::{SigningKey, public_key, sha256, verify},
    directory::{Account, Kind},
    simulation::{App, Asked, Simulation, consumer_key, id_key, key},
};

/// Where real assertions are addressed to; accepted beside the simulation's own origin.
const REAL_ORIGIN: &str = "https://login.microsoftonline.com";
/// A directory that is not here.
const OTHER_DIRECTORY: &str = "00000000-0000-4000-8000-000000000001";
/// Role template of Global Administrator.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// Role template every member has.
const USER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";
/// Seconds an access or id token is good for, as Entra says it.
const TOKEN_SECONDS: i64 = 3599;
/// Longest life of an assertion that Entra accepts, in seconds.
const ASSERTION_SECONDS: i64 = 24 * 3600;
/// How far clocks may be apart, in seconds.
const SKEW: i64 = 300;

/// How an id token is made bad, to see whether a client notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoiled {
    /// Another nonce than the one asked with.
    Nonce,
    /// For another app.
    Audience,
    /// `iss` is of another directory than `tid`.
    Issuer,
    /// `tid` and `iss` are those of personal accounts.
    ConsumerDirectory,
    /// Expired an hour ago.
    Expired,
    /// The signature does not fit.
    Signature,
    /// `alg: none`, no signature.
    AlgNone,
    /// Signed by the published key of the directory of personal accounts.
    ConsumerKey,
    /// Names a key nobody published.
    UnknownKey,
    /// `tid` and `iss` are those of another directory, rightly signed.
    OtherDirectory,
    /// Good in an hour.
    NotYet,
    /// A v1.0 token.
    Version,
}

/// What Graph reads of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub aud: String,
    pub iss: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub appid: Uuid,
    pub idtyp: String,
    pub oid: Uuid,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    pub tid: DirectoryId,
    /// The consent it was made under.
    pub grant: Uuid,
    pub ver: String,
}

/// An error of the token endpoint.
pub(super) struct TokenError {
    status: u16,
    error: &'static str,
    code: u32,
    message: String,
}

impl TokenError {
    pub(super) fn into_answer(self, simulation: &Simulation) -> Answer {
        let now = simulation.now();
        let mut state = simulation.state();
        let (trace, correlation) = (state.guid(), state.guid());
        let Self { status, error, code, message } = self;
        let at = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": error,
            "error_description":
                format!("AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}"),
            "error_codes": [code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{REAL_ORIGIN}/error?code={code}"),
        });
        json_answer(status, &body)
    }
}

fn client_error(code: u32, message: impl Into<String>) -> TokenError {
    TokenError { status: 401, error: "invalid_client", code, message: message.into() }
}
fn request_error(error: &'static str, code: u32, message: impl Into<String>) -> TokenError {
    TokenError { status: 400, error, code, message: message.into() }
}

/// Answers the token endpoint.
pub(super) fn token(simulation: &Simulation, asked: &Asked, tenant: &str, form: &Form) -> Result<Value, TokenError> {
    let kind = asked.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        let message = "The request body must contain form data with the parameter 'grant_type'.";
        return Err(request_error("invalid_request", 900_144, message));
    }
    let tenant_id = find_tenant(&simulation.state(), tenant)
        .map_err(|shown| request_error("invalid_request", shown.code, shown.message))?;
    let app = authenticate(simulation, asked, tenant, form)?;
    match field(form, "grant_type") {
        "client_credentials" => client_credentials(simulation, asked, tenant_id, &app, form),
        "authorization_code" => redeem(simulation, asked, tenant_id, &app, form),
        other => {
            Err(request_error("unsupported_grant_type", 70_003, format!("The grant type '{other}' is not supported.")))
        }
    }
}

#[derive(Deserialize)]
struct Assertion {
    aud: String,
    iss: String,
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: i64,
    jti: String,
}

/// Who asks for a token, by secret or by assertion.
fn authenticate(simulation: &Simulation, asked: &Asked, tenant: &str, form: &Form) -> Result<App, TokenError> {
    let id = field(form, "client_id");
    let mut state = simulation.state();
    let app = id.parse().ok().and_then(|id: Uuid| state.apps.get(&id)).cloned().ok_or_else(|| {
        let message = format!("Application with identifier '{id}' was not found in the directory '{tenant}'.");
        request_error("unauthorized_client", 700_016, message)
    })?;
    if let Some(secret) = form.get("client_secret") {
        let right = app.secret.as_ref().is_some_and(|own| {
            constant_time::verify_slices_are_equal(&sha256(own.as_bytes()), &sha256(secret.as_bytes())).is_ok()
        });
        return match right {
            true => Ok(app),
            false => Err(client_error(7_000_215, "Invalid client secret provided.")),
        };
    }
    let Some(assertion) = form.get("client_assertion") else {
        let message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(client_error(7_000_218, message));
    };
    if field(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
        return Err(request_error("invalid_request", 50_027, "The client_assertion_type is not supported."));
    }
    let header = crate::credential::header(assertion)
        .ok_or_else(|| client_error(50_027, "JWT token is invalid or malformed."))?;
    let thumbprint = header["x5t#S256"].as_str().unwrap_or_default();
    let certificate = app.certificates.iter().find(|der| URL_SAFE_NO_PAD.encode(sha256(der)) == thumbprint);
    let public = certificate.and_then(|der| public_key(der)).ok_or_else(|| {
        client_error(700_027, format!("The certificate '{thumbprint}' is not registered on application."))
    })?;
    let (_, claims) = verify::<Assertion>(assertion, "PS256", &signature::RSA_PSS_2048_8192_SHA256, &public)
        .ok_or_else(|| client_error(700_027, "Client assertion failed signature validation."))?;
    let now = simulation.now().as_second();
    let addressed =
        [&asked.origin, REAL_ORIGIN].iter().any(|origin| claims.aud == format!("{origin}/{tenant}/oauth2/v2.0/token"));
    if !addressed {
        return Err(client_error(
            50_012,
            format!("Client assertion audience claim does not match Realm issuer. Audience: '{}'.", claims.aud),
        ));
    }
    if claims.iss != id || claims.sub != id {
        return Err(client_error(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    if claims.exp <= now - SKEW || claims.nbf > now + SKEW || claims.exp > now + ASSERTION_SECONDS {
        return Err(client_error(700_024, "Client assertion is not within its valid time range."));
    }
    state.assertions.retain(|_, until| until.as_second() > now);
    let until = Timestamp::from_second(claims.exp + SKEW).unwrap_or(Timestamp::MAX);
    if claims.jti.is_empty() || state.assertions.insert((app.client_id, claims.jti), until).is_some() {
        return Err(client_error(50_013, "Client assertion contains a jti that was used before."));
    }
    Ok(app)
}

fn client_credentials(
    simulation: &Simulation,
    asked: &Asked,
    tenant: Option<DirectoryId>,
    app: &App,
    form: &Form,
) -> Result<Value, TokenError> {
    let Some(tenant) = tenant else {
        return Err(request_error(
            "invalid_request",
            50_059,
            "No tenant-identifying information found in the request.",
        ));
    };
    let scope = field(form, "scope");
    if scope != "https://graph.microsoft.com/.default" {
        let message = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(request_error("invalid_scope", 1_002_012, message));
    }
    let now = simulation.now().as_second();
    let mut claims = {
        let state = simulation.state();
        let hosted =
            state.hosted.get(&tenant).ok_or_else(|| request_error("invalid_request", 90_002, "Tenant not found."))?;
        let Some(consent) = hosted.consents.get(&app.client_id) else {
            return Err(match hosted.revoked.contains(&app.client_id) {
                true => request_error(
                    "invalid_client",
                    7_000_229,
                    format!(
                        "The client application '{}' is missing service principal in the tenant '{tenant}'.",
                        app.client_id
                    ),
                ),
                false => request_error(
                    "unauthorized_client",
                    700_016,
                    format!(
                        "Application with identifier '{}' was not found in the directory '{tenant}'.",
                        app.client_id
                    ),
                ),
            });
        };
        AccessClaims {
            aud: GRAPH.to_owned(),
            iss: format!("{}/{tenant}/v2.0", asked.origin),
            iat: now,
            nbf: now,
            exp: now + TOKEN_SECONDS,
            appid: app.client_id,
            idtyp: "app".to_owned(),
            oid: consent.id,
            roles: consent.granted.clone(),
            tid: tenant,
            grant: consent.id,
            ver: "1.0".to_owned(),
        }
    };
    claims.roles.sort_unstable();
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": key().kid});
    let access_token = key().sign(&header, &json!(claims));
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "ext_expires_in": TOKEN_SECONDS,
        "access_token": access_token,
    }))
}

fn redeem(
    simulation: &Simulation,
    asked: &Asked,
    tenant: Option<DirectoryId>,
    app: &App,
    form: &Form,
) -> Result<Value, TokenError> {
    let now = simulation.now();
    let mut state = simulation.state();
    let invalid = |code, message: &str| request_error("invalid_grant", code, message);
    let code = state
        .codes
        .get_mut(field(form, "code"))
        .filter(|code| code.app == app.client_id)
        .ok_or_else(|| invalid(9_002_313, "Invalid request. Request is malformed or invalid: unknown code."))?;
    if code.used {
        return Err(invalid(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
        ));
    }
    // Whatever comes of it, a code is tried once.
    code.used = true;
    let code = code.clone();
    if code.expires <= now {
        return Err(invalid(70_008, "The provided authorization code or refresh token has expired."));
    }
    if code.redirect_uri != field(form, "redirect_uri") {
        return Err(invalid(
            500_112,
            "The reply address does not match the reply address provided when requesting the code.",
        ));
    }
    let verifier = field(form, "code_verifier");
    let fits =
        (43..=128).contains(&verifier.len()) && URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == code.challenge;
    if !fits {
        return Err(invalid(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ));
    }
    let (directory, person) = code.account;
    if tenant.is_some_and(|tenant| tenant != directory) {
        return Err(invalid(700_005, "Provided Authorization Code is intended to use against other tenant."));
    }
    let hosted = state.hosted.get(&directory).map(|hosted| &hosted.directory);
    let account = hosted.and_then(|d| d.person(person).map(|p| (d.account(p), p.kind == Kind::Guest)));
    let (account, guest) =
        account.ok_or_else(|| invalid(50_034, "The user account does not exist in the directory."))?;
    let spoiled = state.spoiled.pop_front();
    let opaque = state.guid();
    let said = state.claims.get(&person).cloned().unwrap_or_default();
    let signer = id_key(state.rolled);
    drop(state);
    let mut claims = id_claims(&asked.origin, app, &code, &account, guest, now.as_second());
    claims.extend(said);
    claims.retain(|_, value| !value.is_null());
    let id_token = id_token(&asked.origin, claims.into(), now.as_second(), signer, spoiled);
    Ok(json!({
        "token_type": "Bearer",
        "scope": code.scope,
        "expires_in": TOKEN_SECONDS,
        "ext_expires_in": TOKEN_SECONDS,
        "access_token": format!("user.{}", opaque.simple()),
        "id_token": id_token,
    }))
}

/// What Entra says of an account. The app's registration asks for the optional claims `acct`, `email` and `xms_edov`;
/// `amr` is no claim of v2.0 tokens (docs/runbooks/deploy.md).
fn id_claims(origin: &str, app: &App, code: &Code, account: &Account, guest: bool, now: i64) -> Map<String, Value> {
    let directory = code.account.0;
    let subject = URL_SAFE_NO_PAD.encode(sha256(format!("{}{}", app.client_id, account.id).as_bytes()));
    let mut roles = vec![USER];
    if account.global_admin {
        roles.insert(0, GLOBAL_ADMINISTRATOR);
    }
    let mut claims = json!({
        "aud": app.client_id,
        "iss": format!("{origin}/{directory}/v2.0"),
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "acct": u8::from(guest),
        "name": account.name,
        "nonce": code.nonce,
        "oid": account.id,
        "preferred_username": account.upn,
        "sub": subject,
        "tid": directory,
        "uti": &subject[..22],
        "ver": "2.0",
        "wids": roles,
    });
    if code.scope.split(' ').any(|scope| scope == "email") {
        claims["email"] = account.upn.clone().into();
        // The domain of a guest's address is somebody else's.
        claims["xms_edov"] = (!guest).into();
    }
    claims.as_object().cloned().unwrap_or_default()
}

/// The claims signed, or what is to be wrong with that.
fn id_token(
    origin: &str,
    mut claims: Value,
    now: i64,
    mut signer: &'static SigningKey,
    spoiled: Option<Spoiled>,
) -> String {
    let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": signer.kid});
    let mut broken = false;
    match spoiled {
        None => {}
        Some(Spoiled::Nonce) => claims["nonce"] = "another".into(),
        Some(Spoiled::Audience) => claims["aud"] = "00000003-0000-0000-c000-000000000000".into(),
        Some(Spoiled::Issuer) => claims["iss"] = format!("{origin}/{OTHER_DIRECTORY}/v2.0").into(),
        Some(Spoiled::ConsumerDirectory) => {
            claims["tid"] = CONSUMERS.into();
            claims["iss"] = format!("{origin}/{CONSUMERS}/v2.0").into();
        }
        Some(Spoiled::Expired) => {
            claims["exp"] = (now - 3600).into();
            claims["nbf"] = (now - 7200).into();
        }
        Some(Spoiled::Signature) => broken = true,
        Some(Spoiled::AlgNone) => {
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            return format!("{}.{}.", encode(&json!({"alg": "none", "typ": "JWT"})), encode(&claims));
        }
        Some(Spoiled::ConsumerKey) => {
            signer = consumer_key();
            header["kid"] = signer.kid.as_str().into();
        }
        Some(Spoiled::UnknownKey) => header["kid"] = "nobody-published-this".into(),
        Some(Spoiled::OtherDirectory) => {
            claims["tid"] = OTHER_DIRECTORY.into();
            claims["iss"] = format!("{origin}/{OTHER_DIRECTORY}/v2.0").into();
        }
        Some(Spoiled::NotYet) => {
            claims["nbf"] = (now + 3600).into();
            claims["exp"] = (now + 7200).into();
        }
        Some(Spoiled::Version) => claims["ver"] = "1.0".into(),
    }
    let token = signer.sign(&header, &claims);
    match broken {
        // The signature of other claims.
        true => {
            let other = signer.sign(&header, &json!({}));
            let (signed, _) = token.rsplit_once('.').unwrap_or_default();
            let (_, signature) = other.rsplit_once('.').unwrap_or_default();
            format!("{signed}.{signature}")
        }
        false => token,
    }
}
