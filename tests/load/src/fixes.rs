//! What fixes cost: preview, approval, reading, undo.

use axum::body::Body;
use http::{Request, header};
use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use model::DirectoryId;
use serde_json::{Value, json};
use tests::{Answer, App, Client};

/// Notes the cost of each route of fixes once, on a company that is connected to `directory`.
pub(crate) async fn measure(
    app: &App,
    owner: &Client<'_>,
    directory: DirectoryId,
    note: &mut impl FnMut(&str, &Answer, u16),
) {
    owner.let_change(directory).await;
    app.pump().await;
    let page: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let found = page["items"].as_array().and_then(|found| found.iter().find(|finding| finding["check"] == "L3"));
    let finding = found.map(|finding| finding["finding"].clone()).unwrap_or_default();
    // One that waits for its day, to be called off.
    let at = app.clock.clock().now() + SignedDuration::from_hours(24);
    let later = owner.post("/v1/fixes/preview", json!({ "finding": finding, "at": at.to_string() })).await;
    note("fixes-preview", &later, 200);
    let planned = post(app, owner, "/v1/fixes", "planned", Some(approval(&later.json()))).await;
    note("fixes-apply", &planned, 202);
    note("fixes-cancel", &owner.delete(&location(&planned)).await, 204);
    // One of which an item fails.
    let shown = owner.post("/v1/fixes/preview", json!({ "finding": finding })).await;
    note("fixes-preview", &shown, 200);
    let fault = Fault::Status(400, RetryAfter::Absent);
    app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense"), fault);
    let made = post(app, owner, "/v1/fixes", "now", Some(approval(&shown.json()))).await;
    note("fixes-apply", &made, 202);
    app.pump().await;
    let path = location(&made);
    note("fixes-list", &owner.get("/v1/fixes").await, 200);
    note("fixes-get", &owner.get(&path).await, 200);
    note("fixes-items", &owner.get(&format!("{path}/items")).await, 200);
    note("fixes-retry", &post(app, owner, &format!("{path}/retry"), "retry", None).await, 202);
    app.pump().await;
    note("fixes-undo", &post(app, owner, &format!("{path}/undo"), "undo", None).await, 202);
    app.pump().await;
}

fn approval(shown: &Value) -> Value {
    json!({
        "preview_token": shown["preview_token"],
        "accept": shown["to_accept"],
        "confirm": shown["type_to_confirm"],
    })
}

fn location(answer: &Answer) -> String {
    answer.headers.get("location").and_then(|location| location.to_str().ok()).unwrap_or_default().to_owned()
}

async fn post(app: &App, owner: &Client<'_>, path: &str, key: &str, body: Option<Value>) -> Answer {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", owner.token))
        .header("idempotency-key", key);
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    app.send(request.expect("a request")).await
}
