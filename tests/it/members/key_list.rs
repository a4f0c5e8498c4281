//! `members-key-list`.

use axum::body::Body;
use http::{Request, header};
use jiff::SignedDuration;
use model::Role;
use serde_json::{Value, json};
use tests::{App, Client};

use super::{get, key, made};
use crate::table::{scope, set_role};

async fn list(client: &Client<'_>) -> Vec<Value> {
    let page: Value = client.get("/v1/keys?limit=100").await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_list_tells_keys_apart_and_shows_no_secret() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let soon = json!({ "name": "soon over", "scopes": ["tenant:read"], "expires_at": "2026-11-21T08:05:00Z" });
    let (over, _) = made(&owner, soon).await;
    let (revoked, _) = key(&owner, &["tenant:read"]).await;
    let (live, text) = key(&owner, &["keys:read"]).await;
    assert_eq!(owner.delete(&format!("/v1/keys/{revoked}")).await.status, 204);
    app.clock.advance(SignedDuration::from_mins(5));
    let keys = list(&owner).await;
    let state = |id: &str| keys.iter().find(|key| key["key"] == id).unwrap()["state"].clone();
    assert_eq!([state(&over), state(&revoked), state(&live)], ["expired", "revoked", "live"]);
    for shown in &keys {
        let secret = |name: &str| name.contains("secret") && name != "old_secret_until";
        assert!(!shown.as_object().unwrap().keys().any(|name| secret(name)), "{shown}");
    }
    let shown = keys.iter().find(|key| key["key"] == live.as_str()).unwrap();
    assert_eq!(Some(shown["prefix"].as_str().unwrap()), text.rsplit_once('_').map(|(prefix, _)| prefix));
    // A key with the right to may read the list too.
    get(&app, "/v1/keys", &text).await.expect::<Value>(200);
    let first: Value = owner.get("/v1/keys?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second: Value = owner.get(&format!("/v1/keys?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (2, 1));
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Member).await;
    owner.get("/v1/keys").await.expect_problem(403, "forbidden");
    app.pump().await;
}

#[tokio::test]
async fn when_a_key_was_last_used_is_noted_every_five_minutes_at_most() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (_, text) = key(&owner, &["tenant:read"]).await;
    let used = async || {
        let mut request = Request::get("/v1/tenant").header(header::AUTHORIZATION, format!("Bearer {text}"));
        request.extensions_mut().unwrap().insert("203.0.113.7".parse::<std::net::IpAddr>().unwrap());
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        answer.expect::<Value>(200);
        (answer.cost().2, list(&owner).await[0]["last_used_at"].as_str().unwrap().to_owned())
    };
    assert_eq!(list(&owner).await[0]["last_used_at"], Value::Null);
    let (written, first) = used().await;
    assert!(written > 0.0);
    assert_eq!(list(&owner).await[0]["last_used_ip"], "203.0.113.7");
    app.clock.advance(SignedDuration::from_secs(299));
    assert_eq!(used().await, (0.0, first.clone()));
    app.clock.advance(SignedDuration::from_secs(1));
    let (written, second) = used().await;
    assert!(written > 0.0 && second > first);
    app.pump().await;
}
