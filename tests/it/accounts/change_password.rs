//! `accounts-change-password`.

use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, PASSWORD};

use super::sign_in::browser;
use crate::deaths::held_behind;
use crate::links::ask_reset;
use crate::table::{count, items};

const PATH: &str = "/v1/me/password";
const NEW: &str = "lantern-oyster-gravel-41";
const EMAIL: &str = "owner@acme.example";

#[tokio::test]
async fn the_password_changes_other_sessions_end_and_this_one_goes_on() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let other = app.sign_in(EMAIL).await;
    let reset = ask_reset(&app, EMAIL).await;
    let answer = owner.post(PATH, json!({ "password": NEW })).await;
    assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
    owner.get("/v1/me").await.expect::<Value>(200);
    other.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect::<Value>(200);
    app.post("/v1/refresh", json!({ "refresh_token": other.refresh })).await.expect_problem(401, "invalid_token");
    for (password, status) in [(PASSWORD, 401), (NEW, 200)] {
        let answer = app.post("/v1/sign-in", json!({ "email": EMAIL, "password": password })).await;
        assert_eq!(answer.status.as_u16(), status);
    }
    // A link that somebody asked for before is void.
    app.post("/v1/password-reset/confirm", json!({ "token": reset, "password": PASSWORD }))
        .await
        .expect_problem(410, "link_not_good");
    app.pump().await;
    assert_eq!(count(&app, &["user.password_changed", "by_reset=Bool(false)"]).await, 1);
    assert_eq!(count(&app, &[NEW]).await, 0);
}

#[tokio::test]
async fn a_change_under_way_does_not_replace_a_password_that_was_reset_meanwhile() {
    const OWNERS: &str = "harbor-whistle-thimble-88";
    let mut refused = 0;
    for call in 1.. {
        let app = App::start().await;
        let thief = app.tenant("acme").await;
        let token = ask_reset(&app, EMAIL).await;
        let reset = app.post("/v1/password-reset/confirm", json!({ "token": token, "password": OWNERS }));
        let held = held_behind(&app, call, thief.post(PATH, json!({ "password": NEW })), reset).await;
        app.pump().await;
        let Some((changed, reset)) = held else { break };
        if changed.status == 204 {
            // It was changed before: the owner asks for another link.
            reset.expect_problem(410, "link_not_good");
            continue;
        }
        changed.expect_problem(401, "invalid_token");
        assert_eq!(reset.status, 204, "held back behind call {call}");
        for (password, status) in [(NEW, 401), (PASSWORD, 401), (OWNERS, 200)] {
            let answer = app.post("/v1/sign-in", json!({ "email": EMAIL, "password": password })).await;
            assert_eq!(answer.status.as_u16(), status, "held back behind call {call}: {password}");
        }
        app.pump().await;
        refused += 1;
    }
    assert!(refused > 2, "{refused}");
}

/// Signs in in a browser: the access token, the cookie the browser is to keep, and whether it was a new device.
pub async fn signed_in(app: &App, password: &str, cookie: Option<&str>) -> (String, Option<String>, Value) {
    app.clock.advance(SignedDuration::from_secs(1));
    let answer = app.send(browser("203.0.113.7", password, cookie)).await;
    let tokens: Value = answer.expect(200);
    let kept = answer.headers.get("set-cookie").map(|kept| kept.to_str().unwrap().split(';').next().unwrap());
    let log: Value = app.client(&tokens).get("/v1/events?kind=user.signed_in&limit=1").await.expect(200);
    let new = log["items"][0]["event"]["new_device"].clone();
    (tokens["access_token"].as_str().unwrap().to_owned(), kept.map(str::to_owned), new)
}

#[tokio::test]
async fn of_the_devices_the_one_it_is_changed_on_alone_stays_known() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (token, here, _) = signed_in(&app, PASSWORD, None).await;
    let (_, elsewhere, _) = signed_in(&app, PASSWORD, None).await;
    let change = Request::post(PATH)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .header("sec-fetch-site", "same-origin")
        .header("cookie", here.as_deref().unwrap());
    let change = change.body(Body::from(json!({ "password": NEW }).to_string())).unwrap();
    assert_eq!(app.send(change).await.status, 204);
    for (cookie, new) in [(here, false), (elsewhere, true)] {
        assert_eq!(signed_in(&app, NEW, cookie.as_deref()).await.2, json!(new), "{cookie:?}");
    }
    app.pump().await;
}

#[tokio::test]
async fn it_takes_a_recent_proof_and_a_good_password() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    for (password, code) in [("short", "too_short"), (EMAIL, "easy_to_guess"), (&"x".repeat(129), "too_long")] {
        let answer = owner.post(PATH, json!({ "password": password })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["code"], code);
    }
    owner.post(PATH, json!({ "password": NEW, "old": PASSWORD })).await.expect_problem(400, "bad_body");
    app.clock.advance(SignedDuration::from_mins(10) + SignedDuration::from_secs(1));
    owner.post(PATH, json!({ "password": NEW })).await.expect_problem(403, "proof_too_old");
    // Refreshing is no proof.
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect(200);
    let answer =
        app.call(http::Method::POST, PATH, tokens["access_token"].as_str(), Some(&json!({ "password": NEW }))).await;
    answer.expect_problem(403, "proof_too_old");
    let login = |items: &[String]| items.iter().find(|item| item.contains("PK=S(\"EMAIL#")).cloned();
    assert_eq!(login(&items(&app).await), login(&before));
}
