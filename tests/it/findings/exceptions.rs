//! `findings-exceptions`.

use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn exceptions_are_listed_by_what_they_are_about_and_a_cursor_is_good_for_one_filter() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("contoso").await);
    let person = |n: u32| format!("00000000-0000-4000-8000-{n:012}");
    for n in 0..5 {
        let check = if n < 3 { "L6" } else { "L3" };
        let wanted = json!({ "check": check, "person": person(n), "reason": format!("Reason {n}") });
        owner.post("/v1/exceptions", wanted).await.expect::<Value>(201);
    }
    let list = async |query: &str| -> Value { owner.get(&format!("/v1/exceptions{query}")).await.expect(200) };
    let len = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!(len(&list("").await), 5);
    assert_eq!(len(&list("?check=L3").await), 2);
    assert_eq!(len(&list(&format!("?check=L6&person={}", person(1))).await), 1);
    assert_eq!(len(&list(&format!("?check=L3&person={}", person(1))).await), 0);
    assert_eq!(len(&list("?finding=fnd_00000000000000000000000000").await), 0);
    // Page by page, filter or not, nothing twice and nothing missing.
    for filter in ["", "&check=L6"] {
        let (mut seen, mut address) = (Vec::new(), format!("?limit=1{filter}"));
        loop {
            let page = list(&address).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["exception"].to_string()));
            match page["next_cursor"].as_str() {
                Some(cursor) => address = format!("?limit=1{filter}&cursor={cursor}"),
                None => break,
            }
        }
        let whole = list(&filter.replace('&', "?")).await;
        let whole: Vec<_> = whole["items"].as_array().unwrap().iter().map(|i| i["exception"].to_string()).collect();
        assert_eq!(seen, whole, "{filter}");
    }
    let cursor = list("?limit=1&check=L6").await["next_cursor"].as_str().unwrap().to_owned();
    for query in [format!("?check=L3&cursor={cursor}"), format!("?cursor={cursor}")] {
        owner.get(&format!("/v1/exceptions{query}")).await.expect_problem(400, "bad_cursor");
    }
    other.get(&format!("/v1/exceptions?check=L6&cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    for bad in ["?check=L999", "?person=anna", "?limit=0", "?state=open"] {
        owner.get(&format!("/v1/exceptions{bad}")).await.expect_problem(400, "bad_query");
    }
    assert_eq!(other.get("/v1/exceptions").await.expect::<Value>(200)["items"], json!([]));
    app.pump().await;
}
