//! `members-preview-invitation`.

use http::Method;
use serde_json::{Value, json};
use tests::App;

use super::{accept, invite, join, link, remove};
use crate::table::items;

const PATH: &str = "/v1/invitations/preview";

#[tokio::test]
async fn the_page_is_told_the_company_the_inviter_and_the_role_and_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.tenant("other").await;
    invite(&owner, "ben@acme.example", "read_only").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let before = items(&app).await;
    let preview: Value = app.post(PATH, json!({ "token": link })).await.expect(200);
    let wanted = json!({
        "company": "acme", "inviter": "Owner of acme", "role": "read_only", "role_name": "read only",
        "expires_at": "2026-11-23T08:00:00Z", "has_account": false,
        "microsoft_only": false,
    });
    assert_eq!(preview, wanted);
    // Looking counts against a limit and changes nothing else.
    let after = items(&app).await;
    let kept = |items: Vec<String>| items.into_iter().filter(|item| !item.contains("LIMIT#")).collect::<Vec<_>>();
    assert_eq!(kept(after), kept(before));

    invite(&owner, "owner@other.example", "member").await;
    let known = super::link(&app, owner.tenant, "owner@other.example").await;
    assert_eq!(app.post(PATH, json!({ "token": known })).await.json()["has_account"], true);
    app.pump().await;
}

#[tokio::test]
async fn opening_a_link_in_any_way_but_posting_uses_nothing_up() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let before = items(&app).await;
    for page in ["preview", "accept", "decline"] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for path in [format!("/v1/invitations/{page}"), format!("/v1/invitations/{page}?token={link}")] {
                let answer = app.call(method.clone(), &path, None, None).await;
                assert!(matches!(answer.status.as_u16(), 404 | 405), "{method} {path}: {}", answer.status);
            }
            app.call(method.clone(), &format!("/invitation?token={link}"), None, None).await;
        }
    }
    assert_eq!(items(&app).await, before);
    accept(&app, &link).await.expect::<Value>(201);
    app.pump().await;
}

#[tokio::test]
async fn links_that_are_none_read_alike_and_are_counted() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let verify = app.sign_up("new@acme.example", "New").await;
    for bad in ["", "sit_", "sit_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &verify, &owner.token, &owner.refresh] {
        for page in ["preview", "accept", "decline"] {
            let body = if page == "accept" { super::newcomer(bad) } else { json!({ "token": bad }) };
            app.post(&format!("/v1/invitations/{page}"), body).await.expect_problem(410, "link_not_good");
        }
    }
    // A link for joining is no link for a sign-up.
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let body = json!({ "token": link, "name": "Ben", "password": tests::PASSWORD });
    app.post("/v1/verify-email", body).await.expect_problem(410, "link_not_good");
    for _ in 0..10 {
        app.post(PATH, json!({ "token": link })).await.expect::<Value>(200);
    }
    let more = app.post(PATH, json!({ "token": link })).await;
    more.expect_problem(429, "too_many_requests");
    assert_eq!(more.json()["violated-policies"], json!(["invitation-token"]));
    app.pump().await;
}

#[tokio::test]
async fn an_invitation_of_who_left_reads_like_one_that_was_taken_back() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let admin = join(&app, &owner, "admin@acme.example", "admin").await;
    invite(&admin, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    assert_eq!(app.post(PATH, json!({ "token": link })).await.expect::<Value>(200)["inviter"], "Ben Dahl");
    assert_eq!(remove(&app, &owner, &admin).await.status, 204);
    // At once, and when it was taken back.
    for _ in 0..2 {
        for page in ["preview", "decline"] {
            let answer = app.post(&format!("/v1/invitations/{page}"), json!({ "token": link })).await;
            answer.expect_problem(410, "link_not_good");
        }
        app.pump().await;
    }
    let list: Value = owner.get("/v1/invitations").await.expect(200);
    let status = |email: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["email"] == email).unwrap()["status"].clone()
    };
    assert_eq!(status("ben@acme.example"), "cancelled");
}
