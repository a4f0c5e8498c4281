//! `tenants-policy`.

use axum::body::Body;
use http::{Method, Request, header};
use model::Role;
use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::table;

pub const PATH: &str = "/v1/policy";

/// Sends the rules as they are but for `change`, over the version they have.
pub async fn change_policy(app: &App, client: &Client<'_>, change: Value) -> Answer {
    let read = client.get(PATH).await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let mut policy: Value = read.expect(200);
    policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    put_policy(app, client, Some(&etag), &policy).await
}

/// Sends rules.
pub async fn put_policy(app: &App, client: &Client<'_>, if_match: Option<&str>, policy: &Value) -> Answer {
    let mut request = Request::builder().method(Method::PUT).uri(PATH);
    request = request.header(header::AUTHORIZATION, format!("Bearer {}", client.token));
    if let Some(etag) = if_match {
        request = request.header(header::IF_MATCH, etag);
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    app.send(request.body(Body::from(policy.to_string())).unwrap()).await
}

#[tokio::test]
async fn every_member_reads_the_rules_and_their_version() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        let answer = owner.get(PATH).await;
        assert_eq!(answer.headers["etag"], "\"1\"");
        let wanted =
            json!({ "second_factor": { "is": "optional" }, "sign_in": { "by": "any" }, "join": { "who": "nobody" } });
        assert_eq!(answer.expect::<Value>(200), wanted, "nobody is let in or kept out that was not invited");
    }
}
