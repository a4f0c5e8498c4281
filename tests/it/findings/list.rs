//! `findings-list`.

use serde_json::Value;
use tests::{App, Options, directory};

use crate::ledger::all;

#[tokio::test]
async fn findings_come_in_pages_of_the_wanted_size() {
    let directories = vec![directory(3, 180), directory(4, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let whole = all(&owner, "/v1/findings").await;
    assert!(whole.len() >= 5, "{}", whole.len());
    for limit in [1, 2, 3, 100] {
        let (mut seen, mut address) = (Vec::new(), format!("/v1/findings?limit={limit}"));
        loop {
            let page: Value = owner.get(&address).await.expect(200);
            assert!(page["items"].as_array().unwrap().len() <= limit);
            seen.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => address = format!("/v1/findings?limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, whole, "{limit} a page");
    }
    let cursor = owner.get("/v1/findings?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    other.get(&format!("/v1/findings?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    owner.get(&format!("/v1/scans?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    let foreign = all(&other, "/v1/findings").await;
    assert!(foreign.iter().all(|finding| whole.iter().all(|own| own["finding"] != finding["finding"])));
}

#[tokio::test]
async fn a_finding_says_what_it_is_and_what_acting_on_it_saves() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let mut checks = std::collections::BTreeSet::new();
    for finding in all(&owner, "/v1/findings").await {
        let text = |name: &str| finding[name].as_str().unwrap_or_else(|| panic!("{name} of {finding:#}")).to_owned();
        checks.insert(text("check"));
        assert!(text("headline").starts_with(|c: char| c.is_ascii_digit()), "number first: {}", text("headline"));
        assert!(text("why_it_matters").len() > 30);
        assert_eq!(finding["first_found"], "2026-11-21T08:00:00Z");
        assert!(finding["affected"].is_null(), "people are read page by page");
        let saving = &finding["saving"];
        if saving.is_null() {
            let unpriced = !finding["price_missing"].as_array().unwrap().is_empty();
            assert!(finding["stake"]["type"] != "saving" || unpriced, "{finding:#}");
            continue;
        }
        let minor = |name: &str| saving[name]["amount_minor"].as_i64().unwrap();
        assert_eq!(minor("annual"), 12 * minor("monthly"));
        assert!(minor("certain_monthly") <= minor("monthly"));
        let parts = saving["parts"].as_array().unwrap();
        assert_eq!(
            parts.iter().map(|part| part["monthly"]["amount_minor"].as_i64().unwrap()).sum::<i64>(),
            minor("monthly")
        );
        assert_eq!(saving["realisable_on"], parts.first().map_or(Value::Null, |part| part["on"].clone()));
    }
    for check in ["L1", "L10", "L12", "L19", "L20", "L21", "L27", "L3", "L6", "L7", "L9"] {
        assert!(checks.contains(check), "{check} of {checks:?}");
    }
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names_and_its_cursor_is_good_for_nothing_else() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let everything = all(&owner, "/v1/findings").await;
    for (filter, field, value) in
        [("check=L1", "check", "L1"), ("remedy=guided", "remedy", "guided"), ("state=open", "state", "open")]
    {
        let page: Value = owner.get(&format!("/v1/findings?limit=100&{filter}")).await.expect(200);
        let wanted: Vec<&Value> = everything.iter().filter(|finding| finding[field] == value).collect();
        assert!(!wanted.is_empty(), "{filter}");
        assert_eq!(page["items"].as_array().unwrap().iter().collect::<Vec<_>>(), wanted, "{filter}");
    }
    let page: Value = owner.get("/v1/findings?state=accepted").await.expect(200);
    assert_eq!(page["items"], serde_json::json!([]));
    let page: Value = owner.get("/v1/findings?limit=1&state=open").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more follows");
    let _: Value = owner.get(&format!("/v1/findings?limit=1&state=open&cursor={cursor}")).await.expect(200);
    owner.get(&format!("/v1/findings?limit=1&cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    for wrong in ["check=L0", "remedy=magic", "state=closed", "kind=L1"] {
        owner.get(&format!("/v1/findings?{wrong}")).await.expect_problem(400, "bad_query");
    }
}

#[tokio::test]
async fn before_the_first_scan_the_list_is_empty() {
    let app = App::start().await;
    let owner = app.tenant("northwind").await;
    let page: Value = owner.get("/v1/findings").await.expect(200);
    assert_eq!(page, serde_json::json!({ "items": [], "next_cursor": null }));
}
