//! Scans of directories of every size: calls of Graph (P-9, P-10), time on the virtual clock (P-11), units at the table
//! (P-13). The larger sizes take a while without optimisation and are ignored here; `make bench` runs them.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{Meter, metered};
use tests::{App, Options, directory};

use crate::scans::{ask, pages, renew, without_mail};

/// People Graph gives a page with sign-in dates.
const PAGE: usize = 500;
/// Calls of every scan beside reports and pages of people: licence types, subscriptions, roles, deleted people, and
/// whether reports hide names.
const FIXED: usize = 5;
/// Reports of every scan here: activity, apps, mailboxes, OneDrives, installed programs.
const REPORTS: usize = 5;

/// The fewest calls a scan of so many people can do with, the token aside: it is good for an hour and more scans. A
/// report is two: the second is the download the first leads to.
const fn fewest(people: usize, reports: usize) -> usize {
    FIXED + 2 * reports + people.div_ceil(PAGE)
}

/// Reports that only some directories need: calls where there are telephone lines, Copilot where there is Copilot.
fn more_reports(app: &App) -> usize {
    let lines = ["e43b5b99-8dfb-405f-9987-dc307f34bcbd", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"];
    let copilot = ["639dec6b-bb19-468b-871c-c5c441c4b0cb"];
    let held = |skus: &[&str]| {
        let consumed = |id: &&str| {
            let sku = id.parse().expect("an id");
            app.microsoft().directory(app.only_directory(), |directory| directory.consumed(sku)).flatten()
        };
        usize::from(skus.iter().filter_map(consumed).any(|seats| seats > 0))
    };
    held(&lines) + held(&copilot)
}

/// What is not needed to pass, for who runs this by hand.
fn note(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error");
}

#[track_caller]
fn at(scan: &Value, pointer: &str) -> Timestamp {
    let text = scan.pointer(pointer).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{pointer} of {scan:#}"))
}

/// Scans a directory of so many people twice and holds it to all numbers.
async fn measure(people: usize) {
    let directories = vec![directory(31, u32::try_from(people).expect("a number"))];
    let app = App::with(Options { directories, ..Options::default() }).await;
    app.microsoft().page_latency(SignedDuration::from_millis(300));
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    without_mail(&app);
    let fewest = fewest(people, REPORTS + more_reports(&app));

    for round in 1..=2 {
        if round > 1 {
            ask(&app, &mut owner).await;
        }
        app.microsoft().clear_calls();
        let meter = Meter::default();
        metered(&meter, app.pump()).await;
        let spent = meter.spent();
        renew(&app, &mut owner).await;
        let list: Value = owner.get("/v1/scans?limit=1").await.expect(200);
        let scan = &list["items"][0];
        assert_eq!(scan["state"], "finished", "{people} people: {scan:#}");

        // P-9: no call more than it takes. P-10: none of them for one person.
        let made = app.microsoft().calls();
        let graph: Vec<_> = made.iter().filter(|call| !call.template.ends_with("/token")).collect();
        assert_eq!(graph.len(), fewest, "{people} people, round {round}: {graph:#?}");
        assert_eq!(pages(&app), people.div_ceil(PAGE), "{people} people");
        assert!(graph.iter().all(|call| !call.template.contains("/users/") && !call.batched), "{graph:#?}");
        assert!(made.len() - graph.len() <= 1, "one token at most");
        assert_eq!(scan["microsoft_calls"], fewest, "what is told is what was made");

        // P-11: on the clock that the latency of Graph and our own waiting move on.
        let asked = at(scan, "/requested_at");
        let first = at(scan, "/progress/first_number_at").duration_since(asked);
        let whole = at(scan, "/ended_at").duration_since(asked);
        if people <= 5000 {
            assert!(first <= SignedDuration::from_secs(20), "{people} people: first number after {first:#}");
            assert!(whole <= SignedDuration::from_secs(60), "{people} people: {whole:#}");
        } else {
            assert!(whole <= SignedDuration::from_mins(6), "{people} people: {whole:#}");
        }

        note(&format!(
            "{people} people, scan {round}: {} calls, first number {first:#}, whole {whole:#}, {} WRU, {} RRU, {} trips",
            graph.len(),
            spent.write_units,
            spent.read_units,
            spent.trips,
        ));
        // P-13, for directories of one page: each page more is stored so that a crash reads at most one again.
        if round == 2 && people <= PAGE {
            // Sealing its two events in the log's chain is 6 units each.
            assert!(spent.write_units <= 5.0 + 2.0 * 6.0, "{people} people: {spent:?}");
        }
    }

    // The next day, by the schedule.
    app.clock.advance(SignedDuration::from_hours(24));
    app.run("scans-schedule").await;
    let meter = Meter::default();
    metered(&meter, app.pump()).await;
    let spent = meter.spent();
    note(&format!(
        "{people} people, a day later: {} WRU, {} RRU, {} trips",
        spent.write_units, spent.read_units, spent.trips
    ));
}

#[tokio::test]
async fn fifty_people_take_sixteen_calls_and_two_for_each_report_more() {
    assert_eq!(fewest(50, REPORTS), 16);
    measure(50).await;
}

#[tokio::test]
async fn five_hundred_people_take_no_call_more_than_fifty() {
    assert_eq!(fewest(500, REPORTS), fewest(50, REPORTS));
    measure(500).await;
}

#[tokio::test]
async fn two_thousand_people_take_three_calls_more() {
    assert_eq!(fewest(2000, REPORTS), fewest(50, REPORTS) + 3);
    measure(2000).await;
}

#[tokio::test]
#[ignore = "takes a while without optimisation: make bench runs it"]
async fn five_thousand_people_take_a_minute_at_most() {
    measure(5000).await;
}

#[tokio::test]
#[ignore = "takes a while without optimisation: make bench runs it"]
async fn fifty_thousand_people_take_a_call_for_five_hundred() {
    measure(50_000).await;
}
