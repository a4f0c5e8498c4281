//! `members-key-create`, and what a key may do.

use axum::body::Body;
use futures::future::join_all;
use http::{Method, Request, header};
use jiff::SignedDuration;
use model::{Permission, Role};
use serde_json::{Value, json};
use tests::App;

use super::{events, get, key, made};
use crate::table::{count, scope, set_role};

#[tokio::test]
async fn a_keys_text_is_shown_once_and_works_as_a_header_or_as_a_bearer_token() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": " Nightly  export ", "scopes": ["tenant:read"], "networks": ["203.0.113.7", "203.0.113.7/32"] });
    let made: Value = owner.post("/v1/keys", body).await.expect(201);
    assert_eq!((&made["key"]["name"], &made["key"]["state"]), (&json!("Nightly export"), &json!("live")));
    assert_eq!(made["key"]["networks"], json!(["203.0.113.7/32"]));
    assert_eq!((&made["key"]["created_by"], &made["key"]["expires_at"]), (&json!(owner.user), &Value::Null));
    let (_, text) = key(&owner, &["tenant:read"]).await;
    let answer = get(&app, "/v1/tenant", &text).await;
    assert_eq!(answer.expect::<Value>(200)["tenant"], json!(owner.tenant));
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Request::get("/v1/tenant");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    send(&[("x-api-key", &text)]).await.expect::<Value>(200);
    // Two of them: which one counts would be a guess.
    let bearer = format!("Bearer {text}");
    send(&[("x-api-key", &text), (header::AUTHORIZATION.as_str(), &bearer)])
        .await
        .expect_problem(401, "missing_credentials");
    send(&[("x-api-key", &owner.token)]).await.expect_problem(401, "invalid_token");
    app.pump().await;
    // Its secret is nowhere: not in the table, not in the log.
    let secret = text.rsplit_once('_').unwrap().1;
    assert_eq!(count(&app, &[secret]).await + count(&app, &[&secret[..32]]).await, 0);
    let told = events(&owner, "key.created").await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["actor"], json!({ "type": "user", "id": owner.user }));
    assert_eq!(
        (&told[0]["event"]["scopes"], &told[0]["text"]),
        (&json!(["tenant:read"]), &json!("An API key was made."))
    );
}

#[tokio::test]
async fn nobody_gives_a_key_what_they_do_not_have_and_an_old_proof_gives_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let new = |scopes: &[&str]| json!({ "name": "a key", "scopes": scopes });
    set_role(&app, &scope, &owner, Role::Developer).await;
    let answer = owner.post("/v1/keys", new(&["findings:read", "members:manage", "events:export"])).await;
    answer.expect_problem(403, "more_than_you_have");
    assert!(answer.json()["detail"].as_str().unwrap().contains("events:export, members:manage"), "{}", answer.json());
    key(&owner, &["findings:read"]).await;
    set_role(&app, &scope, &owner, Role::Member).await;
    let answer = owner.post("/v1/keys", new(&["findings:read"])).await;
    answer.expect_problem(403, "forbidden");
    assert_eq!(answer.json()["required_permission"], "keys:manage");
    set_role(&app, &scope, &owner, Role::Owner).await;
    app.clock.advance(SignedDuration::from_mins(11));
    owner.post("/v1/keys", new(&["findings:read"])).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let pointers = async |body: Value| {
        let answer = owner.post("/v1/keys", body).await;
        answer.expect_problem(422, "invalid");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = json!({ "name": "\u{202e}", "scopes": [], "expires_at": tests::BEGIN, "networks": ["203.0.113.0/24", "nowhere"] });
    assert_eq!(pointers(all).await, ["/name", "/scopes", "/expires_at", "/networks/1"]);
    let far = json!({ "name": "x", "scopes": ["tenant:read"], "expires_at": "2028-01-01T00:00:00Z" });
    assert_eq!(pointers(far).await, ["/expires_at"]);
    let many: Vec<String> = (0..21).map(|n| format!("10.0.{n}.0/24")).collect();
    assert_eq!(pointers(json!({ "name": "x", "scopes": ["tenant:read"], "networks": many })).await, ["/networks"]);
    for body in [
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "x", "scopes": "tenant:read" }),
        json!({ "name": "x", "scopes": ["tenant:read"], "secret": "mine" }),
        json!({ "scopes": ["tenant:read"] }),
    ] {
        owner.post("/v1/keys", body).await.expect_problem(400, "bad_body");
    }
    app.pump().await;
}

#[tokio::test]
async fn a_company_has_twenty_live_keys_however_many_are_made_at_once() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let soon = json!({ "name": "soon over", "scopes": ["tenant:read"], "expires_at": "2026-11-21T08:05:00Z" });
    made(&owner, soon).await;
    let mut keys = Vec::new();
    for _ in 0..18 {
        keys.push(key(&owner, &["tenant:read"]).await.0);
    }
    let new = json!({ "name": "a key", "scopes": ["tenant:read"] });
    let answers = join_all((0..4).map(|_| owner.post("/v1/keys", new.clone()))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    owner.post("/v1/keys", new.clone()).await.expect_problem(402, "plan_limit_reached");
    // One that is over leaves its place, and so does one that is revoked.
    app.clock.advance(SignedDuration::from_mins(5));
    owner.post("/v1/keys", new.clone()).await.expect::<Value>(201);
    owner.post("/v1/keys", new.clone()).await.expect_problem(402, "plan_limit_reached");
    assert_eq!(owner.delete(&format!("/v1/keys/{}", keys[0])).await.status, 204);
    owner.post("/v1/keys", new).await.expect::<Value>(201);
    app.pump().await;
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_where_a_program_may_and_nothing_where_a_person_must() {
    let app = App::start().await;
    // There are more permissions than keys that one company may have.
    let owners = [app.tenant("acme").await, app.tenant("nova").await];
    let mut keys = Vec::new();
    for (&permission, owner) in Permission::ALL.iter().zip(owners.iter().cycle()) {
        keys.push((permission, key(owner, &[permission.as_str()]).await.1));
    }
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    let (_, whole) = key(&owners[0], &all).await;
    let document = serde_json::to_value(local::openapi()).unwrap();
    let (mut programs, mut people) = (0, 0);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let ways = operation["security"].as_array().unwrap();
            if ways.iter().any(|way| way.as_object().unwrap().is_empty()) {
                continue;
            }
            let id = operation["operationId"].as_str().unwrap();
            let program = ways.contains(&json!({ "key": [] }));
            // No such thing; what is asked is who may ask.
            let at = path.split('{').next().unwrap().to_owned() + &"x".repeat(usize::from(path.contains('{')));
            let rest = path.split_once('}').map_or("", |(_, rest)| rest);
            let (method, at) = (Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), format!("{at}{rest}"));
            let body = json!({});
            let body = operation.get("requestBody").map(|_| &body);
            if !program {
                people += 1;
                app.call(method, &at, Some(&whole), body).await.expect_problem(403, "person_needed");
                continue;
            }
            programs += 1;
            let mut open = Vec::new();
            let mut required = Vec::new();
            for (permission, text) in &keys {
                let answer = app.call(method.clone(), &at, Some(text), body).await;
                assert_ne!(answer.status, 401, "{id}");
                if answer.status == 403 {
                    answer.expect_problem(403, "forbidden");
                    required.push(answer.json()["required_permission"].as_str().unwrap().to_owned());
                } else {
                    open.push(permission.as_str());
                }
            }
            required.dedup();
            assert_eq!(required, open, "{id}: one right opens it, and it is the one that is named");
        }
    }
    assert!(programs > 10 && people > 3, "{programs} {people}");
    app.pump().await;
}
