//! A client that knows only HTTP and the documentation, and a clock of its own.

use std::sync::{Arc, Mutex, OnceLock};

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use local_microsoft::{App, Credential, Directory, Recipe, Simulation};
use model::{
    Clock, DirectoryId,
    clock::{Sleep, TimeSource},
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// A clock that stands still until told, and on which sleeping takes no time.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-11-20T09:00:00Z".parse().unwrap())))
    }
    pub fn advance(&self, duration: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
    }
    pub fn clock(&self) -> Clock {
        Clock::new(self.clone())
    }
}

impl TimeSource for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

pub const READER: [&str; 7] = [
    "User.Read.All",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Group.Read.All",
    "AuditLog.Read.All",
    "Reports.Read.All",
    "ReportSettings.Read.All",
];
pub const WRITER: [&str; 5] = [
    "User.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "User.EnableDisableAccount.All",
    "GroupMember.ReadWrite.All",
    "ReportSettings.ReadWrite.All",
];

pub struct Reply {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
    pub fn values(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["value"].as_array().unwrap().clone()
    }
    pub fn next(&self) -> Option<String> {
        self.json()["@odata.nextLink"].as_str().map(str::to_owned)
    }
}

/// A simulation with one directory and one app with consent.
pub struct World {
    pub hands: Hands,
    pub microsoft: Simulation,
    pub directory: DirectoryId,
    pub app: Uuid,
    pub credential: &'static Credential,
}

pub const REDIRECT: &str = "https://steward.example/microsoft/callback";
pub const SECRET: &str = "an-app-secret";

impl World {
    pub fn new(people: u32, permissions: &[&str]) -> Self {
        let hands = Hands::new();
        Self::with(hands.clone(), Recipe::new(7, hands.clock().now(), people), permissions)
    }

    pub fn with(hands: Hands, recipe: Recipe, permissions: &[&str]) -> Self {
        Self::of(hands, Directory::generate(&recipe), permissions)
    }

    pub fn of(hands: Hands, directory: Directory, permissions: &[&str]) -> Self {
        let microsoft = Simulation::new(hands.clock(), 1);
        let directory = microsoft.add(directory);
        // One key for the whole process: making one takes a while.
        static CREDENTIAL: OnceLock<Credential> = OnceLock::new();
        let credential = CREDENTIAL.get_or_init(|| Credential::generate("Steward test").unwrap());
        let app = Uuid::from_u128(0xa99);
        microsoft.register_app(App {
            client_id: app,
            name: "Steward".into(),
            certificates: vec![credential.certificate_der.clone()],
            secret: Some(SECRET.into()),
            redirect_uris: vec![REDIRECT.into()],
            permissions: permissions.iter().map(|name| (*name).into()).collect(),
        });
        microsoft.consent(app, directory);
        Self { hands, microsoft, directory, app, credential }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.microsoft.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub fn token_path(&self) -> String {
        format!("/{}/oauth2/v2.0/token", self.directory)
    }

    /// The claims of a right assertion.
    pub fn claims(&self) -> Value {
        let now = self.hands.clock().now().as_second();
        json!({
            "aud": format!("https://login.microsoftonline.com{}", self.token_path()),
            "iss": self.app, "sub": self.app, "jti": Uuid::new_v4_for_test(),
            "nbf": now, "iat": now, "exp": now + 300,
        })
    }

    pub fn assertion(&self, claims: &Value, algorithm: Algorithm, credential: &Credential) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &credential.certificate_der);
        let header = Header { x5t_s256: Some(URL_SAFE_NO_PAD.encode(digest)), ..Header::new(algorithm) };
        let key = EncodingKey::from_rsa_pem(credential.private_key_pem.as_bytes()).unwrap();
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }

    pub async fn token_by(&self, assertion: &str) -> Reply {
        self.form(
            &self.token_path(),
            &[
                ("grant_type", "client_credentials"),
                ("client_id", &self.app.to_string()),
                ("scope", "https://graph.microsoft.com/.default"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion),
            ],
        )
        .await
    }

    pub async fn token(&self) -> String {
        let assertion = self.assertion(&self.claims(), Algorithm::PS256, self.credential);
        let reply = self.token_by(&assertion).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn graph(&self) -> Graph<'_> {
        Graph { world: self, token: self.token().await }
    }
}

/// Ids for assertions: counted, which is random enough for a test.
trait ForTest {
    fn new_v4_for_test() -> Uuid;
}
impl ForTest for Uuid {
    fn new_v4_for_test() -> Uuid {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Uuid::from_u64_pair(0x51, NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

pub struct Graph<'a> {
    pub world: &'a World,
    pub token: String,
}

impl Graph<'_> {
    /// `path` behind `/v1.0`, or a whole nextLink. Blanks and quotes are encoded as a client would.
    pub async fn call(&self, method: &str, path: &str, eventual: bool, body: Option<Value>) -> Reply {
        let path = match path.find("/v1.0/") {
            Some(at) => path[at..].to_owned(),
            None => format!("/v1.0{path}"),
        };
        let path = path.replace(' ', "%20").replace('\'', "%27");
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {}", self.token));
        if eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.world.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, false, None).await
    }

    /// Every item of a collection, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.call("GET", &path, true, None).await;
            items.extend(page.values());
            next = page.next();
        }
        items
    }

    /// A usage report, downloaded as a client should.
    pub async fn report(&self, call: &str) -> Vec<std::collections::BTreeMap<String, String>> {
        let reply = self.get(&format!("/reports/{call}")).await;
        assert_eq!(reply.status, 302, "{}", reply.text);
        let location = reply.header("location").unwrap();
        let path = &location[location.find("/downloads/").unwrap()..];
        let csv = self.world.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(csv.status, 200, "{}", csv.text);
        let text = csv.text.strip_prefix('\u{feff}').expect("a byte-order mark");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(Result::unwrap).collect()
    }
}
