//! `accounts-remove-totp`.

use jiff::SignedDuration;
use model::{
    Policy, RoleName,
    policy::{SecondFactor, SignInWays},
};
use serde_json::{Value, json};
use tests::{App, Authenticator, directory};

use crate::{
    at_microsoft, links,
    microsoft::administrator,
    table::{scope, scope_of, set_policy},
};

const PATH: &str = "/v1/me/totp";

#[tokio::test]
async fn without_its_last_factor_an_account_is_signed_in_to_by_password_and_has_no_recovery_codes() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.delete(PATH).await.expect_problem(404, "not_found");
    owner.add_totp(app.clock.clock().now()).await;
    let other = super::second_factor::challenge(&app, "owner@acme.example").await;
    assert_eq!(owner.delete(&format!("{PATH}?end_other_sessions=true")).await.status, 204);
    let left: Value = owner.get("/v1/me/factors").await.expect(200);
    assert_eq!((&left["totp"], &left["recovery_codes_left"]), (&Value::Null, &json!(0)));
    app.sign_in("owner@acme.example").await;
    // The challenge was made for a login that asked for more; it is over.
    super::second_factor::answer(&app, &other, json!({ "totp": "000000" }))
        .await
        .expect_problem(401, "second_factor_refused");
    let log: Value = owner.get("/v1/events?limit=10").await.expect(200);
    let removed = json!({ "kind": "user.factor_removed", "user": owner.user, "factor": "totp" });
    assert!(log["items"].as_array().unwrap().iter().any(|entry| entry["event"] == removed));
    app.pump().await;
}

#[tokio::test]
async fn where_the_company_needs_a_second_factor_the_last_one_stays() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.add_totp(app.clock.clock().now()).await;
    let from = app.clock.clock().now() + SignedDuration::from_hours(24);
    let policy = Policy { second_factor: SecondFactor::Required { from }, ..Policy::default() };
    set_policy(&app, &scope(&app, &owner).await, policy).await;
    owner.delete(PATH).await.expect_problem(403, "second_factor_required");
    owner.add_passkey(&mut Authenticator::new()).await;
    assert_eq!(owner.delete(PATH).await.status, 204);
    let left: Value = owner.get("/v1/me/factors").await.expect(200);
    assert_eq!((&left["recovery_codes_left"], &left["required"]), (&json!(10), &json!(true)));
    app.pump().await;
}

#[tokio::test]
async fn it_needs_a_proof_of_at_most_ten_minutes() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.add_totp(app.clock.clock().now()).await;
    app.clock.advance(SignedDuration::from_secs(601));
    owner.delete(PATH).await.expect_problem(403, "proof_too_old");
    // Nor does the password of an account with a second factor renew it.
    let body = json!({ "password": tests::PASSWORD });
    owner.post("/v1/step-up", body).await.expect_problem(422, "invalid");
    owner.delete(PATH).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}

#[tokio::test]
async fn whoever_gets_in_when_microsoft_does_not_work_keeps_a_second_factor() {
    let app = App::start().await;
    let (owner, elsewhere) = (app.tenant("acme").await, app.tenant("nova").await);
    owner.add_totp(app.clock.clock().now()).await;
    let by_microsoft = |break_glass| Policy { sign_in: SignInWays::Microsoft { break_glass }, ..Policy::default() };
    let own = scope(&app, &owner).await;
    set_policy(&app, &own, by_microsoft(owner.user)).await;
    owner.delete(PATH).await.expect_problem(403, "second_factor_required");
    let added = owner.add_passkey(&mut Authenticator::new()).await;
    let passkey = format!("/v1/me/passkeys/{}", added["passkey"]["passkey"].as_str().unwrap());
    // Of two removed at once one stays.
    let (a, b) = tokio::join!(owner.delete(PATH), owner.delete(&passkey));
    let statuses = [a.status.as_u16(), b.status.as_u16()];
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{} {}", a.json(), b.json());
    assert!(app.system.store.has_second_factor(owner.user).await.unwrap());
    for path in [PATH, &passkey] {
        assert_ne!(owner.delete(path).await.status, 204, "{path}");
    }
    // Nor from a session in another company of theirs.
    set_policy(&app, &own, Policy::default()).await;
    links::join(&app, &owner, "Owner", "owner@acme.example", &elsewhere, RoleName::OWNER).await;
    let theirs = scope_of(&app, elsewhere.tenant);
    set_policy(&app, &theirs, by_microsoft(owner.user)).await;
    for path in [PATH, &passkey] {
        assert!(matches!(owner.delete(path).await.status.as_u16(), 403 | 404), "{path}");
    }
    assert!(app.system.store.has_second_factor(owner.user).await.unwrap());
    // Somebody else does it from now on.
    set_policy(&app, &theirs, by_microsoft(elsewhere.user)).await;
    let removed = [owner.delete(PATH).await, owner.delete(&passkey).await];
    assert_eq!(removed.iter().filter(|answer| answer.status == 204).count(), 1);
    app.pump().await;
}

#[tokio::test]
async fn the_word_of_one_companys_directory_does_not_change_what_protects_the_account_in_all() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let person = administrator(&app, id);
    assert_eq!(at_microsoft::link(&app, &owner, person).await.status, 204);
    app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
    // Without a second factor of ours it is as good as a password.
    let before = at_microsoft::client(&app, person).await;
    before.act(PATH).await.expect::<Value>(200);
    let codes = owner.add_totp(app.clock.clock().now()).await;

    let by_microsoft = at_microsoft::client(&app, person).await;
    let key = json!({ "name": "theirs", "scopes": ["tenant:read"] });
    by_microsoft.post("/v1/keys", key).await.expect::<Value>(201);
    for session in [&before, &by_microsoft] {
        session.delete(PATH).await.expect_problem(403, "proof_too_old");
        session.act(PATH).await.expect_problem(403, "proof_too_old");
        session.act("/v1/me/passkeys/begin").await.expect_problem(403, "proof_too_old");
        let password = json!({ "password": "another-tractor-mumbles-9" });
        session.post("/v1/me/password", password).await.expect_problem(403, "proof_too_old");
        let address = json!({ "email": "thief@contoso.example" });
        session.post("/v1/me/email", address).await.expect_problem(403, "proof_too_old");
        session.delete(&format!("/v1/me/microsoft/{id}")).await.expect_problem(403, "proof_too_old");
    }
    // The next code: the one the app was set up with is used.
    app.clock.advance(SignedDuration::from_secs(30));
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    assert_eq!(by_microsoft.post("/v1/step-up", code).await.status, 204);
    before.delete(PATH).await.expect_problem(403, "proof_too_old");
    assert_eq!(by_microsoft.delete(PATH).await.status, 204);
    app.pump().await;
}
