//! `members-replace-role`.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{join, matched, newest_event};
use crate::tenants::policy::change_policy;

#[tokio::test]
async fn a_role_changes_for_everybody_who_has_it_from_the_next_request_on() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "Scanners", "permissions": ["scans:read", "roles:manage"] });
    let role: Value = owner.post("/v1/roles", body).await.expect(201);
    let (id, etag) = (role["role"].as_str().unwrap(), role["etag"].as_str().unwrap());
    let path = format!("/v1/roles/{id}");
    let ben = join(&app, &owner, "ben@acme.example", id).await;
    ben.get("/v1/scans").await.expect::<Value>(200);
    let less = json!({ "name": "Makers", "permissions": ["roles:manage"] });
    matched(&app, &owner, Method::PUT, &path, None, Some(&less)).await.expect_problem(428, "precondition_required");
    matched(&app, &owner, Method::PUT, &path, Some("\"1\""), Some(&less)).await.expect_problem(412, "stale");
    let changed: Value = matched(&app, &owner, Method::PUT, &path, Some(etag), Some(&less)).await.expect(200);
    assert_ne!(changed["etag"], etag);
    let event = newest_event(&owner).await;
    assert_eq!((&event["before"]["name"], &event["after"]["name"]), (&json!("Scanners"), &json!("Makers")));
    ben.get("/v1/scans").await.expect_problem(403, "forbidden");
    matched(&app, &owner, Method::PUT, &path, Some(etag), Some(&less)).await.expect_problem(412, "stale");

    // Nobody raises themselves by way of their role, nor takes from a role what they do not hold.
    let more = json!({ "name": "Makers", "permissions": ["roles:manage", "scans:read"] });
    matched(&app, &ben, Method::PUT, &path, Some("*"), Some(&more)).await.expect_problem(403, "more_than_you_have");
    let other = json!({ "name": "Readers", "permissions": ["scans:read"] });
    let other: Value = owner.post("/v1/roles", other).await.expect(201);
    let theirs = format!("/v1/roles/{}", other["role"].as_str().unwrap());
    let none = json!({ "name": "Readers", "permissions": [] });
    matched(&app, &ben, Method::PUT, &theirs, Some("*"), Some(&none)).await.expect_problem(403, "more_than_you_have");
    let taken = json!({ "name": "makers", "permissions": [] });
    matched(&app, &owner, Method::PUT, &theirs, Some("*"), Some(&taken)).await.expect_problem(409, "taken");
    for ours in ["owner", "read_only"] {
        let path = format!("/v1/roles/{ours}");
        matched(&app, &owner, Method::PUT, &path, Some("*"), Some(&none)).await.expect_problem(404, "not_found");
    }
    app.pump().await;
}

#[tokio::test]
async fn a_role_comes_to_do_what_takes_a_recent_proof_by_who_proved_lately_who_they_are() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let role: Value = owner.post("/v1/roles", json!({ "name": "Readers", "permissions": [] })).await.expect(201);
    let path = format!("/v1/roles/{}", role["role"].as_str().unwrap());
    app.clock.advance(SignedDuration::from_mins(11));
    let fresh = app.sign_in("owner@acme.example").await;
    for permission in ["tenant:manage", "members:manage", "roles:manage", "keys:manage", "fixes:apply"] {
        let more = json!({ "name": "Others", "permissions": [permission] });
        matched(&app, &owner, Method::PUT, &path, Some("*"), Some(&more)).await.expect_problem(403, "proof_too_old");
        matched(&app, &fresh, Method::PUT, &path, Some("*"), Some(&more)).await.expect::<Value>(200);
    }
    let less = json!({ "name": "Readers", "permissions": ["findings:read", "data:export"] });
    matched(&app, &owner, Method::PUT, &path, Some("*"), Some(&less)).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_role_that_people_join_with_by_themselves_comes_to_manage_neither_members_nor_roles() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "Readers", "permissions": ["findings:read"] });
    let role: Value = owner.post("/v1/roles", body).await.expect(201);
    let (id, path) = (&role["role"], format!("/v1/roles/{}", role["role"].as_str().unwrap()));
    change_policy(&app, &owner, json!({ "join": { "who": "directory", "role": id } })).await.expect::<Value>(200);
    let put = async |permissions: &[&str]| {
        let wanted = json!({ "name": "Readers", "permissions": permissions });
        matched(&app, &owner, Method::PUT, &path, Some("*"), Some(&wanted)).await
    };
    for wide in ["members:manage", "roles:manage"] {
        put(&["findings:read", wide]).await.expect_problem(409, "in_use");
    }
    put(&["findings:read", "keys:manage"]).await.expect::<Value>(200);
    change_policy(&app, &owner, json!({ "join": { "who": "nobody" } })).await.expect::<Value>(200);
    put(&["findings:read", "members:manage"]).await.expect::<Value>(200);
    app.pump().await;
}
