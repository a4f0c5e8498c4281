//! `accounts-request-password-reset`.

use jiff::SignedDuration;
use model::ResetId;
use serde_json::{Value, json};
use tests::App;

use crate::links::{With, ids, post_with};
use crate::table::{count, items, scope, set_member};

const PATH: &str = "/v1/password-reset";

#[tokio::test]
async fn every_address_gets_one_answer_after_the_same_work() {
    let app = App::start().await;
    let removed = app.tenant("removed").await;
    app.tenant("acme").await;
    set_member(&app, &scope(&app, &removed).await, &removed, |member| member.active = false).await;
    app.sign_up("unverified@acme.example", "Unverified").await;
    let mut seen = Vec::new();
    for email in [
        "owner@acme.example",
        "nobody@acme.example",
        "unverified@acme.example",
        "owner@removed.example",
        " Öwner@BÜCHER.example ",
    ] {
        let before = app.system.aws.dynamodb_calls();
        let answer = app.post(PATH, json!({ "email": email })).await;
        let work = app.system.aws.dynamodb_calls().since(&before);
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        seen.push((answer.expect::<Value>(202), headers, work));
        app.pump().await;
    }
    for other in &seen {
        assert_eq!(other, &seen[0]);
    }
    assert_eq!(count(&app, &["PK=S(\"RESET#"]).await, 5);
}

#[tokio::test]
async fn the_event_is_in_the_log_of_the_users_company_and_holds_no_address() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.post(PATH, json!({ "email": "owner@acme.example" })).await.expect::<Value>(202);
    app.post(PATH, json!({ "email": "nobody@acme.example" })).await.expect::<Value>(202);
    app.pump().await;
    let [reset] = ids::<ResetId>(&app, "RESET", "owner@acme.example").await[..] else { panic!("one reset") };
    let log: Value = owner.get("/v1/events").await.expect(200);
    let event = &log["items"][0];
    assert_eq!(event["event"], json!({ "kind": "user.password_reset_requested", "reset": reset }));
    assert_eq!(event["actor"]["type"], "visitor");
    assert_eq!(count(&app, &["user.password_reset_requested"]).await, 2);
    assert_eq!(count(&app, &["user.password_reset_requested", "@"]).await, 0);
    assert_eq!(count(&app, &["user.password_reset_requested", &owner.tenant.to_string()]).await, 1);
}

#[tokio::test]
async fn what_is_no_address_is_said_and_writes_nothing() {
    let app = App::start().await;
    let before = items(&app).await;
    for email in ["", "anna", "a@b", "a b@c.example", "a@b.example\r\nbcc: c@d.example", "<a@b.example>"] {
        let answer = app.post(PATH, json!({ "email": email })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/email");
    }
    for body in [json!({}), json!({ "email": 1 }), json!({ "email": "a@b.example", "tenant": "x" })] {
        app.post(PATH, body).await.expect_problem(400, "bad_body");
    }
    assert_eq!(items(&app).await, before);
}

#[tokio::test]
async fn an_address_and_a_network_may_ask_so_often_known_or_not() {
    let app = App::start().await;
    app.tenant("acme").await;
    for email in ["owner@acme.example", "nobody@acme.example"] {
        for _ in 0..3 {
            app.post(PATH, json!({ "email": email })).await.expect::<Value>(202);
        }
        let answer = app.post(PATH, json!({ "email": email.to_uppercase() })).await;
        answer.expect_problem(429, "too_many_requests");
        assert_eq!(answer.headers["retry-after"], "1200");
        assert_eq!(answer.json()["violated-policies"], json!(["password-reset-address"]));
        assert_eq!(answer.headers["ratelimit-policy"], "\"password-reset-address\";q=3;w=3600");
    }
    app.clock.advance(SignedDuration::from_mins(20));
    app.post(PATH, json!({ "email": "owner@acme.example" })).await.expect::<Value>(202);

    let from = |ip: &str, number: u32| {
        let body = json!({ "email": format!("person{number}@acme.example") });
        let ip = ip.parse().ok();
        let app = &app;
        async move { post_with(app, PATH, &body, With { ip, ..With::default() }).await }
    };
    for number in 0..10 {
        from("2001:db8::1", number).await.expect::<Value>(202);
    }
    from("2001:db8::ffff", 10).await.expect_problem(429, "too_many_requests");
    from("2001:db8:0:1::1", 11).await.expect::<Value>(202);
    app.pump().await;
}
