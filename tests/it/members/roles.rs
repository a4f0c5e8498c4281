//! `members-roles`.

use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn ours_come_first_and_cannot_be_changed_then_the_companys_own() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("other").await);
    let body = json!({ "name": "Bookkeeping", "permissions": ["findings:read", "tenant:read", "findings:read"] });
    owner.post("/v1/roles", body).await.expect::<Value>(201);
    let listed: Value = owner.get("/v1/roles").await.expect(200);
    let items = listed["items"].as_array().unwrap();
    let names: Vec<&str> = items.iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["owner", "admin", "developer", "member", "read only", "Bookkeeping"]);
    assert!(items[..5].iter().all(|role| role["etag"].is_null()));
    assert_eq!(items[5]["permissions"], json!(["tenant:read", "findings:read"]));
    assert_eq!(other.get("/v1/roles").await.json()["items"].as_array().unwrap().len(), 5);
    app.pump().await;
}
