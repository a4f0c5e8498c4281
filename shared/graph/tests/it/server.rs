//! A scripted Microsoft, a clock that a test moves, and randomness that repeats.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header::CONTENT_TYPE},
    response::Response,
};
use graph::{AppRegistration, Config, Credential, Deadline, Directory, Microsoft, Secret};
use jiff::{SignedDuration, Timestamp};
use model::{
    Clock, DirectoryId, Ids,
    clock::{RandomSource, Sleep, TimeSource},
};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use uuid::Uuid;

pub const CLIENT: Uuid = uuid::uuid!("0f0e0d0c-0b0a-4908-8706-050403020100");
pub const DIRECTORY: DirectoryId = DirectoryId::literal("1a2b3c4d-2222-4333-8444-5555555555ef");

/// Time that moves only when somebody sleeps.
pub struct ManualTime {
    now: Mutex<Timestamp>,
    pub slept: Mutex<Vec<SignedDuration>>,
}

impl ManualTime {
    fn new() -> Arc<Self> {
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        Arc::new(Self { now: Mutex::new(now), slept: Mutex::default() })
    }
    pub fn advance(&self, duration: SignedDuration) {
        *self.now.lock().unwrap() += duration;
    }
    pub fn slept(&self) -> SignedDuration {
        self.slept.lock().unwrap().iter().sum()
    }
}

struct Shared(Arc<ManualTime>);

impl TimeSource for Shared {
    fn now(&self) -> Timestamp {
        *self.0.now.lock().unwrap()
    }
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        self.0.advance(duration);
        self.0.slept.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl RandomSource for Counting {
    fn fill(&self, out: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        for (i, byte) in out.iter_mut().enumerate() {
            *byte = (count as u8).wrapping_mul(31).wrapping_add(i as u8);
        }
    }
}

/// What came in.
#[derive(Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
    pub fn form(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// What goes out.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    breaks_off: bool,
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, "application/json; odata.metadata=minimal", body.to_string())
    }
    pub fn text(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", kind.to_owned()), ("request-id", "graph-request".to_owned())];
        Self { status, headers, body: body.into(), breaks_off: false }
    }
    pub fn error(status: u16, code: &str) -> Self {
        let body = json!({"error": {"code": code, "message": "words", "innerError": {"request-id": "r"}}});
        Self::json(status, body)
    }
    pub fn redirect(to: impl Into<String>) -> Self {
        Self::text(302, "text/plain", "").with("location", to)
    }
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// Sends half of the body, then drops the connection.
    pub fn breaking_off(mut self) -> Self {
        self.breaks_off = true;
        self
    }
}

pub fn page(items: Value, next: Option<&str>) -> Reply {
    let mut body = json!({"@odata.context": "x", "value": items});
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    Reply::json(200, body)
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    seen: Vec<Seen>,
}

/// A server that answers each path with its replies in turn; the last one stays.
#[derive(Clone)]
pub struct Server {
    pub origin: String,
    script: Arc<Mutex<Script>>,
    pub time: Arc<ManualTime>,
}

/// The app's certificate and key, both PEM. Made once: an RSA key takes a while.
pub static CERTIFICATE: LazyLock<(String, String)> = LazyLock::new(|| {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::new(vec!["steward".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
});

impl Server {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let server = Self { origin, script, time: ManualTime::new() };
        server.token_lives(3599);
        server
    }

    /// The token endpoint of the directory gives `token-1`, `token-2`, ….
    pub fn token_lives(&self, seconds: i64) {
        let token = |n: u32| {
            Reply::json(
                200,
                json!({"token_type": "Bearer", "expires_in": seconds, "access_token": format!("token-{n}")}),
            )
        };
        self.reply(&token_path(), (1..50).map(token));
    }

    pub fn reply(&self, path: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.script.lock().unwrap().replies.insert(path.to_owned(), replies.into_iter().collect());
        self
    }

    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let script = self.script.lock().unwrap();
        script.seen.iter().filter(|seen| seen.uri.path() == path).cloned().collect()
    }

    pub fn all_seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn clock(&self) -> Clock {
        Clock::new(Shared(Arc::clone(&self.time)))
    }

    pub fn microsoft_with(&self, credential: Credential) -> Microsoft {
        self.made_of(&self.origin, credential)
    }

    /// Graph is somewhere else than Entra.
    pub fn microsoft_with_graph(&self, graph: &str) -> Microsoft {
        self.made_of(graph, Credential::Secret(Secret::new("client-secret")))
    }

    fn made_of(&self, graph: &str, credential: Credential) -> Microsoft {
        Microsoft::new(Config {
            authority: self.origin.parse().unwrap(),
            graph: graph.parse().unwrap(),
            app: AppRegistration { client_id: CLIENT, credential },
            clock: self.clock(),
            ids: Ids::new(Counting::default()),
        })
        .unwrap()
    }

    pub fn microsoft(&self) -> Microsoft {
        self.microsoft_with(Credential::Secret(Secret::new("client-secret")))
    }

    /// A directory read by a scan that has ten minutes.
    pub fn directory(&self) -> Directory {
        let deadline = Deadline::after(&self.clock(), SignedDuration::from_mins(10));
        self.microsoft().directory(DIRECTORY).for_scan(deadline)
    }
}

pub fn token_path() -> String {
    format!("/{DIRECTORY}/oauth2/v2.0/token")
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = {
        let mut script = script.lock().unwrap();
        let path = uri.path().to_owned();
        script.seen.push(Seen { method, uri, headers, body });
        match script.replies.get_mut(&path) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        }
    };
    let reply = reply.unwrap_or_else(|| Reply::error(404, "Request_ResourceNotFound"));
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in &reply.headers {
        response = match *name {
            "content-type" => response.header(CONTENT_TYPE, value),
            name => response.header(name, value),
        };
    }
    let body = match reply.breaks_off {
        false => Body::from(reply.body),
        true => {
            let half = reply.body.slice(..reply.body.len() / 2);
            let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            Body::from_stream(futures::stream::iter([Ok(half), Err(broken)]))
        }
    };
    response.body(body).unwrap()
}
