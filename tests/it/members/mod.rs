//! Who else.

mod accept_invitation;
mod change;
mod create_role;
mod decline_invitation;
mod delete_role;
mod invitations;
mod invite;
mod key_create;
mod key_leaked;
mod key_list;
mod key_revoke;
mod key_rotate;
mod keys_expiring;
mod keys_follow;
mod leave;
mod list;
mod preview_invitation;
mod remove;
mod replace_role;
mod resend_invitation;
mod reset_factors;
mod revoke_invitation;
mod roles;

use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use http::{Method, Request, header};
use model::{RoleName, TenantId};
use serde_json::{Value, json};
use store::{Company, Invitation, TokenHash};
use tests::{Answer, App, Client, PASSWORD};

use crate::table::scope_of;

/// A link to join, made as whoever sends the mail makes it.
pub async fn link(app: &App, tenant: TenantId, email: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let scope = scope_of(app, tenant);
    let tenant = app.system.store.of(&scope);
    let id = Invitation::id_of(scope.tenant(), email);
    let invitation = tenant.get_strong::<Invitation>(&id).await.unwrap().expect("an invitation").value;
    let secret = format!("sit_{:043}", MADE.fetch_add(1, Ordering::Relaxed));
    tenant.keep_invitation_link(&TokenHash::of(&secret), &invitation).await.unwrap();
    secret
}

/// Invites, and returns the invitation.
pub async fn invite(by: &Client<'_>, email: &str, role: &str) -> Value {
    by.post("/v1/invitations", json!({ "email": email, "role": role })).await.expect(202)
}

/// What the page behind a link sends for somebody without an account.
pub fn newcomer(token: &str) -> Value {
    json!({ "token": token, "name": "Ben Dahl", "password": PASSWORD })
}

/// Accepts without an account.
pub async fn accept(app: &App, token: &str) -> Answer {
    app.post("/v1/invitations/accept", newcomer(token)).await
}

/// Somebody new, invited, joined and signed in.
pub async fn join<'a>(app: &'a App, by: &Client<'_>, email: &str, role: &str) -> Client<'a> {
    invite(by, email, role).await;
    let link = link(app, by.tenant, email).await;
    accept(app, &link).await.expect::<Value>(201);
    app.pump().await;
    app.sign_in(email).await
}

/// Sends for a version (`if-match`), with a JSON body or without.
pub async fn matched(
    app: &App,
    by: &Client<'_>,
    method: Method,
    path: &str,
    etag: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header(header::AUTHORIZATION, format!("Bearer {}", by.token));
    if let Some(etag) = etag {
        request = request.header(header::IF_MATCH, etag);
    }
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    app.send(request.body(body).unwrap()).await
}

/// Changes a member, whatever version is there.
pub async fn change(app: &App, by: &Client<'_>, whom: &Client<'_>, body: Value) -> Answer {
    matched(app, by, Method::PATCH, &format!("/v1/members/{}", whom.user), Some("*"), Some(&body)).await
}

/// Removes a member, whatever version is there.
pub async fn remove(app: &App, by: &Client<'_>, whom: &Client<'_>) -> Answer {
    matched(app, by, Method::DELETE, &format!("/v1/members/{}", whom.user), Some("*"), None).await
}

/// A member as the list shows them.
pub async fn member(by: &Client<'_>, user: &str) -> Value {
    let page: Value = by.get("/v1/members?limit=100").await.expect(200);
    page["items"].as_array().unwrap().iter().find(|member| member["user"] == user).expect("a member").clone()
}

/// The company's record.
pub async fn company(app: &App, tenant: TenantId) -> Company {
    let scope = scope_of(app, tenant);
    app.system.store.of(&scope).company().await.unwrap().value
}

/// Changes the company's record, as another capability would.
pub async fn set_company(app: &App, tenant: TenantId, change: impl FnOnce(&mut Company)) {
    let scope = scope_of(app, tenant);
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.company().await.unwrap();
    change(&mut company.value);
    tenant.checkpoint(&company).await.unwrap();
}

/// What the company's counts are to be, counted: seats in use and active owners.
pub async fn counted(app: &App, tenant: TenantId) -> (u32, u32) {
    let scope = scope_of(app, tenant);
    let tenant = app.system.store.of(&scope);
    let members = tenant.all::<store::Member>().await.unwrap();
    let owners = members.iter().filter(|member| member.value.active && member.value.role == RoleName::OWNER).count();
    let waiting = tenant.all::<Invitation>().await.unwrap().iter().filter(|invitation| invitation.value.seat).count();
    (u32::try_from(members.len() + waiting).unwrap(), u32::try_from(owners).unwrap())
}

/// That the company's counts are right.
pub async fn assert_counts(app: &App, tenant: TenantId) {
    let company = company(app, tenant).await;
    assert_eq!((company.seats, company.owners), counted(app, tenant).await, "seats and owners");
}

/// What the newest entry of the log says.
pub async fn newest_event(by: &Client<'_>) -> Value {
    let page: Value = by.get("/v1/events?limit=1").await.expect(200);
    page["items"][0]["event"].clone()
}

/// Makes a key: its id and its text.
async fn key(client: &Client<'_>, scopes: &[&str]) -> (String, String) {
    made(client, json!({ "name": "a key", "scopes": scopes })).await
}

/// Makes the key of a body.
async fn made(client: &Client<'_>, body: Value) -> (String, String) {
    let made: Value = client.post("/v1/keys", body).await.expect(201);
    (made["key"]["key"].as_str().unwrap().to_owned(), made["text"].as_str().unwrap().to_owned())
}

/// Reads with a key, or a token.
async fn get(app: &App, path: &str, key: &str) -> Answer {
    app.call(Method::GET, path, Some(key), None).await
}

/// Events of a kind, newest first.
async fn events(client: &Client<'_>, kind: &str) -> Vec<Value> {
    let page: Value = client.get(&format!("/v1/events?kind={kind}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}
