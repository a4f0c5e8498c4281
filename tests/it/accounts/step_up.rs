//! `accounts-step-up`.

use futures::{future::join_all, join};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Authenticator, PASSWORD};

use super::second_factor::{answer, challenge};

const EMAIL: &str = "owner@acme.example";
const PATH: &str = "/v1/step-up";
/// Something that needs a recent proof.
const ACT: &str = "/v1/me/totp";

#[tokio::test]
async fn the_password_confirms_for_ten_minutes_while_there_is_no_second_factor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let other = app.sign_in("owner@acme.example").await;
    app.clock.advance(SignedDuration::from_secs(601));
    owner.act(ACT).await.expect_problem(403, "proof_too_old");
    owner.post(PATH, json!({ "password": "wrong" })).await.expect_problem(403, "password_refused");
    owner.act(ACT).await.expect_problem(403, "proof_too_old");
    assert_eq!(owner.post(PATH, json!({ "password": PASSWORD })).await.status, 204);
    owner.act(ACT).await.expect::<Value>(200);
    for nonsense in [json!({}), json!({ "password": PASSWORD, "totp": "1" })] {
        owner.post(PATH, nonsense).await.expect_problem(422, "invalid");
    }
    // This session's, not the account's.
    other.act(ACT).await.expect_problem(403, "proof_too_old");
    // A renewal in between neither loses nor gives it.
    let renewed: Value = app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect(200);
    let token = renewed["access_token"].as_str().unwrap();
    app.call(http::Method::POST, ACT, Some(token), None).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(601));
    app.call(http::Method::POST, ACT, Some(token), None).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}

#[tokio::test]
async fn a_code_or_a_passkey_confirms_once() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    app.clock.advance(SignedDuration::from_secs(601));
    owner.act(ACT).await.expect_problem(403, "proof_too_old");

    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    let (one, two) = join!(owner.post(PATH, code.clone()), owner.post(PATH, code.clone()));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    owner.act(ACT).await.expect::<Value>(200);
    owner.post(PATH, code).await.expect_problem(401, "second_factor_refused");

    app.clock.advance(SignedDuration::from_secs(601));
    let asked: Value = app.call(http::Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200);
    let credential = authenticator.get(&asked["options"]);
    let body = json!({ "passkey": { "ceremony": asked["ceremony"], "credential": credential } });
    // The access token is over by now; the session is not.
    let renewed: Value = app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect(200);
    let token = renewed["access_token"].as_str();
    app.call(http::Method::POST, ACT, token, None).await.expect_problem(403, "proof_too_old");
    let post = async |body: &Value| app.call(http::Method::POST, PATH, token, Some(body)).await;
    assert_eq!(post(&body).await.status, 204);
    post(&body).await.expect_problem(401, "second_factor_refused");
    app.call(http::Method::POST, ACT, token, None).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn five_failures_are_free_each_further_one_makes_wait_and_success_clears() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (wrong, right) = (json!({ "password": "wrong-tractor-mumbles-9" }), json!({ "password": PASSWORD }));
    for _ in 0..6 {
        owner.post(PATH, wrong.clone()).await.expect_problem(403, "password_refused");
    }
    let early = owner.post(PATH, right.clone()).await;
    early.expect_problem(429, "too_many_requests");
    assert_eq!(early.headers["retry-after"], "2");
    // Whichever session it is. Signing in does not wait, and is a proof itself.
    let anew = app.sign_in(EMAIL).await;
    anew.post(PATH, right.clone()).await.expect_problem(429, "too_many_requests");
    anew.act(ACT).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(owner.post(PATH, right).await.status, 204);
    for _ in 0..6 {
        owner.post(PATH, wrong.clone()).await.expect_problem(403, "password_refused");
    }
    owner.post(PATH, wrong).await.expect_problem(429, "too_many_requests");
    app.pump().await;
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_before_they_are_looked_at_in_whichever_session() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.add_totp(app.clock.clock().now()).await;
    let tokens: Value = owner.act(&format!("/v1/me/tenants/{}/switch", owner.tenant)).await.expect(200);
    let opened = app.client(&tokens);
    let guesses = (0..40).map(|guess| {
        let session = if guess % 2 == 0 { &owner } else { &opened };
        session.post(PATH, json!({ "totp": format!("{guess:06}") }))
    });
    let answers = join_all(guesses).await;
    let limited = answers.iter().filter(|answer| answer.status == 429).count();
    assert!(limited >= 20, "{limited} of 40 were limited");
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 401 | 429 | 503)));
    app.pump().await;
}

#[tokio::test]
async fn each_failure_stands_in_the_log_and_the_tenth_is_told_by_mail() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.add_totp(app.clock.clock().now()).await;
    app.pump().await;
    let told = || app.inbox().into_iter().filter(|mail| mail.subject.contains("to confirm that it is you"));
    for failure in 1..=10 {
        assert_eq!(told().count(), 0, "{failure}");
        owner.post(PATH, json!({ "totp": "000000" })).await.expect_problem(401, "second_factor_refused");
        app.pump().await;
        app.clock.advance(SignedDuration::from_secs(33));
    }
    let mails: Vec<_> = told().collect();
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(mail.subject, "10 failed tries to confirm that it is you in Steward");
    assert_eq!(mail.to, [EMAIL]);
    let log: Value = owner.get("/v1/events?limit=100").await.expect(200);
    let log = log["items"].as_array().unwrap();
    let of = |kind: &str| log.iter().filter(|entry| entry["event"]["kind"] == kind).collect::<Vec<_>>();
    let failed = of("user.sign_in_failed");
    let failures: Vec<_> = failed.iter().map(|entry| entry["event"]["failures"].as_u64().unwrap()).collect();
    assert_eq!(failures, (1..=9).rev().collect::<Vec<_>>());
    for entry in failed.into_iter().chain(of("user.sign_in_blocked")) {
        assert_eq!((&entry["event"]["step"], &entry["status"]), (&json!("step_up"), &json!("failure")));
        assert_eq!(entry["actor"]["id"], json!(owner.user), "whose session it was");
    }
    assert_eq!(of("user.sign_in_blocked").len(), 1);
}

#[tokio::test]
async fn who_guesses_in_a_session_that_is_not_theirs_keeps_its_owner_from_no_second_step_elsewhere() {
    let app = App::start().await;
    let stolen = app.tenant("acme").await;
    let codes = stolen.add_totp(app.clock.clock().now()).await;
    let guess = json!({ "totp": "000000" });
    for _ in 0..10 {
        stolen.post(PATH, guess.clone()).await.expect_problem(401, "second_factor_refused");
        app.clock.advance(SignedDuration::from_secs(33));
    }
    // Until neither the wait nor the limit lets another through.
    for _ in 0..40 {
        stolen.post(PATH, guess.clone()).await;
    }
    stolen.post(PATH, guess).await.expect_problem(429, "too_many_requests");
    let begun = challenge(&app, EMAIL).await;
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    let tokens: Value = answer(&app, &begun, code).await.expect(200);
    // And that is a proof, with nothing to wait for.
    app.client(&tokens).act(ACT).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_renewal_at_the_same_instant_loses_neither() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.clock.advance(SignedDuration::from_secs(601));
    let mut refresh = owner.refresh.clone();
    for _ in 0..5 {
        let body = json!({ "refresh_token": refresh });
        let (confirmed, renewed) =
            join!(owner.post(PATH, json!({ "password": PASSWORD })), app.post("/v1/refresh", body));
        assert_eq!(confirmed.status, 204);
        let renewed: Value = renewed.expect(200);
        refresh = renewed["refresh_token"].as_str().unwrap().to_owned();
        owner.act(ACT).await.expect::<Value>(200);
    }
    app.post("/v1/refresh", json!({ "refresh_token": refresh })).await.expect::<Value>(200);
    app.pump().await;
}
