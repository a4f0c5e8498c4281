//! `accounts-begin-passkey`.

use jiff::SignedDuration;
use serde_json::Value;
use tests::{App, Authenticator};

const PATH: &str = "/v1/me/passkeys/begin";

#[tokio::test]
async fn the_browser_is_asked_for_a_passkey_that_names_nobody_and_none_that_is_there() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    let begun: Value = owner.act(PATH).await.expect(200);
    let asked = &begun["options"]["publicKey"];
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["user"]["name"], "owner@acme.example");
    assert_eq!(asked["user"]["displayName"], "Owner of acme");
    assert!(!asked["user"]["id"].as_str().unwrap().contains("acme"));
    let known = authenticator.create(&begun["options"])["id"].clone();
    assert_eq!(asked["excludeCredentials"][0]["id"], known);
    let again: Value = owner.act(PATH).await.expect(200);
    assert_ne!(again["options"]["publicKey"]["challenge"], asked["challenge"]);
    app.pump().await;
}

#[tokio::test]
async fn ten_are_the_most_and_it_needs_a_recent_proof() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for _ in 0..10 {
        owner.add_passkey(&mut Authenticator::new()).await;
    }
    owner.act(PATH).await.expect_problem(422, "invalid");
    let listed: Value = owner.get("/v1/me/factors").await.expect(200);
    assert_eq!(listed["passkeys"].as_array().unwrap().len(), 10);
    app.clock.advance(SignedDuration::from_secs(601));
    owner.act(PATH).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}
