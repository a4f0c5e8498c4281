//! `accounts-resend-sign-up`.

use jiff::SignedDuration;
use model::SignupId;
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD, link_token};

use crate::table::count;

const PATH: &str = "/v1/sign-up/resend";

async fn sign_up(app: &App, email: &str) -> SignupId {
    let answer = app.post("/v1/sign-up", json!({ "email": email, "company": "Acme" })).await;
    app.pump().await;
    serde_json::from_value(answer.expect::<Value>(202)["signup"].clone()).unwrap()
}

async fn resend(app: &App, signup: SignupId) -> Answer {
    let answer = app.post(PATH, json!({ "signup": signup })).await;
    app.pump().await;
    answer
}

#[tokio::test]
async fn another_mail_comes_and_its_link_works() {
    let app = App::start().await;
    let signup = sign_up(&app, "anna@acme.example").await;
    let first = link_token(&app.mail_to("anna@acme.example"));
    resend(&app, signup).await.expect::<Value>(202);
    assert_eq!(app.inbox().len(), 2);
    let second = link_token(&app.mail_to("anna@acme.example"));
    assert_ne!(first, second);
    let body = |token: &str| json!({ "token": token, "name": "Anna", "password": PASSWORD });
    app.post("/v1/verify-email", body(&second)).await.expect::<Value>(201);
    app.post("/v1/verify-email", body(&first)).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn every_sign_up_gets_one_answer_after_the_same_work() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let known = sign_up(&app, "owner@acme.example").await;
    let waiting = sign_up(&app, "anna@acme.example").await;
    let done: Vec<SignupId> = crate::links::ids(&app, "SIGNUP", &owner.tenant.to_string()).await;
    let late = sign_up(&app, "late@acme.example").await;
    let mut seen = Vec::new();
    for (why, signup) in [
        ("waiting", waiting),
        ("of an address that has an account", known),
        ("done", done[0]),
        ("never was", SignupId::from_bits(7)),
        ("late", late),
    ] {
        if why == "late" {
            app.clock.advance(SignedDuration::from_hours(25));
        }
        let before = app.system.aws.dynamodb_calls();
        let answer = app.post(PATH, json!({ "signup": signup })).await;
        let work = app.system.aws.dynamodb_calls().since(&before);
        app.pump().await;
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        // A sign-up that is there takes as many units as one that is not; its bytes are below one unit.
        seen.push((why, answer.expect::<Value>(202), headers, work));
    }
    for other in &seen {
        assert_eq!((&other.1, &other.2, &other.3), (&seen[0].1, &seen[0].2, &seen[0].3), "{}", other.0);
    }
    let mails = app.inbox().into_iter().filter(|mail| mail.to == ["late@acme.example"]).count();
    assert_eq!(mails, 1, "a sign-up that is over gets no more mail");
}

#[tokio::test]
async fn three_an_hour_and_no_more() {
    let app = App::start().await;
    let signup = sign_up(&app, "anna@acme.example").await;
    for _ in 0..3 {
        resend(&app, signup).await.expect::<Value>(202);
    }
    let answer = resend(&app, signup).await;
    answer.expect_problem(429, "too_many_requests");
    assert_eq!(answer.json()["violated-policies"], json!(["resend-sign-up"]));
    assert_eq!(count(&app, &["kind=S(\"signup.requested\")"]).await, 4);
    for body in [json!({}), json!({ "signup": "sup_1" }), json!({ "email": "anna@acme.example" })] {
        app.post(PATH, body).await.expect_problem(400, "bad_body");
    }
}
