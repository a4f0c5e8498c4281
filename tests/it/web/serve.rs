//! `web-serve`.

use http::Method;
use serde_json::Value;
use tests::App;

#[tokio::test]
async fn pages_run_their_own_scripts_alone_and_are_shown_in_no_frame() {
    let app = App::start().await;
    for path in ["/", "/savings", "/settings/keys", "/people/anna%2Fberg"] {
        let answer = app.call(Method::GET, path, None, None).await;
        // 503 says that the dashboard was not built into this program.
        assert!([200, 503].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        if answer.status == 503 {
            assert!(String::from_utf8_lossy(&answer.body).contains("make dashboard"));
            continue;
        }
        let header = |name: &str| answer.headers[name].to_str().unwrap();
        let policy = header("content-security-policy");
        for rule in ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(header("cache-control"), "no-cache");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn the_api_reference_draws_itself_and_loads_nothing_from_elsewhere() {
    let app = App::start().await;
    for path in ["/docs", "/docs/"] {
        let answer = app.call(Method::GET, path, None, None).await;
        if answer.status == 503 {
            continue;
        }
        assert!(String::from_utf8_lossy(&answer.body).contains("<title>API reference"), "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for rule in ["default-src 'none'", "script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("http"), "{policy}");
        let document = app.call(Method::GET, "/docs/openapi.json", None, None).await;
        assert_eq!(document.headers["content-type"], "application/json");
        assert_eq!(document.body, include_bytes!("../../../docs/openapi.json").as_slice());
    }
    let problem: Value = app.call(Method::GET, "/docs/nothing.js", None, None).await.expect(404);
    assert_eq!(problem["code"], "not_found");
}

#[tokio::test]
async fn what_is_the_apis_or_a_file_is_never_answered_with_a_page() {
    let app = App::start().await;
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/findings/x/y/z", "/.well-known/nothing", "/assets/old-1a2b.js"] {
        let problem: Value = app.call(Method::GET, path, None, None).await.expect(404);
        assert_eq!(problem["code"], "not_found", "{path}");
    }
    let problem: Value = app.call(Method::POST, "/v1/nothing", None, None).await.expect(404);
    assert_eq!(problem["code"], "not_found");
    let problem: Value = app.call(Method::POST, "/savings", None, None).await.expect(405);
    assert_eq!(problem["code"], "method_not_allowed");
}

#[tokio::test]
async fn pages_cost_nothing_and_need_no_table() {
    let app = App::start().await;
    let before = app.system.aws.dynamodb_calls();
    assert_eq!(app.call(Method::GET, "/", None, None).await.cost(), (0, 0.0, 0.0));
    assert_eq!(app.system.aws.dynamodb_calls(), before);
}
