//! `steward up`: serves the system on this machine, and seeds a company with sample data at the first start.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;
use local_aws::Bus;
use local_microsoft::{Directory, Recipe};
use mail::Mail;
use mailer::MailerConfig;
use model::{Clock, Ids};
use runtime::{Deps, SystemRandom};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    Directories, RealApp, System, SystemConfig,
    controls::{self, LeapingClock},
    demo, invocations, templates,
};

/// A Lambda's longest time-out.
const LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// The sample directory is the same on every machine.
const SEED: u64 = 2026;
const PEOPLE: u32 = 180;

/// How to come up.
pub struct UpConfig {
    /// Folder to keep data in.
    pub data: PathBuf,
    /// Port of the API on 127.0.0.1; 0 for any.
    pub port: u16,
    /// Which Microsoft.
    pub microsoft: UpMicrosoft,
}

/// Which Microsoft.
pub enum UpMicrosoft {
    /// Simulated, with a sample company.
    Sample,
    /// Simulated, with the directory of a folder of saved Graph answers, and nobody signed up.
    Folder(PathBuf),
    /// The real one, with app registrations of one's own.
    Real {
        /// The reader app.
        reader: RealApp,
        /// The licence writer, where Steward is to change things, too.
        licence_writer: Option<RealApp>,
    },
}

/// The system, up and serving.
pub struct Up {
    /// Where the API is.
    pub url: String,
    /// Where the simulated Microsoft is.
    pub microsoft: Option<String>,
    /// The sample company, where there is one.
    pub demo: Option<demo::Demo>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    _system: Arc<System>,
}

impl Up {
    /// Serves until the process ends.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn forever(self) -> anyhow::Result<()> {
        tokio::select! {
            served = self.serving => Ok(served??),
            stopped = tokio::signal::ctrl_c() => Ok(stopped?),
        }
    }
}

/// Comes up.
///
/// # Errors
/// When the port or the folder is taken, or a part does not start; the message says what to do.
pub async fn up(config: UpConfig) -> anyhow::Result<Up> {
    let leaping = LeapingClock::default();
    let clock = Clock::new(leaping.clone());
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, config.port)))
        .await
        .with_context(|| format!("port {} is taken; choose another with --port", config.port))?;
    let port = listener.local_addr()?.port();
    // A name, not an address: a passkey is bound to one (WebAuthn, 5.1.2).
    let url = format!("http://localhost:{port}");
    let (directories, sample) = match config.microsoft {
        UpMicrosoft::Sample => {
            let name = Some("Northwind (sample data)".into());
            let recipe = Recipe { name, shown: true, ..Recipe::new(SEED, clock.now(), PEOPLE) };
            (Directories::Simulated(vec![Directory::generate(&recipe)]), true)
        }
        UpMicrosoft::Folder(folder) => {
            let directory = Directory::from_folder(&folder)?;
            (Directories::Simulated(vec![directory]), false)
        }
        UpMicrosoft::Real { reader, licence_writer } => (Directories::Real { reader, licence_writer }, false),
    };
    let system = System::start(SystemConfig {
        data: Some(config.data.clone()),
        clock,
        ids: Ids::new(SystemRandom),
        app_url: url.clone(),
        directories,
        credential: None,
        limit: LIMIT,
    })
    .await?;
    let system = Arc::new(system);
    system.run_in_background();
    let mails = Mail::connect(system.connect()).await.map_err(anyhow::Error::from_boxed)?.mailer.config().clone();
    let router = router(&system, mails, leaping, port);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let demo = if sample { Some(demo::seed(&system, &config.data).await?) } else { None };
    let microsoft = system.microsoft_url().map(ToString::to_string);
    Ok(Up { url, microsoft, demo, serving, _system: system })
}

fn router(system: &System, mails: MailerConfig, clock: LeapingClock, port: u16) -> Router {
    let letters = Router::new().route("/dead-letters", get(dead_letters).post(redrive)).with_state(system.bus());
    system
        .router()
        .merge(system.aws.inbox_pages("/mails", "/mails/templates"))
        .merge(templates::pages("/mails/templates", mails))
        .merge(letters)
        .merge(invocations::pages(system.invoked()))
        .merge(controls::pages(system, clock))
        .layer(middleware::from_fn(seen_from))
        .layer(middleware::from_fn_with_state(port, own_host))
}

/// Deliveries that failed five times, with why.
async fn dead_letters(State(bus): State<Bus>) -> Result<axum::Json<Value>, (StatusCode, String)> {
    let letters = bus.dead_letters().map_err(failed)?;
    let told = letters.into_iter().map(|letter| {
        let kind = letter.event["detail-type"].clone();
        json!({ "id": letter.id, "function": letter.rule, "kind": kind, "attempts": letter.attempts, "cause": letter.cause, "at": letter.at.to_string() })
    });
    Ok(axum::Json(told.collect()))
}

/// Delivers all of them again. Asks for a header that no form of another page can send.
async fn redrive(State(bus): State<Bus>, headers: HeaderMap) -> Result<axum::Json<Value>, (StatusCode, String)> {
    if !headers.contains_key("x-steward") {
        return Err((StatusCode::FORBIDDEN, "Send the header x-steward: redrive".into()));
    }
    let again = bus.redrive_all().map_err(failed)?;
    Ok(axum::Json(json!({ "redriven": again })))
}

fn failed(error: anyhow::Error) -> (StatusCode, String) {
    tracing::error!(%error, "dead letters");
    (StatusCode::INTERNAL_SERVER_ERROR, "The bus does not answer; see the log.".into())
}

/// What API Gateway would say of the caller.
async fn seen_from(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        request.extensions_mut().insert::<IpAddr>(address.ip());
    }
    next.run(request).await
}

/// Answers only under its own name: a page of somebody else whose name points here (DNS rebinding) gets nothing.
async fn own_host(State(port): State<u16>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    if host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}") {
        return next.run(request).await;
    }
    let detail = format!("This is http://localhost:{port} and answers under no other name.");
    (StatusCode::MISDIRECTED_REQUEST, detail).into_response()
}

/// Where the sample company's sign-in is kept: readable by this user only.
pub(crate) fn demo_file(data: &Path) -> PathBuf {
    data.join("sample-company.json")
}

pub(crate) fn not_own(status: StatusCode, body: &[u8], what: &str) -> anyhow::Error {
    anyhow::anyhow!("{what}: {status} {}", String::from_utf8_lossy(body))
}

/// Waits a little between two looks.
pub(crate) async fn a_moment(clock: &Clock, tries: u32) -> anyhow::Result<()> {
    if tries > 600 {
        bail!("it takes longer than a minute; something is wrong. Look at the log with RUST_LOG=info");
    }
    clock.sleep(SignedDuration::from_millis(100)).await;
    Ok(())
}
