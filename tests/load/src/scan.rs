//! P-9 to P-11 and P-13: what a scan asks of Microsoft and of the table, and how long it takes where a page takes
//! 300 ms, on a virtual clock.

use std::{collections::BTreeMap, fmt::Write};

use anyhow::{Context, ensure};
use graph::{ENDPOINTS, Report};
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Directory, Recipe};
use serde_json::Value;
use store::{Meter, Spent, metered};
use tests::{App, BEGIN, Client, Options};

use crate::{SEED, report::table};

/// How long each call to Graph takes.
pub(crate) const PAGE: SignedDuration = SignedDuration::from_millis(300);
/// Most calls of a scan to the least that read what it needs.
const RATIO: f64 = 1.25;
/// Most write units of a second scan that finds nothing new, without sealing.
const RESCAN_WRITES: f64 = 5.0;
/// Write units of sealing a scan's two events in the log's chain.
const SEALING: f64 = 12.0;

/// One scan.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// Accounts in the directory.
    pub people: usize,
    /// With Entra ID P1, that is with sign-in dates.
    pub p1: bool,
    /// Calls answered, by path.
    pub calls: BTreeMap<String, usize>,
    /// The least calls that read what the scan needs.
    pub least: usize,
    /// Until the first number.
    pub first_number: SignedDuration,
    /// Until the end.
    pub whole: SignedDuration,
}

impl Scanned {
    /// Calls in all.
    pub fn total(&self) -> usize {
        self.calls.values().sum()
    }
    /// Calls about one person.
    pub fn per_person(&self) -> usize {
        self.calls.iter().filter(|(path, _)| path.starts_with("/v1.0/users/{")).map(|(_, count)| count).sum()
    }
}

/// Calls of the client's list that a scan does not make once: when connecting, and page by page.
const OTHERWISE: [&str; 3] = ["organization", "people", "people_sign_ins"];

/// Calls that every scan makes once: what the client can read, less what it reads otherwise, reports, and what is asked
/// about one person or group.
fn once() -> usize {
    let report = |code: &str| Report::ALL.iter().any(|report| report.endpoint().code == code);
    let reads = ENDPOINTS.iter().filter(|call| call.tier.is_none() && call.method == "GET" && !call.path.contains('{'));
    reads.filter(|call| !OTHERWISE.contains(&call.code) && !report(call.code)).count()
}

/// The least calls for a directory of `people`: the token, what every scan reads once, the reports its licences make
/// worth reading, of two requests each (the second to where the first redirects), and the people: 500 to a page with
/// their sign-in dates; without Entra ID P1 one refusal and 999 to a page.
pub fn least(people: usize, p1: bool, reports: usize) -> usize {
    let fixed = 1 + once() + 2 * reports;
    if p1 { fixed + people.div_ceil(500) } else { fixed + 1 + people.div_ceil(999) }
}

pub(crate) async fn connected(people: u32, p1: bool) -> anyhow::Result<App> {
    let recipe = Recipe { p1, ..Recipe::new(SEED, BEGIN.parse()?, people) };
    let directories = vec![Directory::generate(&recipe)];
    Ok(App::with(Options { directories, seed: SEED, ..Options::default() }).await)
}

async fn newest(owner: &Client<'_>) -> anyhow::Result<Value> {
    let scans: Value = owner.get("/v1/scans").await.expect(200);
    let scan = scans["items"][0].clone();
    ensure!(scan["state"] == "finished", "the scan did not finish: {scan}");
    Ok(scan)
}

/// The first scan of a directory of `people`.
///
/// # Errors
/// When it does not finish.
pub async fn first(people: u32, p1: bool) -> anyhow::Result<Scanned> {
    let app = connected(people, p1).await?;
    let owner = app.tenant("bench").await;
    let directory = app.only_directory();
    owner.connect(directory).await;
    let microsoft = app.microsoft();
    microsoft.clear_calls();
    microsoft.page_latency(PAGE);
    app.pump().await;
    let scan = newest(&app.sign_in("owner@bench.example").await).await?;
    let time = |value: &Value| -> anyhow::Result<Timestamp> { Ok(value.as_str().context("a time")?.parse()?) };
    let begun = time(&scan["requested_at"])?;
    let people = microsoft.directory(directory, Directory::len).context("the directory")?;
    // All there are, but calls where there are no lines, and Copilot where there is none.
    let held = |ids: &[&str]| -> anyhow::Result<bool> {
        let mut seats = 0;
        for id in ids {
            let sku = id.parse()?;
            seats += microsoft.directory(directory, |directory| directory.consumed(sku)).flatten().unwrap_or(0);
        }
        Ok(seats > 0)
    };
    let lines = held(&["e43b5b99-8dfb-405f-9987-dc307f34bcbd", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"])?;
    let copilot = held(&["639dec6b-bb19-468b-871c-c5c441c4b0cb"])?;
    let reports = Report::ALL.len() - usize::from(!lines) - usize::from(!copilot);
    let mut calls = BTreeMap::new();
    for call in microsoft.calls() {
        *calls.entry(call.template).or_default() += 1;
    }
    Ok(Scanned {
        people,
        p1,
        calls,
        least: least(people, p1, reports),
        first_number: time(&scan["progress"]["first_number_at"])?.duration_since(begun),
        whole: time(&scan["ended_at"])?.duration_since(begun),
    })
}

/// What the table is spent on by a scheduled scan, a day after the first, of a directory where nothing changed.
///
/// # Errors
/// When it does not finish.
pub async fn again(people: u32) -> anyhow::Result<Spent> {
    let app = connected(people, true).await?;
    app.scanned("bench", app.only_directory()).await;
    app.clock.advance(SignedDuration::from_hours(25));
    app.run("scans-schedule").await;
    let meter = Meter::default();
    // Only consumers of events run here: scans-run, and mail-send, which writes nothing after a scheduled scan.
    metered(&meter, app.pump()).await;
    let scan = newest(&app.sign_in("owner@bench.example").await).await?;
    app.pump().await;
    ensure!(scan["scheduled"] == true, "the schedule asked for no scan: {scan}");
    Ok(meter.spent())
}

/// Measures first scans and tells them as Markdown.
///
/// # Errors
/// When a scan does not finish.
pub async fn measure(sizes: &[u32]) -> anyhow::Result<String> {
    let (mut rows, mut by_path, mut worst) = (Vec::new(), String::new(), 0.0f64);
    for &size in sizes {
        for p1 in [true, false] {
            let scanned = first(size, p1).await?;
            let ratio = scanned.total() as f64 / scanned.least as f64;
            worst = worst.max(ratio);
            rows.push(vec![
                format!("{}{}", scanned.people, if p1 { "" } else { ", no P1" }),
                scanned.total().to_string(),
                scanned.least.to_string(),
                format!("{ratio:.2}"),
                scanned.per_person().to_string(),
                format!("{:.1}", scanned.first_number.as_secs_f64()),
                format!("{:.1}", scanned.whole.as_secs_f64()),
            ]);
            if Some(&size) == sizes.last() {
                for (path, count) in &scanned.calls {
                    _ = writeln!(by_path, "{count:>6}  {path}{}", if p1 { "" } else { "  (no P1)" });
                }
            }
        }
    }
    let head = ["People", "Calls", "Least", "Ratio", "About one person", "First number, s", "Whole scan, s"];
    let table = table(&head, &rows);
    let verdict = if worst > RATIO { "Over" } else { "Within" };
    Ok(format!(
        "{table}\nThe least is counted from the list the client makes its calls from. {verdict} the budget of {RATIO} \
         times the least: {worst:.2} at the most.\n\nThe largest directory, by path:\n\n```\n{by_path}```\n"
    ))
}

/// Measures second scans and tells them as Markdown.
///
/// # Errors
/// When a scan does not finish.
pub async fn measure_again(sizes: &[u32]) -> anyhow::Result<String> {
    let (mut rows, mut over) = (Vec::new(), Vec::new());
    for &people in sizes {
        let spent = again(people).await?;
        if spent.write_units > RESCAN_WRITES + SEALING {
            over.push(people.to_string());
        }
        let row = [spent.write_units, spent.read_units, spent.trips.into()].map(|number| number.to_string());
        rows.push([vec![people.to_string()], row.to_vec()].concat());
    }
    let verdict = match over.as_slice() {
        [] => "all are within it".to_owned(),
        over => {
            let over = over.join(", ");
            format!("over it are {over} people: each page is stored, so that a crash reads at most one again")
        }
    };
    Ok(format!(
        "{}\nThe goal is {RESCAN_WRITES} write units ([ADR 7](adr/0007-people-are-stored-in-buckets.md) says which), \
         and {SEALING} for sealing the scan's two events in the log \
         ([ADR 9](adr/0009-the-log-is-sealed-behind-the-stream.md)): {verdict}.\n",
        table(&["People", "Write units", "Read units", "Trips"], &rows)
    ))
}

#[cfg(test)]
mod least_calls {
    use super::*;

    #[test]
    fn the_least_follows_the_clients_own_list() {
        // Licence types, subscriptions, roles, deleted people, and whether reports hide names.
        assert_eq!(once(), 5, "a call that a scan does not make once belongs to OTHERWISE");
        assert_eq!(least(50, true, 5), 1 + 5 + 10 + 1);
        assert_eq!(least(1000, false, 7), 1 + 5 + 14 + 1 + 2);
    }
}
