//! `scans-start`.

use http::Method;
use jiff::SignedDuration;
use model::Role;
use serde_json::{Value, json};
use tests::{App, PASSWORD, READER_APP, directory};

use crate::{microsoft::count, table};

#[tokio::test]
async fn it_answers_at_once_where_the_scan_is_followed() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let answer = owner.act("/v1/scans").await;
    let scan: Value = answer.expect(202);
    assert_eq!((scan["state"].as_str(), scan["scheduled"].as_bool()), (Some("queued"), Some(false)));
    let address = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(address, format!("/v1/scans/{}", scan["scan"].as_str().unwrap()));
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(owner.get(&address).await.expect::<Value>(200), scan);
    // As long as it runs, asking again gives the same.
    for _ in 0..3 {
        assert_eq!(owner.act("/v1/scans").await.expect::<Value>(202), scan);
    }
    app.pump().await;
    assert_eq!(owner.get(&address).await.expect::<Value>(200)["state"], "finished");
    // The first by connecting, the second by asking.
    assert_eq!(count(&owner, "scan.requested").await, 2);
    // And then a new one.
    app.clock.advance(SignedDuration::from_secs(1));
    let next: Value = owner.act("/v1/scans").await.expect(202);
    assert_ne!(next["scan"], scan["scan"]);
    app.pump().await;
}

#[tokio::test]
async fn nothing_is_scanned_that_is_not_connected() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    owner.act("/v1/scans").await.expect_problem(409, "not_connected");
    owner.connect(id).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_secs(1));
    app.microsoft().revoke_consent(READER_APP, id);
    owner.act("/v1/scans").await.expect::<Value>(202);
    app.pump().await;
    owner.act("/v1/scans").await.expect_problem(409, "not_connected");
    owner.delete("/v1/microsoft").await;
    owner.act("/v1/scans").await.expect_problem(409, "not_connected");
    assert_eq!(count(&owner, "scan.requested").await, 2);
}

#[tokio::test]
async fn all_but_readers_start_scans() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        app.clock.advance(SignedDuration::from_secs(1));
        let answer = owner.act("/v1/scans").await;
        match role {
            Role::ReadOnly => answer.expect_problem(403, "forbidden"),
            _ => assert_eq!(answer.status, 202, "{role:?}"),
        }
        app.pump().await;
    }
    app.call(Method::POST, "/v1/scans", None, None).await.expect_problem(401, "missing_credentials");
}

#[tokio::test]
async fn a_scan_that_nobody_heard_of_for_two_hours_is_not_waited_for() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let stuck: Value = owner.act("/v1/scans").await.expect(202);
    // The bus stands still meanwhile: signing in by hand delivers nothing.
    for (minutes, same) in [(119, true), (1, false)] {
        app.clock.advance(SignedDuration::from_mins(minutes));
        let body = json!({ "email": "owner@northwind.example", "password": PASSWORD });
        let tokens: Value = app.post("/v1/sign-in", body).await.expect(200);
        let scan: Value = app.call(Method::POST, "/v1/scans", tokens["access_token"].as_str(), None).await.expect(202);
        assert_eq!(scan["scan"] == stuck["scan"], same, "after {minutes} more minutes");
    }
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    let list: Value = owner.get("/v1/scans").await.expect(200);
    let states: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|s| s["state"].as_str()).collect();
    assert_eq!(states, ["finished", "finished", "finished"], "late is not never");
}
