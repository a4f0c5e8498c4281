//! `findings-set-settings`.

use http::Method;
use serde_json::{Value, json};
use tests::{App, directory};

use super::{finding, send, text};
use crate::{
    ledger::{all, told},
    microsoft::count,
    scans::scan,
};

const PATH: &str = "/v1/checks/settings";

#[tokio::test]
async fn the_next_check_goes_by_what_was_set() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let blocked = finding(&owner, "L3").await;
    let people = all(&owner, &format!("/v1/findings/{}/people", text(&blocked, "finding"))).await;
    let vip = text(&people[0], "person");
    let free = before.findings.iter().find(|found| found["check"] == "L1" && !found["saving"].is_null()).unwrap();
    let (free_sku, ignored) = (text(&free["subject"], "sku"), text(&people[1]["skus"][0], "sku"));
    let settings = json!({
        "review_after_days": 700, "reclaim_after_days": 720,
        "exclusions": { "vips": [vip] }, "free_skus": [free_sku], "ignored_skus": [ignored],
    });
    let answer = send(&app, &owner, Method::PUT, PATH, Some("\"0\""), Some(&settings)).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let now: Value = answer.expect(200);
    assert_eq!((&now["review_after_days"], &now["grace_days"]), (&json!(700), &json!(30)), "the rest is as it was");
    assert_eq!(owner.get(PATH).await.expect::<Value>(200), now);
    app.pump().await;
    assert_eq!(told(&owner).await.result(), before.result(), "nothing before the next check");

    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let after = told(&owner).await;
    assert!(after.entries.keys().all(|(check, ..)| check != "L6"), "nobody was away for so long");
    let about = |person: &str| after.people.values().flatten().any(|one| one["person"] == person);
    assert!(!about(&vip));
    assert!(after.findings.iter().all(|f| f["subject"]["sku"] != free_sku && f["subject"]["sku"] != ignored));
    assert!(after.entries.keys().all(|(_, sku, _)| sku.to_string() != ignored && sku.to_string() != free_sku));
    let log: Value = owner.get("/v1/events?kind=checks.changed").await.expect(200);
    let fields = &log["items"][0]["event"]["fields"];
    let named = json!(["review_after_days", "reclaim_after_days", "exclusions", "ignored_skus", "free_skus"]);
    assert_eq!(fields, &named);
    let changes = log["items"][0]["event"]["changes"].as_array().unwrap();
    assert_eq!(changes[0], json!({ "field": "review_after_days", "before": ["90"], "after": ["700"] }));
    assert!(changes.contains(&json!({ "field": "exclusions/vips", "before": [], "after": [vip] })), "{changes:?}");
    let text = log["items"][0]["text"].as_str().unwrap();
    assert!(text.contains("review_after_days from 90 to 700"), "{text}");
}

#[tokio::test]
async fn people_are_judged_by_the_days_that_were_set() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let settings = json!({ "review_after_days": 120, "reclaim_after_days": 150 });
    send(&app, &owner, Method::PUT, PATH, Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    scan(&app, &mut owner).await;
    let unused = all(&owner, "/v1/people?status=not_used&limit=100").await;
    assert!(!unused.is_empty());
    for one in unused {
        assert_eq!(text(&one, "status_text"), "Not used for 120 days");
        let person: Value = owner.get(&format!("/v1/people/{}", text(&one, "person"))).await.expect(200);
        assert_eq!(person["status_text"], one["status_text"]);
    }
}

#[tokio::test]
async fn what_is_out_of_range_is_refused_by_field_and_a_change_names_its_version() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let put = |etag: Option<&'static str>, body: Value| {
        let (app, owner) = (&app, &owner);
        async move { send(app, owner, Method::PUT, PATH, etag, Some(&body)).await }
    };
    let many: Vec<String> = (0..201).map(|n| format!("00000000-0000-4000-8000-{n:012}")).collect();
    let bad = json!({ "grace_days": 1, "review_after_days": 200, "seat_slack_percent": 101, "free_skus": many });
    let answer = put(Some("*"), bad).await;
    answer.expect_problem(422, "invalid");
    let told = answer.json();
    let named: Vec<_> = told["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(named, ["/grace_days", "/seat_slack_percent", "/reclaim_after_days", "/free_skus"]);
    for bad in [json!({ "grace_day": 30 }), json!({ "currency": "EUR" }), json!({ "grace_days": -1 }), json!([])] {
        put(Some("*"), bad).await.expect_problem(400, "bad_body");
    }
    put(None, json!({})).await.expect_problem(428, "precondition_required");
    put(Some("\"1\""), json!({ "grace_days": 45 })).await.expect_problem(412, "stale");
    // The same as before is no change.
    assert_eq!(put(Some("\"0\""), json!({})).await.headers["etag"], "\"0\"");
    assert_eq!(count(&owner, "checks.changed").await, 0);
    let (a, b) =
        tokio::join!(put(Some("\"0\""), json!({ "grace_days": 45 })), put(Some("\"0\""), json!({ "grace_days": 46 })));
    let mut answers = [a.status.as_u16(), b.status.as_u16()];
    answers.sort_unstable();
    assert_eq!((answers, count(&owner, "checks.changed").await), ([200, 412], 1));
    app.pump().await;
}
