//! `operators-end-person`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Authenticator, Client, PASSWORD, directory, link_token};

use crate::{
    accounts::passkey_sign_in,
    at_microsoft,
    deaths::dies_behind,
    members::{accept, assert_counts, invite, join, link},
    microsoft,
    table::{self, items},
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

    app.clock.advance(SignedDuration::from_secs(1));
    let nova = app.sign_in("owner@nova.example").await;
    assert_eq!(newest(&nova, "user.signed_in").await["event"]["new_device"], true, "no device is known any more");
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
    // Of what another one made they have the newest text of one, and of the other none.
    let ben = join(&app, &acme, "ben@acme.example", "admin").await;
    for name in ["rotated", "as it was"] {
        let key = json!({ "name": name, "scopes": ["tenant:read"] });
        let made: Value = ben.post("/v1/keys", key).await.expect(201);
        if name == "rotated" {
            let path = format!("/v1/keys/{}/rotate", made["key"]["key"].as_str().unwrap());
            acme.post(&path, json!({})).await.expect::<Value>(200);
        }
    }
    let made: Value = acme.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    let told = end(&app, json!({ "email": "owner@acme.example", "take_ways_in": true })).await;
    assert_eq!((&told["ways_in_left"], &told["companies"][0]["outcome"]), (&nothing(), &json!("sole_owner")));
    assert_eq!(told["companies"][0]["keys_revoked"].as_array().unwrap().len(), 2);
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

#[tokio::test]
async fn what_a_sole_owner_invited_is_taken_back_and_its_seat_free() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    let private = "private@elsewhere.example";
    let asked = invite(&acme, private, "owner").await;
    let token = link(&app, acme.tenant, private).await;
    let told = end(&app, json!({ "email": "owner@acme.example" })).await;
    assert_eq!(told["companies"][0]["outcome"], "sole_owner");
    assert_eq!(told["companies"][0]["invitations_revoked"], json!([asked["invitation"]]));
    accept(&app, &token).await.expect_problem(410, "link_not_good");
    assert_counts(&app, acme.tenant).await;
    let again = end(&app, json!({ "email": "owner@acme.example" })).await;
    assert_eq!(again["companies"][0]["invitations_revoked"], json!([]));
    let acme = app.sign_in("owner@acme.example").await;
    assert_eq!(count(&acme, "invitation.revoked").await, 1);
    assert_eq!(newest(&acme, "invitation.revoked").await["actor"], json!({ "type": "operator" }));
    app.pump().await;
}

#[tokio::test]
async fn more_work_accounts_than_there_may_be_are_taken_all() {
    let app = App::start().await;
    let acme = app.tenant("acme").await;
    at_microsoft::link_many(&app, &acme, 40).await;
    let told = end(&app, json!({ "user": acme.user, "take_ways_in": true })).await;
    assert_eq!(told["ways_in_left"], nothing());
    assert!(app.system.store.work_accounts(acme.user).await.unwrap().is_empty());
    app.pump().await;
}

#[tokio::test]
async fn each_company_is_told_once_of_factors_that_went_wherever_the_order_was_cut_short() {
    let app = App::start().await;
    for call in 1.. {
        // Nobody signs up so many companies at once.
        app.clock.advance(SignedDuration::from_mins(10));
        let owner = app.tenant(&format!("acme{call}")).await;
        owner.add_totp(app.clock.clock().now()).await;
        app.pump().await;
        let order = json!({ "operator": "j.weber", "reason": "Lost.", "user": owner.user, "reset_factors": true });
        let died = dies_behind(&app, call, app.invoke(NAME, order.clone())).await;
        end(&app, order).await;
        assert!(!app.system.store.has_second_factor(owner.user).await.unwrap());
        let log = format!("TENANT#{}#EVENTS#", owner.tenant);
        let told = table::count(&app, &[&log, "kind=S(\"member.factors_reset\")"]).await;
        assert_eq!(told, 1, "after call {call}");
        app.pump().await;
        if !died {
            break;
        }
    }
}

#[tokio::test]
async fn whose_second_factor_is_lost_or_somebody_elses_gets_back_in_by_a_mail_once_it_was_reset() {
    const THEIRS: &str = "owner@nova.example";
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    administrator(&app, &acme, &nova).await;
    nova.add_totp(app.clock.clock().now()).await;
    app.pump().await;
    let before = app.inbox().len();
    let order = json!({ "email": THEIRS, "take_ways_in": true, "reset_factors": true });
    let told = end(&app, order.clone()).await;
    assert_eq!(told["factors_reset"], json!(["totp", "recovery_codes"]));
    assert_eq!(told["ways_in_left"], nothing());
    app.pump().await;
    // Each of their companies knows by whom and why, and so do they.
    let entry = newest(&acme, "member.factors_reset").await;
    let event = &entry["event"];
    assert_eq!((&event["user"], &event["operator"]["operator"]), (&json!(nova.user), &json!("j.weber")));
    let text = entry["text"].as_str().unwrap();
    assert!(text.starts_with("A member's second factors were reset by whoever runs Steward (j.weber: “"), "{text}");
    let mails = app.inbox().split_off(before);
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject.starts_with("Two-step sign-in is off")).collect();
    assert_eq!(told.len(), 2, "one of each company");
    for mail in told {
        assert_eq!(mail.to, [THEIRS]);
        assert!(mail.text.contains("Whoever runs Steward removed your apps"), "{}", mail.text);
        // One of the two places is theirs no more, and their password was taken.
        assert!(mail.text.contains("where you may still sign in") && mail.text.contains("/sign-in"), "{}", mail.text);
    }

    app.post("/v1/password-reset", json!({ "email": THEIRS })).await.expect::<Value>(202);
    app.pump().await;
    let password = "lantern-oyster-gravel-41";
    let body = json!({ "token": link_token(&app.mail_to(THEIRS)), "password": password });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    let tokens: Value = app.post("/v1/sign-in", json!({ "email": THEIRS, "password": password })).await.expect(200);
    assert_eq!(tokens["next"], "signed_in", "no code is asked for");
    let nova = app.client(&tokens);
    nova.get("/v1/tenant").await.expect::<Value>(200);
    assert_eq!(count(&nova, "member.factors_reset").await, 1);
    // There is nothing more to reset, and nothing told of it.
    let again = end(&app, json!({ "email": THEIRS, "reset_factors": true })).await;
    assert_eq!(again["factors_reset"], json!([]));
    assert_eq!(count(&acme, "member.factors_reset").await, 1);
    app.pump().await;
}
