//! Microsoft Entra ID, v2.0 endpoints: sign-in with code and PKCE, admin consent, tokens for apps, keys. Errors carry
//! the AADSTS codes a client branches on.

use std::collections::BTreeMap;

use aws_lc_rs::{constant_time, signature};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use crate::{
    answer::{Answer, Content},
    credential::{SigningKey, public_key, sha256, verify},
    directory::{Account, Kind},
    graph, pages,
    simulation::{App, Asked, Simulation, State, consumer_key, id_key, key},
};

/// Where real assertions are addressed to; accepted beside the simulation's own origin.
const REAL_ORIGIN: &str = "https://login.microsoftonline.com";
/// The directory of personal accounts.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// A directory that is not here.
const OTHER_DIRECTORY: &str = "00000000-0000-4000-8000-000000000001";
/// Role template of Global Administrator.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// Role template every member has.
const USER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const GRAPH: &str = "https://graph.microsoft.com";
/// The browser's session: who signed in, as `directory/person`. Entra names its own so.
const SESSION: &str = "ESTSAUTH";
/// In place of an account: nobody.
const CANCEL: &str = "cancel";
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
const TRANSACTION_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// Seconds an access or id token is good for, as Entra says it.
const TOKEN_SECONDS: i64 = 3599;
/// Longest life of an assertion that Entra accepts, in seconds.
const ASSERTION_SECONDS: i64 = 24 * 3600;
/// How far clocks may be apart, in seconds.
const SKEW: i64 = 300;

/// What Entra shows in the browser instead of sending it back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("AADSTS{code}: {message}")]
pub struct Shown {
    /// The AADSTS number.
    pub code: u32,
    /// What it says.
    pub message: String,
}

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

/// What a browser is in the middle of.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub app: App,
    /// The only directory that may answer; any when `None`.
    pub tenant: Option<DirectoryId>,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub purpose: Purpose,
    pub account: Option<(DirectoryId, PersonId)>,
    pub expires: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    SignIn { nonce: Option<String>, challenge: String, scope: String },
    Consent,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    app: Uuid,
    account: (DirectoryId, PersonId),
    redirect_uri: String,
    nonce: Option<String>,
    challenge: String,
    scope: String,
    expires: Timestamp,
    used: bool,
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

/// What happens next in the browser.
enum Step {
    Back(Url),
    Choose(Uuid),
    Decide(Uuid),
    Show(Shown),
}

impl From<Shown> for Step {
    fn from(shown: Shown) -> Self {
        Self::Show(shown)
    }
}

fn shown(code: u32, message: impl Into<String>) -> Shown {
    Shown { code, message: message.into() }
}

/// The template of a path of Entra, such as `/{tenant}/oauth2/v2.0/token`.
pub(crate) fn template(path: &str) -> String {
    let path = path.to_ascii_lowercase();
    let mut segments = path.trim_start_matches('/').splitn(2, '/');
    match (segments.next(), segments.next()) {
        (Some("downloads" | "simulated"), _) | (_, None) => path,
        (_, Some(rest)) => format!("/{{tenant}}/{rest}"),
    }
}

type Form = BTreeMap<String, String>;

fn form(text: &str) -> Form {
    serde_urlencoded::from_str::<Vec<(String, String)>>(text).unwrap_or_default().into_iter().collect()
}

/// Answers everything that is not Graph.
pub(crate) fn answer(simulation: &Simulation, asked: &Asked) -> Answer {
    let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    let posted = || form(std::str::from_utf8(&asked.body).unwrap_or_default());
    match (asked.method.as_str(), segments.as_slice()) {
        ("GET", [tenant, "oauth2", "v2.0", "authorize"]) => {
            let step = begin_sign_in(&mut simulation.state(), simulation.now(), tenant, &form(&asked.query));
            render(simulation, step)
        }
        ("GET", [tenant, "v2.0", "adminconsent"] | [tenant, "adminconsent"]) => {
            let step = begin_consent(&mut simulation.state(), simulation.now(), tenant, &form(&asked.query));
            render(simulation, as_signed_in(simulation, asked, step))
        }
        ("POST", ["simulated", "choose"]) => {
            let posted = posted();
            let account = field(&posted, "account");
            let step = choose(simulation, field(&posted, "transaction"), account);
            let signed_in = matches!(step, Step::Back(_) | Step::Decide(_)) && account != CANCEL;
            let answer = render(simulation, step);
            match signed_in {
                true => answer.with("Set-Cookie", format!("{SESSION}={account}; Path=/; HttpOnly; SameSite=Lax")),
                false => answer,
            }
        }
        ("POST", ["simulated", "decide"]) => {
            let posted = posted();
            let accept = posted.get("decision").is_some_and(|decision| decision == "accept");
            let step = decide(simulation, field(&posted, "transaction"), accept);
            render(simulation, step)
        }
        ("GET", [_, "oauth2", "v2.0", "logout"]) => match form(&asked.query).get("post_logout_redirect_uri") {
            Some(to) if Url::parse(to).is_ok() => Answer::redirect(to),
            _ => Answer::html(200, pages::message("Signed out", "You signed out of your account.")),
        },
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => match token(simulation, asked, tenant, &posted()) {
            Ok(body) => json_answer(200, &body),
            Err(error) => error.into_answer(simulation),
        },
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => configuration(simulation, asked, tenant),
        ("GET", [_, "discovery", "v2.0", "keys"]) => {
            let of = |tenant: &str| format!("{}/{tenant}/v2.0", asked.origin);
            let rolled = simulation.state().rolled;
            let keys = [id_key(rolled).jwk(&of("{tenantid}")), consumer_key().jwk(&of(CONSUMERS))];
            json_answer(200, &json!({ "keys": keys }))
        }
        ("GET", ["downloads", "v1.0", "report"]) => graph::download(simulation, asked),
        ("GET", [""]) => Answer::html(
            200,
            pages::message("Simulated Microsoft", "Microsoft Entra and Microsoft Graph of this machine answer here."),
        ),
        _ => Answer::html(404, pages::message("Not found", "There is nothing at this address.")),
    }
}

fn json_answer(status: u16, body: &Value) -> Answer {
    let content = Content::Raw("application/json; charset=utf-8", body.to_string().into_bytes());
    Answer { status, headers: vec![("Cache-Control", "no-store, no-cache".to_owned())], content }
}

fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map(String::as_str).unwrap_or_default()
}

fn configuration(simulation: &Simulation, asked: &Asked, tenant: &str) -> Answer {
    let issuer = match find_tenant(&simulation.state(), tenant) {
        Ok(None) => "{tenantid}".to_owned(),
        Ok(Some(id)) => id.to_string(),
        Err(shown) => {
            return json_answer(400, &json!({"error": "invalid_tenant", "error_description": shown.to_string()}));
        }
    };
    let base = format!("{}/{tenant}", asked.origin);
    let body = json!({
        "issuer": format!("{}/{issuer}/v2.0", asked.origin),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported":
            ["sub", "iss", "aud", "exp", "iat", "name", "nonce", "oid", "preferred_username", "tid", "ver"],
        "tenant_region_scope": Value::Null,
    });
    json_answer(200, &body)
}

/// The directory a path segment names; `None` for `organizations` and `common`.
fn find_tenant(state: &State, segment: &str) -> Result<Option<DirectoryId>, Shown> {
    if segment.eq_ignore_ascii_case("organizations") || segment.eq_ignore_ascii_case("common") {
        return Ok(None);
    }
    let found = match segment.parse::<DirectoryId>() {
        Ok(id) => state.hosted.get(&id),
        Err(_) => state.hosted.values().find(|hosted| {
            let directory = &hosted.directory;
            directory.domain.eq_ignore_ascii_case(segment) || directory.initial_domain.eq_ignore_ascii_case(segment)
        }),
    };
    found.map(|hosted| Some(hosted.directory.id)).ok_or_else(|| {
        shown(90_002, format!("Tenant '{segment}' not found. Check to make sure you have the correct tenant ID."))
    })
}

// In the browser

/// App and redirect URI, checked before anything is sent anywhere.
fn registered(state: &State, query: &Form) -> Result<(App, String), Shown> {
    let id = field(query, "client_id");
    let app =
        id.parse().ok().and_then(|id: Uuid| state.apps.get(&id)).ok_or_else(|| {
            shown(700_016, format!("Application with identifier '{id}' was not found in the directory."))
        })?;
    let redirect_uri = field(query, "redirect_uri");
    if !app.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return Err(shown(
            50_011,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match those configured \
                 for the application '{id}'."
            ),
        ));
    }
    Ok((app.clone(), redirect_uri.to_owned()))
}

fn begin_sign_in(state: &mut State, now: Timestamp, tenant: &str, query: &Form) -> Step {
    let (tenant, (app, redirect_uri)) = match (find_tenant(state, tenant), registered(state, query)) {
        (Ok(tenant), Ok(registered)) => (tenant, registered),
        (Err(shown), _) | (_, Err(shown)) => return shown.into(),
    };
    let back_state = query.get("state").cloned();
    let refuse = |error: &str, description: &str| back_error(&redirect_uri, back_state.as_deref(), error, description);
    let mode = field(query, "response_mode");
    if field(query, "response_type") != "code" || !(mode.is_empty() || mode == "query") {
        return refuse("unsupported_response_type", "AADSTS70016: Only response_type=code with response_mode=query.");
    }
    let scope = field(query, "scope");
    if !scope.split(' ').any(|scope| scope == "openid") {
        return refuse("invalid_request", "AADSTS70011: The scope must contain openid.");
    }
    let challenge = field(query, "code_challenge");
    if challenge.len() != 43 || field(query, "code_challenge_method") != "S256" {
        return refuse("invalid_request", "AADSTS501491: Invalid size of code_challenge parameter, or not S256.");
    }
    if field(query, "prompt") == "none" {
        return refuse("login_required", "AADSTS50058: A silent sign-in request was sent but no user is signed in.");
    }
    let purpose = Purpose::SignIn {
        nonce: query.get("nonce").cloned(),
        challenge: challenge.to_owned(),
        scope: scope.to_owned(),
    };
    Step::Choose(open(
        state,
        now,
        Transaction { app, tenant, redirect_uri, state: back_state, purpose, account: None, expires: now },
    ))
}

fn begin_consent(state: &mut State, now: Timestamp, tenant: &str, query: &Form) -> Step {
    let (tenant, (app, redirect_uri)) = match (find_tenant(state, tenant), registered(state, query)) {
        (Ok(tenant), Ok(registered)) => (tenant, registered),
        (Err(shown), _) | (_, Err(shown)) => return shown.into(),
    };
    let back_state = query.get("state").cloned();
    // The v1 form has no scope: all that the app asks for.
    if let Some(scope) = query.get("scope")
        && scope != "https://graph.microsoft.com/.default"
    {
        let description =
            format!("AADSTS70011: The provided value for the input parameter 'scope' is not valid: {scope}");
        return back_error(&redirect_uri, back_state.as_deref(), "invalid_request", &description);
    }
    Step::Choose(open(
        state,
        now,
        Transaction {
            app,
            tenant,
            redirect_uri,
            state: back_state,
            purpose: Purpose::Consent,
            account: None,
            expires: now,
        },
    ))
}

fn open(state: &mut State, now: Timestamp, transaction: Transaction) -> Uuid {
    state.transactions.retain(|_, open| open.expires > now);
    let id = state.guid();
    let expires = now.saturating_add(TRANSACTION_LIFE).unwrap_or(now);
    state.transactions.insert(id, Transaction { expires, ..transaction });
    id
}

fn back(redirect_uri: &str, answers: &[(&str, &str)], state: Option<&str>) -> Step {
    match Url::parse(redirect_uri) {
        Ok(mut url) => {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(answers);
            if let Some(state) = state {
                query.append_pair("state", state);
            }
            drop(query);
            Step::Back(url)
        }
        Err(_) => shown(50_011, "The registered redirect URI is not a URL.").into(),
    }
}

fn back_error(redirect_uri: &str, state: Option<&str>, error: &str, description: &str) -> Step {
    back(redirect_uri, &[("error", error), ("error_description", description)], state)
}

fn current(state: &State, now: Timestamp, id: &str) -> Result<(Uuid, Transaction), Shown> {
    let found = id.parse().ok().and_then(|id: Uuid| Some((id, state.transactions.get(&id)?.clone())));
    found.filter(|(_, open)| open.expires > now).ok_or_else(|| {
        shown(50_196, "This sign-in took too long or was finished already. Start again from the application.")
    })
}

/// Whoever signed in before is not asked again who they are, unless that account may not consent here.
fn as_signed_in(simulation: &Simulation, asked: &Asked, step: Step) -> Step {
    let cookies = asked.header("cookie").unwrap_or_default().split("; ");
    let account = cookies.filter_map(|cookie| cookie.strip_prefix(SESSION)?.strip_prefix('=')).find(|it| *it != CANCEL);
    match (step, account) {
        (Step::Choose(id), Some(account)) => match choose(simulation, &id.to_string(), account) {
            Step::Show(_) => Step::Choose(id),
            signed_in => signed_in,
        },
        (step, _) => step,
    }
}

/// The account picked on the page, as `directory/person`; or none: cancelled.
fn choose(simulation: &Simulation, transaction: &str, account: &str) -> Step {
    let now = simulation.now();
    let mut state = simulation.state();
    let (id, open) = match current(&state, now, transaction) {
        Ok(found) => found,
        Err(shown) => return shown.into(),
    };
    if account == CANCEL {
        state.transactions.remove(&id);
        let description = "AADSTS65004: User declined to consent to access the app.";
        return back_error(&open.redirect_uri, open.state.as_deref(), "access_denied", description);
    }
    let picked =
        account.split_once('/').and_then(|(d, p)| Some((d.parse::<DirectoryId>().ok()?, p.parse::<PersonId>().ok()?)));
    let person = picked.and_then(|(directory, person)| {
        let directory = &state.hosted.get(&directory)?.directory;
        directory.person(person).map(|p| (directory.id, directory.account(p), p.enabled))
    });
    let Some((directory, account, enabled)) = person else {
        return shown(50_034, "The user account does not exist in the directory.").into();
    };
    if open.tenant.is_some_and(|tenant| tenant != directory) {
        return shown(50_020, format!("User account '{}' does not exist in this tenant.", account.upn)).into();
    }
    if !enabled {
        return shown(50_057, "The user account is disabled.").into();
    }
    match open.purpose {
        Purpose::SignIn { nonce, challenge, scope } => {
            state.transactions.remove(&id);
            let code = format!("1.{}{}", state.guid().simple(), state.guid().simple());
            let expires = now.saturating_add(CODE_LIFE).unwrap_or(now);
            state.codes.retain(|_, code| code.expires > now);
            let account = (directory, account.id);
            let redirect_uri = open.redirect_uri.clone();
            let app = open.app.client_id;
            let issued = Code { app, account, redirect_uri, nonce, challenge, scope, expires, used: false };
            state.codes.insert(code.clone(), issued);
            back(&open.redirect_uri, &[("code", &code)], open.state.as_deref())
        }
        Purpose::Consent if !account.global_admin => shown(
            90_094,
            format!("Admin approval is needed: '{}' is not an administrator of this directory.", account.upn),
        )
        .into(),
        Purpose::Consent => {
            if let Some(open) = state.transactions.get_mut(&id) {
                open.account = Some((directory, account.id));
            }
            Step::Decide(id)
        }
    }
}

fn decide(simulation: &Simulation, transaction: &str, accept: bool) -> Step {
    let now = simulation.now();
    let mut state = simulation.state();
    let (id, open) = match current(&state, now, transaction) {
        Ok(found) => found,
        Err(shown) => return shown.into(),
    };
    let (Some((directory, _)), Purpose::Consent) = (open.account, &open.purpose) else {
        return shown(50_034, "Nobody signed in.").into();
    };
    state.transactions.remove(&id);
    if !accept {
        let description = "AADSTS65004: The resource owner or authorization server denied the request.";
        return back_error(&open.redirect_uri, open.state.as_deref(), "access_denied", description);
    }
    state.grant(open.app.client_id, directory, open.app.permissions.clone());
    let tenant = directory.to_string();
    let scope = open.app.permissions.iter().map(|name| format!("{GRAPH}/{name}")).collect::<Vec<_>>().join(" ");
    let answers = [("admin_consent", "True"), ("tenant", tenant.as_str()), ("scope", scope.as_str())];
    back(&open.redirect_uri, &answers, open.state.as_deref())
}

fn render(simulation: &Simulation, step: Step) -> Answer {
    let state = simulation.state();
    match step {
        Step::Back(url) => Answer::redirect(url.as_str()),
        Step::Show(shown) => Answer::html(400, pages::error(&shown)),
        Step::Choose(id) => {
            let Some(open) = state.transactions.get(&id) else {
                return Answer::html(400, pages::message("Gone", "Start again from the application."));
            };
            let directories = state.hosted.values().map(|hosted| &hosted.directory);
            let directories = directories.filter(|d| open.tenant.is_none_or(|tenant| tenant == d.id));
            let listed: Vec<(DirectoryId, &str, Vec<Account>)> = directories
                .map(|d| {
                    let mut accounts = d.administrators();
                    let ordinary = d.people.iter().filter(|p| p.enabled && !p.deleted && !p.global_admin);
                    accounts.extend(ordinary.filter(|p| !p.licenses.is_empty()).take(4).map(|p| d.account(p)));
                    let guest = d.people.iter().find(|p| p.kind == Kind::Guest && p.enabled && !p.deleted);
                    accounts.extend(guest.map(|p| d.account(p)));
                    (d.id, d.name.as_str(), accounts)
                })
                .collect();
            Answer::html(200, pages::choose(id, &open.app.name, matches!(open.purpose, Purpose::Consent), &listed))
        }
        Step::Decide(id) => {
            let open = state.transactions.get(&id);
            let company = open.and_then(|open| {
                let (directory, person) = open.account?;
                let directory = &state.hosted.get(&directory)?.directory;
                Some((open, directory, directory.account(directory.person(person)?)))
            });
            match company {
                Some((open, directory, account)) => {
                    Answer::html(200, pages::consent(id, &open.app, directory.name(), &account.upn))
                }
                None => Answer::html(400, pages::message("Gone", "Start again from the application.")),
            }
        }
    }
}

/// Goes through the pages as `person` and gives where the browser is sent back to.
pub(crate) fn walk(simulation: &Simulation, url: &str, person: PersonId, accept: bool) -> Result<Url, Shown> {
    let url = Url::parse(url).map_err(|_| shown(90_013, "Invalid input received from the user: not a URL."))?;
    let segments: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
    let (now, query) = (simulation.now(), form(url.query().unwrap_or_default()));
    let mut step = match segments.as_slice() {
        [tenant, "oauth2", "v2.0", "authorize"] => begin_sign_in(&mut simulation.state(), now, tenant, &query),
        [tenant, "v2.0", "adminconsent"] | [tenant, "adminconsent"] => {
            begin_consent(&mut simulation.state(), now, tenant, &query)
        }
        _ => return Err(shown(90_013, "Neither a sign-in nor a consent URL.")),
    };
    let directory = simulation
        .state()
        .hosted
        .values()
        .find(|hosted| hosted.directory.person(person).is_some())
        .map(|hosted| hosted.directory.id);
    let account = directory.map(|directory| format!("{directory}/{person}")).unwrap_or_default();
    loop {
        step = match step {
            Step::Back(url) => return Ok(url),
            Step::Show(shown) => return Err(shown),
            Step::Choose(id) => choose(simulation, &id.to_string(), &account),
            Step::Decide(id) => decide(simulation, &id.to_string(), accept),
        }
    }
}

// Tokens

/// An error of the token endpoint.
struct TokenError {
    status: u16,
    error: &'static str,
    code: u32,
    message: String,
}

impl TokenError {
    fn into_answer(self, simulation: &Simulation) -> Answer {
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

fn token(simulation: &Simulation, asked: &Asked, tenant: &str, form: &Form) -> Result<Value, TokenError> {
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
