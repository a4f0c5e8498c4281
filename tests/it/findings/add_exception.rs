//! `findings-add-exception`.

use serde_json::{Value, json};
use tests::{App, directory};

use super::{finding, minor, text};
use crate::{
    ledger::{all, told},
    microsoft::count,
    scans::scan,
};

#[tokio::test]
async fn what_is_accepted_is_shown_counts_in_no_saving_and_is_the_same_after_the_next_check() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let blocked = finding(&owner, "L3").await;
    let path = format!("/v1/findings/{}/people", text(&blocked, "finding"));
    // What another finding lists too would count there from then on.
    let nowhere_else = |person: &Value| {
        before.people.values().flatten().filter(|other| other["person"] == person["person"]).count() == 1
    };
    let own = |person: &&Value| {
        nowhere_else(person) && person["skus"].as_array().unwrap().iter().any(|sku| minor(&sku["monthly"]) > 0)
    };
    let person = all(&owner, &path).await.iter().find(own).expect("somebody who counts").clone();
    let skus = person["skus"].as_array().unwrap().iter();
    let worth: i64 = skus.map(|sku| minor(&sku["monthly"])).sum();
    let reason = "<b>She comes back</b> =1+1";
    let wanted = json!({ "check": "L3", "person": person["person"], "reason": reason });
    let made: Value = owner.post("/v1/exceptions", wanted.clone()).await.expect(201);
    assert_eq!((text(&made, "reason"), text(&made, "owner")), (reason.to_owned(), owner.user.to_string()));
    assert_eq!(text(&made, "expires_at"), "2027-11-21T08:00:00Z", "a year");
    app.microsoft().clear_calls();
    app.pump().await;
    assert!(app.microsoft().calls().is_empty(), "nobody asks Microsoft");

    let after = told(&owner).await;
    assert_eq!(after.total("monthly"), before.total("monthly") - worth);
    assert_eq!(after.total("accepted_monthly"), worth);
    let now = finding(&owner, "L3").await;
    assert_eq!((&now["state"], minor(&now["accepted_monthly"])), (&json!("partly_accepted"), worth));
    let people = all(&owner, &path).await;
    let shown = people.iter().find(|one| one["person"] == person["person"]).expect("still in the list");
    assert!(shown["skus"].as_array().unwrap().iter().all(|sku| sku["accepted"] == made["exception"]), "{shown:#}");
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let scanned = told(&owner).await;
    assert_eq!(scanned.result(), after.result());
    assert_eq!(scanned.findings, after.findings);
    // The same once more is not a second one.
    owner.post("/v1/exceptions", wanted).await.expect_problem(409, "taken");
    assert_eq!(count(&owner, "exception.added").await, 1);
}

#[tokio::test]
async fn what_cannot_be_accepted_is_refused_by_field() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let stranger = "usr_00000000000000000000000000";
    let nothing = "fnd_00000000000000000000000000";
    for (wanted, pointers) in [
        (json!({ "reason": "x" }), vec!["/finding"]),
        (json!({ "check": "L6", "finding": nothing, "reason": "x" }), vec!["/finding"]),
        (json!({ "finding": nothing, "reason": "x" }), vec!["/finding"]),
        (
            json!({ "check": "L6", "reason": " \n ", "owner": stranger, "expires_at": "2026-11-21T08:00:00Z" }),
            vec!["/reason", "/owner", "/expires_at"],
        ),
        (
            json!({ "check": "L6", "reason": "x".repeat(501), "expires_at": "2028-12-01T00:00:00Z" }),
            vec!["/reason", "/expires_at"],
        ),
        (json!({ "check": "L6", "reason": "a\u{202e}b" }), vec!["/reason"]),
    ] {
        let answer = owner.post("/v1/exceptions", wanted.clone()).await;
        answer.expect_problem(422, "invalid");
        let told = answer.json();
        let named: Vec<_> = told["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, pointers, "{wanted}");
    }
    for bad in [
        json!({ "check": "L999", "reason": "x" }),
        json!({ "check": "L6" }),
        json!({ "check": "L6", "reason": "x", "until": 1 }),
    ] {
        owner.post("/v1/exceptions", bad).await.expect_problem(400, "bad_body");
    }
    assert_eq!(owner.get("/v1/exceptions").await.expect::<Value>(200)["items"], json!([]));
}
