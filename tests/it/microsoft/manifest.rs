//! `microsoft-manifest`.

use std::collections::BTreeSet;

use graph::ENDPOINTS;
use http::Method;
use serde_json::Value;
use tests::{App, directory};

#[tokio::test]
async fn anybody_may_read_every_call_there_is_and_what_is_never_read() {
    let app = App::start().await;
    let answer = app.call(Method::GET, "/v1/manifest", None, None).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
    let manifest: Value = answer.expect(200);
    let calls = manifest["calls"].as_array().unwrap();
    assert_eq!(calls.len(), ENDPOINTS.len());
    for (told, real) in calls.iter().zip(ENDPOINTS.iter()) {
        assert_eq!((&told["path"], &told["method"]), (&real.path.into(), &real.method.into()));
        assert_eq!(told["permissions"].as_array().unwrap().len(), real.permissions.len());
        assert!(!told["what"].as_str().unwrap().is_empty() && !told["why"].as_str().unwrap().is_empty(), "{told}");
    }
    let never = manifest["never"].to_string();
    for word in ["mails", "files", "chats", "Passwords"] {
        assert!(never.contains(word), "{never}");
    }
}

#[tokio::test]
async fn a_scan_asks_for_nothing_that_the_manifest_does_not_name() {
    let app = App::of(directory(3, 60)).await;
    let _owner = app.scanned("northwind", app.only_directory()).await;
    let granted: BTreeSet<String> =
        app.microsoft().granted(tests::READER_APP, app.only_directory()).unwrap().into_iter().collect();
    let manifest: Value = app.call(Method::GET, "/v1/manifest", None, None).await.expect(200);
    let named: BTreeSet<String> = manifest["calls"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|call| call["permissions"].as_array().unwrap())
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    assert!(granted.is_subset(&named), "{granted:?}\n{named:?}");
}
