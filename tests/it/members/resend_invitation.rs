//! `members-resend-invitation`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{accept, change, invite, join, link, newest_event};
use crate::table::items;

#[tokio::test]
async fn a_new_link_kills_the_old_one_and_is_good_for_48_hours() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let asked = invite(&owner, "ben@acme.example", "member").await;
    let path = format!("/v1/invitations/{}/resend", asked["invitation"].as_str().unwrap());
    let old = link(&app, owner.tenant, "ben@acme.example").await;
    owner.act(&path).await.expect_problem(429, "too_many_requests");
    app.clock.advance(SignedDuration::from_hours(47));
    let owner = app.sign_in("owner@acme.example").await;
    let again: Value = owner.act(&path).await.expect(202);
    assert_eq!(again["created_at"], asked["created_at"]);
    assert_ne!(again["expires_at"], asked["expires_at"]);
    let event = newest_event(&owner).await;
    assert_eq!((&event["kind"], &event["resent"]), (&json!("member.invited"), &json!(true)));
    accept(&app, &old).await.expect_problem(410, "link_not_good");
    let new = link(&app, owner.tenant, "ben@acme.example").await;
    app.clock.advance(SignedDuration::from_hours(48) - SignedDuration::from_secs(1));
    accept(&app, &new).await.expect::<Value>(201);
    // Answered: there is nothing to send.
    let owner = app.sign_in("owner@acme.example").await;
    owner.act(&path).await.expect_problem(404, "not_found");
    app.pump().await;
}

#[tokio::test]
async fn who_sends_it_again_asks_anew_and_may_give_the_role() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let admin = join(&app, &owner, "admin@acme.example", "admin").await;
    let asked = invite(&owner, "second@acme.example", "owner").await;
    let path = format!("/v1/invitations/{}/resend", asked["invitation"].as_str().unwrap());
    app.clock.advance(SignedDuration::from_secs(61));
    let before = items(&app).await;
    admin.act(&path).await.expect_problem(403, "more_than_you_have");
    assert_eq!(items(&app).await, before);
    owner.act(&path).await.expect::<Value>(202);
    change(&app, &owner, &admin, json!({ "role": "member" })).await.expect::<Value>(200);
    let demoted = app.sign_in("admin@acme.example").await;
    demoted.act(&path).await.expect_problem(403, "forbidden");
    app.pump().await;
}
