//! What a company wants left alone is left alone by every fix: its settings and what it accepted.

use std::collections::BTreeSet;

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fixes::{app, approval, approve, finding, fresh, items, outcome, owner, people, post, preview, writes};
use crate::{
    findings::send,
    ledger::all,
    scans::{renew, scan},
};

/// What a preview says of somebody.
fn said(shown: &Value, person: &Value) -> Value {
    let mut items = shown["items"].as_array().unwrap().iter().filter(|item| item["person"] == *person);
    items.next().unwrap_or_else(|| panic!("{person} in {shown:#}"))["blocked"].clone()
}

#[tokio::test]
async fn a_preview_goes_by_the_companys_own_settings_and_exceptions() {
    let app = app(600).await;
    let owner = owner(&app).await;
    let body = json!({ "finding": finding(&owner, "L3").await });
    let before = preview(&owner, body.clone()).await;
    let chosen: Vec<Value> = people(&before["items"]).iter().map(|person| json!(person)).collect();
    let [service, glass, vip, accepted, ..] = &chosen[..] else { panic!("five people") };
    let settings = json!({
        "confirm_above_people": 1,
        "exclusions": { "service_accounts": [service], "break_glass": [glass], "vips": [vip] },
    });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    let exception = json!({ "check": "L3", "person": accepted, "reason": "Back in March" });
    let made: Value = owner.post("/v1/exceptions", exception).await.expect(201);
    // At once, before any check has gone by them; what was previewed without them is not approved.
    post(&app, &owner, "/v1/fixes", "drift", Some(approval(&before))).await.expect_problem(409, "drift");
    let shown = preview(&owner, body.clone()).await;
    for person in [service, glass, vip] {
        assert_eq!(said(&shown, person)["reason"], "excluded", "{shown:#}");
    }
    let why = said(&shown, accepted);
    assert_eq!((&why["reason"], &why["guard"]), (&json!("accepted"), &json!("G4")));
    assert_eq!(why["text"], "Accepted as it is until 2027-11-21: Back in March");
    assert_eq!(shown["people"].as_u64(), Some(chosen.len() as u64 - 4));
    assert_eq!(shown["type_to_confirm"], shown["people"].as_u64().unwrap().to_string(), "above one person");
    let told = shown["guards"].as_array().unwrap().iter().filter(|guard| guard["level"] == "block");
    let told: Vec<&str> = told.map(|guard| guard["text"].as_str().unwrap()).collect();
    assert!(told.contains(&"1 person is left alone: Your company accepted it as it is."), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("3 people are left alone: Your settings say")), "{told:?}");
    // The exception ends: they are fixed like anybody.
    let path = format!("/v1/exceptions/{}", made["exception"].as_str().unwrap());
    let ended = send(&app, &owner, Method::DELETE, &path, made["etag"].as_str(), None).await;
    assert_eq!(ended.status, 204);
    app.pump().await;
    let again = preview(&owner, body).await;
    assert!(said(&again, accepted).is_null(), "{:#}", said(&again, accepted));
}

#[tokio::test]
async fn what_is_to_be_left_alone_since_the_approval_is_not_changed() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let chosen = people(&shown["items"]);
    let path = approve(&app, &owner, &shown).await;
    let settings = json!({ "exclusions": { "vips": [chosen[0]] } });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    let exception = json!({ "check": "L3", "person": chosen[1], "reason": "Back in March" });
    owner.post("/v1/exceptions", exception).await.expect::<Value>(201);
    app.microsoft().clear_calls();
    app.pump().await;
    renew(&app, &mut owner).await;
    for item in items(&owner, &path).await {
        let want = match item["person"].as_str() {
            Some(person) if person == chosen[0].to_string() => ("skipped", "excluded"),
            Some(person) if person == chosen[1].to_string() => ("skipped", "accepted"),
            _ => ("done", ""),
        };
        assert_eq!(outcome(&item), want, "{item:#}");
    }
    assert_eq!(writes(&app), chosen.len() - 2);
}

#[tokio::test]
async fn who_is_found_no_more_when_a_planned_fix_begins_is_left_alone() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let finding = finding(&owner, "L6").await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    // From now on only who was away for longer is inactive: the others are, to the checks, as if they had come back.
    let settings = json!({ "review_after_days": 400, "reclaim_after_days": 720 });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_hours(24));
    fresh(&app, &mut owner).await;
    scan(&app, &mut owner).await;
    let found = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let found: BTreeSet<&str> = found.iter().filter_map(|one| one["person"].as_str()).collect();
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(25));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let (mut taken, mut left) = (0, 0);
    for item in items(&owner, &path).await {
        let stays = !found.contains(item["person"].as_str().unwrap());
        let want = if stays { ("skipped", "no_longer_found") } else { ("done", "") };
        assert_eq!(outcome(&item), want, "{item:#}");
        *if stays { &mut left } else { &mut taken } += 1;
    }
    assert!(taken > 0 && left > 0, "{taken} taken, {left} left alone");
    assert_eq!(writes(&app), taken);
}
