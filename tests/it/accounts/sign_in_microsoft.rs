//! `accounts-sign-in-microsoft`.

use std::{collections::HashMap, net::IpAddr};

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tests::{App, READER_APP, directory};
use url::Url;

use crate::at_microsoft::{BEGIN, begin};
use crate::table::{count, items};

#[tokio::test]
async fn it_sends_the_browser_to_microsoft_with_all_that_binds_the_way_back() {
    let app = App::of(directory(1, 30)).await;
    let before = items(&app).await;
    let mut seen: Vec<HashMap<String, String>> = Vec::new();
    for _ in 0..2 {
        let answer = app.post(BEGIN, json!({})).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        let (value, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Strict");
        let value = value.strip_prefix("__Host-steward-ceremony=").unwrap();
        assert_eq!(value.len(), 43, "256 bits");
        assert_eq!(count(&app, &[value]).await, 0, "kept by its hash");
        let url: Url = answer.expect::<Value>(200)["url"].as_str().unwrap().parse().unwrap();
        assert_eq!(url.path(), "/organizations/oauth2/v2.0/authorize", "work accounts only");
        let mut query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], READER_APP.to_string());
        assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!(query["scope"], "openid profile email", "the least that says who it is");
        assert!(query["redirect_uri"].ends_with("/sign-in/microsoft"));
        for secret in ["state", "nonce"] {
            assert_eq!(count(&app, &[&query[secret]]).await, 0, "{secret} is kept by its hash, or sealed");
        }
        query.insert("cookie".into(), value.into());
        seen.push(query);
    }
    for secret in ["state", "nonce", "code_challenge", "cookie"] {
        assert_ne!(seen[0][secret], seen[1][secret], "{secret}");
    }
    assert_eq!(items(&app).await.len(), before.len() + 2, "a state each, and nothing else");
    app.post(BEGIN, json!({ "company": "ten_1" })).await.expect_problem(400, "bad_body");
}

#[tokio::test]
async fn an_address_begins_so_often_and_then_waits() {
    let app = App::start().await;
    let from = async |ip: &str| {
        let mut request = Request::builder().method(Method::POST).uri(BEGIN);
        request = request.header(header::CONTENT_TYPE, "application/json");
        let mut request = request.body(Body::from("{}")).unwrap();
        request.extensions_mut().insert(ip.parse::<IpAddr>().unwrap());
        app.send(request).await
    };
    for _ in 0..120 {
        assert_eq!(from("203.0.113.7").await.status, 200);
    }
    let answer = from("203.0.113.7").await;
    answer.expect_problem(429, "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(from("203.0.113.8").await.status, 200, "others do not wait");
    begin(&app, json!({})).await;
}
