//! `members-leave`.

use futures::future::join as both;
use jiff::SignedDuration;
use model::{
    TenantId, TenantState,
    policy::{SecondFactor, SignInWays},
};
use serde_json::{Value, json};
use tests::{Answer, App, Client, PASSWORD, directory};

use super::{assert_counts, company, get, invite, join, key, link, remove, set_company};
use crate::{
    at_microsoft::{client, company_that_lets_join, people, sign_in},
    invited::{accept, invited},
    table::{count, scope_of, set_state},
};

fn path(tenant: TenantId) -> String {
    format!("/v1/me/tenants/{tenant}")
}

/// Leaves the company of the session.
async fn leave(who: &Client<'_>) -> Answer {
    who.delete(&path(who.tenant)).await
}

#[tokio::test]
async fn who_may_only_look_leaves_by_themselves_and_log_and_mail_say_so() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "read_only").await;
    assert_eq!(leave(&ben).await.status, 204);
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    let entry = &log["items"][0];
    assert_eq!(entry["event"], json!({ "kind": "member.removed", "user": ben.user, "role": "read_only" }));
    assert_eq!(entry["actor"], json!({ "type": "user", "id": ben.user }));
    assert_eq!(entry["text"], "A member left by themselves. Their role was viewer.");
    let file = String::from_utf8(owner.get("/v1/events/export?kind=member.removed").await.body).unwrap();
    assert!(file.contains("A member left by themselves."), "{file}");

    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    leave(&ben).await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": ben.refresh })).await.expect_problem(401, "invalid_token");
    let again = json!({ "email": "ben@acme.example", "password": PASSWORD });
    app.post("/v1/sign-in", again).await.expect_problem(401, "sign_in_refused");
    assert_eq!(company(&app, owner.tenant).await.seats, 1);
    assert_counts(&app, owner.tenant).await;
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")", "ben@acme.example"]).await, 1, "the account stays theirs");
    app.pump().await;
    let mail = app.mail_to("ben@acme.example");
    assert_eq!(mail.subject, "You left acme in Steward");
    assert!(mail.text.contains("If it was not you") && !mail.text.contains("removed"), "{}", mail.text);

    // Whoever ends another's membership has not left.
    let eva = join(&app, &owner, "eva@acme.example", "member").await;
    assert_eq!(remove(&app, &owner, &eva).await.status, 204);
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    assert_eq!(log["items"][0]["text"], "A member was removed.");
    app.pump().await;
    assert_eq!(app.mail_to("eva@acme.example").subject, "You are no longer a member of acme in Steward");
}

#[tokio::test]
async fn the_last_owner_and_who_gets_in_without_microsoft_are_replaced_first() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    join(&app, &owner, "ben@acme.example", "admin").await;
    let last = leave(&owner).await;
    last.expect_problem(409, "last_owner");
    assert_eq!(last.json()["detail"], "Make somebody else an owner first.");
    let second = join(&app, &owner, "second@acme.example", "owner").await;
    let only = SignInWays::Microsoft { break_glass: owner.user };
    set_company(&app, owner.tenant, |company| company.policy.sign_in = only).await;
    leave(&owner).await.expect_problem(409, "in_use");
    leave(&second).await.expect_problem(403, "microsoft_only");
    set_company(&app, owner.tenant, |company| company.policy.sign_in = SignInWays::Any).await;
    assert_counts(&app, owner.tenant).await;
    assert_eq!(leave(&owner).await.status, 204);
    leave(&second).await.expect_problem(409, "last_owner");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    let app = App::start().await;
    for round in 0..5 {
        // Nobody signs up so many companies at once.
        app.clock.advance(SignedDuration::from_mins(10));
        let first = app.tenant(&format!("acme{round}")).await;
        let second = join(&app, &first, &format!("second@acme{round}.example"), "owner").await;
        let (one, two) = both(leave(&first), leave(&second)).await;
        let (left, stays) = if one.status == 204 { (&one, &two) } else { (&two, &one) };
        assert_eq!(left.status, 204, "round {round}");
        stays.expect_problem(409, "last_owner");
        assert_eq!(company(&app, first.tenant).await.owners, 1);
        assert_counts(&app, first.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn it_takes_a_recent_proof_and_a_session_in_the_company_that_is_named() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    join(&app, &acme, "ben@acme.example", "member").await;
    invite(&other, "ben@acme.example", "member").await;
    let link = link(&app, other.tenant, "ben@acme.example").await;
    let ben = app.sign_in("ben@acme.example").await;
    ben.post("/v1/invitations/accept", json!({ "token": link })).await.expect::<Value>(201);
    app.clock.advance(SignedDuration::from_mins(11));
    leave(&ben).await.expect_problem(403, "proof_too_old");

    let ben = app.sign_in("ben@acme.example").await;
    assert_eq!(ben.tenant, acme.tenant);
    let nothing = ben.delete("/v1/me/tenants/ten_00000000000000000000000000").await;
    nothing.expect_problem(404, "not_found");
    // Nor another one of their own, nor one they are not in.
    ben.delete(&path(other.tenant)).await.expect_problem(404, "not_found");
    let acme = app.sign_in("owner@acme.example").await;
    acme.delete(&path(other.tenant)).await.expect_problem(404, "not_found");
    assert_eq!(leave(&ben).await.status, 204);

    let there = app.sign_in("ben@acme.example").await;
    assert_eq!((there.user, there.tenant), (ben.user, other.tenant), "the other one is as it was");
    let companies: Value = there.get("/v1/me/tenants").await.expect(200);
    assert_eq!(companies["items"].as_array().unwrap().len(), 1);
    for tenant in [acme.tenant, other.tenant] {
        assert_counts(&app, tenant).await;
    }
    app.pump().await;
}

#[tokio::test]
async fn neither_a_debt_nor_a_second_factor_that_is_asked_for_holds_anybody_and_a_closed_company_lets_nobody_in() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope_of(&app, owner.tenant);
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    let eva = join(&app, &owner, "eva@acme.example", "read_only").await;
    let zoe = join(&app, &owner, "zoe@acme.example", "admin").await;
    for closed in [TenantState::Suspended, TenantState::Cancelled] {
        set_state(&app, &scope, closed).await;
        leave(&ben).await.expect_problem(403, "tenant_closed");
    }
    assert_eq!(company(&app, owner.tenant).await.seats, 4);
    set_state(&app, &scope, TenantState::PastDue).await;
    assert_eq!(leave(&ben).await.status, 204);
    set_state(&app, &scope, TenantState::ReadOnly).await;
    remove(&app, &zoe, &eva).await.expect_problem(403, "tenant_closed");
    assert_eq!(leave(&eva).await.status, 204);

    let from = app.clock.clock().now();
    set_company(&app, owner.tenant, |company| company.policy.second_factor = SecondFactor::Required { from }).await;
    zoe.get("/v1/tenant").await.expect_problem(403, "second_factor_required");
    assert_eq!(leave(&zoe).await.status, 204);
    assert_eq!(company(&app, owner.tenant).await.seats, 1);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn keys_and_calendar_addresses_of_who_left_lead_nowhere() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    let ((_, bens), (_, owners)) = (key(&ben, &["tenant:read"]).await, key(&owner, &["tenant:read"]).await);
    let made: Value = ben.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    let feed = format!("/v1/{}", made["address"].as_str().unwrap().split_once("/v1/").unwrap().1);
    assert_eq!(app.call(http::Method::GET, &feed, None, None).await.status, 200);
    assert_eq!(leave(&ben).await.status, 204);
    app.pump().await;
    get(&app, "/v1/tenant", &bens).await.expect_problem(401, "invalid_token");
    app.call(http::Method::GET, &feed, None, None).await.expect_problem(404, "not_found");
    assert_eq!(get(&app, "/v1/tenant", &owners).await.status, 200);
}

#[tokio::test]
async fn who_left_comes_back_by_an_invitation_and_not_by_signing_in_with_microsoft() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let everybody = json!({ "who": "directory", "role": "member" });
    let owner = company_that_lets_join(&app, "northwind", id, everybody).await;
    let anna = people(&app, id, 1).remove(0);
    let here = client(&app, anna.id).await;
    assert_eq!(leave(&here).await.status, 204);
    sign_in(&app, anna.id).await.expect_problem(403, "not_a_member");

    let address = anna.upn.to_lowercase();
    let link = invited(&app, &owner, &address, "read_only").await;
    let joined: Value = accept(&app, &link, anna.id).await.expect(200);
    assert_eq!(joined["user"], json!(here.user), "the same account");
    assert_eq!(count(&app, &["REMOVED#"]).await, 0);
    here.get("/v1/me").await.expect_problem(401, "invalid_token");
    let again = client(&app, anna.id).await;
    assert_eq!((again.user, again.get("/v1/me").await.json()["role"].clone()), (here.user, json!("read_only")));
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}
