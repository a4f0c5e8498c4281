//! The app under test.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::{Router, body::Body};
use http::{Method, Request, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use local::{Directories, LICENCE_WRITER_CLIENT_ID, READER_CLIENT_ID, System, SystemConfig};
use local_aws::Mail;
use local_microsoft::{Credential, Directory, Recipe, Simulation, keep_keys};
use model::{DirectoryId, Ids, TenantId, UserId};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::Url;

use crate::{Answer, ManualClock, SeededIds};

/// A password that is good enough.
pub const PASSWORD: &str = "violet-tractor-mumbles-9";
/// When every test begins.
pub const BEGIN: &str = "2026-11-21T08:00:00Z";
const APP_URL: &str = "http://127.0.0.1:8700";

/// Making an RSA key takes a tenth of a second, and each test is a process: all share those kept beside their binary.
static CREDENTIAL: LazyLock<Arc<Credential>> = LazyLock::new(|| {
    let binary = std::env::current_exe().expect("a binary");
    keep_keys(binary.parent().expect("a folder"));
    Arc::new(Credential::kept("app under test").expect("an RSA key"))
});

/// How to start.
pub struct Options {
    /// Directories at the simulated Microsoft.
    pub directories: Vec<Directory>,
    /// How long an invocation may take.
    pub limit: SignedDuration,
    /// Seed of ids.
    pub seed: u64,
    /// Folder for data; in memory when `None`.
    pub data: Option<std::path::PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { directories: Vec::new(), limit: SignedDuration::from_mins(15), seed: 1, data: None }
    }
}

/// A directory of so many people, with everything planted.
pub fn directory(seed: u64, people: u32) -> Directory {
    Directory::generate(&Recipe::new(seed, BEGIN.parse().expect("a time"), people))
}

/// The whole system, in process.
pub struct App {
    /// Its clock.
    pub clock: ManualClock,
    /// It.
    pub system: System,
    router: Router,
    expect_dead_letters: Mutex<bool>,
}

impl App {
    /// Starts with no directory.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// Starts with one directory.
    pub async fn of(directory: Directory) -> Self {
        Self::with(Options { directories: vec![directory], ..Options::default() }).await
    }

    /// Starts.
    pub async fn with(options: Options) -> Self {
        let begin: Timestamp = BEGIN.parse().expect("a time");
        let clock = ManualClock::at(begin);
        let config = SystemConfig {
            data: options.data,
            clock: clock.clock(),
            ids: Ids::new(SeededIds::new(options.seed)),
            app_url: APP_URL.into(),
            directories: Directories::Simulated(options.directories),
            credential: Some(CREDENTIAL.clone()),
            limit: options.limit,
        };
        let system = System::start(config).await.expect("the system starts");
        let router = system.router();
        Self { clock, system, router, expect_dead_letters: Mutex::new(false) }
    }

    /// The simulated Microsoft.
    pub fn microsoft(&self) -> &Simulation {
        &self.system.microsoft.as_ref().expect("a simulated Microsoft").0
    }

    /// The only directory there is.
    pub fn only_directory(&self) -> DirectoryId {
        self.microsoft().directories()[0]
    }

    /// Delivers everything pending, and what that causes.
    pub async fn pump(&self) {
        self.system.aws.pump().await.expect("the bus works");
    }

    /// Mails so far, oldest first.
    pub fn inbox(&self) -> Vec<Mail> {
        self.system.aws.inbox().expect("the inbox works")
    }

    /// The newest mail to an address.
    #[track_caller]
    pub fn mail_to(&self, address: &str) -> Mail {
        let found = self.inbox().into_iter().rfind(|mail| mail.to.iter().any(|to| to == address));
        found.unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// Runs a scheduled function.
    pub async fn run(&self, name: &str) {
        self.system.run(name).await.expect("the scheduled function succeeds");
    }

    /// Invokes a function as an operator does.
    pub async fn invoke(&self, name: &str, given: Value) -> Result<Value, String> {
        let answer = self.system.invoke(name, given).await.expect("a function that an operator invokes");
        answer.map_err(|error| error.to_string())
    }

    /// The test looks at dead letters itself.
    pub fn expect_dead_letters(&self) {
        *self.expect_dead_letters.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Calls an operation, with a token or without, with a JSON body or without.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::USER_AGENT, "tests");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// Posts without a token.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, None, Some(&body)).await
    }

    /// Asks for an account and returns the token of the mail's link.
    pub async fn sign_up(&self, email: &str, company: &str) -> String {
        self.post("/v1/sign-up", json!({ "email": email, "company": company })).await.expect::<Value>(202);
        self.pump().await;
        link_token(&self.mail_to(email))
    }

    /// A company with its owner signed in: `owner@<name>.example`.
    pub async fn tenant(&self, name: &str) -> Client<'_> {
        let email = format!("owner@{name}.example");
        let token = self.sign_up(&email, name).await;
        let body = json!({ "token": token, "name": format!("Owner of {name}"), "password": PASSWORD });
        let created: Value = self.post("/v1/verify-email", body).await.expect(201);
        self.pump().await;
        let client = self.sign_in(&email).await;
        assert_eq!(created["tenant"], json!(client.tenant));
        client
    }

    /// Signs in with [`PASSWORD`].
    pub async fn sign_in(&self, email: &str) -> Client<'_> {
        let answer = self.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await;
        let tokens: Value = answer.expect(200);
        self.pump().await;
        self.client(&tokens)
    }

    /// Somebody who got these tokens.
    pub fn client(&self, tokens: &Value) -> Client<'_> {
        Client {
            app: self,
            token: tokens["access_token"].as_str().expect("a token").into(),
            refresh: tokens["refresh_token"].as_str().expect("a token").into(),
            tenant: serde_json::from_value(tokens["tenant"].clone()).expect("an id"),
            user: serde_json::from_value(tokens["user"].clone()).expect("an id"),
        }
    }

    /// A company connected to a directory and scanned once.
    pub async fn scanned(&self, name: &str, directory: DirectoryId) -> Client<'_> {
        let owner = self.tenant(name).await;
        owner.connect(directory).await;
        self.pump().await;
        owner
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let bus = self.system.bus();
        // Every event is sealed: a test that is about something else may end before its last one is.
        let undelivered = bus.undelivered_but_to("tenants-events-seal").expect("the bus works");
        let dead = bus.dead_letters().expect("the bus works");
        let looked_at = *self.expect_dead_letters.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(undelivered == 0, "{undelivered} deliveries are pending: pump before the test ends");
        assert!(dead.is_empty() || looked_at, "dead letters nobody looked at: {dead:#?}");
        self.inbox().iter().for_each(names_its_company);
    }
}

/// Pages that show nothing of a company, or take it from their token. The first page is of one in some mails only.
const OF_NO_COMPANY: [&str; 12] = [
    "/",
    "/sign-in",
    "/verify",
    "/reset-password",
    "/confirm-email",
    "/undo-email-change",
    "/confirm-microsoft",
    "/invitation",
    "/attestation",
    "/account/security",
    "/account/notifications",
    "/account/devices",
];

/// Whoever is in several companies comes from a mail to the one it is about.
fn names_its_company(mail: &Mail) {
    let company = mail.tags.iter().find(|(name, _)| name == "tenant").map(|(_, value)| value.as_str());
    let links = mail.text.split_whitespace().filter(|word| word.starts_with(APP_URL));
    for link in links.map(|link| Url::parse(link).expect("a link")) {
        let named = link.query_pairs().find(|(name, _)| name == "company").map(|(_, named)| named.into_owned());
        let right = match &named {
            Some(named) => Some(named.as_str()) == company,
            None => OF_NO_COMPANY.contains(&link.path()),
        };
        assert!(right, "{link} in a mail of {company:?}: {}", mail.text);
    }
}

/// The token in the link of a mail.
#[track_caller]
pub fn link_token(mail: &Mail) -> String {
    let rest = mail.text.split("#token=").nth(1).unwrap_or_else(|| panic!("no link in {}", mail.text));
    rest.split_whitespace().next().expect("a token").to_owned()
}

/// Somebody signed in.
pub struct Client<'a> {
    app: &'a App,
    /// Access token.
    pub token: String,
    /// Refresh token.
    pub refresh: String,
    /// The company.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
}

impl Client<'_> {
    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.app.call(Method::GET, path, Some(&self.token), None).await
    }
    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.app.call(Method::POST, path, Some(&self.token), Some(&body)).await
    }
    /// Acts without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.app.call(Method::POST, path, Some(&self.token), None).await
    }
    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        self.app.call(Method::DELETE, path, Some(&self.token), None).await
    }

    /// The whole ceremony at the simulated Microsoft, as its first administrator.
    pub async fn connect(&self, directory: DirectoryId) -> Value {
        let microsoft = self.app.microsoft();
        let administrator = microsoft.directory(directory, |d| d.administrators()[0].id).expect("the directory");
        let begun: Value = self.act("/v1/microsoft/connect").await.expect(200);
        let back = microsoft.sign_in_as(begun["url"].as_str().expect("a URL"), administrator).expect("signed in");
        let consent: Value = self.post("/v1/microsoft/callback", query(&back)).await.expect(200);
        assert_eq!(consent["next"], "consent");
        let back =
            microsoft.consent_as(consent["url"].as_str().expect("a URL"), administrator, true).expect("consented");
        let connected: Value = self.post("/v1/microsoft/callback", query(&back)).await.expect(200);
        assert_eq!(connected["next"], "connected", "{connected}");
        connected
    }

    /// Lets Steward change licences in the directory that is connected, by the whole ceremony at the simulated Microsoft.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn let_change(&self, directory: DirectoryId) -> Value {
        let microsoft = self.app.microsoft();
        let administrator = microsoft.directory(directory, |d| d.administrators()[0].id).expect("the directory");
        let asked = serde_json::json!({ "tier": "licence_writer" });
        let begun: Value = self.post("/v1/microsoft/connect", asked).await.expect(200);
        let back = microsoft.sign_in_as(begun["url"].as_str().expect("a URL"), administrator).expect("signed in");
        let consent: Value = self.post("/v1/microsoft/callback", query(&back)).await.expect(200);
        let back =
            microsoft.consent_as(consent["url"].as_str().expect("a URL"), administrator, true).expect("consented");
        let granted: Value = self.post("/v1/microsoft/callback", query(&back)).await.expect(200);
        assert_eq!(granted["next"], "granted", "{granted}");
        granted
    }
}

/// The query of a redirect, as our page posts it.
pub fn query(url: &Url) -> Value {
    url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

/// The client id of the reader app.
pub const READER_APP: uuid::Uuid = READER_CLIENT_ID;
/// The client id of the licence writer.
pub const LICENCE_WRITER_APP: uuid::Uuid = LICENCE_WRITER_CLIENT_ID;
