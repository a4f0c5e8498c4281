//! `operators-end-person`.

use serde_json::{Value, json};
use tests::{App, Authenticator, Client, PASSWORD, directory};

use crate::{
    accounts::passkey_sign_in,
    at_microsoft,
    members::{invite, join, link},
    microsoft,
    table::items,
};

const NAME: &str = "operators-end-person";

async fn end(app: &App, given: Value) -> Value {
    let mut order = json!({ "operator": "j.weber", "reason": "The laptop was stolen." });
    order.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    app.invoke(NAME, order).await.unwrap()
}

/// Nothing to sign in with.
fn nothing() -> Value {
    json!({ "password": false, "passkeys": 0, "work_accounts": 0 })
}

async fn newest(client: &Client<'_>, kind: &str) -> Value {
    let page: Value = client.get(&format!("/v1/events?limit=1&kind={kind}")).await.expect(200);
    page["items"][0].clone()
}

async fn count(client: &Client<'_>, kind: &str) -> usize {
    let page: Value = client.get(&format!("/v1/events?kind={kind}")).await.expect(200);
    page["items"].as_array().unwrap().len()
}

/// The owner of Nova, an administrator of `acme` as well, signed in there.
async fn administrator<'a>(app: &'a App, acme: &Client<'_>, nova: &Client<'_>) -> Client<'a> {
    let email = "owner@nova.example";
    invite(acme, email, "admin").await;
    let token = link(app, acme.tenant, email).await;
    nova.post("/v1/invitations/accept", json!({ "token": token })).await.expect::<Value>(201);
    app.pump().await;
    let body = json!({ "email": email, "password": PASSWORD, "tenant": acme.tenant });
    let tokens: Value = app.post("/v1/sign-in", body).await.expect(200);
    app.client(&tokens)
}

#[tokio::test]
async fn every_access_of_a_person_ends_in_all_their_companies_and_each_log_says_by_whom_and_why() {
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    let there = administrator(&app, &acme, &nova).await;
    let key = json!({ "name": "theirs", "scopes": ["tenant:read"] });
    there.post("/v1/keys", key).await.expect::<Value>(201);
    let before = app.system.store.login("owner@nova.example").await.unwrap().unwrap();

    let told = end(&app, json!({ "email": " Owner@Nova.example " })).await;
    assert_eq!((&told["found"], &told["user"]), (&json!(true), &json!(nova.user)));
    assert_eq!((&told["sessions"], &told["ways_in_left"]["password"]), (&json!(2), &json!(true)));
    let outcome = |tenant: model::TenantId| {
        let companies = told["companies"].as_array().unwrap();
        companies.iter().find(|one| one["tenant"] == json!(tenant)).unwrap()["outcome"].clone()
    };
    assert_eq!(outcome(acme.tenant), "deactivated");
    // A company is never without an owner; what they had there is over all the same.
    assert_eq!(outcome(nova.tenant), "sole_owner");
    for client in [&there, &nova] {
        assert_eq!(client.get("/v1/me").await.status, 401);
        app.post("/v1/refresh", json!({ "refresh_token": client.refresh })).await.expect_problem(401, "invalid_token");
    }
    // What was begun with the login as it was comes to nothing.
    let after = app.system.store.login("owner@nova.example").await.unwrap().unwrap();
    assert_eq!((after.epoch, &after.password_hash), (before.epoch + 1, &before.password_hash));

    let entry = newest(&acme, "member.deactivated").await;
    let act = json!({ "operator": "j.weber", "reason": "The laptop was stolen.", "took_ways_in": false });
    assert_eq!(entry["event"], json!({ "kind": "member.deactivated", "user": nova.user, "operator": act }));
    assert_eq!(entry["actor"], json!({ "type": "operator" }));
    assert_eq!(entry["text"], "A member was deactivated by whoever runs Steward (j.weber: “The laptop was stolen.”).");
    assert_eq!(acme.get("/v1/events?actor=operator").await.json()["items"].as_array().unwrap().len(), 1);
    // Their keys follow.
    app.pump().await;
    let keys: Value = acme.get("/v1/keys").await.expect(200);
    let keys = keys["items"].as_array().unwrap();
    assert_eq!(keys.iter().map(|key| &key["state"]).collect::<Vec<_>>(), [&json!("revoked")]);

    let nova = app.sign_in("owner@nova.example").await;
    let entry = newest(&nova, "user.sessions_revoked").await;
    assert_eq!((&entry["event"]["operator"], &entry["actor"]["type"]), (&act, &json!("operator")));
    app.pump().await;
}

#[tokio::test]
async fn the_same_again_ends_what_is_left_and_tells_nothing_twice() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    let ben = join(&app, &acme, "ben@acme.example", "member").await;
    assert_eq!(end(&app, json!({ "user": ben.user })).await["companies"][0]["outcome"], "deactivated");
    let again = end(&app, json!({ "user": ben.user })).await;
    assert_eq!((&again["sessions"], &again["companies"][0]["outcome"]), (&json!(0), &json!("was_inactive")));
    assert_eq!(count(&acme, "member.deactivated").await, 1);
    let refused = app.post("/v1/sign-in", json!({ "email": "ben@acme.example", "password": PASSWORD })).await;
    refused.expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn a_sole_owners_sessions_keys_calendar_addresses_and_if_asked_for_password_end() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    let key = json!({ "name": "theirs", "scopes": ["tenant:read"] });
    acme.post("/v1/keys", key).await.expect::<Value>(201);
    let made: Value = acme.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    let told = end(&app, json!({ "email": "owner@acme.example", "take_ways_in": true })).await;
    assert_eq!((&told["ways_in_left"], &told["companies"][0]["outcome"]), (&nothing(), &json!("sole_owner")));
    assert_eq!(told["companies"][0]["keys_revoked"].as_array().unwrap().len(), 1);
    assert_eq!(told["companies"][0]["feeds_revoked"], json!([made["feed"]["feed"]]));
    let calendar = format!("/v1/{}", made["address"].as_str().unwrap().split_once("/v1/").unwrap().1);
    app.call(http::Method::GET, &calendar, None, None).await.expect_problem(404, "not_found");
    assert_eq!(acme.get("/v1/me").await.status, 401);
    let refused = app.post("/v1/sign-in", json!({ "email": "owner@acme.example", "password": PASSWORD })).await;
    refused.expect_problem(401, "sign_in_refused");
    let again = end(&app, json!({ "email": "owner@acme.example", "take_ways_in": true })).await;
    assert_eq!(again["companies"][0]["keys_revoked"], json!([]));
    // Nothing was left, so nothing is told again.
    let told = items(&app).await;
    let told = told.iter().filter(|item| item.contains("user.sessions_revoked") && item.contains("EVENT#")).count();
    assert_eq!(told, 1);
    app.pump().await;
}

#[tokio::test]
async fn passkeys_and_work_accounts_let_nobody_in_any_more_when_the_ways_in_are_taken() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let person = microsoft::administrator(&app, id);
    assert_eq!(at_microsoft::link(&app, &owner, person).await.status, 204);
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    app.pump().await;
    let email = "owner@northwind.example";

    // Where it is not asked for they stay.
    let told = end(&app, json!({ "email": email })).await;
    assert_eq!(told["ways_in_left"], json!({ "password": true, "passkeys": 1, "work_accounts": 1 }));
    assert_eq!(passkey_sign_in::sign_in(&app, &mut authenticator).await.status, 200);

    let told = end(&app, json!({ "email": email, "take_ways_in": true })).await;
    assert_eq!((&told["ways_in_left"], &told["companies"][0]["outcome"]), (&nothing(), &json!("sole_owner")));
    assert_ne!(passkey_sign_in::sign_in(&app, &mut authenticator).await.status, 200);
    assert_ne!(at_microsoft::sign_in(&app, person).await.status, 200);
    let refused = app.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await;
    refused.expect_problem(401, "sign_in_refused");
    let login = app.system.store.login(email).await.unwrap().unwrap();
    assert!(!login.second_factor && !app.system.store.has_second_factor(owner.user).await.unwrap());
    assert!(app.system.store.work_accounts(owner.user).await.unwrap().is_empty());
    let told = items(&app).await;
    let told: Vec<_> = told.iter().filter(|item| item.contains("took_ways_in") && item.contains("EVENT#")).collect();
    assert_eq!(told.len(), 2);
    app.pump().await;
}

#[tokio::test]
async fn codes_of_an_app_stay_and_are_asked_for_with_the_next_password() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    acme.add_totp(app.clock.clock().now()).await;
    acme.add_passkey(&mut Authenticator::new()).await;
    let told = end(&app, json!({ "user": acme.user, "take_ways_in": true })).await;
    assert_eq!(told["ways_in_left"], nothing());
    let login = app.system.store.login("owner@acme.example").await.unwrap().unwrap();
    assert!(login.second_factor && login.password_hash.is_none());
    let factors = app.system.store.account(acme.user).await.unwrap().factors.value;
    assert!(factors.totp.is_some() && factors.passkeys.is_empty());
    assert_eq!(factors.recovery_codes.len(), 10);
    app.pump().await;
}

#[tokio::test]
async fn nobody_is_found_where_there_is_nobody_and_nothing_is_written() {
    let app = App::start().await;
    app.tenant("acme").await;
    app.pump().await;
    let before = items(&app).await;
    for whom in [json!({ "email": "nobody@acme.example" }), json!({ "user": "usr_0000000000000000000000000a" })] {
        assert_eq!(end(&app, whom).await, json!({ "found": false }));
    }
    assert_eq!(items(&app).await, before);
    let nameless = json!({ "email": "owner@acme.example", "operator": " ", "reason": "left" });
    assert!(app.invoke(NAME, nameless).await.unwrap_err().contains("operator"));
    let neither = json!({ "operator": "j.weber", "reason": "left" });
    assert!(app.invoke(NAME, neither).await.unwrap_err().contains("either"));
    assert_eq!(items(&app).await, before);
}
