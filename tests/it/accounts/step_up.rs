//! `accounts-step-up`.

use futures::join;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Authenticator, PASSWORD};

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
async fn guesses_are_limited_to_twenty_in_ten_minutes() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for _ in 0..20 {
        owner.post(PATH, json!({ "password": "" })).await.expect_problem(403, "password_refused");
    }
    let answer = owner.post(PATH, json!({ "password": PASSWORD })).await;
    answer.expect_problem(429, "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
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
