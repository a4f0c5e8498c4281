//! `findings-export-prices`.

use local_microsoft::products as p;
use serde_json::{Value, json};
use tests::{App, directory};

use super::{import_prices::import, set_price};
use crate::microsoft::count;

#[tokio::test]
async fn the_file_comes_back_in_without_a_change_and_runs_in_no_spreadsheet() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let evil = json!({ "amount_minor": 1850, "note": "=cmd|' /C calc'!A0" });
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), evil).await;
    set_price(&app, &owner, &p::UNLISTED.0.to_string(), json!({ "term": "monthly", "note": "a, \"b\"; c" })).await;
    let answer = owner.get("/v1/prices/export").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"steward-prices.csv\"");
    let text = std::str::from_utf8(&answer.body).unwrap().strip_prefix('\u{feff}').expect("the mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let list: Value = owner.get("/v1/prices").await.expect(200);
    assert_eq!(rows.len(), list["items"].as_array().unwrap().len());
    let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert!(rows.iter().all(|row| !row.iter().any(formula)));
    let premium = rows.iter().find(|row| row[0] == p::BUSINESS_PREMIUM.to_string()).expect("a row");
    assert_eq!((&premium[3], &premium[4], &premium[6]), ("18.50", "USD", "'=cmd|' /C calc'!A0"));
    let missing = rows.iter().find(|row| row[0] == p::UNLISTED.0.to_string()).expect("a row");
    assert_eq!((&missing[3], &missing[5], &missing[8]), ("", "monthly", "price missing"));

    let back: Value = import(&app, &owner, "", "text/csv", answer.body.clone()).await.expect(200);
    assert_eq!(back["changes"], json!([]));
    assert_eq!((back["unchanged"].as_u64(), back["silent"].as_u64()), (Some(2), Some(rows.len() as u64 - 2)));
    assert_eq!(count(&owner, "prices.changed").await, 2);
}
