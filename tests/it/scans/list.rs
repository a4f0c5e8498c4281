//! `scans-list`.

use http::Method;
use serde_json::Value;
use tests::{App, Options, directory};

use super::scan;

#[tokio::test]
async fn scans_come_in_pages_newest_first() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let mut owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let mut wanted = vec![owner.get("/v1/scans").await.expect::<Value>(200)["items"][0]["scan"].clone()];
    for _ in 0..4 {
        wanted.insert(0, scan(&app, &mut owner).await["scan"].clone());
    }
    for limit in [1, 2, 4, 5, 100] {
        let (mut seen, mut address) = (Vec::new(), format!("/v1/scans?limit={limit}"));
        loop {
            let answer = owner.get(&address).await;
            let page: Value = answer.expect(200);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit);
            seen.extend(items.iter().map(|scan| scan["scan"].clone()));
            assert_eq!(answer.headers.contains_key("link"), page["next_cursor"].is_string());
            match page["next_cursor"].as_str() {
                Some(cursor) => address = format!("/v1/scans?limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, wanted, "{limit} a page");
    }
    // A cursor is good for its list and its company.
    let cursor = owner.get("/v1/scans?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    for path in ["/v1/findings", "/v1/events"] {
        owner.get(&format!("{path}?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    }
    other.get(&format!("/v1/scans?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    owner.get(&format!("/v1/scans?cursor={cursor}A")).await.expect_problem(400, "bad_cursor");
    owner.get("/v1/scans?cursor=made-up").await.expect_problem(400, "bad_cursor");
    owner.get("/v1/scans?order=oldest").await.expect_problem(400, "bad_query");
    owner.get("/v1/scans?limit=many").await.expect_problem(400, "bad_query");
    assert_eq!(other.get("/v1/scans").await.json()["items"].as_array().unwrap().len(), 1);
    app.call(Method::GET, "/v1/scans", None, None).await.expect_problem(401, "missing_credentials");
}
