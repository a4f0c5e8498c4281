//! `findings-change-exception`.

use http::Method;
use serde_json::{Value, json};
use tests::App;

use super::{send, text};
use crate::microsoft::count;

#[tokio::test]
async fn reason_owner_and_end_change_at_the_version_that_was_seen() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("contoso").await);
    let made: Value = owner.post("/v1/exceptions", json!({ "check": "L6", "reason": "Leave" })).await.expect(201);
    let path = format!("/v1/exceptions/{}", text(&made, "exception"));
    let patch =
        async |etag: Option<&str>, body: Value| send(&app, &owner, Method::PATCH, &path, etag, Some(&body)).await;
    let end = json!({ "expires_at": "2027-06-01T00:00:00Z" });
    patch(None, end.clone()).await.expect_problem(428, "precondition_required");
    patch(Some("\"1\""), end.clone()).await.expect_problem(412, "stale");
    let answer = patch(Some(&text(&made, "etag")), end.clone()).await;
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    let changed: Value = answer.expect(200);
    assert_eq!(text(&changed, "etag"), etag);
    assert_eq!(
        (text(&changed, "expires_at"), text(&changed, "reason")),
        ("2027-06-01T00:00:00Z".into(), "Leave".into())
    );
    patch(Some(&text(&made, "etag")), end.clone()).await.expect_problem(412, "stale");
    // The same is no change; what is wrong is named.
    assert_eq!(patch(Some(&etag), end).await.headers["etag"].to_str().unwrap(), etag);
    let bad = json!({ "reason": "", "expires_at": "2020-01-01T00:00:00Z", "owner": other.user });
    let answer = patch(Some(&etag), bad).await;
    answer.expect_problem(422, "invalid");
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 3);
    patch(Some(&etag), json!({ "check": "L3" })).await.expect_problem(400, "bad_body");
    let log: Value = owner.get("/v1/events?kind=exception.changed").await.expect(200);
    let event = &log["items"][0]["event"];
    assert_eq!(
        (text(event, "before"), text(event, "after")),
        ("2027-11-21T08:00:00Z".into(), "2027-06-01T00:00:00Z".into())
    );
    assert_eq!((&event["reason_changed"], event.get("owner_after")), (&json!(false), None));
    assert!(!event.to_string().contains("Leave"), "a reason may be about a person");
    assert_eq!(count(&owner, "exception.changed").await, 1);
    let foreign = send(&app, &other, Method::PATCH, &path, Some("*"), Some(&json!({ "reason": "Mine" }))).await;
    foreign.expect_problem(404, "not_found");
    app.pump().await;
}
