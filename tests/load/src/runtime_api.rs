//! Lambda's Runtime API for one process and one event: `next` gives the event once and then waits for ever, the answer
//! is noted with its time.

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
use tokio::{net::TcpListener, sync::Notify};

/// What a function is started with.
pub struct Start<'a> {
    /// Its binary.
    pub binary: &'a std::path::Path,
    /// Variables, beside those that Lambda sets.
    pub environment: &'a [(String, String)],
    /// The event it gets.
    pub event: &'a Value,
    /// How long it has for the event.
    pub limit: Duration,
}

/// How it went.
#[derive(Debug)]
pub struct Ran {
    /// From exec to the first `GET /invocation/next`.
    pub ready: Duration,
    /// From exec to the first answer.
    pub answered: Duration,
    /// Processor time to the first `next`: what a busy machine does not change.
    pub ready_cpu: Duration,
    /// Processor time to the first answer.
    pub answered_cpu: Duration,
    /// What it answered.
    pub answer: Value,
    /// The most memory it had resident, KiB (`VmHWM`).
    pub peak_kib: u64,
}

struct Api {
    event: Bytes,
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

/// Starts a function, hands it one event, waits for the answer and ends it. `on_ready` is called at the first `next`.
///
/// # Errors
/// When it does not start, reports an error, or does not answer in time.
pub async fn run(start: Start<'_>, on_ready: impl Fn() + Send + Sync + 'static) -> anyhow::Result<Ran> {
    let clock = Clock::new(SystemClock);
    let api = Arc::new(Api {
        event: serde_json::to_vec(start.event)?.into(),
        deadline_ms: clock.now().as_millisecond() + i64::try_from(start.limit.as_millis())?,
        noted: Mutex::default(),
        changed: Notify::new(),
        pid: OnceLock::new(),
        on_ready: Box::new(on_ready),
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let service = router(Arc::clone(&api));
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let name = start.binary.file_name().context("a file name")?;
    let mut command = Command::new(start.binary);
    command
        .env_clear()
        .envs(start.environment.iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "none")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let exec = Instant::now();
    let child = command.spawn().with_context(|| format!("{} does not start", start.binary.display()))?;
    let mut child = Ended(child);
    api.pid.get_or_init(|| child.0.id());
    let answered = async {
        loop {
            let changed = api.changed.notified();
            if let Some(answered) = lock(&api.noted).answered.take() {
                return answered;
            }
            changed.await;
        }
    };
    let patience = clock.sleep(jiff::SignedDuration::try_from(start.limit)?);
    let (at, answered_cpu, answer) = tokio::select! {
        answered = answered => answered,
        () = patience => bail!("{name:?} did not answer in {:?}: {:?}", start.limit, child.0.try_wait()?),
    };
    let answer = answer.map_err(|error| anyhow::anyhow!("{name:?} failed: {error}"))?;
    let peak_kib = peak_kib(child.0.id())?;
    let (ready, ready_cpu) = lock(&api.noted).ready.context("an answer before `next`")?;
    child.0.kill()?;
    serving.abort();
    let answer = if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? };
    Ok(Ran { ready: ready - exec, answered: at - exec, ready_cpu, answered_cpu, answer, peak_kib })
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
    if !first {
        std::future::pending::<()>().await;
    }
    (api.on_ready)();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", api.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, api.event.clone()).into_response()
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
