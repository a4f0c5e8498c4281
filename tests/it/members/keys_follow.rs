//! `members-keys-follow`.

use http::Method;
use jiff::SignedDuration;
use model::{CustomRole, Event, Permission, Role, RoleId, RoleName, UserId};
use serde_json::{Value, json};
use store::{Commit, Company};
use tests::{App, Client};

use super::{accept, assert_counts, change, events, get, invite, join, key, link, matched, remove};
use crate::table::{scope, set_member, set_role};

async fn commit(app: &App, owner: &Client<'_>, event: Event) {
    let scope = scope(app, owner).await;
    app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    app.pump().await;
}

fn changed(user: UserId, before: Role, after: Role) -> Event {
    Event::MemberRoleChanged { user, before: RoleName::System(before), after: RoleName::System(after) }
}

#[tokio::test]
async fn keys_keep_what_their_maker_still_holds() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (_, wide) = key(&owner, &["tenant:read", "events:read"]).await;
    let (_, inner) = key(&owner, &["tenant:read"]).await;
    let (gone, _) = key(&owner, &["events:read"]).await;
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Member).await;
    let event = changed(owner.user, Role::Owner, Role::Member);
    commit(&app, &owner, event.clone()).await;
    for text in [&wide, &inner] {
        assert_eq!(get(&app, "/v1/tenant", text).await.status, 200);
    }
    get(&app, "/v1/events", &wide).await.expect_problem(403, "forbidden");
    // A second delivery, and a role that holds more again, give nothing back.
    commit(&app, &owner, event).await;
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Owner).await;
    commit(&app, &owner, changed(owner.user, Role::Member, Role::Owner)).await;
    get(&app, "/v1/events", &wide).await.expect_problem(403, "forbidden");
    let trimmed = events(&owner, "key.trimmed").await;
    assert_eq!(trimmed.len(), 1);
    assert_eq!(trimmed[0]["event"]["before"], json!(["tenant:read", "events:read"]));
    assert_eq!(trimmed[0]["event"]["after"], json!(["tenant:read"]));
    let revoked = events(&owner, "key.revoked").await;
    assert_eq!(revoked.len(), 1);
    assert_eq!((&revoked[0]["event"]["key"], &revoked[0]["event"]["leaked"]), (&json!(gone), &json!(false)));
}

#[tokio::test]
async fn the_keys_of_who_left_are_revoked_and_nobody_elses() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (_, theirs) = key(&other, &["tenant:read"]).await;
    let (_, text) = key(&owner, &["tenant:read"]).await;
    // Somebody else of the company left: nothing happens to this one's.
    commit(&app, &owner, Event::MemberDeactivated { user: UserId::from_bits(7), operator: None }).await;
    assert_eq!(get(&app, "/v1/tenant", &text).await.status, 200);
    let scope = scope(&app, &owner).await;
    set_member(&app, &scope, &owner, |member| member.active = false).await;
    let event = Event::MemberDeactivated { user: owner.user, operator: None };
    app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    app.pump().await;
    get(&app, "/v1/tenant", &text).await.expect_problem(401, "invalid_token");
    assert_eq!(get(&app, "/v1/tenant", &theirs).await.status, 200);
}

#[tokio::test]
async fn a_role_of_the_companys_own_that_loses_a_right_takes_it_from_keys() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (_, text) = key(&owner, &["tenant:read", "events:read"]).await;
    let role = |permissions: &[Permission]| CustomRole {
        id: RoleId::from_bits(1),
        name: "Bookkeeping".into(),
        permissions: permissions.iter().copied().collect(),
    };
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
    let (before, after) = (role(&[Permission::ReadTenant, Permission::ReadEvents]), role(&[Permission::ReadTenant]));
    company.value.roles = vec![after.clone()];
    tenant.checkpoint(&company).await.unwrap();
    set_member(&app, &scope, &owner, |member| member.role = RoleName::Custom(after.id)).await;
    let event = Event::RoleChanged { before: Some(before), after };
    tenant.commit(Commit::new().event(event).unwrap()).await.unwrap();
    app.pump().await;
    assert_eq!(get(&app, "/v1/tenant", &text).await.status, 200);
    get(&app, "/v1/events", &text).await.expect_problem(403, "forbidden");
}

/// Makes a calendar address; where it is read.
async fn feed(client: &Client<'_>) -> String {
    let made: Value = client.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    format!("/v1/{}", made["address"].as_str().unwrap().split_once("/v1/").unwrap().1)
}

#[tokio::test]
async fn the_calendar_addresses_of_who_left_lead_nowhere_and_nobody_elses() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    let cleo = join(&app, &owner, "cleo@acme.example", "admin").await;
    let (owners, bens, cleos) = (feed(&owner).await, feed(&ben).await, feed(&cleo).await);
    app.pump().await;
    let read = async |path: &str| app.call(http::Method::GET, path, None, None).await;
    // Another role is no end.
    change(&app, &owner, &ben, json!({ "role": "member" })).await.expect::<Value>(200);
    app.pump().await;
    for path in [&owners, &bens, &cleos] {
        assert_eq!(read(path).await.status, 200);
    }
    change(&app, &owner, &ben, json!({ "active": false })).await.expect::<Value>(200);
    assert_eq!(remove(&app, &owner, &cleo).await.status, 204);
    app.pump().await;
    for path in [&bens, &cleos] {
        read(path).await.expect_problem(404, "not_found");
    }
    assert_eq!(read(&owners).await.status, 200);
    let left: Value = owner.get("/v1/feeds").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(events(&owner, "feed.revoked").await.len(), 2);
    // A second delivery tells nothing twice.
    commit(&app, &owner, Event::MemberDeactivated { user: ben.user, operator: None }).await;
    assert_eq!(events(&owner, "feed.revoked").await.len(), 2);
}

/// Where the invitation of an address is.
async fn status(client: &Client<'_>, email: &str) -> Value {
    let page: Value = client.get("/v1/invitations").await.expect(200);
    let items = page["items"].as_array().unwrap();
    items.iter().find(|item| item["email"] == email).expect("an invitation")["status"].clone()
}

#[tokio::test]
async fn the_invitations_of_who_left_are_taken_back_and_nobody_elses() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    invite(&ben, "eve@acme.example", "member").await;
    // Sent again by somebody else, who answers for it from then on.
    let asked = invite(&ben, "dora@acme.example", "member").await;
    invite(&owner, "cleo@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_secs(61));
    let resend = format!("/v1/invitations/{}/resend", asked["invitation"].as_str().unwrap());
    owner.act(&resend).await.expect::<Value>(202);
    assert_eq!(remove(&app, &owner, &ben).await.status, 204);
    app.pump().await;
    for (email, wanted) in [("eve", "cancelled"), ("dora", "pending"), ("cleo", "pending")] {
        assert_eq!(status(&owner, &format!("{email}@acme.example")).await, wanted, "{email}");
    }
    assert_counts(&app, owner.tenant).await;
    // A second delivery tells nothing twice.
    let event = Event::MemberRemoved { user: ben.user, role: RoleName::System(Role::Admin) };
    commit(&app, &owner, event).await;
    assert_eq!(events(&owner, "invitation.revoked").await.len(), 1);
    let link = link(&app, owner.tenant, "dora@acme.example").await;
    accept(&app, &link).await.expect::<Value>(201);
    app.pump().await;
}

#[tokio::test]
async fn a_role_of_the_companys_own_that_loses_a_right_takes_back_what_was_invited_with_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let role = async |name: &str, permissions: &[&str]| -> String {
        let body = json!({ "name": name, "permissions": permissions });
        owner.post("/v1/roles", body).await.expect::<Value>(201)["role"].as_str().unwrap().to_owned()
    };
    let recruiters = role("Recruiters", &["members:read", "members:manage", "scans:read"]).await;
    let scouts = role("Scouts", &["members:read", "scans:read"]).await;
    let readers = role("Readers", &["members:read"]).await;
    let ben = join(&app, &owner, "ben@acme.example", &recruiters).await;
    invite(&ben, "scout@acme.example", &scouts).await;
    invite(&ben, "reader@acme.example", &readers).await;
    app.pump().await;
    let less = json!({ "name": "Recruiters", "permissions": ["members:read", "members:manage"] });
    let path = format!("/v1/roles/{recruiters}");
    matched(&app, &owner, Method::PUT, &path, Some("*"), Some(&less)).await.expect::<Value>(200);
    app.pump().await;
    assert_eq!(status(&owner, "scout@acme.example").await, "cancelled");
    assert_eq!(status(&owner, "reader@acme.example").await, "pending");
    assert_counts(&app, owner.tenant).await;
}

/// Rotates a key without overlap; its text.
async fn rotate(by: &Client<'_>, id: &str) -> String {
    let rotated: Value = by.post(&format!("/v1/keys/{id}/rotate"), json!({ "overlap_hours": 0 })).await.expect(200);
    assert_eq!(rotated["key"]["rotated_by"], json!(by.user));
    rotated["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_follows_who_has_its_newest_secret_as_it_follows_who_made_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    let scopes = ["tenant:read", "events:read"];
    let ((known, _), (renewed, _)) = (key(&owner, &scopes).await, key(&owner, &scopes).await);
    let bens = rotate(&ben, &known).await;
    // Of this one somebody else has the newest by then.
    rotate(&ben, &renewed).await;
    let owners = rotate(&owner, &renewed).await;

    change(&app, &owner, &ben, json!({ "role": "member" })).await.expect::<Value>(200);
    app.pump().await;
    get(&app, "/v1/events", &bens).await.expect_problem(403, "forbidden");
    get(&app, "/v1/tenant", &bens).await.expect::<Value>(200);
    assert_eq!(remove(&app, &owner, &ben).await.status, 204);
    app.pump().await;
    get(&app, "/v1/tenant", &bens).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/events", &owners).await.expect::<Value>(200);
    let revoked = events(&owner, "key.revoked").await;
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["event"]["key"], json!(known));
}
