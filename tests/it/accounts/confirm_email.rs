//! `accounts-confirm-email`.

use futures::future::join_all;
use http::Method;
use jiff::SignedDuration;
use local_aws::Fault;
use model::{Role, RoleName};
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD};

use super::sign_up::opened_by_a_scanner;
use crate::{
    links::{ask_change, ask_reset, join, undo_link},
    table::{count, items},
};

const PATH: &str = "/v1/email-change/confirm";
const OLD: &str = "owner@acme.example";
const NEW: &str = "anna@acme.example";

async fn confirm(app: &App, token: &str) -> Answer {
    app.post(PATH, json!({ "token": token })).await
}

async fn signs_in(app: &App, email: &str) -> bool {
    app.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await.status == 200
}

#[tokio::test]
async fn the_new_address_signs_in_the_old_one_does_not_and_every_company_has_it() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &owner, "Owner of acme", OLD, &other, RoleName::System(Role::Member)).await;
    let reset = ask_reset(&app, OLD).await;
    let (_, token) = ask_change(&owner, &app, NEW).await;
    assert!(signs_in(&app, OLD).await && !signs_in(&app, NEW).await, "nothing changes before the link is used");
    assert_eq!(confirm(&app, &token).await.status, 204);
    assert!(!signs_in(&app, OLD).await && signs_in(&app, NEW).await);
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["email"], &me["has_password"]), (&json!(NEW), &json!(true)), "the session goes on");
    for company in [&owner, &other] {
        let members: Value = company.get("/v1/members").await.expect(200);
        let of_owner = members["items"].as_array().unwrap().iter().find(|m| m["user"] == json!(owner.user)).unwrap();
        assert_eq!(of_owner["email"], NEW);
    }
    // What was under way with the old address is void.
    app.post("/v1/password-reset/confirm", json!({ "token": reset, "password": "lantern-oyster-gravel-41" }))
        .await
        .expect_problem(410, "link_not_good");
    app.pump().await;
    assert_eq!(count(&app, &["kind=S(\"user.email_changed\")", "undone=Bool(false)"]).await, 1);
    // Before and after, and no address to write to: nobody can take anything out of a log.
    let masked = |email: &str| format!("{}…@{}", &email[..1], email.split('@').nth(1).unwrap());
    let log: Value = owner.get("/v1/events?kind=user.email_changed").await.expect(200);
    let event = &log["items"][0]["event"];
    assert_eq!((&event["before"], &event["after"]), (&json!(masked(OLD)), &json!(masked(NEW))));
    assert!(!log.to_string().contains(OLD) && !log.to_string().contains(NEW));
    // The old address is free for somebody else.
    app.sign_up(OLD, "Another").await;
}

#[tokio::test]
async fn a_link_works_once_for_a_day_for_the_address_one_has_and_for_nothing_else() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (change, used) = ask_change(&owner, &app, NEW).await;
    let (_, passed) = ask_change(&owner, &app, "passed@acme.example").await;
    let undo = undo_link(&app, change).await;
    assert_eq!(confirm(&app, &used).await.status, 204);
    let bad = [used.as_str(), &passed, &undo, &owner.refresh, "", "sct_", &"x".repeat(50_000)];
    let before = items(&app).await;
    for token in bad {
        confirm(&app, token).await.expect_problem(410, "link_not_good");
    }
    assert_eq!(items(&app).await, before);
    let (_, late) = ask_change(&owner, &app, "late@acme.example").await;
    app.clock.advance(SignedDuration::from_hours(24));
    confirm(&app, &late).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn opening_the_link_uses_nothing_up() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (_, token) = ask_change(&owner, &app, NEW).await;
    let before = items(&app).await;
    opened_by_a_scanner(&app, &[PATH, "/email-change", &format!("{PATH}?token={token}"), "/v1/email-change/undo"])
        .await;
    assert_eq!(items(&app).await, before);
    assert_eq!(confirm(&app, &token).await.status, 204);
    app.pump().await;
}

#[tokio::test]
async fn an_address_somebody_took_meanwhile_is_refused_and_two_who_want_one_race() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (_, token) = ask_change(&owner, &app, "taken@acme.example").await;
    let link = app.sign_up("taken@acme.example", "Taken").await;
    let body = json!({ "token": link, "name": "Somebody", "password": PASSWORD });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    let before = items(&app).await;
    confirm(&app, &token).await.expect_problem(410, "link_not_good");
    assert_eq!(items(&app).await, before);

    let (_, one) = ask_change(&owner, &app, NEW).await;
    let (_, two) = ask_change(&other, &app, NEW).await;
    let answers = join_all([confirm(&app, &one), confirm(&app, &two), confirm(&app, &one)]).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert_eq!(count(&app, &[&format!("PK=S(\"EMAIL#{NEW}\")")]).await, 1);
    // Whoever lost is as before.
    let emails = [owner.get("/v1/me").await.json()["email"].clone(), other.get("/v1/me").await.json()["email"].clone()];
    assert_eq!(emails.iter().filter(|email| **email == json!(NEW)).count(), 1, "{emails:?}");
    app.pump().await;
}

#[tokio::test]
async fn a_name_changed_at_the_same_time_is_not_lost_and_faults_do_not_do_it_twice() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (_, token) = ask_change(&owner, &app, NEW).await;
    let name = json!({ "name": "Anna Berg" });
    let rename = app.call(Method::PATCH, "/v1/me", Some(&owner.token), Some(&name));
    let (confirmed, renamed) = tokio::join!(confirm(&app, &token), rename);
    assert_eq!((confirmed.status.as_u16(), renamed.status.as_u16()), (204, 204));
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["name"], &me["email"]), (&json!("Anna Berg"), &json!(NEW)));
    let faults = app.system.aws.faults();
    for (number, fault) in
        [Fault::AnswerLost, Fault::TransactionConflict, Fault::TransactionInProgress].into_iter().enumerate()
    {
        let (_, token) = ask_change(&owner, &app, &format!("anna{number}@acme.example")).await;
        faults.next_of("TransactWriteItems", fault);
        assert_eq!(confirm(&app, &token).await.status, 204);
    }
    faults.clear();
    app.pump().await;
    assert_eq!(count(&app, &["PK=S(\"EMAIL#"]).await, 1);
}
