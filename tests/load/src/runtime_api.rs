//! Lambda's Runtime API for one process and at most one event: `next` gives the event once and then waits for ever, the
//! answer is noted with its time.

use std::{
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use axum::{
    Router,
    extract::{Path as UrlPath, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use model::Clock;
use runtime::SystemClock;
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

/// What a function is started with.
pub struct Start<'a> {
    /// Its binary.
    pub binary: &'a std::path::Path,
    /// Variables, beside those that Lambda sets.
    pub environment: &'a [(String, String)],
    /// How long it has, to come up or for its event.
    pub limit: Duration,
}

/// How it came up.
#[derive(Debug, Clone, Copy)]
pub struct Came {
    /// From exec to the first `GET /invocation/next`.
    pub ready: Duration,
    /// Processor time until then: what a busy machine does not change.
    pub cpu: Duration,
}

/// How it went.
#[derive(Debug)]
pub struct Ran {
    /// From exec to the first answer.
    pub answered: Duration,
    /// Processor time to the first answer.
    pub answered_cpu: Duration,
    /// What it answered.
    pub answer: Value,
    /// The most memory it had resident, KiB (`VmHWM`).
    pub peak_kib: u64,
}

struct Api {
    event: Option<Bytes>,
    deadline_ms: i64,
    noted: Mutex<Noted>,
    changed: Notify,
    pid: OnceLock<u32>,
    on_ready: Box<dyn Fn() + Send + Sync>,
}

impl Api {
    /// Processor time of the function so far, of all its threads; zero once it is gone.
    fn cpu(&self) -> Duration {
        let tasks = self.pid.get().and_then(|pid| std::fs::read_dir(format!("/proc/{pid}/task")).ok());
        let nanos = |task: std::fs::DirEntry| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        Duration::from_nanos(tasks.into_iter().flatten().flatten().filter_map(nanos).sum())
    }
}

#[derive(Default)]
struct Noted {
    ready: Option<(Instant, Duration)>,
    answered: Option<(Instant, Duration, Result<Bytes, String>)>,
}

/// A function that runs, with what it talks to.
struct Running {
    api: Arc<Api>,
    serving: JoinHandle<()>,
    child: Ended,
    exec: Instant,
    name: String,
}

impl Running {
    async fn begin(
        start: &Start<'_>,
        event: Option<&Value>,
        on_ready: impl Fn() + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let now = Clock::new(SystemClock).now();
        let api = Arc::new(Api {
            event: event.map(serde_json::to_vec).transpose()?.map(Bytes::from),
            deadline_ms: now.as_millisecond() + i64::try_from(start.limit.as_millis())?,
            noted: Mutex::default(),
            changed: Notify::new(),
            pid: OnceLock::new(),
            on_ready: Box::new(on_ready),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let service = router(Arc::clone(&api));
        // Until it is aborted; it has nothing to say of its own.
        let serving = tokio::spawn(async move { _ = axum::serve(listener, service).await });
        let name = start.binary.file_name().context("a file name")?.to_string_lossy().into_owned();
        let mut command = Command::new(start.binary);
        command
            .env_clear()
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "none")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let exec = Instant::now();
        let child = command.spawn().with_context(|| format!("{} does not start", start.binary.display()))?;
        let child = Ended(child);
        api.pid.get_or_init(|| child.0.id());
        Ok(Self { api, serving, child, exec, name })
    }

    /// What is wanted of what was noted, as soon as it is.
    async fn until<T>(&mut self, limit: Duration, wanted: impl Fn(&mut Noted) -> Option<T>) -> anyhow::Result<T> {
        let (clock, api) = (Clock::new(SystemClock), &self.api);
        let found = async {
            loop {
                let changed = api.changed.notified();
                let found = wanted(&mut lock(&api.noted));
                if let Some(found) = found {
                    return found;
                }
                changed.await;
            }
        };
        let patience = clock.sleep(jiff::SignedDuration::try_from(limit)?);
        tokio::select! {
            found = found => Ok(found),
            () = patience => bail!("{} did not get there in {limit:?}: {:?}", self.name, self.child.0.try_wait()?),
        }
    }

    fn end(mut self) -> anyhow::Result<()> {
        self.child.0.kill()?;
        self.serving.abort();
        Ok(())
    }
}

/// Starts a function, waits until it asks for its first event and ends it.
///
/// # Errors
/// When it does not start, reports an error, or does not ask in time.
pub async fn come_up(start: &Start<'_>) -> anyhow::Result<Came> {
    let mut running = Running::begin(start, None, || {}).await?;
    let came = running.until(start.limit, |noted| {
        let failed = noted.answered.take().and_then(|(_, _, answer)| answer.err());
        failed.map(Err).or_else(|| noted.ready.map(Ok))
    });
    let (at, cpu) = came.await?.map_err(|error| anyhow::anyhow!("{} failed: {error}", running.name))?;
    let ready = at - running.exec;
    running.end()?;
    Ok(Came { ready, cpu })
}

/// Starts a function, hands it one event, waits for the answer and ends it. `on_ready` is called at the first `next`.
///
/// # Errors
/// When it does not start, reports an error, or does not answer in time.
pub async fn run(start: &Start<'_>, event: &Value, on_ready: impl Fn() + Send + Sync + 'static) -> anyhow::Result<Ran> {
    let mut running = Running::begin(start, Some(event), on_ready).await?;
    let (at, answered_cpu, answer) = running.until(start.limit, |noted| noted.answered.take()).await?;
    let answer = answer.map_err(|error| anyhow::anyhow!("{} failed: {error}", running.name))?;
    let peak_kib = peak_kib(running.child.0.id())?;
    let answered = at - running.exec;
    running.end()?;
    let answer = if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? };
    Ok(Ran { answered, answered_cpu, answer, peak_kib })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process it holds, whatever happens.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself; both are as good.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

fn peak_kib(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(answer))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let first = {
        let mut noted = lock(&api.noted);
        let first = noted.ready.is_none();
        noted.ready.get_or_insert_with(|| (Instant::now(), api.cpu()));
        first
    };
    let event = api.event.clone().filter(|_| first);
    if first {
        (api.on_ready)();
        api.changed.notify_one();
    }
    let Some(event) = event else { return std::future::pending().await };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", api.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn answer(
    State(api): State<Arc<Api>>,
    UrlPath((_, outcome)): UrlPath<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let at = Instant::now();
    let answer = if outcome == "response" { Ok(body) } else { Err(String::from_utf8_lossy(&body).into_owned()) };
    note(&api, at, answer);
    StatusCode::ACCEPTED
}

async fn init_error(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    note(&api, Instant::now(), Err(body));
    StatusCode::ACCEPTED
}

fn note(api: &Api, at: Instant, answer: Result<Bytes, String>) {
    let cpu = api.cpu();
    lock(&api.noted).answered.get_or_insert((at, cpu, answer));
    api.changed.notify_one();
}
