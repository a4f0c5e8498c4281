//! What second factors and sessions cost at the table, and what their functions are sent.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator, Client, Codes, PASSWORD};

/// Second factors and sessions of one person, from the first code to signing out everywhere.
///
/// # Panics
/// When a route answers otherwise than it should.
pub async fn measure(app: &App, email: &str, note: &mut impl FnMut(&str, &Answer, u16)) {
    let now = || app.clock.clock().now();
    let next_step = || app.clock.advance(SignedDuration::from_secs(30));
    let owner = app.sign_in(email).await;
    let begun = owner.act("/v1/me/totp").await;
    note("accounts-begin-totp", &begun, 200);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let codes = Codes { secret: text(&begun.json()["secret"]), recovery: Vec::new() };
    let body = json!({ "setup": begun.json()["setup"], "code": codes.at(now()), "end_other_sessions": true });
    note("accounts-confirm-totp", &owner.post("/v1/me/totp/confirm", body).await, 200);

    let mut authenticator = Authenticator::new();
    let begun = owner.act("/v1/me/passkeys/begin").await;
    note("accounts-begin-passkey", &begun, 200);
    let credential = authenticator.create(&begun.json()["options"]);
    let body = json!({ "ceremony": begun.json()["ceremony"], "name": "Laptop", "credential": credential });
    let added = owner.post("/v1/me/passkeys", body).await;
    note("accounts-add-passkey", &added, 201);
    note("accounts-factors", &owner.get("/v1/me/factors").await, 200);
    note("accounts-renew-recovery-codes", &owner.act("/v1/me/recovery-codes").await, 200);

    next_step();
    let challenged = app.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await;
    note("accounts-sign-in", &challenged, 200);
    let body = json!({ "challenge": challenged.json()["challenge"], "totp": codes.at(now()) });
    note("accounts-second-factor", &app.post("/v1/sign-in/second-factor", body).await, 200);
    let begun = app.call(Method::POST, "/v1/sign-in/passkey/begin", None, None).await;
    note("accounts-begin-passkey-sign-in", &begun, 200);
    let credential = authenticator.get(&begun.json()["options"]);
    let body = json!({ "ceremony": begun.json()["ceremony"], "credential": credential });
    note("accounts-passkey-sign-in", &app.post("/v1/sign-in/passkey", body).await, 200);
    next_step();
    note("accounts-step-up", &owner.post("/v1/step-up", json!({ "totp": codes.at(now()) })).await, 204);

    let sessions = owner.get("/v1/me/sessions").await;
    note("accounts-sessions", &sessions, 200);
    let other = text(&sessions.json()["items"][0]["session"]);
    note("accounts-end-session", &owner.delete(&format!("/v1/me/sessions/{other}")).await, 204);
    let passkey = text(&added.json()["passkey"]["passkey"]);
    note("accounts-remove-passkey", &owner.delete(&format!("/v1/me/passkeys/{passkey}")).await, 204);
    note("accounts-remove-totp", &owner.delete("/v1/me/totp").await, 204);
    note("accounts-sign-out-everywhere", &owner.act("/v1/sign-out/everywhere").await, 204);
    app.pump().await;
}

/// Functions after or before which their caller signs in otherwise, by a second factor, another password or the
/// company's rule, or has another company: nobody that other requests sign in as.
pub fn concern(function: &str) -> bool {
    let sorts = ["totp", "passkey", "recovery-codes", "second-factor", "step-up", "change-password", "create-company"];
    let accounts = function.starts_with("accounts-") && sorts.iter().any(|sort| function.contains(sort));
    accounts || function == "tenants-set-policy"
}

/// What a function of this area is sent by an owner without a second factor; what must be there before is made.
pub async fn body(app: &App, owner: &Client<'_>, email: &str, function: &str) -> Option<Value> {
    let now = app.clock.clock().now();
    match function {
        "accounts-confirm-totp" => {
            let begun: Value = owner.act("/v1/me/totp").await.expect(200);
            let codes = Codes { secret: begun["secret"].as_str().expect("text").into(), recovery: Vec::new() };
            Some(json!({ "setup": begun["setup"], "code": codes.at(now) }))
        }
        "accounts-remove-totp" | "accounts-renew-recovery-codes" => {
            owner.add_totp(now).await;
            None
        }
        "accounts-add-passkey" => {
            let begun: Value = owner.act("/v1/me/passkeys/begin").await.expect(200);
            let credential = Authenticator::new().create(&begun["options"]);
            Some(json!({ "ceremony": begun["ceremony"], "name": "Laptop", "credential": credential }))
        }
        "accounts-remove-passkey" => {
            owner.add_passkey(&mut Authenticator::new()).await;
            None
        }
        "accounts-passkey-sign-in" => {
            let mut authenticator = Authenticator::new();
            owner.add_passkey(&mut authenticator).await;
            let begun: Value = app.call(Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200);
            let credential = authenticator.get(&begun["options"]);
            Some(json!({ "ceremony": begun["ceremony"], "credential": credential }))
        }
        "accounts-second-factor" => {
            let codes = owner.add_totp(now).await;
            let body = json!({ "email": email, "password": PASSWORD });
            let step: Value = app.post("/v1/sign-in", body).await.expect(200);
            Some(json!({ "challenge": step["challenge"], "recovery_code": codes.recovery[0] }))
        }
        "accounts-step-up" => Some(json!({ "password": PASSWORD })),
        _ => None,
    }
}
