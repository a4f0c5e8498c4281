//! P-12: the most memory `scans-run` has resident, by size of directory. Everything it talks to is in another process.

use std::{
    collections::VecDeque,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use crate::{
    cold::binaries,
    report::table,
    runtime_api::{Start, run},
    stage::Stage,
};

/// Most KiB.
const GOAL: u64 = 64 * 1024;
/// A Lambda's longest time-out.
const LIMIT: Duration = Duration::from_secs(900);
/// The command of this binary that is the other process.
pub const STAND_INS: &str = "stand-ins";

#[derive(Serialize, Deserialize)]
struct Ready {
    environment: Vec<(String, String)>,
    event: Value,
}

/// Measures and tells it as Markdown.
///
/// # Errors
/// When the scan does not finish.
pub async fn measure(sizes: &[u32]) -> anyhow::Result<String> {
    let (mut rows, mut over) = (Vec::new(), false);
    for &people in sizes {
        let mut stand_ins = Command::new(std::env::current_exe()?)
            .args([STAND_INS, &people.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(stand_ins.stdout.take().context("a pipe")?).lines();
        let mut ask = stand_ins.stdin.take().context("a pipe")?;
        let ready = lines.next_line().await?.context("the stand-ins did not start")?;
        let Ready { environment, event } = serde_json::from_str(&ready)?;
        let binary = binaries()?.join("scans-run");
        let start = Start { binary: &binary, environment: &environment, limit: LIMIT };
        let ran = run(&start, &event, || {}).await?;
        ask.write_all(b"the scan\n").await?;
        let scan: Value = serde_json::from_str(&lines.next_line().await?.context("no scan")?)?;
        ensure!(scan["state"] == "finished", "the scan of {people} did not finish: {scan}");
        over |= ran.peak_kib > GOAL;
        rows.push(vec![
            people.to_string(),
            format!("{:.1}", ran.peak_kib as f64 / 1024.0),
            format!("{:.2}", ran.answered.as_secs_f64()),
            scan["microsoft_calls"].to_string(),
        ]);
    }
    let verdict = if over { "Over" } else { "Within" };
    let head = ["People", "Peak resident, MiB", "Seconds", "Calls to Microsoft"];
    Ok(format!("{}\n{verdict} the goal of {} MiB.\n", table(&head, &rows), GOAL / 1024))
}

/// The other process: the stand-ins, with a company that is connected and whose first scan nobody has run yet. Prints
/// environment and event, and at each line of input the scan.
///
/// # Errors
/// When there is no event, or nobody to print to.
pub async fn stand_ins(people: u32) -> anyhow::Result<()> {
    let stage = Stage::start(people).await;
    let caught: Arc<Mutex<VecDeque<Value>>> = Arc::default();
    let catch = Arc::clone(&caught);
    let target = move |event: Value| -> local_aws::BoxFuture<'static, anyhow::Result<()>> {
        catch.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
        Box::pin(async { Ok(()) })
    };
    // In place of the function of this process.
    stage.app.system.bus().rule("scans-run", &["scan.requested", "scan.paused"], Arc::new(target));
    let owner = stage.app.tenant("memory").await;
    owner.connect(stage.directory).await;
    stage.app.pump().await;
    let event = caught.lock().unwrap_or_else(PoisonError::into_inner).pop_front().context("no scan was asked for")?;
    let mut out = tokio::io::stdout();
    let ready = Ready { environment: stage.environment()?, event };
    out.write_all(format!("{}\n", serde_json::to_string(&ready)?).as_bytes()).await?;
    out.flush().await?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        let owner = stage.app.sign_in("owner@memory.example").await;
        let scans: Value = owner.get("/v1/scans").await.expect(200);
        out.write_all(format!("{}\n", scans["items"][0]).as_bytes()).await?;
        out.flush().await?;
    }
    stage.app.pump().await;
    Ok(())
}
