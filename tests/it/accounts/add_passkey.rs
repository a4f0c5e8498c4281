//! `accounts-add-passkey`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Authenticator};

use super::second_factor::challenge;
use crate::table::items;

const PATH: &str = "/v1/me/passkeys";

#[tokio::test]
async fn the_first_passkey_brings_recovery_codes_and_the_password_alone_signs_in_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let added = owner.add_passkey(&mut Authenticator::new()).await;
    assert_eq!(added["passkey"]["name"], "Laptop");
    assert_eq!(added["passkey"]["last_used_at"], Value::Null);
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    let second = owner.add_passkey(&mut Authenticator::new()).await;
    assert_eq!(second["recovery_codes"], json!([]));
    let begun = challenge(&app, "owner@acme.example").await;
    assert_eq!(begun["methods"], json!(["passkey", "recovery_code"]));
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    let told = json!({ "kind": "user.factor_added", "user": owner.user, "factor": "passkey" });
    assert_eq!(log["items"][0]["event"], told);
    app.pump().await;
}

#[tokio::test]
async fn only_what_this_ceremony_asked_for_is_added() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let begin = async || owner.act("/v1/me/passkeys/begin").await.expect::<Value>(200);
    let body = |begun: &Value, credential: Value| json!({ "ceremony": begun["ceremony"], "name": "Laptop", "credential": credential });
    let mut registered = Authenticator::new();
    owner.add_passkey(&mut registered).await;
    let factors: Vec<String> = items(&app).await.into_iter().filter(|item| item.contains("FACTORS")).collect();

    let mut elsewhere = Authenticator::new();
    elsewhere.origin = "https://steward.phish.example".into();
    let mut unverified = Authenticator::new();
    unverified.verifies = false;
    for (why, authenticator) in
        [("another page", &mut elsewhere), ("no verified user", &mut unverified), ("known already", &mut registered)]
    {
        let begun = begin().await;
        let credential = authenticator.create(&begun["options"]);
        let answer = owner.post(PATH, body(&begun, credential)).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["code"], "refused", "{why}");
    }
    // The challenge of another ceremony, a used one, an old one, somebody else's, none.
    let (one, two) = (begin().await, begin().await);
    let credential = Authenticator::new().create(&one["options"]);
    owner.post(PATH, body(&two, credential.clone())).await.expect_problem(422, "invalid");
    owner.post(PATH, body(&two, credential.clone())).await.expect_problem(410, "link_not_good");
    stranger.post(PATH, body(&one, credential.clone())).await.expect_problem(410, "link_not_good");
    let late = begin().await;
    let credential = Authenticator::new().create(&late["options"]);
    for hostile in ["", "\u{202e}gnp.exe", &"x".repeat(101)] {
        let body = json!({ "ceremony": late["ceremony"], "name": hostile, "credential": credential });
        owner.post(PATH, body).await.expect_problem(422, "invalid");
    }
    let shapeless = json!({ "ceremony": begin().await["ceremony"], "name": "Laptop", "credential": { "id": 1 } });
    owner.post(PATH, shapeless).await.expect_problem(422, "invalid");
    app.clock.advance(SignedDuration::from_mins(10));
    owner.post(PATH, body(&late, credential)).await.expect_problem(410, "link_not_good");
    let after: Vec<String> = items(&app).await.into_iter().filter(|item| item.contains("FACTORS")).collect();
    assert_eq!(after, factors);
    app.pump().await;
}
