//! Microsoft Entra ID, v2.0 endpoints: sign-in with code and PKCE, admin consent, tokens for apps, keys. Errors carry
//! the AADSTS codes a client branches on.

mod tokens;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, PersonId};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

pub(crate) use self::tokens::AccessClaims;
pub use self::tokens::Spoiled;
use crate::{
    answer::{Answer, Content},
    directory::{Account, Kind},
    graph, pages,
    simulation::{App, Asked, Simulation, State, consumer_key, id_key},
};

/// The directory of personal accounts.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const GRAPH: &str = "https://graph.microsoft.com";
/// The browser's session: who signed in, as `directory/person`. Entra names its own so.
const SESSION: &str = "ESTSAUTH";
/// In place of an account: nobody.
const CANCEL: &str = "cancel";
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
const TRANSACTION_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// What Entra shows in the browser instead of sending it back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("AADSTS{code}: {message}")]
pub struct Shown {
    /// The AADSTS number.
    pub code: u32,
    /// What it says.
    pub message: String,
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
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => match tokens::token(simulation, asked, tenant, &posted()) {
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
