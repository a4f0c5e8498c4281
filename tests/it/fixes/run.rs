//! `fixes-run`.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use local_aws::{Chaos, Fault as TableFault};
use local_microsoft::{Fault, RetryAfter, When};
use model::PersonId;
use serde_json::{Value, json};
use tests::{App, Client, LICENCE_WRITER_APP, Options, directory};

use super::{
    app, approve, finding, fingerprint, fix_of, fresh, items, licences, nothing_follows, outcome, owner, people,
    preview, take_by_hand, told, undo, writes,
};
use crate::{
    deaths::dies_behind,
    microsoft::count,
    scans::{crash, renew},
};

/// Where a write of licences is, alone or in a batch.
const ASSIGN: &str = "/v1.0/users/{id}/assignlicense";

/// Approves the removal of licences of blocked accounts.
async fn approved(app: &App, owner: &Client<'_>) -> (String, Value) {
    let shown = preview(owner, json!({ "finding": finding(owner, "L3").await })).await;
    (approve(app, owner, &shown).await, shown)
}

async fn ended(app: &App, owner: &mut Client<'_>, path: &str) -> Value {
    renew(app, owner).await;
    let ended: Value = owner.get(path).await.expect(200);
    assert!(matches!(ended["state"].as_str(), Some("finished" | "undone")), "{ended:#}");
    ended
}

#[tokio::test]
async fn killed_at_any_call_of_the_table_each_licence_is_taken_and_given_back_once() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    for (undoing, mut at) in [(false, 0), (true, 0)] {
        loop {
            at += 1;
            let (path, shown) = approved(&app, &owner).await;
            let number = people(&shown["items"]).len();
            if undoing {
                app.pump().await;
            }
            app.microsoft().clear_calls();
            if undoing {
                fresh(&app, &mut owner).await;
                super::post(&app, &owner, &format!("{path}/undo"), &format!("undo {at}"), None)
                    .await
                    .expect::<Value>(202);
            }
            let killed = dies_behind(&app, at, app.pump()).await;
            app.pump().await;
            let ended = ended(&app, &mut owner, &path).await;
            let tally = if undoing { &ended["undo_tally"] } else { &ended["tally"] };
            assert_eq!(tally["done"].as_u64(), Some(number as u64), "killed at call {at}: {ended:#}");
            assert_eq!(writes(&app), number, "killed at call {at}: each once");
            let said = told(&owner, &path, if undoing { "undos" } else { "fixes" }).await;
            assert!(said >= number as u64, "killed at call {at}: {said} of {number} writes are told");
            if !undoing {
                undo(&app, &mut owner, &path).await;
            }
            assert_eq!(fingerprint(&app), before, "killed at call {at}");
            app.clock.advance(SignedDuration::from_secs(5));
            fresh(&app, &mut owner).await;
            if !killed || at > 80 {
                break;
            }
        }
        assert!(at > 8, "it makes more than {at} calls");
    }
}

#[tokio::test]
async fn killed_at_any_call_of_microsoft_each_licence_is_taken_once() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    for at in 1..20 {
        let (path, shown) = approved(&app, &owner).await;
        let number = people(&shown["items"]).len();
        app.microsoft().clear_calls();
        let killed = crash(&app, || app.microsoft().calls().len() >= at).await;
        app.pump().await;
        let ended = ended(&app, &mut owner, &path).await;
        assert_eq!(ended["tally"]["done"].as_u64(), Some(number as u64), "killed at call {at}: {ended:#}");
        assert_eq!(writes(&app), number, "killed at call {at}: each once");
        let said = told(&owner, &path, "fixes").await;
        assert!(said >= number as u64, "killed at call {at}: {said} of {number} writes are told");
        undo(&app, &mut owner, &path).await;
        assert_eq!(fingerprint(&app), before, "killed at call {at}");
        fresh(&app, &mut owner).await;
        if !killed {
            return;
        }
    }
}

#[tokio::test]
async fn whatever_the_table_does_each_licence_is_taken_once() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    for operation in ["PutItem", "TransactWriteItems", "Query", "GetItem"] {
        for fault in
            [TableFault::AnswerLost, TableFault::RequestLost, TableFault::Throttling, TableFault::TransactionConflict]
        {
            let (path, shown) = approved(&app, &owner).await;
            app.microsoft().clear_calls();
            let faults = app.system.aws.faults();
            faults.next_of(operation, fault);
            app.pump().await;
            // Not every fault fits every operation.
            faults.clear();
            app.pump().await;
            let what = format!("{fault:?} at {operation}");
            let ended = ended(&app, &mut owner, &path).await;
            let number = people(&shown["items"]).len();
            assert_eq!(
                (ended["tally"]["done"].as_u64(), writes(&app)),
                (Some(number as u64), number),
                "{what}: {ended:#}"
            );
            undo(&app, &mut owner, &path).await;
            assert_eq!(fingerprint(&app), before, "{what}");
            fresh(&app, &mut owner).await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_read_back_and_not_asked_for_again() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    for fault in [Fault::AnswerLost, Fault::StatusAfterwards(503), Fault::StatusAfterwards(504)] {
        let (path, shown) = approved(&app, &owner).await;
        app.microsoft().clear_calls();
        app.microsoft().fault(When::path(ASSIGN), fault.clone());
        app.pump().await;
        let ended = ended(&app, &mut owner, &path).await;
        let number = people(&shown["items"]).len();
        assert_eq!(
            (ended["tally"]["done"].as_u64(), writes(&app)),
            (Some(number as u64), number),
            "{fault:?}: {ended:#}"
        );
        undo(&app, &mut owner, &path).await;
        fresh(&app, &mut owner).await;
    }
}

#[tokio::test]
async fn a_write_that_was_lost_on_its_way_is_made_once_the_dust_has_settled() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (path, shown) = approved(&app, &owner).await;
    // Refused with what may as well have come after the deed.
    app.microsoft().fault(When::path(ASSIGN).times(1), Fault::Status(504, RetryAfter::Absent));
    app.pump().await;
    let ended = ended(&app, &mut owner, &path).await;
    assert_eq!(ended["tally"]["done"].as_u64(), Some(people(&shown["items"]).len() as u64), "{ended:#}");
}

#[tokio::test]
async fn patience_that_microsoft_asks_for_is_had() {
    let options =
        Options { directories: vec![directory(7, 600)], limit: SignedDuration::from_secs(160), ..Options::default() };
    let app = App::with(options).await;
    let mut owner = owner(&app).await;
    let (path, shown) = approved(&app, &owner).await;
    app.microsoft().clear_calls();
    for nth in [2, 5] {
        app.microsoft().fault(When::path(ASSIGN).nth(nth), Fault::Status(429, RetryAfter::Seconds(120)));
    }
    app.pump().await;
    let ended = ended(&app, &mut owner, &path).await;
    let number = people(&shown["items"]).len();
    assert_eq!(ended["tally"]["done"].as_u64(), Some(number as u64), "{ended:#}");
    assert_eq!(writes(&app), number + 2, "the two that were put off, again");
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_is_left_alone_and_said() {
    let app = app(600).await;
    let mut owner = owner(&app).await;
    let id = app.only_directory();
    let (path, shown) = approved(&app, &owner).await;
    let people = people(&shown["items"]);
    let [gone, taken, back, ..] = people[..] else { panic!("three people") };
    assert!(app.microsoft().delete_person(id, gone));
    take_by_hand(&app, taken);
    app.microsoft().set_sign_in(id, back, true).unwrap();
    app.microsoft().clear_calls();
    app.pump().await;
    let ended = ended(&app, &mut owner, &path).await;
    assert_eq!(ended["tally"]["skipped"], 3, "{ended:#}");
    for item in items(&owner, &path).await {
        let person: PersonId = item["person"].as_str().unwrap().parse().unwrap();
        let want = match person {
            person if person == gone => ("skipped", "person_gone"),
            person if person == taken => ("skipped", "already_so"),
            person if person == back => ("skipped", "changed_since_preview"),
            _ => ("done", ""),
        };
        assert_eq!(outcome(&item), want);
    }
    assert_eq!(writes(&app), people.len() - 3);
    assert!(!licences(&app, back).is_empty());
}

#[tokio::test]
async fn consent_withdrawn_ends_the_writing_and_not_the_reading() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (path, shown) = approved(&app, &owner).await;
    app.microsoft().revoke_consent(LICENCE_WRITER_APP, app.only_directory());
    app.clock.advance(SignedDuration::from_hours(2));
    app.pump().await;
    fresh(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!(
        (ended["state"].as_str(), ended["stopped"]["code"].as_str()),
        (Some("finished"), Some("consent_lost")),
        "{ended:#}"
    );
    assert_eq!(ended["tally"]["skipped"].as_u64(), Some(people(&shown["items"]).len() as u64));
    assert_eq!(count(&owner, "connection.tier_ended").await, 1);
    let connection: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!(connection["state"], "connected");
    // Allowed again, what was left is tried again by a new preview.
    owner.let_change(app.only_directory()).await;
    let (_, again) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!(again["tally"]["done"], ended["tally"]["skipped"]);
}

#[tokio::test]
async fn changes_that_show_late_are_waited_for_and_then_said_to_be_pending() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    app.microsoft().lag(SignedDuration::from_secs(30));
    let (path, done) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!((done["tally"]["pending"].as_u64(), done["tally"]["failed"].as_u64()), (Some(0), Some(0)), "{done:#}");
    undo(&app, &mut owner, &path).await;
    app.clock.advance(SignedDuration::from_mins(2));
    app.microsoft().lag(SignedDuration::from_mins(30));
    fresh(&app, &mut owner).await;
    app.microsoft().clear_calls();
    let (path, late) = fix_of(&app, &mut owner, "L3").await;
    let number = late["tally"]["pending"].as_u64().unwrap();
    assert!(number > 0 && late["tally"]["done"] == 0, "{late:#}");
    assert_eq!(writes(&app) as u64, number, "each once, seen or not");
    // An hour later it shows: looked at again, nothing is written.
    app.clock.advance(SignedDuration::from_hours(1));
    fresh(&app, &mut owner).await;
    super::post(&app, &owner, &format!("{path}/retry"), "late", None).await.expect::<Value>(202);
    app.pump().await;
    fresh(&app, &mut owner).await;
    let seen: Value = owner.get(&path).await.expect(200);
    assert_eq!((seen["tally"]["done"].as_u64(), writes(&app) as u64), (Some(number), number), "{seen:#}");
    assert_eq!(told(&owner, &path, "fixes").await, 0, "what was told is not told again");
    app.microsoft().lag(SignedDuration::ZERO);
    undo(&app, &mut owner, &path).await;
    assert_eq!(fingerprint(&app), before);
}

#[tokio::test]
async fn delivered_twice_each_licence_is_taken_once() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    app.system.bus().chaos(Chaos { seed: 3, duplicate: 1.0, ..Chaos::default() });
    let (path, shown) = approved(&app, &owner).await;
    app.pump().await;
    let number = people(&shown["items"]).len();
    let first = ended(&app, &mut owner, &path).await;
    assert_eq!((first["tally"]["done"].as_u64(), writes(&app)), (Some(number as u64), number), "{first:#}");
    undo(&app, &mut owner, &path).await;
    fresh(&app, &mut owner).await;
    // At the same moment: each overtakes the other until one is through.
    let (path, _) = approved(&app, &owner).await;
    app.microsoft().clear_calls();
    tokio::join!(app.pump(), app.pump());
    app.pump().await;
    let second = ended(&app, &mut owner, &path).await;
    assert_eq!((second["tally"]["done"].as_u64(), writes(&app)), (Some(number as u64), number), "{second:#}");
    assert_eq!(count(&owner, "fix.finished").await, 2);
}

#[tokio::test]
async fn five_hundred_removals_take_few_calls() {
    let app = app(12_000).await;
    let mut owner = owner(&app).await;
    let page: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let found = page["items"].as_array().unwrap().iter().filter(|f| f["remedy"] == "remove_licences");
    let largest = found.max_by_key(|f| f["people"].as_u64()).unwrap();
    let (finding, all) = (largest["finding"].clone(), largest["people"].as_u64().unwrap());
    let shown = preview(&owner, json!({ "finding": finding })).await;
    // What is more than one fix waits for the next.
    assert!(all > 500, "{all} people");
    assert_eq!(shown["beyond"].as_u64(), Some(all - 500));
    let looked_at = |shown: &Value, alone: bool| -> BTreeSet<String> {
        let items = shown["items"].as_array().unwrap().iter().filter(|item| !alone || !item["blocked"].is_null());
        items.map(|item| item["person"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(looked_at(&shown, false).len(), 500);
    let number = people(&shown["items"]).len();
    assert!(number >= 200, "{number} of 500");
    let path = approve(&app, &owner, &shown).await;
    app.microsoft().clear_calls();
    app.pump().await;
    fresh(&app, &mut owner).await;
    let done: Value = owner.get(&path).await.expect(200);
    assert_eq!(done["tally"]["done"].as_u64(), Some(number as u64));
    // Every write counts for Microsoft's limit, in a batch or not; what travels is fewer calls than changes.
    assert!(writes(&app) as f64 <= 1.05 * number as f64, "{} writes of {number}", writes(&app));
    let batches = app.microsoft().calls().iter().filter(|call| call.template.contains("$batch")).count();
    assert!(batches as f64 <= 0.2 * number as f64 + 5.0, "{batches} calls for {number} changes");

    let next = preview(&owner, json!({ "finding": finding })).await;
    let (first, second) = (looked_at(&shown, false), looked_at(&next, false));
    assert_eq!(second.difference(&first).count() as u64, all - 500, "everybody comes up");
    let alone = looked_at(&next, true);
    assert!(second.intersection(&first).all(|person| alone.contains(person)), "nobody is changed twice");
}
