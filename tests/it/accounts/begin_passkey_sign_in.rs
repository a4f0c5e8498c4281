//! `accounts-begin-passkey-sign-in`.

use std::net::IpAddr;

use axum::body::Body;
use http::Request;
use serde_json::Value;
use tests::App;

use crate::table::count;

const PATH: &str = "/v1/sign-in/passkey/begin";

#[tokio::test]
async fn the_challenge_names_nobody_and_its_state_stays_with_us() {
    let app = App::start().await;
    let answer = app.call(http::Method::POST, PATH, None, None).await;
    assert_eq!(answer.cost().0, 1);
    let begun: Value = answer.expect(200);
    let asked = &begun["options"]["publicKey"];
    assert_eq!((&asked["rpId"], &asked["userVerification"]), (&"localhost".into(), &"required".into()));
    assert!(asked["allowCredentials"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(begun["options"].as_object().unwrap().len(), 1, "whether it waits in a form is the page's choice");
    assert_eq!(count(&app, &[begun["ceremony"].as_str().unwrap()]).await, 0, "kept by its hash");
}

#[tokio::test]
async fn one_address_gets_thirty_a_minute() {
    let app = App::start().await;
    let from = |ip: &str| {
        let mut request = Request::post(PATH).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ip.parse::<IpAddr>().unwrap());
        request
    };
    for _ in 0..30 {
        assert_eq!(app.send(from("203.0.113.7")).await.status, 200);
    }
    let answer = app.send(from("203.0.113.7")).await;
    answer.expect_problem(429, "too_many_requests");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(app.send(from("203.0.113.8")).await.status, 200);
}
