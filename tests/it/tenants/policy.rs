//! `tenants-policy`.

use http::Method;
use model::Role;
use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::{members::matched, table};

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
    matched(app, client, Method::PUT, PATH, if_match, Some(policy)).await
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
