//! `insights-export-trends`.

use serde_json::Value;
use tests::{App, directory};

use crate::files::{is_noted, minor, rows};

#[tokio::test]
async fn the_file_holds_every_day_with_a_scan_as_the_page_shows_it() {
    let app = App::of(directory(3, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let file = rows(&owner.get("/v1/trends/export").await, "steward-trends");
    let told: Value = owner.get("/v1/trends").await.expect(200);
    let today = told["days"].as_array().unwrap().last().unwrap();
    assert_eq!(file.len(), 1, "days without a scan are left out");
    let (row, measured) = (&file[0], &today["measured"]);
    assert_eq!(row["day"], today["day"].as_str().unwrap());
    for name in ["spend", "certain", "likely", "saved"] {
        assert_eq!(minor(&row[&format!("{name}_monthly")]), measured[name]["amount_minor"].as_i64(), "{name}");
    }
    for name in ["findings", "people", "seats_bought", "seats_assigned"] {
        assert_eq!(row[name], measured[name].to_string(), "{name}");
    }
    assert_eq!(row["currency"], "USD");
    is_noted(&owner, "trends", 1).await;

    let none = rows(&owner.get("/v1/trends/export?from=2026-01-01&to=2026-01-31").await, "steward-trends");
    assert!(none.is_empty());
    owner.get("/v1/trends/export?from=yesterday").await.expect_problem(400, "bad_query");
    app.pump().await;
}
