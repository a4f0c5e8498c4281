//! `microsoft-connect`.

use std::collections::HashMap;

use http::Method;
use model::Role;
use serde_json::Value;
use tests::{App, READER_APP, directory};
use url::Url;

use crate::{
    microsoft::{kinds, state},
    table,
};

#[tokio::test]
async fn it_sends_the_browser_to_microsoft_and_changes_nothing() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.tenant("northwind").await;
    let before = kinds(&owner).await;
    let mut seen: Vec<HashMap<String, String>> = Vec::new();
    for _ in 0..2 {
        let begun: Value = owner.act("/v1/microsoft/connect").await.expect(200);
        let url: Url = begun["url"].as_str().unwrap().parse().unwrap();
        assert_eq!(url.origin(), app.system.microsoft_url().unwrap().origin());
        assert_eq!(url.path(), "/organizations/oauth2/v2.0/authorize", "work accounts of any directory");
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], READER_APP.to_string());
        assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
        assert!(query["scope"].split(' ').all(|scope| matches!(scope, "openid" | "profile")), "{}", query["scope"]);
        assert!(query["redirect_uri"].ends_with("/connect/callback"), "{}", query["redirect_uri"]);
        seen.push(query);
    }
    for secret in ["state", "nonce", "code_challenge"] {
        assert!(seen[0][secret].len() >= 32, "{secret}");
        assert_ne!(seen[0][secret], seen[1][secret], "{secret}");
    }
    assert_eq!(state(&owner).await, "disconnected");
    assert_eq!(kinds(&owner).await, before, "nothing has happened yet");
}

#[tokio::test]
async fn what_is_connected_is_not_connected_again() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    owner.act("/v1/microsoft/connect").await.expect_problem(409, "taken");
    assert_eq!(state(&owner).await, "connected");
}

#[tokio::test]
async fn only_owners_and_administrators_connect() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.tenant("northwind").await;
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        let answer = owner.act("/v1/microsoft/connect").await;
        match role {
            Role::Owner | Role::Admin => assert_eq!(answer.status, 200, "{role:?}"),
            Role::Developer | Role::Member | Role::ReadOnly => answer.expect_problem(403, "forbidden"),
        }
        // Whoever may not begin may not go on either, whatever state they bring.
        if !matches!(role, Role::Owner | Role::Admin) {
            let body = serde_json::json!({ "state": "anything" });
            owner.post("/v1/microsoft/callback", body).await.expect_problem(403, "forbidden");
        }
    }
    app.call(Method::POST, "/v1/microsoft/connect", None, None).await.expect_problem(401, "missing_credentials");
}
