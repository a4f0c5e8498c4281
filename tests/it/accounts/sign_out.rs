//! `accounts-sign-out`.

use serde_json::{Value, json};
use tests::App;

use crate::table::session;

#[tokio::test]
async fn signing_out_ends_this_session_at_once_and_no_other() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let other = app.sign_in("owner@acme.example").await;
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    let answer = owner.act("/v1/sign-out").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert!(answer.cost().0 <= 2, "{:?}", answer.cost());

    owner.get("/v1/me").await.expect_problem(401, "invalid_token");
    owner.act("/v1/sign-out").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect_problem(401, "invalid_token");
    for client in [&other, &stranger] {
        client.get("/v1/me").await.expect::<Value>(200);
        app.post("/v1/refresh", json!({ "refresh_token": client.refresh })).await.expect::<Value>(200);
    }

    let log: Value = other.get("/v1/events?limit=1").await.expect(200);
    let newest = &log["items"][0];
    assert_eq!(newest["event"], json!({ "kind": "user.signed_out", "session": session(&owner) }));
    assert_eq!(newest["actor"], json!({ "type": "user", "id": owner.user }));
    app.pump().await;
}

#[tokio::test]
async fn of_two_sign_outs_at_once_both_succeed_and_one_is_logged() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let other = app.sign_in("owner@acme.example").await;
    let (one, two) = futures::join!(owner.act("/v1/sign-out"), owner.act("/v1/sign-out"));
    for answer in [one, two] {
        assert!(matches!(answer.status.as_u16(), 204 | 401), "{}", answer.status);
    }
    let log: Value = other.get("/v1/events").await.expect(200);
    let ended = log["items"].as_array().unwrap().iter().filter(|e| e["event"]["kind"] == "user.signed_out").count();
    assert_eq!(ended, 1);
    app.pump().await;
}
