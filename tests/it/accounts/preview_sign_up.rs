//! `accounts-preview-sign-up`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, PASSWORD};

use super::sign_up::opened_by_a_scanner;
use crate::table::items;

const PATH: &str = "/v1/verify-email/preview";

#[tokio::test]
async fn the_page_behind_the_link_learns_the_company_and_whether_there_is_an_account_and_uses_nothing_up() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (known, unknown) =
        (app.sign_up("owner@acme.example", "Second Ltd").await, app.sign_up("new@acme.example", "<b>New</b>").await);
    let before = items(&app).await;
    opened_by_a_scanner(&app, &[PATH, &format!("{PATH}?token={known}")]).await;
    for (token, company, has_account) in [(&known, "Second Ltd", true), (&unknown, "<b>New</b>", false)] {
        for _ in 0..2 {
            let answer = app.post(PATH, json!({ "token": token })).await;
            let read: Value = answer.expect(200);
            assert_eq!(read, json!({ "company": company, "has_account": has_account }), "and no address, no name");
            assert_eq!(answer.cost().0, 3, "{:?}", answer.cost());
        }
    }
    assert_eq!(items(&app).await, before);

    // As it is now, not as it was when the mail went out.
    let later = app.sign_up("new@acme.example", "New Ltd").await;
    let body = json!({ "token": unknown, "name": "Nora New", "password": PASSWORD });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    assert_eq!(app.post(PATH, json!({ "token": later })).await.expect::<Value>(200)["has_account"], true);
    app.pump().await;
}

#[tokio::test]
async fn a_link_that_was_used_is_too_old_or_never_was_reads_alike() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (used, late) =
        (app.sign_up("owner@acme.example", "Second").await, app.sign_up("late@acme.example", "Late").await);
    app.post("/v1/verify-email", json!({ "token": used })).await.expect::<Value>(201);
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(24));
    let told = async |token: &str| {
        let answer = app.post(PATH, json!({ "token": token })).await;
        answer.expect_problem(410, "link_not_good");
        (answer.json()["title"].clone(), answer.json()["detail"].clone())
    };
    let first = told("").await;
    for token in [used.as_str(), &late, &owner.token, &owner.refresh, "svt_", &"x".repeat(60_000)] {
        assert_eq!(told(token).await, first);
    }
    app.post(PATH, json!({ "token": late, "name": "Anna" })).await.expect_problem(400, "bad_body");
}
