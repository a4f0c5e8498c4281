//! `members-remove`.

use futures::future::join as both;
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Removed, Whom};
use tests::{App, PASSWORD};

use super::{assert_counts, company, invite, join, link, matched, newest_event, remove};
use crate::table::{count, scope_of};

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_leaves_a_tombstone() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "developer").await;
    let path = format!("/v1/members/{}", ben.user);
    matched(&app, &owner, Method::DELETE, &path, None, None).await.expect_problem(428, "precondition_required");
    matched(&app, &owner, Method::DELETE, &path, Some("\"7\""), None).await.expect_problem(412, "stale");
    assert_eq!(remove(&app, &owner, &ben).await.status, 204);
    let event = newest_event(&owner).await;
    assert_eq!(event, json!({ "kind": "member.removed", "user": ben.user, "role": "developer" }));
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": ben.refresh })).await.expect_problem(401, "invalid_token");
    remove(&app, &owner, &ben).await.expect_problem(404, "not_found");
    assert_eq!(company(&app, owner.tenant).await.seats, 1);
    assert_counts(&app, owner.tenant).await;
    let scope = scope_of(&app, owner.tenant);
    let removed = app
        .system
        .store
        .of(&scope)
        .get_strong::<Removed>(&Whom::User { user: ben.user })
        .await
        .unwrap()
        .expect("a tombstone");
    assert_eq!(removed.value.mver, 2);
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")", "ben@acme.example"]).await, 1, "the account stays theirs");
    app.pump().await;
}

#[tokio::test]
async fn who_is_in_another_company_too_stays_there() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    invite(&acme, "owner@other.example", "member").await;
    let link = link(&app, acme.tenant, "owner@other.example").await;
    other.post("/v1/invitations/accept", json!({ "token": link })).await.expect::<Value>(201);
    assert_eq!(remove(&app, &acme, &other).await.status, 204);
    other.get("/v1/me").await.expect::<Value>(200);
    let there = json!({ "email": "owner@other.example", "password": PASSWORD, "tenant": acme.tenant });
    app.post("/v1/sign-in", there).await.expect_problem(401, "sign_in_refused");
    app.sign_in("owner@other.example").await.get("/v1/tenant").await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let app = App::start().await;
    for round in 0..20 {
        // Nobody signs up twenty companies at once.
        app.clock.advance(SignedDuration::from_mins(10));
        let first = app.tenant(&format!("acme{round}")).await;
        let second = join(&app, &first, &format!("second@acme{round}.example"), "owner").await;
        let (one, two) = if round % 2 == 0 {
            both(remove(&app, &first, &second), remove(&app, &second, &first)).await
        } else {
            let (two, one) = both(remove(&app, &second, &first), remove(&app, &first, &second)).await;
            (one, two)
        };
        let won = [&one, &two].iter().filter(|answer| answer.status == 204).count();
        assert_eq!(won, 1, "round {round}: {} {}", one.status, two.status);
        assert_eq!(company(&app, first.tenant).await.owners, 1);
        assert_counts(&app, first.tenant).await;
        let left = if one.status == 204 { &first } else { &second };
        remove(&app, left, left).await.expect_problem(409, "last_owner");
        app.pump().await;
    }
}

#[tokio::test]
async fn nobody_removes_who_holds_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let admin = join(&app, &owner, "admin@acme.example", "admin").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    remove(&app, &admin, &owner).await.expect_problem(403, "more_than_you_have");
    remove(&app, &ben, &admin).await.expect_problem(403, "forbidden");
    assert_eq!(remove(&app, &admin, &ben).await.status, 204);
    assert_eq!(remove(&app, &admin, &admin).await.status, 204, "who manages may leave");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn who_removes_proved_lately_who_they_are() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_mins(11));
    remove(&app, &owner, &ben).await.expect_problem(403, "proof_too_old");
    let fresh = app.sign_in("owner@acme.example").await;
    assert_eq!(remove(&app, &fresh, &ben).await.status, 204);
    app.pump().await;
}
