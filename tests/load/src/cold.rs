//! P-1: from exec to the first `next`, of every function there is, one after the other.

use std::{cmp::Reverse, collections::BTreeMap, path::PathBuf, time::Duration, time::Instant};

use anyhow::{Context, ensure};
use local::{Described, Kind};
use serde_json::{Value, json};

use crate::{
    answers::HOT,
    report::{Spread, ms, table},
    runtime_api::{Start, come_up},
    stage::Stage,
};

/// Most to `next`, in the median and at the 99th percentile.
const BUDGET: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(40));
/// The median that is aimed for.
const AIM: Duration = Duration::from_millis(8);
/// Execs of each function that count.
const EXECS: usize = 100;
/// Execs of those most often called.
const HOT_EXECS: usize = 200;
/// Runs before those that count: the binary is in the page cache, as on a host that has run the function.
const WARM_UP: usize = 3;
/// How many of the slowest are told.
const WORST: usize = 10;
const LIMIT: Duration = Duration::from_secs(30);

/// Where the release binaries are: beside this one.
///
/// # Errors
/// When this process has no path.
pub fn binaries() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.parent().context("a folder")?.to_owned())
}

/// What every function needed.
pub struct Cold {
    started: Vec<Started>,
    /// Functions that did not come up, and why.
    failed: Vec<String>,
    /// `true` from exec to exit.
    baseline: Spread,
}

/// What one function needed.
struct Started {
    function: &'static str,
    by: &'static str,
    execs: usize,
    ready: Spread,
    cpu: Duration,
    bytes: u64,
}

impl Started {
    fn capability(&self) -> &'static str {
        self.function.split('-').next().unwrap_or(self.function)
    }

    fn is_over(&self) -> bool {
        self.ready.median > BUDGET.0 || self.ready.p99 > BUDGET.1
    }

    fn row(&self) -> Vec<String> {
        vec![
            format!("`{}`", self.function),
            self.by.to_owned(),
            self.execs.to_string(),
            ms(self.ready.least),
            ms(self.ready.median),
            ms(self.ready.p99),
            ms(self.cpu),
            megabytes(self.bytes),
        ]
    }

    fn as_json(&self) -> Value {
        let ms = |duration: Duration| (duration.as_secs_f64() * 1e5).round() / 1e2;
        json!({
            "function": self.function,
            "by": self.by,
            "execs": self.execs,
            "next_ms": { "least": ms(self.ready.least), "median": ms(self.ready.median), "p99": ms(self.ready.p99) },
            "cpu_ms": ms(self.cpu),
            "bytes": self.bytes,
        })
    }
}

/// Starts every function, or those named, many times.
///
/// # Errors
/// When the system does not start or a function is not built.
pub async fn measure(only: &[String]) -> anyhow::Result<Cold> {
    let (binaries, functions) = (binaries()?, local::functions());
    let unknown = only.iter().find(|name| functions.iter().all(|function| function.name != **name));
    ensure!(unknown.is_none(), "no function is called {unknown:?}");
    let stage = Stage::start(50).await;
    let environment = stage.environment()?;
    let (mut started, mut failed) = (Vec::new(), Vec::new());
    let baseline = baseline(HOT_EXECS)?;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    for function in functions.iter().filter(|function| wanted(function.name)) {
        let binary = binaries.join(function.name);
        let bytes = binary.metadata().with_context(|| format!("{} is not built", binary.display()))?.len();
        let execs = if HOT.contains(&function.name) { HOT_EXECS } else { EXECS };
        let start = Start { binary: &binary, environment: &environment, limit: LIMIT };
        match several(&start, execs).await {
            Ok((ready, cpu)) => {
                started.push(Started { function: function.name, by: by(function), execs, ready, cpu, bytes });
            }
            Err(error) => failed.push(format!("`{}` ({error:#})", function.name)),
        }
    }
    Ok(Cold { started, failed, baseline })
}

/// Time to `next`, and the median of processor time.
async fn several(start: &Start<'_>, execs: usize) -> anyhow::Result<(Spread, Duration)> {
    let (mut ready, mut cpu) = (Vec::with_capacity(execs), Vec::with_capacity(execs));
    for turn in 0..WARM_UP + execs {
        let came = come_up(start).await?;
        if turn >= WARM_UP {
            ready.push(came.ready);
            cpu.push(came.cpu);
        }
    }
    Ok((Spread::of(ready), Spread::of(cpu).median))
}

impl Cold {
    /// Whether every function came up.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty()
    }

    /// Every function's numbers.
    pub fn rows(&self) -> Vec<Value> {
        self.started.iter().map(Started::as_json).collect()
    }

    /// All of it as Markdown: sums, the slowest, and what is over budget.
    pub fn told(&self) -> String {
        let head = ["Function", "By", "Execs", "Least", "Median", "p99", "CPU", "MB"];
        let mut slowest: Vec<&Started> = self.started.iter().collect();
        slowest.sort_by_key(|one| Reverse(one.ready.median));
        let rows: Vec<_> = slowest.iter().take(WORST).map(|one| one.row()).collect();
        let mut text = format!(
            "{}\nMilliseconds from exec to the first `next`, by crate: the median function's median, and the most of \
             any function. {EXECS} execs of each function ({HOT_EXECS} of those most often called) after {WARM_UP} \
             that do not count; two never run at once. CPU is the median of processor time until then; MB are those \
             of the program, before zip and without the link-time optimisation of what is deployed. For comparison, \
             `true` from exec to exit: median {} ms, p99 {} ms.\n\nThe slowest of {} functions:\n\n{}\n",
            self.by_crate(),
            ms(self.baseline.median),
            ms(self.baseline.p99),
            self.started.len(),
            table(&head, &rows),
        );
        let aimed = self.started.iter().filter(|one| one.ready.median <= AIM).count();
        let budget = format!(
            "the budget of {} ms in the median and {} ms at the 99th percentile; {aimed} of {} reach the {} ms \
             aimed for in the median.",
            BUDGET.0.as_millis(),
            BUDGET.1.as_millis(),
            self.started.len(),
            AIM.as_millis()
        );
        let over: Vec<_> = self.started.iter().filter(|one| one.is_over()).map(Started::row).collect();
        text += &if over.is_empty() {
            format!("Every function is within {budget}\n")
        } else {
            format!("{} are over {budget} Over it:\n\n{}", over.len(), table(&head, &over))
        };
        if !self.failed.is_empty() {
            text += &format!("\nThese did not come up: {}.\n", self.failed.join("; "));
        }
        text
    }

    fn by_crate(&self) -> String {
        let mut crates = BTreeMap::<&str, Vec<&Started>>::new();
        for one in &self.started {
            crates.entry(one.capability()).or_default().push(one);
        }
        let most = |all: &[&Started], of: fn(&Started) -> Duration| {
            ms(all.iter().map(|one| of(one)).max().unwrap_or_default())
        };
        let row = |(name, all): (&&str, &Vec<&Started>)| {
            let of = |what: fn(&Started) -> Duration| ms(Spread::of(all.iter().map(|one| what(one)).collect()).median);
            vec![
                format!("`{name}`"),
                all.len().to_string(),
                of(|one| one.ready.median),
                most(all, |one| one.ready.median),
                most(all, |one| one.ready.p99),
                of(|one| one.cpu),
                megabytes(all.iter().map(|one| one.bytes).max().unwrap_or_default()),
            ]
        };
        let rows: Vec<_> = crates.iter().map(row).collect();
        table(&["Crate", "Functions", "Median", "Most median", "Most p99", "CPU", "Most MB"], &rows)
    }
}

fn by(function: &Described) -> &'static str {
    match function.kind {
        Kind::Http { .. } => "request",
        Kind::Pages => "page",
        Kind::Schedule { .. } => "time",
        Kind::Event { .. } => "event",
        Kind::Service { .. } => "service",
        Kind::Invoke => "operator",
        Kind::Rotation => "rotation",
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn started(function: &'static str, median: u64, p99: u64) -> Started {
        let time = Duration::from_millis;
        let ready = Spread { least: time(1), median: time(median), p99: time(p99) };
        Started { function, by: "request", execs: EXECS, ready, cpu: time(1), bytes: 8_000_000 }
    }

    fn told(started: Vec<Started>) -> String {
        let baseline = Spread::of(vec![Duration::from_millis(1)]);
        Cold { started, failed: Vec::new(), baseline }.told()
    }

    #[test]
    fn whoever_is_over_in_the_median_or_at_the_end_is_named_however_many_are_slower() {
        let within = told(vec![started("fixes-apply", 20, 40), started("scans-list", 8, 9)]);
        assert!(within.contains("Every function is within"), "{within}");
        assert!(within.contains("1 of 2 reach"), "{within}");
        let mut many: Vec<_> = (0..WORST as u64).map(|more| started("scans-list", 30 + more, 50)).collect();
        many.push(started("fixes-apply", 9, 41));
        let over = told(many);
        let (slowest, named) = over.split_once("are over the budget").expect("a verdict");
        assert!(!slowest.contains("fixes-apply") && named.contains("fixes-apply"), "{over}");
    }

    #[test]
    fn a_crate_is_summed_up_in_one_row() {
        let text = told(vec![started("scans-list", 4, 9), started("scans-get", 6, 7), started("web-serve", 5, 5)]);
        assert!(text.contains("| `scans` | 2 | 4.00 | 6.00 | 9.00 | 1.00 | 8.00 |"), "{text}");
        assert!(text.contains("| `web` | 1 | 5.00 | 5.00 | 5.00 | 1.00 | 8.00 |"), "{text}");
    }
}
