//! `operators-end-person`.

use serde_json::{Value, json};
use tests::{App, Client, PASSWORD};

use crate::{
    members::{invite, join, link},
    table::items,
};

const NAME: &str = "operators-end-person";

async fn end(app: &App, given: Value) -> Value {
    let mut order = json!({ "operator": "j.weber", "reason": "The laptop was stolen." });
    order.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    app.invoke(NAME, order).await.unwrap()
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
    assert_eq!((&told["sessions"], &told["has_password"]), (&json!(2), &json!(true)));
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
    let act = json!({ "operator": "j.weber", "reason": "The laptop was stolen.", "took_password": false });
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
async fn a_sole_owners_sessions_keys_and_if_asked_for_password_end() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    let key = json!({ "name": "theirs", "scopes": ["tenant:read"] });
    acme.post("/v1/keys", key).await.expect::<Value>(201);
    let told = end(&app, json!({ "email": "owner@acme.example", "take_password": true })).await;
    assert_eq!((&told["has_password"], &told["companies"][0]["outcome"]), (&json!(false), &json!("sole_owner")));
    assert_eq!(told["companies"][0]["keys_revoked"].as_array().unwrap().len(), 1);
    assert_eq!(acme.get("/v1/me").await.status, 401);
    let refused = app.post("/v1/sign-in", json!({ "email": "owner@acme.example", "password": PASSWORD })).await;
    refused.expect_problem(401, "sign_in_refused");
    let again = end(&app, json!({ "email": "owner@acme.example", "take_password": true })).await;
    assert_eq!(again["companies"][0]["keys_revoked"], json!([]));
    // Nothing was left, so nothing is told again.
    let told = items(&app).await;
    let told = told.iter().filter(|item| item.contains("user.sessions_revoked") && item.contains("EVENT#")).count();
    assert_eq!(told, 1);
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
