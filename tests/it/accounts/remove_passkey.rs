//! `accounts-remove-passkey`.

use serde_json::{Value, json};
use tests::{App, Authenticator};

#[tokio::test]
async fn a_removed_passkey_signs_in_no_more_and_the_others_do() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let (mut kept, mut lost) = (Authenticator::new(), Authenticator::new());
    owner.add_passkey(&mut kept).await;
    let added = owner.add_passkey(&mut lost).await;
    let path = format!("/v1/me/passkeys/{}", added["passkey"]["passkey"].as_str().unwrap());
    stranger.delete(&path).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(&path).await.status, 204);
    owner.delete(&path).await.expect_problem(404, "not_found");

    super::passkey_sign_in::sign_in(&app, &mut lost).await.expect_problem(401, "sign_in_refused");
    super::passkey_sign_in::sign_in(&app, &mut kept).await.expect::<Value>(200);
    let log: Value = owner.get("/v1/events?limit=3").await.expect(200);
    let told = json!({ "kind": "user.factor_removed", "user": owner.user, "factor": "passkey" });
    assert!(log["items"].as_array().unwrap().iter().any(|entry| entry["event"] == told), "{log}");
    app.pump().await;
}
