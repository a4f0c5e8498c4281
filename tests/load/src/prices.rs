//! What prices, settings and exceptions cost at the table: once for a company of 180 people that has a scan.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tests::{Answer, App, Client};

/// Business Standard.
const SKU: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";

/// Calls every route of prices, settings and exceptions, and notes each.
pub(crate) async fn measure(app: &App, owner: &Client<'_>, note: &mut impl FnMut(&str, &Answer, u16)) {
    let price = format!("/v1/prices/{SKU}");
    let call =
        async |method, path: &str, media, body: &str| sent(app, owner, method, path, media, body.to_owned()).await;
    let json_of = |value: Value| value.to_string();
    let (json, csv) = ("application/json", "text/csv");
    note("findings-set-price", &call(Method::PUT, &price, json, &json_of(json!({ "amount_minor": 1250 }))).await, 200);
    note("findings-prices", &owner.get("/v1/prices").await, 200);
    note("findings-export-prices", &owner.get("/v1/prices/export").await, 200);
    let file = "part_number,amount\nSPB,19.90\n";
    note("findings-import-prices", &call(Method::POST, "/v1/prices/import", csv, file).await, 200);
    note("findings-remove-price", &call(Method::DELETE, &price, json, "").await, 204);
    note("findings-checks", &owner.get("/v1/checks").await, 200);
    let settings = "/v1/checks/settings";
    note("findings-set-settings", &call(Method::PUT, settings, json, &json_of(json!({ "grace_days": 45 }))).await, 200);
    note("findings-settings", &owner.get(settings).await, 200);
    let made = owner.post("/v1/exceptions", json!({ "check": "L6", "reason": "Leave" })).await;
    note("findings-add-exception", &made, 201);
    note("findings-exceptions", &owner.get("/v1/exceptions").await, 200);
    let exception = format!("/v1/exceptions/{}", made.json()["exception"].as_str().unwrap_or_default());
    let change = json_of(json!({ "reason": "Longer leave" }));
    note("findings-change-exception", &call(Method::PATCH, &exception, json, &change).await, 200);
    note("findings-end-exception", &call(Method::DELETE, &exception, json, "").await, 204);
    let listed = owner.get("/v1/findings?limit=1").await.json();
    let finding = format!("/v1/findings/{}", listed["items"][0]["finding"].as_str().unwrap_or_default());
    let until = json!({ "until": "2027-01-01T00:00:00Z" });
    note("findings-snooze", &owner.post(&format!("{finding}/snooze"), until).await, 200);
    note("findings-wake", &owner.act(&format!("{finding}/wake")).await, 204);
    note("findings-dismiss", &owner.post(&format!("{finding}/dismiss"), json!({ "reason": "Kept" })).await, 201);
    app.pump().await;
}

/// Sends for whatever version is there.
async fn sent(app: &App, by: &Client<'_>, method: Method, path: &str, media: &str, body: String) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", by.token))
        .header(header::IF_MATCH, "*")
        .header(header::CONTENT_TYPE, media);
    app.send(request.body(Body::from(body)).expect("a request")).await
}
