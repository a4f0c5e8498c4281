//! `scans-run`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Span};
use local_aws::{Chaos, Fault as TableFault};
use local_microsoft::{Directory, Fault, Recipe, RetryAfter, When};
use model::{Currency, Money};
use serde_json::{Value, json};
use store::{Meter, ScanState, SeatsOfDay, Snapshot, metered};
use tests::{App, BEGIN, Client, Options, READER_APP, directory};

use super::{ask, calls, crash, meanwhile, pages, renew, scan, without_mail};
use crate::{
    deaths::dies_behind,
    findings::set_price,
    ledger::{Told, all, assert_equal, told},
    microsoft::{count, kinds, state},
    table::scope,
};

fn without_p1(seed: u64, people: u32) -> Directory {
    Directory::generate(&Recipe { p1: false, ..Recipe::new(seed, BEGIN.parse().expect("a time"), people) })
}

/// What a directory gives when nothing goes wrong.
async fn undisturbed(directory: Directory) -> Told {
    let app = App::of(directory).await;
    told(&app.scanned("northwind", app.only_directory()).await).await
}

#[tokio::test]
async fn a_company_signs_up_connects_is_scanned_and_reads_what_it_could_save() {
    let directory = directory(7, 180);
    let (name, ledger) = (directory.name().to_owned(), directory.ledger().clone());
    let app = App::of(directory).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let told = told(&owner).await;
    assert_equal(&told, &ledger, "180 people");
    let overview = &told.overview;
    assert_eq!((overview["scan"]["state"].as_str(), overview["directory"].as_str()), (Some("finished"), Some(&*name)));
    assert_eq!(overview["top"].as_array().unwrap().len(), 3);
    let mail = app.mail_to("owner@northwind.example");
    for action in overview["top"].as_array().unwrap() {
        assert!(mail.text.contains(action["finding"].as_str().unwrap()), "{}", mail.text);
    }
    assert!(app.inbox().len() == 2, "one mail to sign up, one with the result");
}

#[tokio::test]
async fn a_scan_that_microsoft_puts_off_pauses_and_goes_on_to_the_same_result() {
    for (p1, page) in [(true, 500), (false, 999)] {
        let people = 2 * page + 100;
        let make = || if p1 { directory(11, people) } else { without_p1(11, people) };
        let whole = undisturbed(make()).await;
        let options =
            Options { directories: vec![make()], limit: SignedDuration::from_secs(100), ..Options::default() };
        let app = App::with(options).await;
        // Before each page after the first: more patience than the invocation has.
        let refused = usize::from(!p1);
        for page in 2..=3 {
            // A refusal is a call of its own: the second page, then the third.
            let nth = page + (page - 2) + refused as u32;
            let fault = Fault::Status(429, RetryAfter::Seconds(120));
            app.microsoft().fault(When::path("/v1.0/users").nth(nth), fault);
        }
        let owner = app.scanned("northwind", app.only_directory()).await;
        let told = told(&owner).await;
        assert_eq!(told.overview["scan"]["state"], "finished", "{:#}", told.overview["scan"]);
        assert_eq!(told.result(), whole.result());
        let events = kinds(&owner).await;
        let of = |kind: &str| events.iter().filter(|known| *known == kind).count();
        assert_eq!((of("scan.finished"), of("scan.requested")), (1, 1), "{events:?}");
        // 120 seconds each time, of which an invocation can wait 70.
        assert_eq!(of("scan.paused"), 4, "{events:?}");
        // No page was read twice: three pages, two refusals, and the one that found out that there is no P1.
        assert_eq!(pages(&app), 3 + 2 + refused);
    }
}

#[tokio::test]
#[ignore = "many people without optimisation: make bench runs it"]
async fn a_directory_that_takes_several_invocations_is_scanned_to_its_end() {
    let whole = undisturbed(directory(11, 3000)).await;
    let limit = SignedDuration::from_secs(95);
    let app = App::with(Options { directories: vec![directory(11, 3000)], limit, ..Options::default() }).await;
    // Seven calls an invocation, of thirteen in all.
    app.microsoft().page_latency(SignedDuration::from_secs(10));
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    renew(&app, &mut owner).await;
    let told = told(&owner).await;
    assert_eq!(told.overview["scan"]["state"], "finished", "{:#}", told.overview["scan"]);
    assert_eq!(told.result(), whole.result());
    assert!(count(&owner, "scan.paused").await >= 1);
    assert!(pages(&app) <= 6 + 1, "{}", pages(&app));
}

#[tokio::test]
async fn killed_behind_any_page_it_reads_at_most_one_page_again() {
    let whole = undisturbed(directory(11, 1100)).await;
    let app = App::of(directory(11, 1100)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    let mut killed = 0;
    for page in 1..=3 {
        if page > 1 {
            ask(&app, &mut owner).await;
        }
        app.microsoft().clear_calls();
        let behind = || app.microsoft().calls().iter().filter(|call| call.template == "/v1.0/users").count() >= page;
        killed += usize::from(crash(&app, behind).await);
        app.pump().await;
        renew(&app, &mut owner).await;
        let told = told(&owner).await;
        assert_eq!(
            told.overview["scan"]["state"], "finished",
            "killed behind page {page}: {:#}",
            told.overview["scan"]
        );
        assert_eq!(told.result(), whole.result(), "killed behind page {page}");
        assert!(pages(&app) <= 3 + 1, "killed behind page {page}: {} pages", pages(&app));
    }
    assert_eq!(killed, 3);
    assert_eq!(count(&owner, "scan.finished").await, 3);
}

#[tokio::test]
async fn killed_at_any_call_of_the_table_it_ends_with_the_same_result() {
    let whole = undisturbed(directory(5, 30)).await;
    let app = App::of(directory(5, 30)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    app.pump().await;
    let (mut at, mut scans) = (0, 1);
    loop {
        ask(&app, &mut owner).await;
        at += 1;
        let killed = dies_behind(&app, at, app.pump()).await;
        app.pump().await;
        renew(&app, &mut owner).await;
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["scan"]["state"], "finished", "killed at call {at}: {:#}", overview["scan"]);
        assert_eq!(overview["totals"], whole.overview["totals"], "killed at call {at}");
        scans += 1;
        if !killed {
            break;
        }
    }
    assert!(at > 10, "a scan makes more than {at} calls");
    assert_eq!(told(&owner).await.result(), whole.result());
    assert_eq!(count(&owner, "scan.finished").await, scans);
}

#[tokio::test]
async fn whatever_the_table_does_a_scan_ends_with_the_same_result() {
    let whole = undisturbed(directory(5, 30)).await;
    let app = App::of(directory(5, 30)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    app.pump().await;
    for operation in ["PutItem", "TransactWriteItems", "Query", "GetItem"] {
        for fault in [
            TableFault::AnswerLost,
            TableFault::RequestLost,
            TableFault::Throttling,
            TableFault::TransactionConflict,
            TableFault::EmptyPage,
        ] {
            ask(&app, &mut owner).await;
            let faults = app.system.aws.faults();
            faults.next_of(operation, fault);
            app.pump().await;
            // Not every fault fits every operation.
            faults.clear();
            let overview: Value = owner.get("/v1/overview").await.expect(200);
            let what = format!("{fault:?} at {operation}");
            assert_eq!(overview["scan"]["state"], "finished", "{what}: {:#}", overview["scan"]);
            assert_eq!(overview["totals"], whole.overview["totals"], "{what}");
        }
    }
    assert_eq!(told(&owner).await.result(), whole.result());
}

#[tokio::test]
async fn a_table_that_is_down_for_a_while_is_waited_for() {
    let app = App::of(directory(5, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    ask(&app, &mut owner).await;
    // Every try of the store, so that the invocation fails and the bus delivers again.
    for _ in 0..5 {
        app.system.aws.faults().next_of("PutItem", TableFault::ServiceUnavailable);
    }
    app.pump().await;
    renew(&app, &mut owner).await;
    let after = told(&owner).await;
    assert_eq!(after.overview["scan"]["state"], "finished");
    assert_eq!(after.result(), before.result());
}

#[tokio::test]
async fn consent_withdrawn_in_the_middle_ends_it_precisely_and_stops_the_schedule() {
    let id = directory(11, 1100).id();
    let app = App::of(directory(11, 1100)).await;
    let mut owner = app.scanned("northwind", id).await;
    let mut before = told(&owner).await;
    let mails = app.inbox().len();
    let address = ask(&app, &mut owner).await;
    app.microsoft().clear_calls();
    let revoke = async { app.microsoft().revoke_consent(READER_APP, id) };
    meanwhile(&app, || pages(&app) >= 1, revoke).await;
    renew(&app, &mut owner).await;
    let scan: Value = owner.get(&address).await.expect(200);
    assert_eq!((scan["state"].as_str(), scan["failure"].as_str()), (Some("failed"), Some("consent_lost")));
    assert_eq!(state(&owner).await, "consent_lost");
    assert_eq!(count(&owner, "connection.lost").await, 1);
    // Everybody who can connect again is told, once.
    let told_by_mail = app.inbox().split_off(mails);
    assert_eq!(told_by_mail.len(), 1, "{told_by_mail:#?}");
    assert_eq!(told_by_mail[0].to, ["owner@northwind.example"]);
    assert!(told_by_mail[0].text.contains("/connect"), "{}", told_by_mail[0].text);
    // What was found before is still there to read, and says that the newest scan failed and none follows.
    let after = told(&owner).await;
    before.overview["next_check_at"] = Value::Null;
    assert_eq!(after.result(), before.result());
    assert_eq!(after.findings, before.findings);
    assert_eq!(after.overview["checked_at"], before.overview["checked_at"]);
    assert_eq!(after.overview["scan"]["failure"], "consent_lost");
    assert_eq!(after.overview["connection"], "consent_lost");
    // Nothing is scheduled any more.
    let calls = app.microsoft().calls().len();
    for _ in 0..3 {
        app.clock.advance(SignedDuration::from_hours(25));
        app.run("scans-schedule").await;
        app.pump().await;
    }
    assert_eq!(app.microsoft().calls().len(), calls);
    // Until somebody connects again.
    let owner = app.sign_in("owner@northwind.example").await;
    owner.connect(id).await;
    app.pump().await;
    assert_eq!(owner.get("/v1/overview").await.json()["scan"]["state"], "finished");
    app.clock.advance(SignedDuration::from_hours(25));
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(count(&owner, "scan.finished").await, 3);
}

#[tokio::test]
async fn a_connection_that_ended_meanwhile_is_not_read() {
    let app = App::of(directory(1, 30)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let mut before = told(&owner).await;
    before.overview["next_check_at"] = Value::Null;
    let address = ask(&app, &mut owner).await;
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    app.microsoft().clear_calls();
    app.pump().await;
    let scan: Value = owner.get(&address).await.expect(200);
    assert_eq!((scan["state"].as_str(), scan["failure"].as_str()), (Some("failed"), Some("not_connected")));
    assert_eq!(calls(&app, "/v1.0/"), 0);
    assert_eq!(told(&owner).await.result(), before.result());
}

#[tokio::test]
async fn delivered_twice_it_has_one_result() {
    let whole = undisturbed(directory(11, 700)).await;
    let app = App::of(directory(11, 700)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    app.system.bus().chaos(Chaos { seed: 3, duplicate: 1.0, ..Chaos::default() });
    app.pump().await;
    assert_eq!(told(&owner).await.result(), whole.result(), "one after the other");
    // At the same moment: each overtakes the other until one is through.
    for _ in 0..3 {
        ask(&app, &mut owner).await;
        tokio::join!(app.pump(), app.pump());
        app.pump().await;
    }
    renew(&app, &mut owner).await;
    let told = told(&owner).await;
    assert_eq!(told.result(), whole.result(), "at once");
    let list: Value = owner.get("/v1/scans").await.expect(200);
    let states: BTreeSet<&str> = list["items"].as_array().unwrap().iter().filter_map(|s| s["state"].as_str()).collect();
    assert_eq!(states, BTreeSet::from(["finished"]), "{list:#}");
    assert_eq!((count(&owner, "scan.requested").await, count(&owner, "scan.finished").await), (4, 4));
}

#[tokio::test]
async fn people_that_cannot_all_be_read_are_not_judged() {
    let app = App::of(directory(11, 520)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    for (fault, failure) in [
        (Fault::HtmlPage, "bad_answer"),
        (Fault::TruncatedJson, "bad_answer"),
        (Fault::ErrorWith200, "bad_answer"),
        (Fault::ResetMidBody, "no_connection"),
        (Fault::Status(400, RetryAfter::Absent), "refused"),
        (Fault::Status(403, RetryAfter::Absent), "permission_missing"),
        (Fault::Unauthorized, "refused"),
        (Fault::Status(503, RetryAfter::Absent), "too_slow"),
    ] {
        app.microsoft().fault(When::path("/v1.0/users").nth(2).always(), fault.clone());
        let ended = scan(&app, &mut owner).await;
        app.microsoft().clear_faults();
        assert_eq!((ended["state"].as_str(), ended["failure"].as_str()), (Some("failed"), Some(failure)), "{fault:?}");
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["totals"], before.overview["totals"], "{fault:?}");
    }
    let after = told(&owner).await;
    assert_eq!((after.result(), &after.findings), (before.result(), &before.findings));
    assert_eq!(state(&owner).await, "connected");
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
}

#[tokio::test]
async fn without_p1_it_reads_again_without_sign_in_dates() {
    let directory = without_p1(3, 60);
    let ledger = directory.ledger().clone();
    let app = App::of(directory).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    assert_equal(&told(&owner).await, &ledger, "without P1");
    let statuses: Vec<u16> =
        app.microsoft().calls().iter().filter(|c| c.template == "/v1.0/users").map(|c| c.status).collect();
    assert_eq!(statuses, [403, 200]);
}

#[tokio::test]
async fn a_report_that_fails_weakens_the_result_and_says_so() {
    let app = App::of(directory(11, 120)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    for (path, fault) in [
        ("/v1.0/reports", Fault::HtmlPage),
        ("/v1.0/reports", Fault::Status(403, RetryAfter::Absent)),
        ("/v1.0/reports", Fault::Status(404, RetryAfter::Absent)),
        ("/v1.0/reports/getoffice365activeuserdetail", Fault::HtmlPage),
        ("/downloads", Fault::Status(403, RetryAfter::Absent)),
        ("/downloads", Fault::HtmlPage),
        ("/downloads", Fault::ResetMidBody),
    ] {
        app.microsoft().fault(When::path(path).always(), fault.clone());
        let ended = scan(&app, &mut owner).await;
        app.microsoft().clear_faults();
        assert_eq!(ended["state"], "finished", "{path} {fault:?}: {ended:#}");
        let after = told(&owner).await;
        let weaker = after.overview["not_evaluated"].as_array().unwrap();
        let checks: BTreeSet<&str> = weaker.iter().filter_map(|not| not["check"].as_str()).collect();
        assert!(checks.is_superset(&BTreeSet::from(["L6", "L7"])), "{path} {fault:?}: {weaker:#?}");
        // What follows from bought and assigned is as it was.
        let certain = |told: &Told| {
            told.entries.iter().filter(|(_, (_, sure))| *sure).map(|(key, _)| key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(certain(&after), certain(&before), "{path} {fault:?}");
    }
    scan(&app, &mut owner).await;
    assert_eq!(told(&owner).await.result(), before.result());
}

/// What sealing a scan's two events in the log's chain costs, 6 units each.
const SEALED: f64 = 12.0;

#[tokio::test]
async fn an_unchanged_directory_costs_few_write_units() {
    for people in [50, 500] {
        let app = App::of(directory(11, people)).await;
        let mut owner = app.scanned("northwind", app.only_directory()).await;
        without_mail(&app);
        for _ in 0..2 {
            ask(&app, &mut owner).await;
            let meter = Meter::default();
            metered(&meter, app.pump()).await;
            let spent = meter.spent();
            assert!(spent.write_units <= 5.0 + SEALED, "{people} people: {spent:?}");
        }
        // From day to day, by the schedule: dates move on, nobody does. Some days bring somebody to a limit of time.
        let mut least = f64::INFINITY;
        for _ in 0..4 {
            app.clock.advance(SignedDuration::from_hours(24));
            app.run("scans-schedule").await;
            let meter = Meter::default();
            metered(&meter, app.pump()).await;
            least = least.min(meter.spent().write_units);
        }
        assert!(least <= 5.0 + SEALED, "{people} people, a day without news: {least} write units");
    }
}

#[tokio::test]
async fn killed_at_any_call_of_the_table_a_scan_of_the_schedule_keeps_its_day() {
    let app = App::of(directory(5, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let mut at = 0;
    loop {
        app.clock.advance(SignedDuration::from_hours(24));
        app.run("scans-schedule").await;
        at += 1;
        let killed = dies_behind(&app, at, app.pump()).await;
        app.pump().await;
        let overview = tenant.overview().await.unwrap();
        let totals = overview.summary.as_ref().unwrap().value.totals.clone();
        let newest = overview.newest().unwrap();
        assert_eq!((newest.scheduled, newest.state), (true, ScanState::Finished), "killed at call {at}");
        // The day says what the first screen says.
        let days = tenant.all::<Snapshot>().await.unwrap();
        let day = &days.last().unwrap().value;
        assert_eq!(
            (day.day, day.spend_monthly, day.certain_monthly, day.likely_monthly),
            (app.clock.clock().today(), totals.spend_monthly, totals.certain_monthly, totals.likely_monthly),
            "killed at call {at}"
        );
        if !killed {
            break;
        }
    }
    assert!(at > 10, "a scan makes more than {at} calls");
}

#[tokio::test]
async fn what_is_resolved_disappears_and_what_stays_keeps_its_day() {
    let id = directory(11, 120).id();
    let app = App::of(directory(11, 120)).await;
    let mut owner = app.scanned("northwind", id).await;
    let before = told(&owner).await;
    let of = |told: &Told, check: &str| told.findings.iter().find(|f| f["check"] == check).cloned();
    let blocked = of(&before, "L3").expect("blocked accounts");
    for person in &before.people[blocked["finding"].as_str().unwrap()] {
        let person = person["person"].as_str().unwrap().parse().unwrap();
        assert!(app.microsoft().delete_person(id, person));
    }
    app.clock.advance(SignedDuration::from_mins(5));
    scan(&app, &mut owner).await;
    let after = told(&owner).await;
    assert_eq!(of(&after, "L3"), None);
    let gone = blocked["finding"].as_str().unwrap();
    let answer = owner.get(&format!("/v1/findings/{gone}")).await;
    answer.expect_problem(404, "not_found");
    let said = json!({
        "headline": blocked["headline"],
        "first_found": blocked["first_found"],
        "gone_since": after.overview["checked_at"],
    });
    assert_eq!(answer.json()["gone"], said);
    let none: Value = owner.get(&format!("/v1/findings/{gone}/people")).await.expect(200);
    assert_eq!(none["items"], json!([]));
    // What was found before was first found then; the seats that are nobody's now are new, and so are the deleted.
    for finding in &after.findings {
        match before.findings.iter().find(|old| old["finding"] == finding["finding"]) {
            Some(old) => assert_eq!(finding["first_found"], old["first_found"], "{finding:#}"),
            None => {
                assert!(["L1", "L25"].map(Value::from).contains(&finding["check"]), "{finding:#}");
                assert_eq!(finding["first_found"], after.overview["checked_at"]);
            }
        }
    }
    let unassigned = |told: &Told| -> u32 {
        told.entries.iter().filter(|((check, ..), _)| check == "L1").map(|(_, (seats, _))| seats).sum()
    };
    assert!(unassigned(&after) > unassigned(&before));
    assert_eq!(
        after.overview["totals"]["people"].as_u64(),
        before.overview["totals"]["people"].as_u64().map(|people| people - before.people[gone].len() as u64)
    );
}

#[tokio::test]
async fn an_account_seen_blocked_for_a_month_is_certain_waste() {
    let app = App::of(directory(11, 120)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let blocked = |told: &Told| -> Vec<_> {
        told.entries.iter().filter(|((check, ..), _)| check == "L3").map(|(key, entry)| (key.clone(), *entry)).collect()
    };
    assert!(blocked(&before).iter().all(|(_, (_, certain))| !certain), "nobody knows yet since when");
    app.clock.advance(SignedDuration::from_hours(31 * 24));
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    let after = told(&owner).await;
    assert_eq!(after.overview["scan"]["state"], "finished");
    for (key, _) in blocked(&before) {
        assert_eq!(after.entries.get(&key), Some(&(1, true)), "{key:?}");
    }
}

/// Keeps a year of days, with these seats so many days ago.
async fn keep_a_year(app: &App, owner: &Client<'_>, seats: impl Fn(i64) -> Vec<SeatsOfDay>) {
    let (scope, zero) = (scope(app, owner).await, Money::new(0, Currency::Usd));
    for ago in 1..=366 {
        let snapshot = Snapshot {
            day: app.clock.clock().today().saturating_sub(Span::new().days(ago)),
            people: 120,
            spend_monthly: zero,
            certain_monthly: zero,
            likely_monthly: zero,
            findings: 0,
            seats: seats(ago),
        };
        app.system.store.of(&scope).save(&snapshot).await.unwrap();
    }
}

#[tokio::test]
async fn a_year_of_snapshots_and_a_monthly_term_the_company_tells_are_looked_at_together() {
    let app = App::of(directory(5, 120)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let bought = all(&owner, "/v1/licenses").await;
    let used = |licence: &Value| licence["assigned"].as_u64().unwrap_or(0);
    let licence = bought.iter().filter(|one| !one["price"].is_null()).max_by_key(|one| used(one)).expect("a licence");
    let sku = licence["sku"].as_str().unwrap();
    let three = SeatsOfDay { sku: sku.parse().unwrap(), enabled: 50, consumed: 3 };
    keep_a_year(&app, &owner, |_| vec![three]).await;
    // By the dates of its subscriptions nothing is on a monthly term, so that is not asked about.
    scan(&app, &mut owner).await;
    let found = |found: &[Value]| found.iter().find(|finding| finding["check"] == "L22").cloned();
    assert_eq!(found(&all(&owner, "/v1/findings").await), None);

    set_price(&app, &owner, sku, json!({ "term": "monthly" })).await;
    scan(&app, &mut owner).await;
    let finding = found(&all(&owner, "/v1/findings").await).expect("licences paid by the month and used all year");
    assert_eq!((&finding["seats"], finding["remedy"].is_string()), (&json!(3), true), "{finding:#}");
}

#[tokio::test]
async fn on_a_day_that_leaves_a_licence_type_out_nobody_had_it() {
    let app = App::of(directory(5, 120)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let licences = all(&owner, "/v1/licenses").await;
    let used = |licence: &Value| licence["assigned"].as_u64().unwrap_or(0);
    let mut paid: Vec<&Value> = licences.iter().filter(|one| !one["price"].is_null()).collect();
    paid.sort_by_key(|one| std::cmp::Reverse(used(one)));
    let [whole, broken, ..] = paid[..] else { panic!("two paid licence types: {licences:#?}") };
    let three = |of: &Value| {
        let sku = of["sku"].as_str().unwrap().parse().unwrap();
        SeatsOfDay { sku, enabled: 50, consumed: 3 }
    };
    // Sixty days without one of them: more than three hundred are left.
    let had = |ago: i64| if (100..160).contains(&ago) { vec![whole] } else { vec![whole, broken] };
    keep_a_year(&app, &owner, |ago| had(ago).into_iter().map(three).collect()).await;
    for of in [whole, broken] {
        set_price(&app, &owner, of["sku"].as_str().unwrap(), json!({ "term": "monthly" })).await;
    }
    scan(&app, &mut owner).await;
    let findings = all(&owner, "/v1/findings").await;
    let told: Vec<&Value> = findings.iter().filter(|finding| finding["check"] == "L22").collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["subject"]["sku"], &told[0]["seats"]), (&whole["sku"], &json!(3)));
    // It was looked at all the same.
    let catalogue: Value = owner.get("/v1/checks").await.expect(200);
    let check = catalogue["items"].as_array().unwrap().iter().find(|item| item["check"] == "L22").unwrap();
    assert_eq!(check["evaluated"], "fully", "{check:#}");
}
