//! `members-keys-expiring`.

use jiff::SignedDuration;
use local_aws::Fault;
use serde_json::{Value, json};
use tests::App;

use super::{events, key, made};

#[tokio::test]
async fn a_key_is_told_of_fourteen_and_three_days_before_its_end_and_once_each() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ends = |at: &str| json!({ "name": "a key", "scopes": ["tenant:read"], "expires_at": at });
    // Twenty days; nine, which is past the first warning from the start; two, which is past both; and no end at all.
    let (long, _) = made(&owner, ends("2026-12-11T08:00:00Z")).await;
    let (short, _) = made(&owner, ends("2026-11-30T08:00:00Z")).await;
    made(&owner, ends("2026-11-23T08:00:00Z")).await;
    let (revoked, _) = made(&owner, ends("2026-12-11T08:00:00Z")).await;
    key(&owner, &["tenant:read"]).await;
    assert_eq!(owner.delete(&format!("/v1/keys/{revoked}")).await.status, 204);
    for _ in 0..22 {
        app.run("members-keys-expiring").await;
        // A doubled firing finds nothing.
        app.run("members-keys-expiring").await;
        app.clock.advance(SignedDuration::from_hours(24));
    }
    app.pump().await;
    let owner = app.sign_in("owner@acme.example").await;
    let told = events(&owner, "key.expiring").await;
    let told: Vec<_> =
        told.iter().rev().map(|told| (told["event"]["key"].clone(), told["event"]["days"].clone())).collect();
    let expected = [(&long, 14), (&short, 3), (&long, 3)];
    // Both are told of on the sixth day; in which order is of no account.
    assert_eq!(told.len(), 3);
    for (key, days) in expected {
        assert!(told.contains(&(json!(key), json!(days))), "{key} {days} in {told:?}");
    }
    let page: Value = owner.get("/v1/events?kind=key.expiring").await.expect(200);
    assert_eq!(page["items"][0]["actor"], json!({ "type": "system" }));
}

#[tokio::test]
async fn a_key_whose_turn_fails_is_told_of_at_the_next_one() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    made(&owner, json!({ "name": "x", "scopes": ["tenant:read"], "expires_at": "2026-12-06T08:00:00Z" })).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(25));
    for _ in 0..5 {
        app.system.aws.faults().next_of("TransactWriteItems", Fault::InternalServerError);
    }
    let failed = app.system.run("members-keys-expiring").await.expect_err("it says so");
    assert!(failed.to_string().contains("1 failed"), "{failed}");
    app.run("members-keys-expiring").await;
    app.pump().await;
    let owner = app.sign_in("owner@acme.example").await;
    assert_eq!(events(&owner, "key.expiring").await.len(), 1);
}
