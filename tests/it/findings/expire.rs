//! `findings-expire`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, directory};

use super::text;
use crate::{ledger::told, microsoft::count, scans::renew};

#[tokio::test]
async fn what_was_decided_for_a_time_ends_when_it_is_up_and_once() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let first = text(&before.overview["top"][0], "finding");
    let soon = "2026-11-23T08:00:00Z";
    let wanted = json!({ "check": "L6", "reason": "For two days", "expires_at": soon });
    owner.post("/v1/exceptions", wanted).await.expect::<Value>(201);
    owner.post("/v1/exceptions", json!({ "check": "L7", "reason": "For a year" })).await.expect::<Value>(201);
    owner.post(&format!("/v1/findings/{first}/snooze"), json!({ "until": soon })).await.expect::<Value>(200);
    app.pump().await;
    assert!(told(&owner).await.total("monthly") < before.total("monthly"));

    app.clock.advance(SignedDuration::from_hours(48) - SignedDuration::from_secs(1));
    app.run("findings-expire").await;
    app.pump().await;
    renew(&app, &mut owner).await;
    assert_eq!(
        (count(&owner, "exception.ended").await, count(&owner, "finding.woken").await),
        (0, 0),
        "a second early"
    );
    app.clock.advance(SignedDuration::from_secs(1));
    for _ in 0..2 {
        tokio::join!(app.run("findings-expire"), app.run("findings-expire"));
        app.pump().await;
    }
    renew(&app, &mut owner).await;
    assert_eq!((count(&owner, "exception.ended").await, count(&owner, "finding.woken").await), (1, 1));
    let log: Value = owner.get("/v1/events?kind=exception.ended").await.expect(200);
    let entry = &log["items"][0];
    assert_eq!((&entry["event"]["expired"], &entry["actor"]["type"]), (&json!(true), &json!("system")));
    let after = told(&owner).await;
    let of = |told: &crate::ledger::Told, check: &str| -> i64 {
        let found = told.findings.iter().filter(|finding| finding["check"] == check);
        found.filter_map(|finding| finding["saving"]["monthly"]["amount_minor"].as_i64()).sum()
    };
    assert_eq!(of(&after, "L6"), of(&before, "L6"), "it counts again");
    assert_eq!(of(&after, "L7"), 0, "the other one holds");
    assert!(after.findings.iter().all(|finding| finding["snoozed_until"].is_null()));
    let left: Value = owner.get("/v1/exceptions").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_accepted_until_this_evening_counts_in_no_saving_until_then() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let wanted = json!({ "check": "L6", "reason": "Asked today", "expires_at": "2026-11-21T18:00:00Z" });
    owner.post("/v1/exceptions", wanted).await.expect::<Value>(201);
    app.pump().await;
    let accepted = told(&owner).await;
    assert!(accepted.total("monthly") < before.total("monthly") && accepted.total("accepted_monthly") > 0);

    app.clock.advance(SignedDuration::from_hours(10));
    app.run("findings-expire").await;
    app.pump().await;
    renew(&app, &mut owner).await;
    let after = told(&owner).await;
    assert_eq!((after.total("monthly"), after.total("accepted_monthly")), (before.total("monthly"), 0));
}
