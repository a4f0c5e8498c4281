//! `accounts-update-me`.

use http::Method;
use model::{Role, RoleName, TenantState};
use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::links::join;
use crate::table::{count, items, scope, set_role, set_state};

async fn patch(app: &App, client: &Client<'_>, body: Value) -> Answer {
    app.call(Method::PATCH, "/v1/me", Some(&client.token), Some(&body)).await
}

#[tokio::test]
async fn the_name_follows_into_every_company_and_what_is_left_out_stays() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &owner, "Owner of acme", "owner@acme.example", &other, RoleName::System(Role::Member)).await;
    assert_eq!(patch(&app, &owner, json!({ "name": "  Anna   Berg ", "locale": "sv-SE" })).await.status, 204);
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["name"], &me["locale"]), (&json!("Anna Berg"), &json!("sv-SE")));
    for company in [&owner, &other] {
        let members: Value = company.get("/v1/members").await.expect(200);
        assert!(members.to_string().contains("Anna Berg"), "{members}");
    }
    assert_eq!(patch(&app, &owner, json!({ "locale": "en" })).await.status, 204);
    let before = items(&app).await;
    assert_eq!(patch(&app, &owner, json!({})).await.status, 204);
    assert_eq!(patch(&app, &owner, json!({ "name": "Anna Berg" })).await.status, 204);
    assert_eq!(items(&app).await, before, "no change, no event");
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["name"], &me["locale"]), (&json!("Anna Berg"), &json!("en")));
    app.pump().await;
    assert_eq!(count(&app, &["kind=S(\"user.profile_changed\")"]).await, 2);
    let log: Value = owner.get("/v1/events?kind=user.profile_changed").await.expect(200);
    let profile = |locale: &str| json!({ "name": "Anna Berg", "locale": locale });
    let entries = log["items"].as_array().unwrap();
    let second = entries.iter().find(|entry| entry["event"]["after"] == profile("en")).unwrap();
    assert_eq!(second["event"]["before"], profile("sv-SE"));
    assert_eq!(second["text"], "Somebody changed their own language from sv-SE to en.");
    assert!(entries.iter().any(|entry| entry["event"]["after"] == profile("sv-SE")), "{log}");
    // The file says the same, and the chain holds.
    let file = String::from_utf8(owner.get("/v1/events/export?kind=user.profile_changed").await.body).unwrap();
    assert!(file.contains("language from sv-SE to en") && file.contains("\"\"before\"\""), "{file}");
    app.pump().await;
    let verified: Value = owner.get("/v1/events/verify").await.expect(200);
    assert_eq!(verified["broken"], Value::Null);
}

#[tokio::test]
async fn which_mails_one_gets_is_ones_own_and_stands_in_the_log() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let all = json!({
        "checks": true, "changes": true, "renewals": true, "answers": true, "team": true, "keys": true,
    });
    let mine = async || owner.get("/v1/me").await.expect::<Value>(200)["notifications"].clone();
    assert_eq!(mine().await, all, "every mail, until somebody says otherwise");
    let mut fewer = all.clone();
    fewer["renewals"] = json!(false);
    assert_eq!(patch(&app, &owner, json!({ "notifications": fewer })).await.status, 204);
    assert_eq!(mine().await, fewer);
    let before = items(&app).await;
    assert_eq!(patch(&app, &owner, json!({ "notifications": fewer })).await.status, 204);
    for body in [json!({ "checks": false }), json!({}), json!([]), json!(false)] {
        patch(&app, &owner, json!({ "notifications": body })).await.expect_problem(400, "bad_body");
    }
    let mut more = all.clone();
    more["security"] = json!(false);
    patch(&app, &owner, json!({ "notifications": more })).await.expect_problem(400, "bad_body");
    assert_eq!(items(&app).await, before);
    // A name in the same breath is an entry of its own.
    assert_eq!(patch(&app, &owner, json!({ "notifications": all, "name": "Anna Berg" })).await.status, 204);
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["notifications"], &me["name"]), (&all, &json!("Anna Berg")));
    app.pump().await;
    let log: Value = owner.get("/v1/events?kind=user.notifications_changed").await.expect(200);
    let first = &log["items"].as_array().unwrap()[1]["event"];
    assert_eq!((&first["before"], &first["after"]), (&all, &fewer));
    assert_eq!(count(&app, &["kind=S(\"user.profile_changed\")"]).await, 1);
}

#[tokio::test]
async fn what_is_no_name_or_language_is_refused_and_writes_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    for (body, pointer) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "\u{202e}anna" }), "/name"),
        (json!({ "name": "a\u{0}b" }), "/name"),
        (json!({ "name": "x".repeat(101) }), "/name"),
        (json!({ "locale": "" }), "/locale"),
        (json!({ "locale": "../../etc" }), "/locale"),
        (json!({ "locale": "en-gb", "name": "Anna" }), "/locale"),
    ] {
        let answer = patch(&app, &owner, body.clone()).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    for body in [json!({ "email": "x@y.example" }), json!({ "role": "owner" }), json!({ "name": 1 })] {
        patch(&app, &owner, body).await.expect_problem(400, "bad_body");
    }
    assert_eq!(items(&app).await, before);
}

#[tokio::test]
async fn whoever_looks_only_and_a_company_that_is_not_paid_change_what_is_their_own() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    set_role(&app, &scope, &owner, Role::ReadOnly).await;
    set_state(&app, &scope, TenantState::ReadOnly).await;
    assert_eq!(patch(&app, &owner, json!({ "name": "<script>alert(1)</script>" })).await.status, 204);
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!(me["name"], "<script>alert(1)</script>");
    app.pump().await;
}
