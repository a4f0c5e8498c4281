//! `accounts-begin-totp`.

use jiff::SignedDuration;
use serde_json::Value;
use tests::App;

use crate::table::{count, items};

const PATH: &str = "/v1/me/totp";

#[tokio::test]
async fn the_secret_is_shown_once_kept_sealed_and_changes_nothing_yet() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let begun: Value = owner.act(PATH).await.expect(200);
    let again: Value = owner.act(PATH).await.expect(200);
    let secret = begun["secret"].as_str().unwrap();
    assert_eq!(secret.len(), 32, "160 bits in base32");
    assert_ne!(begun["secret"], again["secret"]);
    let url: url::Url = begun["url"].as_str().unwrap().parse().unwrap();
    assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
    assert!(url.query_pairs().any(|(name, value)| name == "secret" && value == secret));
    assert_eq!(count(&app, &[secret]).await, 0);
    assert_eq!(count(&app, &[begun["setup"].as_str().unwrap()]).await, 0, "kept by its hash");
    assert_eq!(count(&app, &["FACTORS"]).await, 0);
    // Still signed in by the password alone.
    app.sign_in("owner@acme.example").await;
}

#[tokio::test]
async fn it_needs_a_proof_of_at_most_ten_minutes() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.clock.advance(SignedDuration::from_mins(10));
    owner.act(PATH).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(1));
    let before = items(&app).await;
    owner.act(PATH).await.expect_problem(403, "proof_too_old");
    assert_eq!(items(&app).await, before);
}
