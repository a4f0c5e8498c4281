//! `members-revoke-invitation`.

use futures::future::join_all;
use serde_json::Value;
use tests::App;

use super::{accept, assert_counts, company, invite, link, newest_event};

#[tokio::test]
async fn an_invitation_that_is_taken_back_is_dead_and_its_seat_free() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let asked = invite(&owner, "ben@acme.example", "member").await;
    let path = format!("/v1/invitations/{}", asked["invitation"].as_str().unwrap());
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(newest_event(&owner).await["kind"], "invitation.revoked");
    assert_eq!(company(&app, owner.tenant).await.seats, 1);
    assert_counts(&app, owner.tenant).await;
    accept(&app, &link).await.expect_problem(410, "link_not_good");
    owner.delete(&path).await.expect_problem(404, "not_found");
    owner.act(&format!("{path}/resend")).await.expect_problem(404, "not_found");
    app.pump().await;
}

#[tokio::test]
async fn taking_back_and_accepting_at_once_leaves_one_of_the_two() {
    for round in 0..6u64 {
        let app = App::with(tests::Options { seed: round + 1, ..tests::Options::default() }).await;
        let owner = app.tenant("acme").await;
        let asked = invite(&owner, "ben@acme.example", "member").await;
        let path = format!("/v1/invitations/{}", asked["invitation"].as_str().unwrap());
        let link = link(&app, owner.tenant, "ben@acme.example").await;
        let (revoked, accepted) = futures::future::join(owner.delete(&path), accept(&app, &link)).await;
        match (revoked.status.as_u16(), accepted.status.as_u16()) {
            (204, 410) => assert_eq!(company(&app, owner.tenant).await.seats, 1),
            (404, 201) => assert_eq!(company(&app, owner.tenant).await.seats, 2),
            other => panic!("{other:?}"),
        }
        assert_counts(&app, owner.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn taking_back_twice_at_once_frees_one_seat() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let asked = invite(&owner, "ben@acme.example", "member").await;
    invite(&owner, "eve@acme.example", "member").await;
    let path = format!("/v1/invitations/{}", asked["invitation"].as_str().unwrap());
    let answers = join_all((0..4).map(|_| owner.delete(&path))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 204 | 404)));
    assert_eq!(company(&app, owner.tenant).await.seats, 2);
    let left: Value = owner.get("/v1/invitations").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().iter().filter(|item| item["status"] == "pending").count(), 1);
    app.pump().await;
}
