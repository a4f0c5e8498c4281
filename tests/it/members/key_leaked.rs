//! `members-key-leaked`.

use axum::body::Body;
use http::{Request, header};
use model::TenantState;
use serde_json::{Value, json};
use tests::{Answer, App};

use super::{events, get, key};
use crate::table::{items, scope, set_state};

async fn report(app: &App, text: &str) -> Answer {
    app.post("/v1/keys/leaked", json!({ "key": text })).await
}

#[tokio::test]
async fn a_right_secret_revokes_its_key_and_the_answer_is_the_same_for_every_text() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (_, found) = key(&owner, &["tenant:read"]).await;
    let (_, kept) = key(&owner, &["tenant:read"]).await;
    app.pump().await;
    // The tail of one, the name of the other: the checksum says at once that it is no key.
    let (name, _) = kept.rsplit_once('_').unwrap();
    let mixed = format!("{name}_{}", found.rsplit_once('_').unwrap().1);
    let before = items(&app).await;
    let mut bodies = vec![report(&app, &mixed).await, report(&app, "garbage").await, report(&app, "").await];
    bodies.push(report(&app, &owner.token[..200]).await);
    assert_eq!(items(&app).await, before, "nothing changed");
    bodies.push(report(&app, &format!(" {found}\n")).await);
    bodies.push(report(&app, &found).await);
    for answer in &bodies {
        assert_eq!(answer.expect::<Value>(202), bodies[0].json());
    }
    get(&app, "/v1/tenant", &found).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/tenant", &kept).await.expect::<Value>(200);
    app.pump().await;
    let told = events(&owner, "key.revoked").await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["event"]["leaked"], &told[0]["actor"]["type"]), (&json!(true), &json!("visitor")));
}

#[tokio::test]
async fn a_key_of_a_suspended_company_is_revoked_too_and_an_old_secret_only_while_it_works() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (_, suspended) = key(&owner, &["tenant:read"]).await;
    let (id, old) = key(&owner, &["tenant:read"]).await;
    let rotate = json!({ "overlap_hours": 0 });
    let rotated: Value = owner.post(&format!("/v1/keys/{id}/rotate"), rotate).await.expect(200);
    set_state(&app, &scope, TenantState::Suspended).await;
    report(&app, &suspended).await.expect::<Value>(202);
    report(&app, &old).await.expect::<Value>(202);
    set_state(&app, &scope, TenantState::Active).await;
    get(&app, "/v1/tenant", &suspended).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/tenant", rotated["text"].as_str().unwrap()).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn an_address_reports_sixty_an_hour() {
    let app = App::start().await;
    let from = async || {
        let mut request = Request::post("/v1/keys/leaked").header(header::CONTENT_TYPE, "application/json");
        request.extensions_mut().unwrap().insert("203.0.113.7".parse::<std::net::IpAddr>().unwrap());
        app.send(request.body(Body::from(json!({ "key": "x" }).to_string())).unwrap()).await
    };
    for _ in 0..60 {
        from().await.expect::<Value>(202);
    }
    let refused = from().await;
    refused.expect_problem(429, "too_many_requests");
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
}
