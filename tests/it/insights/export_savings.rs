//! `insights-export-savings`.

use jiff::SignedDuration;
use model::FixId;
use serde_json::Value;
use tests::{App, directory};

use crate::{
    files::{is_noted, minor, rows, unquoted},
    fixes::{ended, finished as fix_finished},
    insights::realise::{finished, keep},
    table::scope,
};

#[tokio::test]
async fn the_file_holds_every_entry_of_the_ledger() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-11-22", false).await;
    finished(&app, &scope).await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    ended(&app, &owner, fix, &[2200; 4], 0, Some(fix_finished(fix, &[2200; 4]))).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(48));
    for seats in [36, 37] {
        keep(&app, &scope, seats, 36, "2027-11-22", false).await;
        finished(&app, &scope).await;
    }
    let owner = app.sign_in("owner@acme.example").await;
    let file = rows(&owner.get("/v1/savings/export").await, "steward-savings");
    let entries: Vec<(&str, &str, Option<i64>)> =
        file.iter().map(|row| (row["entry"].as_str(), row["because"].as_str(), minor(&row["monthly"]))).collect();
    assert_eq!(entries, [("approved", "", Some(8800)), ("realised", "renewal", Some(8800)), ("seats", "", Some(0))]);
    assert_eq!(file[1]["what"], "Microsoft 365 Business Premium");
    assert_eq!((file[0]["price_basis"].as_str(), file[1]["price_basis"].as_str()), ("", "list"));
    is_noted(&owner, "savings", 3).await;
    owner.get("/v1/savings/export?from=yesterday").await.expect_problem(400, "bad_query");
    app.pump().await;
}

#[tokio::test]
async fn the_file_by_department_holds_what_the_page_shows() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let told: Value = owner.get("/v1/savings?by=department").await.expect(200);
    type Row = (String, u64, i64, u64, i64, i64);
    let mut shown: Vec<Row> = told["departments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let number = |name: &str| one[name].as_u64().unwrap();
            let minor = |name: &str| one[name]["amount_minor"].as_i64().unwrap();
            let name = one["department"].as_str().unwrap_or_default().to_owned();
            (name, number("people"), minor("monthly"), number("price_missing"), minor("found"), minor("approved"))
        })
        .collect();
    let file = rows(&owner.get("/v1/savings/export?by=department").await, "steward-departments");
    let mut held: Vec<Row> = file
        .iter()
        .map(|row| {
            let number = |name: &str| row[name].parse().unwrap();
            let minor = |name: &str| minor(&row[name]).unwrap();
            let name = unquoted(&row["department"]).to_owned();
            (name, number("people"), minor("monthly"), number("price_missing"), minor("found"), minor("approved"))
        })
        .collect();
    assert!(shown.len() > 1 && shown.iter().any(|one| one.4 > 0));
    // Those that cost the same come in any order.
    shown.sort();
    held.sort();
    assert_eq!(held, shown);
    assert!(file.iter().all(|row| row["currency"] == "USD"));
    is_noted(&owner, "savings", shown.len()).await;
    owner.get("/v1/savings/export?by=week").await.expect_problem(400, "bad_query");
    app.pump().await;
}
