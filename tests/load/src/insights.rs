//! What people, files, savings, renewals, calendars and questions to managers cost, of a company of 180 people.

use http::Method;
use serde_json::json;
use tests::{Answer, App, Client, link_token};

/// Notes the cost of each route once. `finding` is one that is about people.
pub(crate) async fn measure(app: &App, owner: &Client<'_>, finding: &str, note: &mut impl FnMut(&str, &Answer, u16)) {
    let people = owner.get("/v1/people").await;
    note("findings-list-people", &people, 200);
    let person = people.json()["items"][0]["person"].as_str().unwrap_or_default().to_owned();
    note("findings-person", &owner.get(&format!("/v1/people/{person}")).await, 200);
    for (name, path) in [
        ("findings-export", "/v1/findings/export"),
        ("findings-export-people", "/v1/people/export"),
        ("findings-export-licenses", "/v1/licenses/export"),
        ("microsoft-transparency", "/v1/transparency"),
        ("insights-savings", "/v1/savings?by=department"),
        ("insights-export-savings", "/v1/savings/export"),
        ("insights-trends", "/v1/trends"),
        ("insights-export-trends", "/v1/trends/export"),
        ("insights-list-renewals", "/v1/renewals"),
    ] {
        note(name, &owner.get(path).await, 200);
    }
    note("microsoft-manifest", &app.call(Method::GET, "/v1/manifest", None, None).await, 200);

    let made = owner.post("/v1/feeds", json!({ "name": "capacity" })).await;
    note("insights-create-feed", &made, 201);
    let made = made.json();
    let address = made["address"].as_str().unwrap_or_default();
    let path = address.split_once("/v1/").map_or_else(String::new, |(_, path)| format!("/v1/{path}"));
    note("insights-renewals-feed", &app.call(Method::GET, &path, None, None).await, 200);
    note("insights-feeds", &owner.get("/v1/feeds").await, 200);
    let feed = made["feed"]["feed"].as_str().unwrap_or_default();
    note("insights-revoke-feed", &owner.delete(&format!("/v1/feeds/{feed}")).await, 204);

    let listed = owner.get(&format!("/v1/findings/{finding}/people")).await.json();
    let about = listed["items"][0]["person"].clone();
    let path = format!("/v1/findings/{finding}/attestations");
    let body = json!({ "people": [about], "deadline_days": 14, "to": "owner@capacity.example" });
    note("findings-attest", &owner.post(&path, body).await, 202);
    app.pump().await;
    let token = link_token(&app.mail_to("owner@capacity.example"));
    note("findings-attestation-preview", &app.post("/v1/attestations/preview", json!({ "token": token })).await, 200);
    let body = json!({ "token": token, "answer": "not_needed" });
    note("findings-attestation-answer", &app.post("/v1/attestations/answer", body).await, 200);
    note("findings-attestations", &owner.get(&path).await, 200);
    app.pump().await;
}
