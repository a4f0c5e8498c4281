//! `accounts-sign-in`.

use http::HeaderMap;
use jiff::SignedDuration;
use model::TenantState;
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD};

use crate::table::{count, scope, set_member, set_state};

const PATH: &str = "/v1/sign-in";

async fn attempt(app: &App, email: &str, password: &str) -> Answer {
    app.post(PATH, json!({ "email": email, "password": password })).await
}

/// All of an answer that its reader could tell cases apart by.
fn told(answer: &Answer) -> (u16, Value, HeaderMap, u32) {
    let (mut body, mut headers) = (answer.json(), answer.headers.clone());
    body.as_object_mut().unwrap().remove("instance");
    headers.remove("x-request-id");
    headers.remove("x-steward-capacity");
    (answer.status.as_u16(), body, headers, answer.cost().0)
}

#[tokio::test]
async fn every_refusal_reads_alike_and_takes_as_many_round_trips() {
    let app = App::start().await;
    let (removed, suspended, locked) =
        (app.tenant("removed").await, app.tenant("suspended").await, app.tenant("locked").await);
    app.tenant("acme").await;
    app.sign_up("unverified@acme.example", "Unverified").await;
    set_member(&app, &scope(&app, &removed).await, &removed, |member| member.active = false).await;
    set_state(&app, &scope(&app, &suspended).await, TenantState::Suspended).await;
    for _ in 0..7 {
        attempt(&app, "owner@locked.example", "wrong").await.expect_problem(401, "sign_in_refused");
    }
    let foreign = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": locked.tenant });
    let refusals = [
        ("unknown", attempt(&app, "nobody@acme.example", PASSWORD).await),
        ("no address", attempt(&app, "not an address", PASSWORD).await),
        ("wrong", attempt(&app, "owner@acme.example", "wrong-tractor-mumbles-9").await),
        ("empty", attempt(&app, "owner@acme.example", "").await),
        ("huge", attempt(&app, "owner@acme.example", &"x".repeat(60_000)).await),
        ("unverified", attempt(&app, "unverified@acme.example", PASSWORD).await),
        ("locked", attempt(&app, "owner@locked.example", PASSWORD).await),
        ("removed", attempt(&app, "owner@removed.example", PASSWORD).await),
        ("suspended", attempt(&app, "owner@suspended.example", PASSWORD).await),
        ("another company", app.post(PATH, foreign).await),
    ];
    let first = told(&refusals[0].1);
    refusals[0].1.expect_problem(401, "sign_in_refused");
    assert!(first.3 <= 3, "{} round trips", first.3);
    for (why, answer) in &refusals {
        assert_eq!(told(answer), first, "{why}");
    }
    for state in
        [TenantState::Pending, TenantState::Cancelled, TenantState::Purging, TenantState::Purged, TenantState::Failed]
    {
        let suspended = crate::table::scope_of(&app, suspended.tenant);
        set_state(&app, &suspended, state).await;
        assert_eq!(told(&attempt(&app, "owner@suspended.example", PASSWORD).await), first, "{state:?}");
    }
    app.pump().await;
}

#[tokio::test]
async fn signing_in_takes_three_round_trips_and_says_who_and_where() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = attempt(&app, " Owner@ACME.example ", PASSWORD).await;
    let tokens: Value = answer.expect(200);
    assert!(answer.cost().0 <= 3, "{:?}", answer.cost());
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(owner.tenant), &json!(owner.user)));
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_ne!(tokens["refresh_token"], owner.refresh, "each sign-in is a session of its own");
    let named = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": owner.tenant });
    app.post(PATH, named).await.expect::<Value>(200);
    let bad = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": "ten_1" });
    app.post(PATH, bad).await.expect_problem(400, "bad_body");
    // The table knows the tokens by hash or sealed.
    for secret in [tokens["refresh_token"].as_str().unwrap(), tokens["access_token"].as_str().unwrap(), PASSWORD] {
        assert_eq!(count(&app, &[secret]).await, 0);
    }
    app.pump().await;
}

#[tokio::test]
async fn five_failures_are_free_each_further_one_makes_wait_and_success_clears() {
    let app = App::start().await;
    let email = "owner@acme.example";
    app.tenant("acme").await;
    for _ in 0..5 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
    }
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);
    // Cleared: five more are free, the sixth waits two seconds, however often one knocks meanwhile.
    for _ in 0..6 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
    }
    for _ in 0..3 {
        attempt(&app, email, PASSWORD).await.expect_problem(401, "sign_in_refused");
    }
    app.clock.advance(SignedDuration::from_secs(1));
    attempt(&app, email, PASSWORD).await.expect_problem(401, "sign_in_refused");
    app.clock.advance(SignedDuration::from_secs(1));
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);

    // The wait doubles and never passes a quarter of an hour: a stranger cannot lock an account for good.
    for failure in 1..=18u32 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
        let wait = failure.checked_sub(5).filter(|over| *over > 0).map_or(0, |over| (1i64 << over.min(10)).min(900));
        if wait > 0 && failure % 4 == 0 {
            app.clock.advance(SignedDuration::from_secs(wait - 1));
            attempt(&app, email, PASSWORD).await.expect_problem(401, "sign_in_refused");
            app.clock.advance(SignedDuration::from_secs(1));
        } else {
            app.clock.advance(SignedDuration::from_secs(wait));
        }
    }
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn an_address_nobody_has_an_account_for_is_not_kept_in_clear() {
    let app = App::start().await;
    for _ in 0..7 {
        attempt(&app, "nobody@secret.example", "wrong").await.expect_problem(401, "sign_in_refused");
    }
    assert_eq!(count(&app, &["nobody@secret.example"]).await, 0);
    assert_eq!(count(&app, &["THROTTLE#"]).await, 1);
}

#[tokio::test]
async fn a_password_is_the_same_however_its_letters_are_composed() {
    let app = App::start().await;
    let token = app.sign_up("anna@acme.example", "Acme").await;
    let body = json!({ "token": token, "name": "Anna", "password": "blåbärsgröt-på-tåget-7" });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    let decomposed = "bla\u{30a}ba\u{308}rsgro\u{308}t-pa\u{30a}-ta\u{30a}get-7";
    attempt(&app, "anna@acme.example", decomposed).await.expect::<Value>(200);
    attempt(&app, "anna@acme.example", "blabarsgrot-pa-taget-7").await.expect_problem(401, "sign_in_refused");
    attempt(&app, "anna@acme.example", "Blåbärsgröt-på-tåget-7").await.expect_problem(401, "sign_in_refused");
    app.pump().await;
}
