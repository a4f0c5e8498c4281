//! `accounts-change-email`.

use jiff::SignedDuration;
use model::EmailChangeId;
use serde_json::{Value, json};
use tests::App;

use crate::deaths::held_behind;
use crate::links::{ask_reset, change_link, ids};
use crate::table::{count, items};

const PATH: &str = "/v1/me/email";

#[tokio::test]
async fn asking_changes_nothing_and_tells_nobody_who_has_an_account() {
    let app = App::start().await;
    let (owner, _other) = (app.tenant("acme").await, app.tenant("nova").await);
    let mut seen = Vec::new();
    // The first of an hour is counted in one write less than those that follow it.
    owner.post(PATH, json!({ "email": "first@acme.example" })).await.expect::<Value>(202);
    for to in ["owner@nova.example", "free@acme.example", " FREE@Bücher.example "] {
        let answer = owner.post(PATH, json!({ "email": to })).await;
        let body: Value = answer.expect(202);
        seen.push((body, answer.cost()));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!(me["email"], "owner@acme.example");
    app.pump().await;
    assert_eq!(count(&app, &["user.email_change_requested", &owner.tenant.to_string()]).await, 4);
    assert_eq!(count(&app, &["user.email_change_requested", "@"]).await, 0, "an event holds no address");
    assert_eq!(count(&app, &["to=S(\"free@xn--bcher-kva.example\")"]).await, 1);
}

#[tokio::test]
async fn a_request_under_way_leads_nowhere_once_the_password_is_reset() {
    let mut refused = 0;
    for call in 1.. {
        let app = App::start().await;
        let thief = app.tenant("acme").await;
        let token = ask_reset(&app, "owner@acme.example").await;
        let reset =
            app.post("/v1/password-reset/confirm", json!({ "token": token, "password": "lantern-oyster-gravel-41" }));
        let asked = thief.post(PATH, json!({ "email": "thief@evil.example" }));
        let held = held_behind(&app, call, asked, reset).await;
        app.pump().await;
        let Some((asked, reset)) = held else { break };
        assert_eq!(reset.status, 204);
        let kept: Vec<EmailChangeId> = ids(&app, "EMAIL_CHANGE", "thief@evil.example").await;
        if asked.status == 202 {
            // It was asked for before, with the login as it was then.
            assert_eq!(kept.len(), 1);
            let link = change_link(&app, kept[0]).await;
            app.post("/v1/email-change/confirm", json!({ "token": link })).await.expect_problem(410, "link_not_good");
            continue;
        }
        asked.expect_problem(401, "invalid_token");
        assert!(kept.is_empty(), "held back behind call {call}");
        refused += 1;
    }
    assert!(refused > 2, "{refused}");
}

#[tokio::test]
async fn it_takes_a_recent_proof_an_address_and_another_one_and_not_too_often() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    for (to, code) in [
        ("", "not_an_address"),
        ("a@b", "not_an_address"),
        ("a@b.example, c@d.example", "not_an_address"),
        ("Owner@ACME.example", "same_address"),
    ] {
        let answer = owner.post(PATH, json!({ "email": to })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["code"], code, "{to}");
    }
    assert_eq!(items(&app).await, before);
    for number in 0..5 {
        owner.post(PATH, json!({ "email": format!("a{number}@acme.example") })).await.expect::<Value>(202);
    }
    let answer = owner.post(PATH, json!({ "email": "a5@acme.example" })).await;
    answer.expect_problem(429, "too_many_requests");
    assert_eq!(answer.json()["violated-policies"], json!(["email-change"]));
    app.clock.advance(SignedDuration::from_mins(11));
    owner.post(PATH, json!({ "email": "b@acme.example" })).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}
