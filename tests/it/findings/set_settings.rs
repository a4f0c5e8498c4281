//! `findings-set-settings`.

use http::Method;
use jiff::SignedDuration;
use local_microsoft::Directory;
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use tests::{App, Client, directory};

use super::{finding, send, text};
use crate::{
    ledger::{all, price, told},
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
async fn the_licences_that_are_kept_for_new_people_are_as_many_as_was_set() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let spare = finding(&owner, "L1").await;
    let licences = all(&owner, "/v1/licenses").await;
    let row = licences.iter().find(|row| row["sku"] == spare["subject"]["sku"]).expect("it is bought");
    let unassigned = row["unassigned"].as_u64().unwrap();
    assert!(spare["seats"].as_u64().unwrap() < unassigned, "some are kept");
    let seat = row["price"]["monthly"]["amount_minor"].as_u64().expect("a price");
    for kept in [0, 1, 3] {
        let settings = json!({ "seat_slack_min": kept, "seat_slack_percent": 0 });
        send(&app, &owner, Method::PUT, PATH, Some("*"), Some(&settings)).await.expect::<Value>(200);
        scan(&app, &mut owner).await;
        let found = all(&owner, "/v1/findings").await;
        let of = |one: &&Value| one["check"] == "L1" && one["subject"]["sku"] == spare["subject"]["sku"];
        let now = found.iter().find(of).expect("more are spare than are kept");
        assert_eq!(now["seats"], unassigned - kept, "{kept} kept");
        assert_eq!(now["saving"]["monthly"]["amount_minor"], (unassigned - kept) * seat, "{kept} kept");
    }
}

/// Whether a check names somebody.
async fn names(owner: &Client<'_>, check: &str, person: PersonId) -> bool {
    let found = all(owner, "/v1/findings").await;
    let Some(finding) = found.iter().find(|one| one["check"] == check) else { return false };
    let people = all(owner, &format!("/v1/findings/{}/people", text(finding, "finding"))).await;
    people.iter().any(|one| one["person"] == person.to_string())
}

/// Ten days later, whether a check names somebody under each of these settings.
async fn assert_named(app: &App, check: &str, person: PersonId, field: &str, days: &[(u16, bool)]) {
    app.clock.advance(SignedDuration::from_hours(24 * 10));
    let mut owner = app.sign_in("owner@northwind.example").await;
    for (days, named) in days {
        let settings = json!({ field: days });
        send(app, &owner, Method::PUT, PATH, Some("*"), Some(&settings)).await.expect::<Value>(200);
        assert_eq!(scan(app, &mut owner).await["state"], "finished");
        assert_eq!(names(&owner, check, person).await, *named, "{field}: {days}");
    }
}

#[tokio::test]
async fn a_blocked_account_keeps_its_licences_for_as_many_days_as_was_set() {
    let app = App::of(directory(3, 180)).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let plain = |d: &Directory| -> Vec<PersonId> {
        let at_work = |person: &PersonId| {
            let paid = d.licenses(*person).into_iter().any(|sku| price(sku).is_some_and(|minor| minor > 0));
            d.works_here(*person) && paid && d.ledger().entries.iter().all(|entry| entry.person != Some(*person))
        };
        d.accounts().map(|account| account.id).filter(at_work).collect()
    };
    let people = microsoft.directory(id, plain).unwrap();
    let person = people.into_iter().find(|one| microsoft.set_sign_in(id, *one, false).is_ok()).expect("somebody");
    microsoft.signs_in(id, person).unwrap();
    let owner = app.scanned("northwind", id).await;
    assert!(!names(&owner, "L3", person).await, "blocked of late");
    assert_named(&app, "L3", person, "disabled_grace_days", &[(30, false), (7, true), (14, false)]).await;
}

#[tokio::test]
async fn a_licence_just_assigned_is_left_alone_for_as_many_days_as_was_set() {
    let app = App::of(directory(3, 180)).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let planted = |d: &Directory| -> Vec<(PersonId, Vec<SkuId>)> {
        let people = d.ledger().of("L6").filter_map(|entry| entry.person);
        people.map(|person| (person, d.licenses(person))).collect()
    };
    let mut away = microsoft.directory(id, planted).unwrap().into_iter();
    // Given anew today, where no group gives it.
    let again = |(person, skus): &(PersonId, Vec<SkuId>)| {
        let given: Vec<_> = skus.iter().map(|sku| (*sku, Vec::new())).collect();
        microsoft.assign(id, *person, &[], skus).is_ok() && microsoft.assign(id, *person, &given, &[]).is_ok()
    };
    let (person, _) = away.find(again).expect("somebody who has all of it directly");
    let owner = app.scanned("northwind", id).await;
    assert!(!names(&owner, "L6", person).await, "assigned today");
    assert_named(&app, "L6", person, "grace_days", &[(30, false), (7, true), (14, false)]).await;
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
