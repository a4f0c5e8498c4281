//! `members-reset-factors`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use model::{Policy, UserId, event::Actor, policy::SignInWays};
use serde_json::{Value, json};
use store::{Conflict, Noted, Origin, Proven, StoreError};
use tests::{App, Client};

use super::{invite, join, link};
use crate::{deaths::dies_behind, table};

/// An access token of a session that a second factor stands behind.
async fn with_second_factor(app: &App, client: &Client<'_>) -> String {
    let store = &app.system.store;
    let memberships = store.memberships(client.user).await.unwrap();
    let proven = Proven::of(client.user, vec!["pwd".into(), "otp".into()]);
    let origin = Origin { actor: Actor::Visitor, ..Origin::SYSTEM };
    let membership = memberships.iter().find(|membership| membership.tenant == client.tenant).unwrap();
    let (refresh, _) = store.open_session_noting(proven, membership, Noted::default(), origin).await.unwrap();
    app.pump().await;
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": refresh })).await.expect(200);
    tokens["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_takes_a_second_factor_of_ones_own_and_a_recent_proof() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    let path = format!("/v1/members/{}/reset-factors", ben.user);
    owner.act(&path).await.expect_problem(403, "second_factor_required");
    let strong = with_second_factor(&app, &owner).await;
    let act = async |token: &str, path: &str| app.call(http::Method::POST, path, Some(token), None).await;
    app.clock.advance(SignedDuration::from_secs(601));
    act(&strong, &path).await.expect_problem(403, "proof_too_old");
    let strong = with_second_factor(&app, &owner).await;
    let before = app.system.store.login("ben@acme.example").await.unwrap().unwrap();
    assert_eq!(act(&strong, &path).await.status, 204);
    let after = app.system.store.login("ben@acme.example").await.unwrap().unwrap();
    assert_eq!(before.epoch, after.epoch, "there was none");
    table::set_login(&app, "ben@acme.example", "second_factor", AttributeValue::Bool(true)).await;
    assert_eq!(act(&strong, &path).await.status, 204);
    let after = app.system.store.login("ben@acme.example").await.unwrap().unwrap();
    assert_eq!(after.epoch, before.epoch + 1, "a sign-in under way was made for a login that asked for more");
    let event = app.call(http::Method::GET, "/v1/events?limit=1", Some(&strong), None).await.json();
    assert_eq!(event["items"][0]["event"], json!({ "kind": "member.factors_reset", "user": ben.user }));
    // Their sessions are over, and so is what asked for a second factor.
    app.post("/v1/refresh", json!({ "refresh_token": ben.refresh })).await.expect_problem(401, "invalid_token");
    let login = app.system.store.sign_in_facts("ben@acme.example").await.unwrap().login.unwrap();
    assert!(!login.second_factor);
    app.sign_in("ben@acme.example").await;
    app.pump().await;
}

#[tokio::test]
async fn an_account_of_another_company_is_not_weakened_and_more_than_oneself_neither() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("other").await);
    let admin = join(&app, &owner, "admin@acme.example", "admin").await;
    invite(&owner, "owner@other.example", "member").await;
    let link = link(&app, owner.tenant, "owner@other.example").await;
    other.post("/v1/invitations/accept", json!({ "token": link })).await.expect::<Value>(201);
    let strong = with_second_factor(&app, &admin).await;
    for (whom, status, code) in [(&other, 409, "in_use"), (&owner, 403, "more_than_you_have")] {
        let path = format!("/v1/members/{}/reset-factors", whom.user);
        app.call(http::Method::POST, &path, Some(&strong), None).await.expect_problem(status, code);
    }
    app.pump().await;
}

#[tokio::test]
async fn the_owner_who_gets_in_when_microsoft_does_not_work_keeps_their_second_factor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let second = join(&app, &owner, "second@acme.example", "owner").await;
    let (mine, theirs) = (with_second_factor(&app, &owner).await, with_second_factor(&app, &second).await);
    table::set_login(&app, "second@acme.example", "second_factor", AttributeValue::Bool(true)).await;
    let count_on = async |break_glass: UserId| {
        let policy = Policy { sign_in: SignInWays::Microsoft { break_glass }, ..Policy::default() };
        table::set_policy(&app, &table::scope_of(&app, owner.tenant), policy).await;
    };
    let path = format!("/v1/members/{}/reset-factors", second.user);
    let act = async |token: &str| app.call(http::Method::POST, &path, Some(token), None).await;
    let asked_for = async || app.system.store.login("second@acme.example").await.unwrap().unwrap().second_factor;
    count_on(second.user).await;
    act(&theirs).await.expect_problem(409, "in_use");
    assert!(asked_for().await);
    // Nor when the rule came to name them after it was looked at.
    let scope = table::scope_of(&app, owner.tenant);
    let there = app.system.store.of(&scope);
    let member = there.place_of(second.user).await.unwrap().unwrap().member.value;
    let late = there.reset_factors(&member).await;
    assert!(matches!(late, Err(StoreError::Conflict(Conflict::State("break glass")))), "{late:?}");
    assert!(asked_for().await);
    // Once the rule names another one.
    count_on(owner.user).await;
    assert_eq!(act(&mine).await.status, 204);
    assert!(!asked_for().await);
    app.pump().await;
}

#[tokio::test]
async fn no_session_outlives_the_factors_it_rests_on_wherever_it_dies() {
    for call in 1.. {
        let app = App::start().await;
        let owner = app.tenant("acme").await;
        let ben = join(&app, &owner, "ben@acme.example", "member").await;
        ben.add_totp(app.clock.clock().now()).await;
        let strong = with_second_factor(&app, &owner).await;
        with_second_factor(&app, &ben).await;
        let path = format!("/v1/members/{}/reset-factors", ben.user);
        let died = dies_behind(&app, call, app.call(http::Method::POST, &path, Some(&strong), None)).await;
        app.pump().await;
        let store = &app.system.store;
        let factors = store.account(ben.user).await.unwrap().factors.value.any();
        let sessions = store.sessions(ben.user).await.unwrap().len();
        assert!(factors || sessions == 0, "died behind call {call}: {sessions} sessions are left");
        if !died {
            assert!(!factors && call > 5, "it took {} calls", call - 1);
            break;
        }
    }
}
