//! `members-list`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{join, member};

#[tokio::test]
async fn a_company_lists_its_own_members_and_nobody_elses() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    for (client, name) in [(&acme, "acme"), (&other, "other")] {
        let page: Value = client.get("/v1/members").await.expect(200);
        let [only] = page["items"].as_array().unwrap().as_slice() else { panic!("{page}") };
        assert_eq!(only["user"], json!(client.user));
        assert_eq!(only["email"], json!(format!("owner@{name}.example")));
        assert_eq!((&only["role"], &only["active"]), (&json!("owner"), &json!(true)));
    }
}

#[tokio::test]
async fn when_a_member_was_last_here_is_known_to_the_day_and_costs_no_request_a_write() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    let seen = async || member(&owner, &ben.user.to_string()).await["last_seen"].clone();
    let now = || json!(app.clock.clock().now());
    let joined = now();
    assert_eq!(seen().await, joined);
    let etag = member(&owner, &ben.user.to_string()).await["etag"].clone();
    // Neither requests nor a refresh of the same day write it.
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(ben.get("/v1/me").await.cost().2, 0.0);
    let refresh = async |token: &str| {
        let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": token })).await.expect(200);
        tokens["refresh_token"].as_str().unwrap().to_owned()
    };
    let token = refresh(&ben.refresh).await;
    assert_eq!(seen().await, joined);
    // The first of the next day does.
    app.clock.advance(SignedDuration::from_hours(24));
    let token = refresh(&token).await;
    let next_day = now();
    let owner = app.sign_in("owner@acme.example").await;
    let seen = async || member(&owner, &ben.user.to_string()).await["last_seen"].clone();
    assert_eq!(seen().await, next_day);
    // Whoever changes the member at the same time is not in its way, and it is no change of theirs.
    assert_eq!(member(&owner, &ben.user.to_string()).await["etag"], etag);
    // It stays when the session is over.
    let ended = app.post("/v1/refresh", json!({ "refresh_token": token })).await.expect::<Value>(200);
    assert_eq!(app.client(&ended).act("/v1/sign-out").await.status, 204);
    assert_eq!(seen().await, next_day);
    // Another company's is another's.
    let other = app.tenant("other").await;
    app.clock.advance(SignedDuration::from_hours(48));
    app.sign_in("owner@other.example").await;
    let owner = app.sign_in("owner@acme.example").await;
    assert_eq!(member(&owner, &owner.user.to_string()).await["last_seen"], now());
    assert_eq!(member(&owner, &ben.user.to_string()).await["last_seen"], next_day);
    assert_ne!(other.tenant, owner.tenant);
    app.pump().await;
}
