//! `fixes-preview`.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{app, finding, fingerprint, owner, people, preview, writes};
use crate::table;

#[tokio::test]
async fn a_preview_tells_everything_and_changes_nothing() {
    let app = app(180).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (directory, table) = (fingerprint(&app), table::items(&app).await);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    assert_eq!((fingerprint(&app), table::items(&app).await, writes(&app)), (directory, table, 0));
    assert_eq!(shown["undo"]["class"]["type"], "until");
    assert!(shown["saving"]["monthly"]["amount_minor"].as_i64().unwrap() > 0, "{:#}", shown["saving"]);
    for item in shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()) {
        let before = item["before"].as_array().unwrap();
        let removed = item["change"]["remove"].as_array().unwrap();
        assert_eq!(item["after"].as_array().unwrap().len(), before.len() - removed.len(), "{item:#}");
        assert!(item["what"].as_str().unwrap().starts_with("Remove "));
    }
    let losing = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .any(|item| item["lost"].as_array().unwrap().contains(&json!("mailbox")));
    assert!(losing, "{shown:#}");
    assert!(shown["guards"].as_array().unwrap().iter().any(|guard| guard["id"] == "G7"));
}

#[tokio::test]
async fn some_of_its_people_can_be_chosen_and_nobody_else() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let finding = finding(&owner, "L3").await;
    let all = people(&preview(&owner, json!({ "finding": finding })).await["items"]);
    let one = preview(&owner, json!({ "finding": finding, "people": [all[0]] })).await;
    assert_eq!((people(&one["items"]), one["headline"].as_str()), (vec![all[0]], Some("Remove 1 licence")));
    assert_eq!(one["type_to_confirm"], Value::Null);
    let stranger = json!({ "finding": finding, "people": ["00000000-0000-4000-8000-000000000000"] });
    let answer = owner.post("/v1/fixes/preview", stranger).await;
    answer.expect_problem(422, "invalid");
    assert_eq!(answer.json()["errors"][0]["code"], "not_in_finding");
    owner.post("/v1/fixes/preview", json!({ "finding": finding, "people": [] })).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn a_finding_is_mended_in_its_own_way_only() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let seats = finding(&owner, "L1").await;
    owner.post("/v1/fixes/preview", json!({ "finding": seats })).await.expect_problem(422, "nothing_to_do");
    let finding = finding(&owner, "L3").await;
    for action in ["swap", "reprocess", "remove_direct", "reveal_report_names"] {
        let answer = owner.post("/v1/fixes/preview", json!({ "finding": finding, "action": action })).await;
        answer.expect_problem(422, "invalid");
    }
    owner.post("/v1/fixes/preview", json!({ "action": "remove" })).await.expect_problem(422, "invalid");
    owner
        .post("/v1/fixes/preview", json!({ "finding": finding, "action": "delete" }))
        .await
        .expect_problem(400, "bad_body");
    for at in ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"] {
        owner.post("/v1/fixes/preview", json!({ "finding": finding, "at": at })).await.expect_problem(422, "invalid");
    }
    let nothing = json!({ "finding": "fnd_00000000000000000000000000" });
    owner.post("/v1/fixes/preview", nothing).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn an_administrator_is_not_locked_out() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let administrators: Vec<String> = app
        .microsoft()
        .directory(app.only_directory(), |d| d.administrators().iter().map(|one| one.id.to_string()).collect())
        .unwrap();
    for check in ["L6", "L7", "L3"] {
        let shown =
            preview(&owner, json!({ "finding": finding(&owner, check).await, "action": "block_sign_in" })).await;
        for item in shown["items"].as_array().unwrap() {
            if administrators.contains(&item["person"].as_str().unwrap().to_owned()) {
                assert!(item["blocked"].is_object(), "{item:#}");
            }
        }
    }
}

#[tokio::test]
async fn of_many_people_a_few_batches_are_asked_for_at_once_and_everybody_gets_their_own_answer() {
    let app = app(2_000).await;
    let owner = owner(&app).await;
    let (id, finding) = (app.only_directory(), finding(&owner, "L6").await);
    let all = people(&preview(&owner, json!({ "finding": finding })).await["items"]);
    assert!(all.len() > 40, "{} people are no three batches", all.len());
    let back = *all.last().unwrap();
    app.microsoft().signs_in(id, back).unwrap();
    let known: BTreeMap<String, String> = app
        .microsoft()
        .directory(id, |d| d.accounts().map(|one| (one.id.to_string(), one.upn.to_lowercase())).collect())
        .unwrap();
    app.microsoft().clear_calls();
    // The test's clock adds up what is waited for side by side: what is under way at once is counted instead.
    app.microsoft().page_latency(SignedDuration::from_millis(100));
    let shown = preview(&owner, json!({ "finding": finding })).await;
    let most = app.microsoft().most_in_flight("/v1.0/$batch");
    assert!((2..=4).contains(&most), "{most} at once");
    for item in shown["items"].as_array().unwrap() {
        let person = item["person"].as_str().unwrap();
        assert_eq!(item["sign_in_name"].as_str(), known.get(person).map(String::as_str), "{item:#}");
        assert_eq!(item["blocked"]["reason"] == "signed_in_since", person == back.to_string(), "{item:#}");
    }
}
