//! `accounts-factors`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Authenticator};

const PATH: &str = "/v1/me/factors";

#[tokio::test]
async fn what_is_set_up_is_listed_without_a_secret_and_few_codes_are_warned_of() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let none: Value = owner.get(PATH).await.expect(200);
    let empty = json!({
        "totp": null, "passkeys": [], "recovery_codes_left": 0, "recovery_codes_low": false, "required": false,
    });
    assert_eq!(none, empty);

    let codes = owner.add_totp(app.clock.clock().now()).await;
    owner.add_passkey(&mut Authenticator::new()).await;
    let answer = owner.get(PATH).await;
    assert!(answer.cost().0 <= 2, "{:?}", answer.cost());
    let all: Value = answer.expect(200);
    assert_eq!(all["totp"], json!({ "added_at": tests::BEGIN }));
    assert_eq!(all["passkeys"][0]["name"], "Laptop");
    assert_eq!((&all["recovery_codes_left"], &all["recovery_codes_low"]), (&json!(10), &json!(false)));
    for secret in codes.recovery.iter().chain([&codes.secret]) {
        assert!(!all.to_string().contains(secret));
    }

    // Seven are used.
    for code in &codes.recovery[..7] {
        let begun = super::second_factor::challenge(&app, "owner@acme.example").await;
        let body = json!({ "challenge": begun["challenge"], "recovery_code": code });
        app.post("/v1/sign-in/second-factor", body).await.expect::<Value>(200);
        app.clock.advance(SignedDuration::from_secs(60));
    }
    let few: Value = owner.get(PATH).await.expect(200);
    assert_eq!((&few["recovery_codes_left"], &few["recovery_codes_low"]), (&json!(3), &json!(true)));
    app.pump().await;
}
