//! `accounts-sign-out-everywhere`.

use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, PASSWORD};

use super::change_password::signed_in;
use crate::{deaths::held_behind, table::count};

const PATH: &str = "/v1/sign-out/everywhere";

#[tokio::test]
async fn every_session_of_this_person_is_over_and_no_other() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(app.sign_in("owner@acme.example").await);
    }
    assert_eq!(owner.act(PATH).await.status, 204);
    for client in others.iter().chain([&owner]) {
        client.get("/v1/me").await.expect_problem(401, "invalid_token");
        app.post("/v1/refresh", json!({ "refresh_token": client.refresh })).await.expect_problem(401, "invalid_token");
    }
    stranger.get("/v1/me").await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(1));
    let again = app.sign_in("owner@acme.example").await;
    let log: Value = again.get("/v1/events").await.expect(200);
    let kinds: Vec<&str> =
        log["items"].as_array().unwrap().iter().map(|entry| entry["event"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "user.sessions_revoked").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "user.signed_out").count(), 1, "{kinds:?}");
    // Alone, there is nobody else to sign out, and nothing to tell of it.
    assert_eq!(again.act(PATH).await.status, 204);
    app.pump().await;
}

#[tokio::test]
async fn of_the_devices_the_one_it_is_asked_on_alone_stays_known() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (token, here, _) = signed_in(&app, PASSWORD, None).await;
    let (_, elsewhere, _) = signed_in(&app, PASSWORD, None).await;
    let request = Request::post(PATH)
        .header("authorization", format!("Bearer {token}"))
        .header("sec-fetch-site", "same-origin")
        .header("cookie", here.as_deref().unwrap());
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.status, 204);
    for (cookie, new) in [(here, false), (elsewhere, true)] {
        assert_eq!(signed_in(&app, PASSWORD, cookie.as_deref()).await.2, json!(new), "{cookie:?}");
    }
    app.pump().await;
}

#[tokio::test]
async fn more_sessions_than_one_transaction_takes_are_ended() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for _ in 0..101 {
        app.post("/v1/sign-in", json!({ "email": "owner@acme.example", "password": PASSWORD }))
            .await
            .expect::<Value>(200);
    }
    assert_eq!(count(&app, &["SESSION#"]).await, 102);
    assert_eq!(owner.act(PATH).await.status, 204);
    assert_eq!(count(&app, &["SESSION#"]).await, 0);
    app.pump().await;
}

#[tokio::test]
async fn no_session_is_left_that_this_one_opens_while_it_is_asked() {
    for call in 1.. {
        let app = App::start().await;
        let owner = app.tenant("acme").await;
        // Whoever has the token of this session as well.
        let switch = format!("/v1/me/tenants/{}/switch", owner.tenant);
        let held = held_behind(&app, call, owner.act(PATH), owner.act(&switch)).await;
        app.pump().await;
        let Some((out, _)) = held else {
            assert!(call > 4, "it took {} calls", call - 1);
            break;
        };
        assert_eq!(out.status, 204);
        assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 0, "held back behind call {call}");
    }
}
