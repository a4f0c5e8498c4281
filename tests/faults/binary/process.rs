//! The real process, and how to speak to it.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jiff::SignedDuration;
use model::Clock;
use runtime::SystemClock;
use serde_json::Value;

/// Longest a start may take before we look at its log.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary, beside the folder of this test. Not built here: that would be a second build of everything, and this one
/// is of the features the rest of the run has.
pub fn binary() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let binary = test.ancestors().nth(2).context("target/debug/deps/kills")?.join("steward");
    ensure!(binary.exists(), "{} is not there: cargo build --package steward", binary.display());
    Ok(binary)
}

/// Keeps this process to one processor, so that what it measures has another to itself.
pub fn keep_to(processor: u8) -> anyhow::Result<()> {
    let pinned = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", &processor.to_string(), &std::process::id().to_string()])
        .stdout(Stdio::null())
        .status()?;
    ensure!(pinned.success(), "taskset: {pinned}");
    Ok(())
}

/// A free port below those the system gives out: one of those could be another test's before the process has it.
fn port() -> anyhow::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..100 {
        let step = std::process::id().wrapping_mul(101).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + step % 10_000)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port from 20000 to 29999 is free")
}

/// `steward up`, running.
pub struct Steward {
    child: Child,
    client: Http,
    log: PathBuf,
}

/// A client of its API. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Steward {
    /// Starts it, without waiting.
    pub fn exec(binary: &Path, data: &Path) -> anyhow::Result<Self> {
        Self::run(Command::new(binary), data)
    }

    /// Starts it on one processor and waits until it says that it is ready.
    pub async fn start_on(processor: u8, binary: &Path, data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &processor.to_string()]).arg(binary);
        Self::run(command, data)?.ready(Instant::now()).await
    }

    fn run(mut command: Command, data: &Path) -> anyhow::Result<Self> {
        let port = port()?;
        let log = data.with_extension("log");
        let to = File::options().create(true).append(true).open(&log)?;
        let child = command
            .args(["up", "--port", &port.to_string(), "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(to)
            .spawn()
            .with_context(|| format!("{command:?} does not start"))?;
        Ok(Self { child, client: Http::new(format!("http://127.0.0.1:{port}")), log })
    }

    /// Starts it and waits until it says that it is ready. How long that took.
    pub async fn start(binary: &Path, data: &Path) -> anyhow::Result<(Self, Duration)> {
        let began = Instant::now();
        let steward = Self::exec(binary, data)?.ready(began).await?;
        Ok((steward, began.elapsed()))
    }

    async fn ready(mut self, began: Instant) -> anyhow::Result<Self> {
        let clock = Clock::new(SystemClock);
        loop {
            if let Ok(answer) = self.client.call(Method::GET, "/v1/ready", None, None, None).await
                && answer.status == StatusCode::OK
            {
                return Ok(self);
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                bail!("steward did not come up ({ended:?}): {}", fs::read_to_string(&self.log)?);
            }
            clock.sleep(SignedDuration::from_millis(2)).await;
        }
    }

    /// A client of it.
    pub fn http(&self) -> Http {
        self.client.clone()
    }

    /// Memory it has resident, bytes (`VmRSS`).
    pub fn resident(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().strip_suffix("kB").context("no kB")?.trim().parse()?;
        Ok(kib * 1024)
    }

    /// Waits until every event in its table was delivered, as far as its files tell.
    pub async fn wait_until_idle(&self, data: &Path) -> anyhow::Result<()> {
        let clock = Clock::new(SystemClock);
        let began = Instant::now();
        let services = data.join("aws/services.sqlite");
        loop {
            let state = rusqlite::Connection::open(&services)?;
            state.busy_timeout(Duration::from_secs(5))?;
            let waiting: i64 =
                state.query_row("SELECT COUNT(*) FROM delivery WHERE dead_ms IS NULL", [], |row| row.get(0))?;
            if waiting == 0 {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "{waiting} deliveries wait: {}", fs::read_to_string(&self.log)?);
            clock.sleep(SignedDuration::from_millis(100)).await;
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) -> anyhow::Result<()> {
        ensure!(self.child.try_wait()?.is_none(), "it ended by itself: {}", fs::read_to_string(&self.log)?);
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Steward {
    fn drop(&mut self) {
        // After `kill` there is nothing left to end.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Http {
    fn new(base: String) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()), base }
    }

    /// A client that calls from a loopback address of its own: what is limited by address is not what is tested here.
    pub fn elsewhere(&self, number: u64) -> Self {
        let [.., a, b, c] = number.to_be_bytes();
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(Ipv4Addr::new(127, a.saturating_add(1), b, c.max(1)).into()));
        Self { client: Client::builder(TokioExecutor::new()).build(connector), base: self.base.clone() }
    }

    /// Calls an operation. An error is a connection that broke: nobody knows what came of the request.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        id: Option<&str>,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(id) = id {
            request = request.header("x-request-id", id);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Full::from(body.to_string())
            }
            None => Full::default(),
        };
        let response = self.client.request(request.body(body)?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() })
    }
}
