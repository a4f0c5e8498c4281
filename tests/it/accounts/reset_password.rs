//! `accounts-reset-password`.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use jiff::SignedDuration;
use local_aws::Fault;
use model::ResetId;
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD};

use super::{sign_in::browser, sign_up::opened_by_a_scanner};
use crate::{
    links::{ask_change, ask_reset, ids, reset_link},
    table::{count, items, table},
};

const PATH: &str = "/v1/password-reset/confirm";
const NEW: &str = "lantern-oyster-gravel-41";
const EMAIL: &str = "owner@acme.example";

async fn confirm(app: &App, token: &str) -> Answer {
    app.post(PATH, json!({ "token": token, "password": NEW })).await
}

async fn sign_in(app: &App, password: &str) -> u16 {
    app.post("/v1/sign-in", json!({ "email": EMAIL, "password": password })).await.status.as_u16()
}

#[tokio::test]
async fn a_link_sets_the_password_ends_every_session_and_opens_none() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let other = app.sign_in(EMAIL).await;
    let stranger = app.tenant("nova").await;
    let token = ask_reset(&app, EMAIL).await;
    owner.get("/v1/me").await.expect::<Value>(200);
    let answer = confirm(&app, &token).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0), "no tokens");
    assert!(!answer.headers.contains_key("set-cookie"));
    for session in [&owner, &other] {
        session.get("/v1/me").await.expect_problem(401, "invalid_token");
        app.post("/v1/refresh", json!({ "refresh_token": session.refresh })).await.expect_problem(401, "invalid_token");
    }
    stranger.get("/v1/me").await.expect::<Value>(200);
    assert_eq!((sign_in(&app, PASSWORD).await, sign_in(&app, NEW).await), (401, 200));
    app.pump().await;
    assert_eq!(count(&app, &["user.password_changed", "by_reset=Bool(true)", &owner.user.to_string()]).await, 1);
    for secret in [NEW, token.as_str()] {
        assert_eq!(count(&app, &[secret]).await, 0);
    }
}

#[tokio::test]
async fn a_link_works_once_for_half_an_hour_and_for_nothing_else() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let verify = app.sign_up("new@acme.example", "New").await;
    let (_, change) = ask_change(&owner, &app, "other@acme.example").await;
    let used = ask_reset(&app, EMAIL).await;
    assert_eq!(confirm(&app, &used).await.status, 204);
    // Asked for by nobody we know: a link is made by mistake, and is good for nothing.
    app.post("/v1/password-reset", json!({ "email": "nobody@acme.example" })).await.expect::<Value>(202);
    app.pump().await;
    let nobodys = reset_link(&app, ids::<ResetId>(&app, "RESET", "nobody@acme.example").await[0]).await;
    let late = ask_reset(&app, EMAIL).await;
    let bad = [
        used.as_str(),
        &verify,
        &change,
        &nobodys,
        &owner.refresh,
        "",
        "spt_",
        &late[..late.len() - 1],
        &late.to_uppercase(),
        &format!("{late} "),
        &"x".repeat(50_000),
    ];
    let before = items(&app).await;
    for token in bad {
        confirm(&app, token).await.expect_problem(410, "link_not_good");
    }
    // Nor is it good where other links are.
    let as_verify = json!({ "token": late, "name": "Anna", "password": NEW });
    app.post("/v1/verify-email", as_verify).await.expect_problem(410, "link_not_good");
    for path in ["/v1/email-change/confirm", "/v1/email-change/undo"] {
        app.post(path, json!({ "token": late })).await.expect_problem(410, "link_not_good");
    }
    assert_eq!(items(&app).await, before, "a refused link changes nothing");
    app.clock.advance(SignedDuration::from_mins(30) - SignedDuration::from_secs(1));
    let last = confirm(&app, &late).await;
    assert_eq!(last.status, 204, "in the last second");
    let late = ask_reset(&app, EMAIL).await;
    app.clock.advance(SignedDuration::from_mins(30));
    confirm(&app, &late).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn a_password_changed_since_makes_every_older_link_void() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (first, second) = (ask_reset(&app, EMAIL).await, ask_reset(&app, EMAIL).await);
    assert_eq!(confirm(&app, &second).await.status, 204);
    confirm(&app, &first).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn opening_the_link_uses_nothing_up_and_a_weak_password_neither() {
    let app = App::start().await;
    app.tenant("acme").await;
    let token = ask_reset(&app, EMAIL).await;
    let before = items(&app).await;
    opened_by_a_scanner(
        &app,
        &[PATH, "/reset-password", &format!("{PATH}?token={token}"), &format!("/reset-password?token={token}")],
    )
    .await;
    for (password, code) in
        [("short", "too_short"), ("owner@acme.example", "easy_to_guess"), ("Steward12345", "easy_to_guess")]
    {
        let answer = app.post(PATH, json!({ "token": token, "password": password })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["code"], code, "{password}");
    }
    assert_eq!(items(&app).await, before);
    assert_eq!(confirm(&app, &token).await.status, 204);
    app.pump().await;
}

#[tokio::test]
async fn it_works_while_sign_in_waits_and_the_wait_is_over() {
    let app = App::start().await;
    app.tenant("acme").await;
    for _ in 0..12 {
        sign_in(&app, "wrong").await;
    }
    assert_eq!(sign_in(&app, PASSWORD).await, 401, "locked");
    let token = ask_reset(&app, EMAIL).await;
    assert_eq!(confirm(&app, &token).await.status, 204);
    assert_eq!(sign_in(&app, NEW).await, 200);
    app.pump().await;
}

#[tokio::test]
async fn a_browser_of_before_is_new_again_and_waits_as_others_do() {
    let app = App::start().await;
    app.tenant("acme").await;
    let from_browser =
        async |password: &str, cookie: Option<&str>| app.send(browser("203.0.113.7", password, cookie)).await;
    let before = from_browser(PASSWORD, None).await;
    let cookie = before.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let wait = async || {
        for _ in 0..6 {
            assert_eq!(sign_in(&app, "wrong").await, 401);
        }
    };
    wait().await;
    assert_eq!(from_browser(PASSWORD, Some(&cookie)).await.status, 200, "a browser that is known does not wait");

    let token = ask_reset(&app, EMAIL).await;
    assert_eq!(confirm(&app, &token).await.status, 204);
    wait().await;
    from_browser(NEW, Some(&cookie)).await.expect_problem(401, "sign_in_refused");
    app.clock.advance(SignedDuration::from_secs(2));
    let tokens: Value = from_browser(NEW, Some(&cookie)).await.expect(200);
    let log: Value = app.client(&tokens).get("/v1/events?kind=user.signed_in&limit=1").await.expect(200);
    assert_eq!(log["items"][0]["event"]["new_device"], true, "though no other is known");
    app.pump().await;
    let told = app.inbox().iter().filter(|mail| mail.subject.starts_with("1 new device signed in")).count();
    assert_eq!(told, 2, "when it came first, and when it came back");
}

#[tokio::test]
async fn the_second_factor_stays_as_it_is() {
    let app = App::start().await;
    app.tenant("acme").await;
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let key = |name: &str, value: &str| (name.to_owned(), AttributeValue::S(value.to_owned()));
    table(&app)
        .update_item()
        .table_name(name)
        .set_key(Some([key("PK", &format!("EMAIL#{EMAIL}")), key("SK", "EMAIL")].into()))
        .update_expression("SET second_factor = :yes")
        .expression_attribute_values(":yes", AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
    let token = ask_reset(&app, EMAIL).await;
    assert_eq!(confirm(&app, &token).await.status, 204);
    let login = format!("PK=S(\"EMAIL#{EMAIL}\")");
    assert_eq!(count(&app, &[&login, "second_factor=Bool(true)", "epoch=N(\"1\")"]).await, 1);
    app.pump().await;
}

#[tokio::test]
async fn of_racing_resets_one_wins_and_faults_do_not_do_it_twice() {
    let app = App::start().await;
    app.tenant("acme").await;
    let token = ask_reset(&app, EMAIL).await;
    let answers = join_all((0..5).map(|_| confirm(&app, &token))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410, 410, 410, 410]);
    let faults = app.system.aws.faults();
    for fault in [Fault::AnswerLost, Fault::TransactionConflict, Fault::TransactionInProgress] {
        app.clock.advance(SignedDuration::from_hours(1));
        let token = ask_reset(&app, EMAIL).await;
        faults.next_of("TransactWriteItems", fault);
        assert_eq!(confirm(&app, &token).await.status, 204);
    }
    faults.clear();
    app.pump().await;
    assert_eq!(count(&app, &["kind=S(\"user.password_changed\")"]).await, 4);
}

#[tokio::test]
async fn more_sessions_than_one_transaction_holds_end_all_the_same() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    // As many a script that signs in anew each time leaves behind.
    let membership = app.system.store.memberships(owner.user).await.unwrap().remove(0);
    for _ in 0..130 {
        let proven = store::Proven::of(owner.user, vec!["pwd".into()]);
        let noted = store::Noted::default();
        app.system.store.open_session_noting(proven, &membership, noted, store::Origin::SYSTEM).await.unwrap();
    }
    app.pump().await;
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 131);
    let token = ask_reset(&app, EMAIL).await;
    assert_eq!(confirm(&app, &token).await.status, 204);
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 0);
    app.pump().await;
}
