//! What the routes of one's own account cost at the table.

use http::Method;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::{EmailChange, PasswordReset, Purpose, Token, TokenHash};
use tests::{Answer, App, Client, link_token};

use crate::fixes::post;

/// Once through the life of an account.
///
/// # Panics
/// When a route answers otherwise than it should.
pub(crate) async fn measure(app: &App, note: &mut impl FnMut(&str, &Answer, u16)) {
    let asked = app.post("/v1/sign-up", json!({ "email": "new@account.example", "company": "New" })).await;
    let (signup, url) = (&asked.json()["signup"], asked.json()["status_url"].as_str().expect("a URL").to_owned());
    note("accounts-sign-up-status", &app.call(Method::GET, &url, None, None).await, 200);
    note("accounts-resend-sign-up", &app.post("/v1/sign-up/resend", json!({ "signup": signup })).await, 202);
    app.pump().await;
    let token = link_token(&app.mail_to("new@account.example"));
    note("accounts-preview-sign-up", &app.post("/v1/verify-email/preview", json!({ "token": token })).await, 200);

    // With the account there is.
    let founder = app.tenant("founder").await;
    let token = app.sign_up("owner@founder.example", "Second").await;
    note("accounts-verify-email", &app.post("/v1/verify-email", json!({ "token": token })).await, 201);
    let third = Some(json!({ "company": "Third" }));
    note("accounts-create-company", &post(app, &founder, "/v1/me/tenants", "third", third).await, 201);
    app.pump().await;

    let owner = app.tenant("account").await;
    note("accounts-companies", &owner.get("/v1/me/tenants").await, 200);
    note("accounts-switch-company", &owner.act(&format!("/v1/me/tenants/{}/switch", owner.tenant)).await, 200);
    let profile = json!({ "name": "Anna Berg", "locale": "en-GB" });
    note("accounts-update-me", &app.call(Method::PATCH, "/v1/me", Some(&owner.token), Some(&profile)).await, 204);
    let password = json!({ "password": "lantern-oyster-gravel-41" });
    note("accounts-change-password", &owner.post("/v1/me/password", password).await, 204);

    note("accounts-change-email", &owner.post("/v1/me/email", json!({ "email": "anna@account.example" })).await, 202);
    let change = newest(&owner, "change").await;
    let confirm = link(app, Purpose::EmailChange { change }, EmailChange::GOOD_FOR).await;
    note("accounts-confirm-email", &app.post("/v1/email-change/confirm", json!({ "token": confirm })).await, 204);
    let reset = json!({ "email": "anna@account.example" });
    note("accounts-request-password-reset", &app.post("/v1/password-reset", reset).await, 202);
    let reset =
        link(app, Purpose::PasswordReset { reset: newest(&owner, "reset").await }, PasswordReset::GOOD_FOR).await;
    let body = json!({ "token": reset, "password": tests::PASSWORD });
    note("accounts-reset-password", &app.post("/v1/password-reset/confirm", body).await, 204);
    let undo = link(app, Purpose::EmailUndo { change }, EmailChange::UNDO_FOR).await;
    note("accounts-undo-email", &app.post("/v1/email-change/undo", json!({ "token": undo })).await, 204);
    app.pump().await;
}

/// The id that the newest event names.
async fn newest<T: DeserializeOwned>(owner: &Client<'_>, field: &str) -> T {
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    serde_json::from_value(log["items"][0]["event"][field].clone()).expect("an id")
}

/// A link of a mail, made as the function that sends the mail makes it.
async fn link(app: &App, purpose: Purpose, good_for: SignedDuration) -> String {
    let secret = format!("{purpose:?}");
    let good_until = (app.system.store.now() + good_for).as_second();
    app.system.store.keep_token(&TokenHash::of(&secret), &Token { purpose, good_until }).await.expect("kept");
    secret
}
