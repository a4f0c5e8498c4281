//! `accounts-second-factor`.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{future::join_all, join};
use jiff::SignedDuration;
use model::{Policy, policy::SecondFactor};
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator, PASSWORD};

use crate::table::{claims, count, scope, set_login, set_policy};

const PATH: &str = "/v1/sign-in/second-factor";
const EMAIL: &str = "owner@acme.example";

/// The first step of a sign-in.
pub async fn challenge(app: &App, email: &str) -> Value {
    let step: Value = app.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await.expect(200);
    assert_eq!(step["next"], "second_factor");
    step
}

/// The second.
pub async fn answer(app: &App, begun: &Value, mut proof: Value) -> Answer {
    proof["challenge"] = begun["challenge"].clone();
    app.post(PATH, proof).await
}

#[tokio::test]
async fn the_right_password_brings_a_challenge_and_the_code_a_session() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    app.clock.advance(SignedDuration::from_secs(30));
    let first = app.post("/v1/sign-in", json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert!(first.cost().0 <= 4, "{:?}", first.cost());
    let begun: Value = first.expect(200);
    assert_eq!((&begun["methods"], &begun["expires_in"]), (&json!(["totp", "recovery_code"]), &json!(300)));
    assert!(begun.get("access_token").is_none() && begun.get("refresh_token").is_none());
    assert_eq!(count(&app, &[begun["challenge"].as_str().unwrap()]).await, 0, "kept by its hash");

    // The challenge is no token of any other sort.
    let challenge = begun["challenge"].as_str().unwrap();
    app.post("/v1/refresh", json!({ "refresh_token": challenge })).await.expect_problem(401, "invalid_token");
    let me = app.call(http::Method::GET, "/v1/me", Some(challenge), None).await;
    me.expect_problem(401, "invalid_token");

    let code = codes.at(app.clock.clock().now());
    let tokens: Value = answer(&app, &begun, json!({ "totp": code })).await.expect(200);
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["amr"], json!(["pwd", "otp"]));
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(owner.tenant), &json!(owner.user)));
    // Good once.
    answer(&app, &begun, json!({ "totp": codes.at(app.clock.clock().now()) }))
        .await
        .expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn a_code_works_once_however_it_is_posted() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    // The code that set the app up is used.
    let begun = challenge(&app, EMAIL).await;
    let used = json!({ "totp": codes.at(app.clock.clock().now()) });
    answer(&app, &begun, used).await.expect_problem(401, "second_factor_refused");

    app.clock.advance(SignedDuration::from_secs(30));
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    let (one, two) = (challenge(&app, EMAIL).await, challenge(&app, EMAIL).await);
    // Two sign-ins at once with one code: one gets in.
    let (a, b) = join!(answer(&app, &one, code.clone()), answer(&app, &two, code.clone()));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let third = challenge(&app, EMAIL).await;
    answer(&app, &third, code).await.expect_problem(401, "second_factor_refused");
    // A step back is refused once a later one was used; one step ahead is let through.
    let now = app.clock.clock().now();
    let step = SignedDuration::from_secs(30);
    for (at, good) in [(now - step, false), (now + step + step, false), (now + step, true), (now, false)] {
        let begun = challenge(&app, EMAIL).await;
        let status = answer(&app, &begun, json!({ "totp": codes.at(at) })).await.status;
        assert_eq!(status == 200, good, "{at}");
    }
    app.pump().await;
}

#[tokio::test]
async fn a_recovery_code_and_a_passkey_take_the_second_step_too() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;

    // One recovery code posted twice at once gets one in.
    let (one, two) = (challenge(&app, EMAIL).await, challenge(&app, EMAIL).await);
    assert_eq!(one["methods"], json!(["totp", "passkey", "recovery_code"]));
    let code = json!({ "recovery_code": codes.recovery[0] });
    let (a, b) = join!(answer(&app, &one, code.clone()), answer(&app, &two, code));
    assert_eq!([a.status.as_u16(), b.status.as_u16()].iter().filter(|status| **status == 200).count(), 1);

    let begun = challenge(&app, EMAIL).await;
    let asked: Value = app.call(http::Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200);
    let credential = authenticator.get(&asked["options"]);
    let shown = json!({ "passkey": { "ceremony": asked["ceremony"], "credential": credential } });
    let tokens: Value = answer(&app, &begun, shown.clone()).await.expect(200);
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["amr"], json!(["pwd", "hwk", "user"]));
    let begun = challenge(&app, EMAIL).await;
    answer(&app, &begun, shown).await.expect_problem(401, "second_factor_refused");
    for nonsense in [json!({}), json!({ "totp": "1", "recovery_code": "2" })] {
        answer(&app, &begun, nonsense).await.expect_problem(422, "invalid");
    }
    app.pump().await;
}

#[tokio::test]
async fn a_challenge_is_for_its_account_its_password_and_five_minutes() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let codes = owner.add_totp(app.clock.clock().now()).await;
    let others = other.add_totp(app.clock.clock().now()).await;
    app.clock.advance(SignedDuration::from_secs(30));
    let now = app.clock.clock().now();
    // The attacker's code does not answer the owner's challenge, nor a passkey of the attacker's.
    let begun = challenge(&app, EMAIL).await;
    answer(&app, &begun, json!({ "totp": others.at(now) })).await.expect_problem(401, "second_factor_refused");
    let mut authenticator = Authenticator::new();
    other.add_passkey(&mut authenticator).await;
    let asked: Value = app.call(http::Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200);
    let credential = authenticator.get(&asked["options"]);
    let shown = json!({ "passkey": { "ceremony": asked["ceremony"], "credential": credential } });
    answer(&app, &begun, shown).await.expect_problem(401, "second_factor_refused");

    app.clock.advance(SignedDuration::from_mins(5));
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    answer(&app, &begun, code.clone()).await.expect_problem(401, "sign_in_refused");
    // With the password it was made for the challenge is over.
    let begun = challenge(&app, EMAIL).await;
    set_login(&app, EMAIL, "epoch", AttributeValue::N("99".into())).await;
    answer(&app, &begun, code).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn wrong_codes_count_with_wrong_passwords_and_are_told() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    app.clock.advance(SignedDuration::from_secs(30));
    let begun = challenge(&app, EMAIL).await;
    for _ in 0..6 {
        answer(&app, &begun, json!({ "totp": "000000" })).await.expect_problem(401, "second_factor_refused");
    }
    // The right code has to wait now, and a right password does not begin anew.
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    answer(&app, &begun, code.clone()).await.expect_problem(401, "second_factor_refused");
    app.post("/v1/sign-in", json!({ "email": EMAIL, "password": PASSWORD }))
        .await
        .expect_problem(401, "sign_in_refused");
    let log: Value = owner.get("/v1/events").await.expect(200);
    let failed = json!({ "kind": "user.second_factor_failed", "user": owner.user, "by_microsoft": false });
    let told = log["items"].as_array().unwrap().iter().filter(|entry| entry["event"] == failed).count();
    assert_eq!(told, 6);
    app.clock.advance(SignedDuration::from_secs(2));
    answer(&app, &begun, code).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_before_they_are_looked_at() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.add_totp(app.clock.clock().now()).await;
    let begun = challenge(&app, EMAIL).await;
    let guesses = (0..40).map(|guess| answer(&app, &begun, json!({ "totp": format!("{guess:06}") })));
    let answers = join_all(guesses).await;
    let limited = answers.iter().filter(|answer| answer.status == 429).count();
    assert!(limited >= 20, "{limited} of 40 were limited");
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 401 | 429)));
    app.pump().await;
}

#[tokio::test]
async fn a_session_without_the_second_factor_a_company_needs_stays_out_however_it_is_renewed() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let now = app.clock.clock().now();
    let policy = Policy { second_factor: SecondFactor::Required { from: now }, ..Policy::default() };
    set_policy(&app, &scope(&app, &owner).await, policy).await;
    owner.get("/v1/tenant").await.expect_problem(403, "second_factor_required");
    let renewed: Value = app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect(200);
    let token = renewed["access_token"].as_str().unwrap();
    let call = app.call(http::Method::GET, "/v1/tenant", Some(token), None).await;
    call.expect_problem(403, "second_factor_required");
    // Setting one up is possible, and lets this session in.
    owner.add_totp(now).await;
    owner.get("/v1/tenant").await.expect::<Value>(200);
    let again = app.call(http::Method::GET, "/v1/tenant", Some(token), None).await;
    again.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn whoever_has_few_recovery_codes_left_is_told_by_mail() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    app.pump().await;
    let told =
        || app.inbox().into_iter().filter(|mail| mail.subject.contains("recovery codes left")).collect::<Vec<_>>();
    for (used, code) in codes.recovery.iter().enumerate().take(8) {
        let begun = challenge(&app, EMAIL).await;
        answer(&app, &begun, json!({ "recovery_code": code })).await.expect::<Value>(200);
        app.pump().await;
        assert_eq!(told().len(), used.saturating_sub(5), "{used}");
    }
    let mail = app.mail_to(EMAIL);
    assert_eq!(mail.subject, "You have 2 recovery codes left for Steward");
    assert!(!codes.recovery.iter().any(|code| mail.text.contains(code)));
    // From a new device one mail tells of both.
    let begun = challenge(&app, EMAIL).await;
    let body = json!({ "challenge": begun["challenge"], "recovery_code": codes.recovery[8] });
    let request = http::Request::post(PATH).header("content-type", "application/json").header("user-agent", "other");
    app.send(request.body(body.to_string().into()).unwrap()).await.expect::<Value>(200);
    let before = app.inbox().len();
    app.pump().await;
    assert_eq!(app.inbox().len(), before + 1);
    let mail = app.mail_to(EMAIL);
    assert_eq!(mail.subject, "You have 1 recovery code left for Steward");
    assert!(mail.text.contains("from a device that your account has not seen before"), "{}", mail.text);
}
