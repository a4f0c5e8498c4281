//! `members-key-rotate`.

use jiff::SignedDuration;
use model::Role;
use serde_json::{Value, json};
use tests::{App, Client};

use super::{events, get, key};
use crate::table::{scope, set_role};

async fn rotated(client: &Client<'_>, key: &str, body: Value) -> String {
    let answer: Value = client.post(&format!("/v1/keys/{key}/rotate"), body).await.expect(200);
    answer["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_secret_before_works_on_for_the_overlap_and_no_longer() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (id, first) = key(&owner, &["tenant:read"]).await;
    let second = rotated(&owner, &id, json!({})).await;
    assert_ne!(first, second);
    assert_eq!(first.rsplit_once('_').unwrap().0, second.rsplit_once('_').unwrap().0, "it is the same key");
    for text in [&first, &second] {
        get(&app, "/v1/tenant", text).await.expect::<Value>(200);
    }
    app.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    get(&app, "/v1/tenant", &first).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(1));
    get(&app, "/v1/tenant", &first).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/tenant", &second).await.expect::<Value>(200);

    let owner = app.sign_in("owner@acme.example").await;
    let third = rotated(&owner, &id, json!({ "overlap_hours": 168 })).await;
    // The one before the one before is over, whatever its overlap said; none means at once.
    let fourth = rotated(&owner, &id, json!({ "overlap_hours": 1 })).await;
    get(&app, "/v1/tenant", &second).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/tenant", &third).await.expect::<Value>(200);
    let fifth = rotated(&owner, &id, json!({ "overlap_hours": 0 })).await;
    get(&app, "/v1/tenant", &fourth).await.expect_problem(401, "invalid_token");
    get(&app, "/v1/tenant", &fifth).await.expect::<Value>(200);
    assert_eq!(events(&owner, "key.rotated").await.len(), 4);
    app.pump().await;
}

#[tokio::test]
async fn only_a_live_key_is_rotated_and_only_by_who_may_all_it_may() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (id, text) = key(&owner, &["members:manage"]).await;
    let path = format!("/v1/keys/{id}/rotate");
    for hours in [json!(169), json!(100_000)] {
        owner.post(&path, json!({ "overlap_hours": hours })).await.expect_problem(422, "invalid");
    }
    owner.post(&path, json!({ "overlap_hours": -1 })).await.expect_problem(400, "bad_body");
    // A developer would get a secret that does more than they may.
    set_role(&app, &scope, &owner, Role::Developer).await;
    owner.post(&path, json!({})).await.expect_problem(403, "more_than_you_have");
    set_role(&app, &scope, &owner, Role::Owner).await;
    app.clock.advance(SignedDuration::from_mins(11));
    owner.post(&path, json!({})).await.expect_problem(403, "proof_too_old");
    let owner = app.sign_in("owner@acme.example").await;
    get(&app, "/v1/tenant", &text).await.expect_problem(403, "forbidden");
    owner.post("/v1/keys/key_00000000000000000000000000/rotate", json!({})).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(&format!("/v1/keys/{id}")).await.status, 204);
    owner.post(&path, json!({})).await.expect_problem(409, "key_over");
    assert!(events(&owner, "key.rotated").await.is_empty());
    app.pump().await;
}
