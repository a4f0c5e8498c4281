//! `members-create-role`.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::App;

use super::{join, newest_event};
use crate::table::items;

const PATH: &str = "/v1/roles";

#[tokio::test]
async fn a_role_is_made_of_the_closed_list_and_of_what_one_holds() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "Role makers", "permissions": ["roles:manage", "members:read"] });
    let maker: Value = owner.post(PATH, body).await.expect(201);
    let event = newest_event(&owner).await;
    assert_eq!((&event["kind"], &event["before"]), (&json!("role.changed"), &Value::Null));
    assert_eq!(event["after"]["permissions"], json!(["members:read", "roles:manage"]));
    let ben = join(&app, &owner, "ben@acme.example", maker["role"].as_str().unwrap()).await;
    let before = items(&app).await;
    for more in ["findings:read", "members:manage", "events:export"] {
        let body = json!({ "name": "More", "permissions": ["members:read", more] });
        ben.post(PATH, body).await.expect_problem(403, "more_than_you_have");
    }
    for unknown in ["*", "*:*", "findings:*", "tenant:delete", ""] {
        owner.post(PATH, json!({ "name": "X", "permissions": [unknown] })).await.expect_problem(400, "bad_body");
    }
    for name in ["", "\u{202e}x", &"x".repeat(101)] {
        owner.post(PATH, json!({ "name": name, "permissions": [] })).await.expect_problem(422, "invalid");
    }
    assert_eq!(items(&app).await, before);
    ben.post(PATH, json!({ "name": "Fewer", "permissions": ["members:read"] })).await.expect::<Value>(201);
    app.pump().await;
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_and_there_are_twenty_at_most() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let named = |name: &str| json!({ "name": name, "permissions": [] });
    owner.post(PATH, named("Ärzte")).await.expect::<Value>(201);
    for taken in ["ärzte", "ÄRZTE", " Ärzte ", "Owner", "READ ONLY", "read_only"] {
        owner.post(PATH, named(taken)).await.expect_problem(409, "taken");
    }
    let answers = join_all((0..4).map(|_| owner.post(PATH, named("Twice")))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "racing for one name");
    for number in 2..20 {
        owner.post(PATH, named(&format!("Role {number}"))).await.expect::<Value>(201);
    }
    owner.post(PATH, named("One too many")).await.expect_problem(409, "in_use");
    app.pump().await;
}
