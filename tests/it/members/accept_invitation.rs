//! `members-accept-invitation`.

use futures::future::{join as both, join_all};
use http::Method;
use jiff::SignedDuration;
use model::{TenantId, TenantState};
use serde_json::{Value, json};
use store::{Conflict, EmailLogin, Joining, Origin, Registration, TokenHash};
use tests::{App, PASSWORD};

use super::{
    accept, assert_counts, change, company, events, invite, join, link, member, newcomer, remove, set_company,
};
use crate::{
    accounts::create_company::in_company,
    links::ask_change,
    table::{count, delete, items, scope, scope_of, set_member, set_state, table},
};

const PATH: &str = "/v1/invitations/accept";

#[tokio::test]
async fn a_link_works_once_and_of_racing_acceptances_one_wins() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let answers = join_all((0..5).map(|_| accept(&app, &link))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    // Who comes late finds the link used, or the account that the first one made.
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 201 | 401 | 410)));
    assert_eq!(count(&app, &["kind=S(\"member.joined\")"]).await, 1);
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")"]).await, 2);
    assert_counts(&app, owner.tenant).await;
    app.clock.advance(SignedDuration::from_mins(2));
    accept(&app, &link).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn what_closes_the_door_between_asking_and_accepting_closes_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let scope = scope(&app, &owner).await;
    for state in [TenantState::ReadOnly, TenantState::Suspended, TenantState::Cancelled, TenantState::Purging] {
        set_state(&app, &scope, state).await;
        let before = count(&app, &["SK=S(\"PROFILE\")"]).await;
        accept(&app, &link).await.expect_problem(403, "tenant_closed");
        assert_eq!(count(&app, &["SK=S(\"PROFILE\")"]).await, before);
    }
    set_state(&app, &scope, TenantState::PastDue).await;
    // A plan that has fewer seats than are in use takes nobody in; one that is just full takes in whom it asked.
    app.clock.advance(SignedDuration::from_mins(1));
    set_company(&app, owner.tenant, |company| company.seat_limit = 1).await;
    accept(&app, &link).await.expect_problem(402, "plan_limit_reached");
    set_company(&app, owner.tenant, |company| company.seat_limit = 2).await;
    app.clock.advance(SignedDuration::from_hours(48) - SignedDuration::from_mins(1));
    accept(&app, &link).await.expect_problem(410, "link_not_good");
    assert_eq!(count(&app, &["kind=S(\"member.joined\")"]).await, 0);

    let owner = app.sign_in("owner@acme.example").await;
    invite(&owner, "ben@acme.example", "member").await;
    let link = super::link(&app, owner.tenant, "ben@acme.example").await;
    accept(&app, &link).await.expect::<Value>(201);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn who_has_an_account_joins_as_themselves_and_as_nobody_else() {
    let app = App::start().await;
    let (acme, other, third) = (app.tenant("acme").await, app.tenant("other").await, app.tenant("third").await);
    invite(&acme, "owner@other.example", "developer").await;
    let link = link(&app, acme.tenant, "owner@other.example").await;
    let before = items(&app).await;
    let changes = |items: Vec<String>| items.into_iter().filter(|item| !item.contains("LIMIT#")).collect::<Vec<_>>();
    // Signed in as somebody else, or with an address that has no account.
    let wrong = third.post(PATH, json!({ "token": link })).await;
    wrong.expect_problem(403, "wrong_account");
    assert!(!String::from_utf8_lossy(&wrong.body).contains("other.example"), "the address is not told");
    third.post(PATH, newcomer(&link)).await.expect_problem(403, "wrong_account");
    // Without signing in, a password does not make the account another's.
    accept(&app, &link).await.expect_problem(401, "missing_credentials");
    app.call(Method::POST, PATH, Some("garbage"), Some(&newcomer(&link))).await.expect_problem(401, "invalid_token");
    assert_eq!(changes(items(&app).await), changes(before));
    invite(&acme, "new@acme.example", "member").await;
    let new = super::link(&app, acme.tenant, "new@acme.example").await;
    third.post(PATH, json!({ "token": new })).await.expect_problem(403, "wrong_account");

    let joined: Value = other.post(PATH, json!({ "token": link })).await.expect(201);
    assert_eq!((&joined["tenant"], &joined["user"]), (&json!(acme.tenant), &json!(other.user)));
    let body = json!({ "email": "owner@other.example", "password": PASSWORD, "tenant": acme.tenant });
    let tokens: Value = app.post("/v1/sign-in", body).await.expect(200);
    let me = app.call(Method::GET, "/v1/me", tokens["access_token"].as_str(), None).await;
    assert_eq!((&me.json()["role"], &me.json()["name"]), (&json!("developer"), &json!("Owner of other")));
    // Where they were before they are as they were.
    assert_eq!(other.get("/v1/me").await.json()["role"], "owner");
    assert_counts(&app, acme.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn who_is_in_fifty_companies_accepts_no_further_invitation() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    invite(&acme, "owner@other.example", "developer").await;
    let link = link(&app, acme.tenant, "owner@other.example").await;
    for number in 1..50 {
        in_company(&app, &other, number).await;
    }
    let refused = other.post(PATH, json!({ "token": link })).await;
    refused.expect_problem(409, "too_many_companies");
    assert!(refused.json()["detail"].as_str().unwrap().contains("50 companies"), "{}", refused.json());
    // Nor by the mailbox alone, where none of them lets in.
    let scope = scope_of(&app, other.tenant);
    set_state(&app, &scope, TenantState::Suspended).await;
    accept(&app, &link).await.expect_problem(409, "too_many_companies");
    set_state(&app, &scope, TenantState::Active).await;
    assert_eq!(count(&app, &["kind=S(\"member.joined\")"]).await, 0);
    assert_counts(&app, acme.tenant).await;
    // A place that became free is one: the link is as good as before.
    let left = TenantId::from_bits(1);
    delete(&app, &format!("USER#{}", other.user), &format!("MEMBERSHIP#{left}")).await;
    other.post(PATH, json!({ "token": link })).await.expect::<Value>(201);
    assert_counts(&app, acme.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn of_acceptances_at_one_instant_no_more_come_through_than_there_is_room_for() {
    let app = App::start().await;
    let other = app.tenant("other").await;
    let mut links = Vec::new();
    for name in ["acme", "nova", "third"] {
        let owner = app.tenant(name).await;
        invite(&owner, "owner@other.example", "member").await;
        links.push(link(&app, owner.tenant, "owner@other.example").await);
    }
    for number in 1..49 {
        in_company(&app, &other, number).await;
    }
    let answers = join_all(links.iter().map(|link| other.post(PATH, json!({ "token": link })))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "too_many_companies");
    }
    let theirs = format!("PK=S(\"USER#{}", other.user);
    assert_eq!(count(&app, &[&theirs, "SK=S(\"MEMBERSHIP#"]).await, 50);
    assert_eq!(count(&app, &["kind=S(\"member.joined\")"]).await, 1);
    app.pump().await;
}

#[tokio::test]
async fn whose_account_is_in_no_company_joins_by_the_link_and_keeps_the_second_factor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    assert_eq!(remove(&app, &owner, &ben).await.status, 204);
    let refused = json!({ "email": "ben@acme.example", "password": PASSWORD });
    app.post("/v1/sign-in", refused).await.expect_problem(401, "sign_in_refused");
    // As the functions of second factors set it.
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap().to_owned();
    let key = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.into());
    table(&app)
        .update_item()
        .table_name(name)
        .key("PK", key("EMAIL#ben@acme.example"))
        .key("SK", key("EMAIL"))
        .update_expression("SET second_factor = :yes")
        .expression_attribute_values(":yes", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
        .send()
        .await
        .unwrap();
    app.clock.advance(SignedDuration::from_secs(61));
    invite(&owner, "ben@acme.example", "read_only").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    assert_eq!(app.post("/v1/invitations/preview", json!({ "token": link })).await.json()["has_account"], false);
    let again = json!({ "token": link, "name": "Somebody else", "password": "another-tractor-mumbles-7" });
    let joined: Value = app.post(PATH, again).await.expect(201);
    assert_eq!(joined["user"], json!(ben.user), "the same account");
    let facts = app.system.store.sign_in_facts("ben@acme.example").await.unwrap();
    let EmailLogin { second_factor, epoch, .. } = facts.login.unwrap();
    assert!(second_factor, "a link is no way round a second factor");
    assert_eq!(epoch, 1, "a sign-in under way with the old password fails");
    // What they had before does not come back with them.
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    let refresh = json!({ "refresh_token": ben.refresh });
    app.post("/v1/refresh", refresh).await.expect_problem(401, "invalid_token");
    assert_eq!(count(&app, &["REMOVED#"]).await, 0);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn whose_companies_let_nobody_in_joins_another_by_the_link() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let closed = scope(&app, &other).await;
    set_state(&app, &closed, TenantState::Suspended).await;
    invite(&acme, "owner@other.example", "member").await;
    let link = link(&app, acme.tenant, "owner@other.example").await;
    let joined: Value = accept(&app, &link).await.expect(201);
    assert_eq!(joined["user"], json!(other.user), "the same account");
    assert_eq!(app.sign_in("owner@other.example").await.tenant, acme.tenant);
    // What was opened with the old password is over.
    set_state(&app, &closed, TenantState::Active).await;
    other.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.pump().await;
}

#[tokio::test]
async fn a_second_owner_is_counted() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let second = join(&app, &owner, "second@acme.example", "owner").await;
    assert_eq!(company(&app, owner.tenant).await.owners, 2);
    assert_counts(&app, owner.tenant).await;
    assert_eq!(second.get("/v1/me").await.json()["role"], "owner");
}

#[tokio::test]
async fn hostile_names_and_weak_passwords_are_refused_and_the_link_stays_good() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let long = "x".repeat(101);
    for name in ["", " ", "\u{202e}nimda", "a\u{0}b", "a\u{200b}b", "\u{feff}", &long] {
        app.clock.advance(SignedDuration::from_mins(1));
        let body = json!({ "token": link, "name": name, "password": PASSWORD });
        let answer = app.post(PATH, body).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/name", "{name:?}");
    }
    app.clock.advance(SignedDuration::from_mins(1));
    let weak = app.post(PATH, json!({ "token": link, "name": "Ben", "password": "ben@acme.example" })).await;
    weak.expect_problem(422, "invalid");
    assert_eq!(weak.json()["errors"][0]["pointer"], "/password");
    // Of the list of what attackers try early.
    app.clock.advance(SignedDuration::from_mins(1));
    let common = app.post(PATH, json!({ "token": link, "name": "Ben", "password": "December2026!" })).await;
    common.expect_problem(422, "invalid");
    assert_eq!(common.json()["errors"][0]["code"], "easy_to_guess");
    app.post(PATH, json!({ "token": link })).await.expect_problem(422, "invalid");
    // What is only strange is kept as it is; whoever shows it escapes it.
    let strange = "<img src=x onerror=alert(1)> =HYPERLINK(\"x\") Robert'); DROP TABLE";
    app.post(PATH, json!({ "token": link, "name": strange, "password": PASSWORD })).await.expect::<Value>(201);
    let owner = app.sign_in("owner@acme.example").await;
    let page: Value = owner.get("/v1/members").await.expect(200);
    assert!(page["items"].as_array().unwrap().iter().any(|member| member["name"] == strange), "{page}");
    app.pump().await;
}

#[tokio::test]
async fn a_link_of_one_company_is_of_no_use_for_another() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    invite(&acme, "ben@acme.example", "member").await;
    invite(&other, "ben@acme.example", "admin").await;
    let mine = link(&app, acme.tenant, "ben@acme.example").await;
    let joined: Value = accept(&app, &mine).await.expect(201);
    assert_eq!(joined["tenant"], json!(acme.tenant));
    assert_eq!(count(&app, &["SK=S(\"MEMBER#", &other.tenant.to_string()]).await, 1);
    // The other invitation waits for who now has an account.
    let theirs = link(&app, other.tenant, "ben@acme.example").await;
    accept(&app, &theirs).await.expect_problem(401, "missing_credentials");
    let ben = app.sign_in("ben@acme.example").await;
    ben.post(PATH, json!({ "token": theirs })).await.expect::<Value>(201);
    assert!(app.system.store.token(&TokenHash::of(&theirs)).await.unwrap().is_none());
    app.pump().await;
}

#[tokio::test]
async fn who_was_put_out_or_holds_less_does_not_come_back_by_an_invitation_they_sent() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for how in ["removed", "deactivated", "demoted"] {
        let admin = join(&app, &owner, &format!("{how}@acme.example"), "admin").await;
        let private = format!("{how}@elsewhere.example");
        let asked = invite(&admin, &private, "admin").await;
        let link = link(&app, owner.tenant, &private).await;
        let before = company(&app, owner.tenant).await.seats;
        let answer = match how {
            "removed" => remove(&app, &owner, &admin).await,
            "deactivated" => change(&app, &owner, &admin, json!({ "active": false })).await,
            _ => change(&app, &owner, &admin, json!({ "role": "member" })).await,
        };
        assert!(answer.status.is_success(), "{how}: {}", answer.status);
        // At once; and then it is taken back.
        accept(&app, &link).await.expect_problem(410, "link_not_good");
        app.pump().await;
        accept(&app, &link).await.expect_problem(410, "link_not_good");
        let revoked = events(&owner, "invitation.revoked").await;
        assert_eq!(revoked[0]["event"]["invitation"], asked["invitation"], "{how}");
        assert_eq!(revoked[0]["actor"], json!({ "type": "system" }), "{how}");
        assert_eq!(company(&app, owner.tenant).await.seats, before - if how == "removed" { 2 } else { 1 });
        assert_counts(&app, owner.tenant).await;
    }
    assert_eq!(events(&owner, "invitation.revoked").await.len(), 3);
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")", "@elsewhere.example"]).await, 0);
}

#[tokio::test]
async fn an_inviter_with_another_role_stays_good_for_what_they_still_hold() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let second = join(&app, &owner, "second@acme.example", "owner").await;
    let mut links = Vec::new();
    for role in ["owner", "admin", "developer", "read_only"] {
        let email = format!("new-{}@acme.example", role.replace('_', ""));
        invite(&second, &email, role).await;
        links.push(link(&app, owner.tenant, &email).await);
    }
    let [as_owner, as_admin, as_developer, as_reader] = &links[..] else { panic!("four links") };
    let demote = async |role: &str| {
        change(&app, &owner, &second, json!({ "role": role })).await.expect::<Value>(200);
        app.pump().await;
    };
    // An administrator holds all that an owner does, and makes nobody an owner.
    demote("admin").await;
    accept(&app, as_owner).await.expect_problem(410, "link_not_good");
    accept(&app, as_admin).await.expect::<Value>(201);
    demote("member").await;
    accept(&app, as_developer).await.expect_problem(410, "link_not_good");
    accept(&app, as_reader).await.expect::<Value>(201);
    app.pump().await;
    assert_eq!(events(&owner, "invitation.revoked").await.len(), 2);
    assert_counts(&app, owner.tenant).await;
}

#[tokio::test]
async fn an_inviter_who_is_put_out_between_looking_and_joining_lets_nobody_in() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let admin = join(&app, &owner, "admin@acme.example", "admin").await;
    invite(&admin, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let store = &app.system.store;
    let looked = async || store.invited(&TokenHash::of(&link), Origin::SYSTEM).await.unwrap().expect("a good link");
    let joins = async |invited| {
        let new = Registration { name: "Ben Dahl".into(), password_hash: "$argon2id$".into() };
        store.accept(invited, Joining::New(new)).await.unwrap_err().conflict()
    };
    // By what stands in their own record alone, and as somebody is put out.
    let invited = looked().await;
    let scope = scope_of(&app, owner.tenant);
    set_member(&app, &scope, &admin, |member| member.active = false).await;
    assert_eq!(joins(invited).await, Some(Conflict::Version));
    set_member(&app, &scope, &admin, |member| member.active = true).await;
    let invited = looked().await;
    assert_eq!(remove(&app, &owner, &admin).await.status, 204);
    assert_eq!(joins(invited).await, Some(Conflict::Version));
    accept(&app, &link).await.expect_problem(410, "link_not_good");
    app.pump().await;

    // At the same instant: it was accepted before, or is not at all.
    for round in 0..6 {
        let admin = join(&app, &owner, &format!("admin{round}@acme.example"), "admin").await;
        let email = format!("ben{round}@acme.example");
        invite(&admin, &email, "member").await;
        let link = super::link(&app, owner.tenant, &email).await;
        let before = company(&app, owner.tenant).await.seats;
        let (removed, accepted) = if round % 2 == 0 {
            both(remove(&app, &owner, &admin), accept(&app, &link)).await
        } else {
            let (accepted, removed) = both(accept(&app, &link), remove(&app, &owner, &admin)).await;
            (removed, accepted)
        };
        assert_eq!(removed.status, 204);
        let joined = match accepted.status.as_u16() {
            201 => true,
            410 => false,
            other => panic!("round {round}: {other}"),
        };
        app.pump().await;
        assert_eq!(company(&app, owner.tenant).await.seats, before - if joined { 1 } else { 2 });
        assert_counts(&app, owner.tenant).await;
        accept(&app, &link).await.expect_problem(410, "link_not_good");
    }
}

#[tokio::test]
async fn whoever_takes_the_address_they_invited_is_a_member_already() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "anna@elsewhere.example", "member").await;
    let (_, token) = ask_change(&owner, &app, "anna@elsewhere.example").await;
    assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
    app.pump().await;
    let link = link(&app, owner.tenant, "anna@elsewhere.example").await;
    let owner = app.sign_in("anna@elsewhere.example").await;
    owner.post(PATH, json!({ "token": link })).await.expect_problem(409, "taken");
    assert_eq!(member(&owner, &owner.user.to_string()).await["role"], "owner");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}
