//! P-1 and P-2: from exec to the first `next` and to the first answer, and whether the first request opens connections.

use std::{path::PathBuf, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration, time::Instant};

use anyhow::{Context, ensure};
use local::{Described, Kind};
use serde_json::Value;

use crate::{
    report::{Spread, ms, table},
    runtime_api::{Start, run},
    stage::{Stage, counted},
};

/// Median from exec to `next`.
const READY: Duration = Duration::from_millis(12);
/// Median from exec to the answer, for functions that read.
const ANSWERED: Duration = Duration::from_millis(15);
/// Runs before those that count: the binary is in the page cache, as on a host that has run the function.
const WARM_UP: usize = 3;
const LIMIT: Duration = Duration::from_secs(30);

/// Where the release binaries are: beside this one.
///
/// # Errors
/// When this process has no path.
pub fn binaries() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.parent().context("a folder")?.to_owned())
}

/// Measures every HTTP function (or those named) `runs` times and tells it as Markdown.
///
/// # Errors
/// When a function does not start or answers with an error.
pub async fn measure(runs: usize, only: &[String]) -> anyhow::Result<String> {
    let binaries = binaries()?;
    let stage = Stage::start(180).await;
    let environment = stage.environment()?;
    let (fronted, tables, secrets) = counted(&environment).await?;
    let mut company = stage.company().await;
    let (mut rows, mut over) = (Vec::new(), Vec::new());
    let wanted = |function: &&Described| {
        matches!(function.kind, Kind::Http { .. }) && (only.is_empty() || only.iter().any(|name| name == function.name))
    };
    for function in local::functions().iter().filter(wanted) {
        let Kind::Http { method, .. } = &function.kind else { continue };
        let binary = binaries.join(function.name);
        let size = binary.metadata().with_context(|| format!("{} is not built", binary.display()))?.len();
        let (mut ready, mut answered) = (Vec::new(), Vec::new());
        let (mut ready_cpu, mut answered_cpu) = (Vec::new(), Vec::new());
        let reads = method == "GET";
        let mut refused = None;
        for turn in 0..WARM_UP + runs {
            let event = company.request(function).await?;
            let start = Start { binary: &binary, environment: &environment, event: &event, limit: LIMIT };
            let ran = run(start, || {}).await?;
            refused = answer(function, &ran.answer)?;
            company.settle().await;
            if turn >= WARM_UP {
                ready.push(ran.ready);
                answered.push(ran.answered);
                ready_cpu.push(ran.ready_cpu);
                answered_cpu.push(ran.answered_cpu);
            }
        }
        // The counted fronts cost time, so this run is one of its own.
        let at_ready = Arc::new(Mutex::new((0, 0)));
        let on_ready = {
            let (at_ready, tables, secrets) = (Arc::clone(&at_ready), tables.clone(), secrets.clone());
            move || *at_ready.lock().unwrap_or_else(PoisonError::into_inner) = (tables.count(), secrets.count())
        };
        let event = company.request(function).await?;
        let start = Start { binary: &binary, environment: &fronted, event: &event, limit: LIMIT };
        answer(function, &run(start, on_ready).await?.answer)?;
        company.settle().await;
        let before = *at_ready.lock().unwrap_or_else(PoisonError::into_inner);
        let new = (tables.count() - before.0, secrets.count() - before.1);

        let (ready, answered) = (Spread::of(ready), Spread::of(answered));
        if ready.median > READY || (reads && answered.median > ANSWERED) {
            over.push(function.name);
        }
        rows.push(vec![
            format!("`{}`{}", function.name, refused.map_or(String::new(), |status| format!(" ({status})"))),
            ms(ready.least),
            ms(ready.median),
            ms(ready.p99),
            ms(Spread::of(ready_cpu).median),
            ms(answered.median),
            ms(answered.p99),
            ms(Spread::of(answered_cpu).median),
            format!("{} / {}", new.0, new.1),
            format!("{:.2}", size as f64 / 1e6),
        ]);
    }
    let head = [
        "Function",
        "`next` least",
        "median",
        "p99",
        "CPU",
        "Answer median",
        "p99",
        "CPU",
        "Connections table / secrets",
        "MB",
    ];
    let mut text = table(&head, &rows);
    let baseline = baseline(runs)?;
    text += &format!(
        "\nMilliseconds from exec, {runs} execs each after {WARM_UP} that do not count; CPU is the median of processor \
         time until then; size before zip and without the link-time optimisation of what is deployed. A status in brackets: the sample request is refused, so the answer is \
         less than the whole work. Connections are \
         those the first request opens to the table and to Secrets Manager. For comparison, `true` from exec to exit: \
         median {} ms, p99 {} ms.\n",
        ms(baseline.median),
        ms(baseline.p99)
    );
    text += &match over.as_slice() {
        [] => format!(
            "Every median is within its goal: {} ms to `next`, {} ms to the answer of a function that reads.\n",
            READY.as_millis(),
            ANSWERED.as_millis()
        ),
        over => format!(
            "Over the goal of {} ms to `next` or {} ms to the answer of a function that reads: {}.\n",
            READY.as_millis(),
            ANSWERED.as_millis(),
            over.join(", ")
        ),
    };
    Ok(text)
}

/// The status of a refusal: a sample event may be of something that is not there. Nothing may fail.
fn answer(function: &Described, answer: &Value) -> anyhow::Result<Option<u64>> {
    let status = answer["statusCode"].as_u64().unwrap_or(0);
    ensure!((200..500).contains(&status), "{}: {answer}", function.name);
    Ok((status >= 400).then_some(status))
}

/// What starting any process costs here.
fn baseline(runs: usize) -> anyhow::Result<Spread> {
    let mut all = Vec::with_capacity(runs);
    for _ in 0..runs {
        let exec = Instant::now();
        std::process::Command::new("true").env_clear().env("PATH", "/bin:/usr/bin").spawn()?.wait()?;
        all.push(exec.elapsed());
    }
    Ok(Spread::of(all))
}
