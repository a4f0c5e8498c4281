//! `accounts-sign-up`.

use axum::body::Body;
use http::{HeaderMap, Method, Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, App};

use crate::table::{count, items};

/// Headers but those that name the request.
fn headers(answer: &Answer) -> HeaderMap {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    headers
}

/// Sends a body as it is.
pub async fn raw(app: &App, method: Method, path: &str, media: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(media) = media {
        request = request.header(header::CONTENT_TYPE, media);
    }
    app.send(request.body(body.into()).unwrap()).await
}

/// Opens addresses as scanners of mail do. What is the API's refuses without a look; the others are pages.
pub async fn opened_by_a_scanner(app: &App, paths: &[&str]) {
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for path in paths {
            let answer = raw(app, method.clone(), path, None, "").await;
            if path.starts_with("/v1") {
                assert!(matches!(answer.status.as_u16(), 404 | 405), "{method} {path}: {}", answer.status);
                assert_eq!(answer.cost().0, 0);
            }
        }
    }
}

#[tokio::test]
async fn a_known_and_an_unknown_address_get_one_answer_after_the_same_work() {
    let app = App::start().await;
    app.tenant("acme").await;
    let mut seen = Vec::new();
    for email in ["owner@acme.example", "owner@nova.example", " Owner@ACME.example"] {
        // Limits count what comes soon after another in one write more.
        app.clock.advance(SignedDuration::from_hours(1));
        let before = app.system.aws.dynamodb_calls();
        let answer = app.post("/v1/sign-up", json!({ "email": email, "company": "Second Ltd" })).await;
        let work = app.system.aws.dynamodb_calls().since(&before);
        let mut body: Value = answer.expect(202);
        // Each sign-up has an id of its own, and a stranger's says nothing of whose address it is.
        let signup = body.as_object_mut().unwrap().remove("signup").unwrap();
        let url = body.as_object_mut().unwrap().remove("status_url").unwrap();
        assert_eq!(url, format!("/v1/sign-up/{}", signup.as_str().unwrap()));
        let state: Value = app.call(Method::GET, url.as_str().unwrap(), None, None).await.expect(200);
        assert_eq!(state, json!({ "state": "waiting" }));
        app.pump().await;
        seen.push((body, headers(&answer), answer.cost(), work));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((&seen[0].0, &seen[0].1), (&seen[2].0, &seen[2].1));
    assert!(seen[0].2.0 <= 3, "two limits and one transaction: {:?}", seen[0].2);

    let known = app.mail_to("owner@acme.example");
    let unknown = app.mail_to("owner@nova.example");
    for mail in [&known, &unknown] {
        assert!(mail.text.contains("/verify#token=svt_") && mail.text.contains("Second Ltd"), "{}", mail.text);
    }
    assert!(known.text.contains("There is one already") && known.text.contains("/sign-in"), "{}", known.text);
    assert!(!unknown.text.contains("already"), "{}", unknown.text);
    assert_eq!(app.inbox().len(), 4, "one for the account, one for each sign-up");
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 1, "nothing is created before the address is verified");
}

#[tokio::test]
async fn fields_that_cannot_be_are_named_and_nothing_is_written() {
    let app = App::start().await;
    let before = items(&app).await;
    let long = "x".repeat(101);
    let long_local = format!("{}@b.example", "x".repeat(65));
    let long_domain = format!("a@{}.example", "x".repeat(250));
    let addresses = [
        "",
        " ",
        "a",
        "@b.example",
        "a@b",
        "a@@b.example",
        "a b@c.example",
        "a\r\nbcc: x@y.example",
        "<a@b.example>",
        "a@b.example,c@d.example",
        "a..b@c.example",
        ".a@b.example",
        "a@b..example",
        "a@-b.example",
        "a\u{0}@b.example",
        "a\u{202e}b@c.example",
        "a\u{2066}b@c.example",
        "a\u{200b}@b.example",
        "\u{feff}a@b.example",
        "a\u{ad}b@c.example",
        "\"a\"@b.example",
        "a@[127.0.0.1]",
        &long_local,
        &long_domain,
    ];
    let names = ["", "  ", "\n", "a\u{0}b", "a\u{7f}b", "a\u{202e}b", "a\u{200b}b", "\u{feff}", &long];
    let mut cases: Vec<(Value, Vec<&str>)> = Vec::new();
    cases.extend(addresses.iter().map(|bad| (json!({ "email": bad, "company": "Acme" }), vec!["/email"])));
    cases.extend(names.iter().map(|bad| (json!({ "email": "a@b.example", "company": bad }), vec!["/company"])));
    cases.push((json!({ "email": "a", "company": "" }), vec!["/email", "/company"]));
    for (body, pointers) in cases {
        let answer = app.post("/v1/sign-up", body.clone()).await;
        answer.expect_problem(422, "invalid");
        let problem = answer.json();
        let told: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(told, pointers, "{body}");
        assert!(
            problem["errors"].as_array().unwrap().iter().all(|e| e["message"].as_str().is_some_and(|m| !m.is_empty()))
        );
        assert_eq!(answer.cost(), (0, 0.0, 0.0), "{body}");
    }
    assert_eq!(items(&app).await, before);
    app.pump().await;
    assert!(app.inbox().is_empty());
}

#[tokio::test]
async fn every_body_that_cannot_be_read_is_a_problem_and_writes_nothing() {
    let app = App::start().await;
    let before = items(&app).await;
    let good = json!({ "email": "a@b.example", "company": "Acme" }).to_string();
    let json = Some("application/json");
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\"a\"".to_vec(),
        b"{}".to_vec(),
        br#"{"email":"a@b.example"}"#.to_vec(),
        br#"{"email":1,"company":"Acme"}"#.to_vec(),
        br#"{"email":null,"company":"Acme"}"#.to_vec(),
        br#"{"email":["a@b.example"],"company":"Acme"}"#.to_vec(),
        br#"{"email":"a@b.example","company":"Acme","password":"violet-tractor-mumbles-9"}"#.to_vec(),
        br#"{"email":"a@b.example","company":"Acme","__proto__":{}}"#.to_vec(),
        br#"{"email":"a@b.example","email":"c@d.example","company":"Acme"}"#.to_vec(),
        br#"{"email":"a@b.example","company":"\ud800"}"#.to_vec(),
        br#"{'email':'a@b.example','company':'Acme'}"#.to_vec(),
        format!("{good} {{}}").into_bytes(),
        format!("{good}x").into_bytes(),
        [good.as_bytes(), b"\0"].concat(),
        b"{\"email\":\"a@b.example\",\"company\":\"\xff\xfe\"}".to_vec(),
        [b"{\"email\":".to_vec(), b"[".repeat(20_000)].concat(),
    ];
    for body in bodies {
        let told = String::from_utf8_lossy(&body[..body.len().min(100)]).into_owned();
        let answer = raw(&app, Method::POST, "/v1/sign-up", json, body).await;
        assert_eq!(answer.json()["code"], "bad_body", "{told}");
        answer.expect_problem(400, "bad_body");
        for error in answer.json()["errors"].as_array().into_iter().flatten() {
            assert!(error["pointer"].as_str().unwrap().starts_with('/'), "{told}: {error}");
        }
    }
    for media in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx"), Some("")]
    {
        raw(&app, Method::POST, "/v1/sign-up", media, good.clone()).await.expect_problem(415, "unsupported_media_type");
    }
    let large = json!({ "email": "a@b.example", "company": "x".repeat(64 * 1024) }).to_string();
    raw(&app, Method::POST, "/v1/sign-up", json, large).await.expect_problem(413, "body_too_large");
    assert_eq!(items(&app).await, before);

    let charset = Some("Application/JSON; charset=utf-8");
    raw(&app, Method::POST, "/v1/sign-up", charset, good).await.expect::<Value>(202);
    app.pump().await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_answer_with_problems() {
    let app = App::start().await;
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/sign-up/", "/v1//sign-up", "/V1/sign-up", "/v1/sign-up%2f"] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            raw(&app, method, path, None, "").await.expect_problem(404, "not_found");
        }
    }
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let answer = raw(&app, method, "/v1/sign-up", None, "").await;
        answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.headers["allow"], "POST");
    }
    assert_eq!(raw(&app, Method::HEAD, "/v1/sign-up", None, "").await.status, 405);
}

#[tokio::test]
async fn every_answer_has_the_common_headers_and_a_request_id_that_is_harmless() {
    let app = App::start().await;
    for (sent, kept) in
        [("0123456789-abcdef", true), ("short", false), ("a\u{e9}bcdefgh", false), ("evil id <script>", false)]
    {
        let request = Request::get("/v1/health").header("x-request-id", sent.as_bytes()).body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(id == sent, kept, "{sent}: {id}");
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }
    for answer in [
        app.call(Method::GET, "/v1/health", None, None).await,
        app.call(Method::GET, "/v1/nothing", None, None).await,
        app.post("/v1/sign-up", json!({})).await,
        app.call(Method::GET, "/v1/me", None, None).await,
    ] {
        let wanted = [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
        ];
        for (name, value) in wanted {
            assert_eq!(answer.headers[name], value);
        }
        assert!(
            answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")),
            "no other origin may read"
        );
    }
}
