//! `accounts-sign-up-status`.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD, link_token};

use crate::table::items;

async fn status(app: &App, url: &str) -> Answer {
    app.call(Method::GET, url, None, None).await
}

#[tokio::test]
async fn a_sign_up_waits_and_then_is_done_or_over() {
    let app = App::start().await;
    let mut urls = Vec::new();
    for email in ["anna@acme.example", "late@acme.example"] {
        let answer: Value = app.post("/v1/sign-up", json!({ "email": email, "company": "Acme" })).await.expect(202);
        urls.push(answer["status_url"].as_str().unwrap().to_owned());
    }
    app.pump().await;
    let before = items(&app).await;
    let waiting = status(&app, &urls[0]).await;
    assert_eq!(waiting.expect::<Value>(200), json!({ "state": "waiting" }));
    assert_eq!((&waiting.headers["retry-after"], waiting.cost().0), (&"3".parse().unwrap(), 1));
    assert_eq!(items(&app).await, before, "asking changes nothing");
    let token = link_token(&app.mail_to("anna@acme.example"));
    let body = json!({ "token": token, "name": "Anna", "password": PASSWORD });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    let done = status(&app, &urls[0]).await;
    assert_eq!(done.expect::<Value>(200), json!({ "state": "done" }), "and nothing of whom or what");
    assert!(!done.headers.contains_key("retry-after"));
    app.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(status(&app, &urls[1]).await.expect::<Value>(200), json!({ "state": "expired" }));
    app.pump().await;
}

#[tokio::test]
async fn an_address_with_an_account_waits_like_one_whose_mail_nobody_reads() {
    let app = App::start().await;
    app.tenant("acme").await;
    let mut seen = Vec::new();
    for email in ["owner@acme.example", "nobody@acme.example"] {
        let answer: Value = app.post("/v1/sign-up", json!({ "email": email, "company": "Acme" })).await.expect(202);
        seen.push(answer["status_url"].as_str().unwrap().to_owned());
    }
    app.pump().await;
    for hours in [0, 23, 1] {
        app.clock.advance(SignedDuration::from_hours(hours));
        let (known, unknown) = (status(&app, &seen[0]).await, status(&app, &seen[1]).await);
        assert_eq!((known.json(), known.cost()), (unknown.json(), unknown.cost()));
    }
    let nobody = "/v1/sign-up/sup_00000000000000000000000000";
    assert_eq!(status(&app, nobody).await.expect::<Value>(200), json!({ "state": "expired" }));
    for wrong in ["x", "sup_", "ten_00000000000000000000000000", "%00"] {
        status(&app, &format!("/v1/sign-up/{wrong}")).await.expect_problem(404, "not_found");
    }
}
