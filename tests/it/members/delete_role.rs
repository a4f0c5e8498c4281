//! `members-delete-role`.

use serde_json::{Value, json};
use tests::App;

use super::{accept, assert_counts, invite, join, link, newest_event};

#[tokio::test]
async fn a_role_in_use_is_deleted_only_with_what_they_get_instead() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "Scanners", "permissions": ["scans:read"] });
    let id = owner.post("/v1/roles", body).await.json()["role"].as_str().unwrap().to_owned();
    let path = format!("/v1/roles/{id}");
    let ben = join(&app, &owner, "ben@acme.example", &id).await;
    invite(&owner, "eve@acme.example", &id).await;
    let link = link(&app, owner.tenant, "eve@acme.example").await;
    let refused = owner.delete(&path).await;
    refused.expect_problem(409, "in_use");
    assert!(refused.json()["detail"].as_str().unwrap().starts_with("2 "), "{}", refused.json());
    owner.delete(&format!("{path}?reassign_to={id}")).await.expect_problem(409, "in_use");
    let unknown = format!("{path}?reassign_to=rol_00000000000000000000000000");
    owner.delete(&unknown).await.expect_problem(422, "invalid");

    assert_eq!(owner.delete(&format!("{path}?reassign_to=read_only")).await.status, 204);
    let event = newest_event(&owner).await;
    let before = json!({ "id": id, "name": "Scanners", "permissions": ["scans:read"] });
    assert_eq!(event, json!({ "kind": "role.deleted", "role": id, "name": "Scanners", "before": before }));
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    assert_eq!(app.sign_in("ben@acme.example").await.get("/v1/me").await.json()["role"], "read_only");
    accept(&app, &link).await.expect::<Value>(201);
    assert_eq!(app.sign_in("eve@acme.example").await.get("/v1/me").await.json()["role"], "read_only");
    owner.delete(&path).await.expect_problem(404, "not_found");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}
