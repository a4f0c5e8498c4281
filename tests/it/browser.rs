//! Browsers keep the refresh token as a cookie that no script reads and no other site can use (C4).

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD};

use crate::links::{With, post_with};
use crate::table::count;

const EMAIL: &str = "owner@acme.example";

/// The token of the cookie an answer sets, after checking what browsers are told of it.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    let all: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    let [one] = all[..] else { panic!("{} cookies", all.len()) };
    let mut parts = one.to_str().unwrap().split("; ");
    let (name, token) = parts.next().unwrap().split_once('=').unwrap();
    assert_eq!(name, "__Host-steward-refresh");
    let mut attributes: Vec<&str> = parts.collect();
    attributes.sort_unstable();
    assert_eq!(attributes[0], "HttpOnly");
    assert!(attributes[1].starts_with("Max-Age="), "{attributes:?}");
    assert_eq!(attributes[2..], ["Path=/", "SameSite=Strict", "Secure"]);
    token.to_owned()
}

async fn signed_in(app: &App) -> (String, String) {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = post_with(app, "/v1/sign-in", &body, With { browser: true, ..With::default() }).await;
    let tokens: Value = answer.expect(200);
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    app.pump().await;
    (tokens["access_token"].as_str().unwrap().to_owned(), cookie(&answer))
}

async fn refresh(app: &App, token: &str) -> Answer {
    post_with(app, "/v1/refresh", &json!({}), With { cookie: Some(token), browser: true, ..With::default() }).await
}

#[tokio::test]
async fn sign_in_and_refresh_set_the_cookie_and_never_the_body() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (_, token) = signed_in(&app).await;
    let answer = refresh(&app, &token).await;
    let tokens: Value = answer.expect(200);
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    let next = cookie(&answer);
    assert_ne!(next, token);
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=604800;"), "as long as it may be idle");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(!text.contains(&next) && !text.contains("srt_"));
    // A program gets it in the body and no cookie.
    let answer = app.post("/v1/sign-in", json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert!(answer.expect::<Value>(200)["refresh_token"].is_string() && !answer.headers.contains_key("set-cookie"));
    app.pump().await;
}

#[tokio::test]
async fn a_cookie_without_the_header_does_nothing() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (access, token) = signed_in(&app).await;
    // What another site can make a browser send: the cookie, and no header of its own.
    let cross = || With { cookie: Some(&token), ..With::default() };
    post_with(&app, "/v1/refresh", &json!({}), cross()).await.expect_problem(400, "bad_body");
    post_with(&app, "/v1/sign-out", &json!({}), cross()).await.expect_problem(401, "missing_credentials");
    // Nor is the body's token taken from a browser, or the header without a cookie.
    let body = json!({ "refresh_token": token });
    let answer = post_with(&app, "/v1/refresh", &body, With { browser: true, ..With::default() }).await;
    answer.expect_problem(401, "missing_credentials");
    let answer = refresh(&app, &format!("{token}; __Host-steward-refresh=srt_x")).await;
    answer.expect_problem(401, "missing_credentials");
    app.call(http::Method::GET, "/v1/me", Some(&access), None).await.expect::<Value>(200);
    assert_eq!(refresh(&app, &token).await.status, 200);
}

#[tokio::test]
async fn two_tabs_at_once_and_an_answer_that_was_lost_get_one_successor() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (_, token) = signed_in(&app).await;
    let answers = join_all((0..6).map(|_| refresh(&app, &token))).await;
    let mut tokens: Vec<String> = Vec::new();
    for answer in &answers {
        match answer.status.as_u16() {
            200 => tokens.push(cookie(answer)),
            409 => {
                answer.expect_problem(409, "refresh_in_progress");
                assert_eq!(answer.headers["retry-after"], "1");
                assert!(!answer.headers.contains_key("set-cookie"), "a race takes no cookie away");
            }
            status => panic!("{status}"),
        }
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    app.clock.advance(SignedDuration::from_secs(20));
    assert_eq!(cookie(&refresh(&app, &token).await), tokens[0], "the answer was lost: the same once more");
    assert_eq!(count(&app, &["token.reuse_detected"]).await, 0);
}

#[tokio::test]
async fn a_refusal_takes_no_cookie_away_for_it_may_hold_the_token_of_a_request_that_won() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (_, old) = signed_in(&app).await;
    let next = cookie(&refresh(&app, &old).await);
    app.clock.advance(SignedDuration::from_mins(1));
    let answer = refresh(&app, &old).await;
    answer.expect_problem(401, "invalid_token");
    assert!(!answer.headers.contains_key("set-cookie"));
    refresh(&app, &next).await.expect_problem(401, "invalid_token");
    app.pump().await;
    assert_eq!(count(&app, &["kind=S(\"token.reuse_detected\")"]).await, 1);
}

#[tokio::test]
async fn signing_out_forgets_the_cookie_with_an_access_token_and_without() {
    let app = App::start().await;
    app.tenant("acme").await;
    let forget = "__Host-steward-refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict";
    for late in [false, true] {
        let (access, token) = signed_in(&app).await;
        let with = With { token: Some(&access), cookie: Some(&token), browser: true, ..With::default() };
        let with = if late { With { token: None, ..with } } else { with };
        if late {
            app.clock.advance(SignedDuration::from_hours(1));
        }
        let answer = post_with(&app, "/v1/sign-out", &json!({}), with).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.headers["set-cookie"], forget);
        refresh(&app, &token).await.expect_problem(401, "invalid_token");
        // Once more is no error.
        let again = With { cookie: Some(&token), browser: true, ..With::default() };
        assert_eq!(post_with(&app, "/v1/sign-out", &json!({}), again).await.status, 204);
        app.pump().await;
    }
    assert_eq!(count(&app, &["kind=S(\"user.signed_out\")"]).await, 2);
    // A token that is none of ours is nobody's session; the browser forgets it all the same.
    let forged = With { cookie: Some("srt_AAAA"), browser: true, ..With::default() };
    assert_eq!(post_with(&app, "/v1/sign-out", &json!({}), forged).await.headers["set-cookie"], forget);
    let none = With { browser: true, ..With::default() };
    post_with(&app, "/v1/sign-out", &json!({}), none).await.expect_problem(401, "missing_credentials");
}
