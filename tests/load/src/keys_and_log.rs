//! What API keys and the audit trail cost.

use serde_json::json;
use tests::{Answer, Client};

/// Notes the cost of each route of keys and of the log but the list, once.
pub(crate) async fn measure(owner: &Client<'_>, note: &mut impl FnMut(&str, &Answer, u16)) {
    let made = owner.post("/v1/keys", json!({ "name": "capacity", "scopes": ["tenant:read"] })).await;
    note("members-key-create", &made, 201);
    let made = made.json();
    let (key, text) = (made["key"]["key"].as_str().unwrap_or_default(), made["text"].as_str().unwrap_or_default());
    note("members-key-list", &owner.get("/v1/keys").await, 200);
    let overlap = json!({ "overlap_hours": 24 });
    note("members-key-rotate", &owner.post(&format!("/v1/keys/{key}/rotate"), overlap).await, 200);
    note("members-key-leaked", &owner.post("/v1/keys/leaked", json!({ "key": text })).await, 202);
    let other = owner.post("/v1/keys", json!({ "name": "capacity", "scopes": ["tenant:read"] })).await.json();
    let other = other["key"]["key"].as_str().unwrap_or_default();
    note("members-key-revoke", &owner.delete(&format!("/v1/keys/{other}")).await, 204);
    note("tenants-events-verify", &owner.get("/v1/events/verify").await, 200);
    note("tenants-events-export", &owner.get("/v1/events/export").await, 200);
}
