//! `accounts-failures-follow`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Client, PASSWORD};

use crate::{
    members::{change, invite, join, link},
    table::put_again,
};

const EMAIL: &str = "owner@nova.example";

/// The owner of Nova, invited to Acme later.
async fn in_both(app: &App) -> (Client<'_>, Client<'_>) {
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    invite(&acme, EMAIL, "member").await;
    let token = link(app, acme.tenant, EMAIL).await;
    app.clock.advance(SignedDuration::from_mins(1));
    nova.post("/v1/invitations/accept", json!({ "token": token })).await.expect::<Value>(201);
    app.pump().await;
    (acme, nova)
}

async fn failed(client: &Client<'_>) -> Vec<Value> {
    let log: Value = client.get("/v1/events?kind=user.sign_in_failed").await.expect(200);
    log["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_company_of_the_account_hears_of_a_failed_sign_in_once_with_where_it_came_from() {
    let app = App::start().await;
    let (acme, nova) = in_both(&app).await;
    let body = json!({ "email": EMAIL, "password": "wrong-tractor-mumbles-9" });
    app.post("/v1/sign-in", body).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
    let (own, other) = (failed(&nova).await, failed(&acme).await);
    let ([own], [other]) = (own.as_slice(), other.as_slice()) else { panic!("{own:?} {other:?}") };
    let told = json!({ "kind": "user.sign_in_failed", "user": nova.user, "failures": 1, "step": "password" });
    assert_eq!(own["event"], told);
    assert_eq!((&other["event"]["repeats"], &other["event"]["user"]), (&own["id"], &json!(nova.user)));
    for same in ["actor", "request_id", "ip", "user_agent", "status"] {
        assert_eq!(own[same], other[same], "{same}");
    }
    // The bus brings it twice; what it caused is not repeated again.
    let mails = app.inbox().len();
    put_again(&app, "user.sign_in_failed").await;
    app.pump().await;
    assert_eq!(failed(&acme).await.iter().filter(|entry| entry["event"]["repeats"] == own["id"]).count(), 1);
    assert_eq!(app.inbox().len(), mails);
}

#[tokio::test]
async fn a_wrong_second_factor_is_heard_of_too() {
    let app = App::start().await;
    let (acme, nova) = in_both(&app).await;
    nova.add_totp(app.clock.clock().now()).await;
    let begun = app.post("/v1/sign-in", json!({ "email": EMAIL, "password": PASSWORD })).await.json();
    let guess = json!({ "challenge": begun["challenge"], "totp": "000000" });
    app.post("/v1/sign-in/second-factor", guess).await.expect_problem(401, "second_factor_refused");
    app.pump().await;
    let told: Value = nova.get("/v1/events?kind=user.second_factor_failed").await.expect(200);
    assert_eq!((told["items"].as_array().unwrap().len(), &told["items"][0]["status"]), (1, &json!("failure")));
    let other = failed(&acme).await;
    assert_eq!(other.len(), 1);
    assert_eq!(other[0]["event"]["repeats"], told["items"][0]["id"]);
    assert_eq!(other[0]["text"], "A sign-in failed at its second factor.");
}

#[tokio::test]
async fn a_wrong_proof_of_who_is_signed_in_is_heard_of_too() {
    let app = App::start().await;
    let (acme, nova) = in_both(&app).await;
    let body = json!({ "password": "wrong-tractor-mumbles-9" });
    nova.post("/v1/step-up", body).await.expect_problem(403, "password_refused");
    app.pump().await;
    let (own, other) = (failed(&nova).await, failed(&acme).await);
    let ([own], [other]) = (own.as_slice(), other.as_slice()) else { panic!("{own:?} {other:?}") };
    assert_eq!((&own["event"]["step"], &own["event"]["failures"]), (&json!("step_up"), &json!(1)));
    assert_eq!((&other["event"]["step"], &other["event"]["repeats"]), (&json!("step_up"), &own["id"]));
    assert_eq!(other["text"], "Confirming who one is failed.");
}

#[tokio::test]
async fn a_company_that_deactivated_the_person_hears_nothing_of_where_they_sign_in_from() {
    let app = App::start().await;
    let (acme, nova) = in_both(&app).await;
    let body = json!({ "email": EMAIL, "password": "wrong-tractor-mumbles-9" });
    app.post("/v1/sign-in", body.clone()).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
    change(&app, &acme, &nova, json!({ "active": false })).await.expect::<Value>(200);
    app.pump().await;
    app.post("/v1/sign-in", body).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
    assert_eq!((failed(&nova).await.len(), failed(&acme).await.len()), (2, 1));
}

#[tokio::test]
async fn nor_does_it_where_it_was_their_first_company() {
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    let email = "ben@acme.example";
    let ben = join(&app, &acme, email, "member").await;
    invite(&nova, email, "member").await;
    let token = link(&app, nova.tenant, email).await;
    app.clock.advance(SignedDuration::from_mins(1));
    ben.post("/v1/invitations/accept", json!({ "token": token })).await.expect::<Value>(201);
    app.pump().await;
    change(&app, &acme, &ben, json!({ "active": false })).await.expect::<Value>(200);
    app.pump().await;
    let body = json!({ "email": email, "password": "wrong-tractor-mumbles-9" });
    app.post("/v1/sign-in", body).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
    assert_eq!((failed(&nova).await.len(), failed(&acme).await.len()), (1, 0));
}
