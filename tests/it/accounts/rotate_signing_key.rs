//! `accounts-rotate-signing-key`, called as Secrets Manager calls it.

use http::Method;
use jiff::SignedDuration;
use local_aws::Fault;
use serde_json::{Value, json};
use tests::{App, Options};

async fn published(app: &App) -> Vec<String> {
    let keys: Value = app.call(Method::GET, "/.well-known/jwks.json", None, None).await.expect(200);
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn in_force(app: &App) -> String {
    let secret: Value = runtime::secrets(app.system.connect()).unwrap().get("signing").await.unwrap();
    secret["kid"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn works(app: &App, token: &str) -> bool {
    app.call(Method::GET, "/v1/me", Some(token), None).await.status == 200
}

#[tokio::test]
async fn a_first_start_has_its_key_from_a_rotation() {
    let app = App::start().await;
    assert_eq!(published(&app).await, [in_force(&app).await]);
    assert_eq!(app.clock.clock().now().to_string(), tests::BEGIN, "nobody waits for a first key");
}

#[tokio::test]
async fn two_keys_are_published_and_every_token_lives_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let app = App::with(options()).await;
    let owner = app.tenant("acme").await;
    let first = in_force(&app).await;
    app.system.rotate_signing_key().await.unwrap();
    let second = in_force(&app).await;
    assert_ne!(first, second);
    assert_eq!(published(&app).await, [second.clone(), first.clone()]);
    // A verifier that had just read the keys has asked again by now.
    assert_eq!((app.clock.clock().now() - tests::BEGIN.parse::<jiff::Timestamp>().unwrap()).get_seconds(), 30);
    // An environment that runs signs with the key it started with, and is believed.
    let old = app.sign_in("owner@acme.example").await.token;
    assert_eq!(kid(&old), first);
    assert!(works(&app, &owner.token).await && works(&app, &old).await);
    let now = app.clock.clock().now();
    drop(owner);
    drop(app);

    let app = App::with(Options { seed: 2, ..options() }).await;
    app.clock.advance(now.duration_since(app.clock.clock().now()));
    let new = app.sign_in("owner@acme.example").await.token;
    assert_eq!(kid(&new), second);
    assert!(works(&app, &old).await && works(&app, &new).await);
    assert_eq!(published(&app).await, [second.clone(), first]);
    // The next rotation lets the oldest go.
    app.system.rotate_signing_key().await.unwrap();
    assert_eq!(published(&app).await, [in_force(&app).await, second]);
    assert!(works(&app, &new).await);
}

#[tokio::test]
async fn every_step_may_come_twice_and_one_that_fails_leaves_the_key_in_force() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let first = in_force(&app).await;
    let token = "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d";
    // The second step fails: the table does not take the key.
    for _ in 0..5 {
        app.system.aws.faults().next_of("PutItem", Fault::InternalServerError);
    }
    let failed = app.system.aws.rotate_secret("steward/signing", token).await;
    assert!(failed.is_err());
    assert_eq!((in_force(&app).await, published(&app).await), (first.clone(), vec![first.clone()]));
    assert!(works(&app, &owner.token).await);
    // Secrets Manager tries again with the same version, from the first step on.
    app.system.aws.rotate_secret("steward/signing", token).await.unwrap();
    let second = in_force(&app).await;
    assert_eq!(published(&app).await, [second.clone(), first.clone()]);
    // And once more, late: nothing changes.
    app.system.aws.rotate_secret("steward/signing", token).await.unwrap();
    assert_eq!((in_force(&app).await, published(&app).await), (second.clone(), vec![second, first]));
    assert!(works(&app, &owner.token).await);
}

#[tokio::test]
async fn a_step_out_of_turn_is_refused() {
    let app = App::start().await;
    let before = published(&app).await;
    // Nothing of ours rotates it.
    assert!(app.system.aws.rotate_secret("steward/sealing", "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d").await.is_err());
    for step in ["setSecret", "testSecret", "finishSecret"] {
        let event = json!({ "SecretId": "steward/signing", "ClientRequestToken": "0".repeat(36), "Step": step });
        let rotation = serde_json::from_value::<runtime::Rotation>(event).unwrap();
        assert!(app.system.rotate(rotation).await.is_err(), "{step}");
    }
    assert!(serde_json::from_value::<runtime::Rotation>(json!({ "Step": "createSecret" })).is_err());
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(published(&app).await, before);
}
