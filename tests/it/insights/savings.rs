//! `insights-savings`.

use model::{Currency, Money};
use serde_json::Value;
use store::Snapshot;
use tests::{App, directory};

use crate::{ledger::all, table::scope};

#[tokio::test]
async fn a_month_says_what_its_last_scan_found() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let money = |minor| Money::new(minor, Currency::Usd);
    for (day, certain) in [("2026-10-01", 100), ("2026-10-30", 300), ("2026-11-02", 200), ("2024-01-01", 900)] {
        let snapshot = Snapshot {
            day: day.parse().unwrap(),
            people: 10,
            spend_monthly: money(5_000),
            certain_monthly: money(certain),
            likely_monthly: money(50),
            findings: 2,
            seats: Vec::new(),
        };
        app.system.store.of(&scope).save(&snapshot).await.unwrap();
    }
    let told: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!((told["from"].as_str(), told["to"].as_str()), (Some("2025-11-22"), Some("2026-11-21")));
    let months: Vec<(&str, i64)> = told["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|month| (month["month"].as_str().unwrap(), month["found"]["certain"]["amount_minor"].as_i64().unwrap()))
        .collect();
    assert_eq!(months, [("2026-10", 300), ("2026-11", 200)]);
    let one: Value = owner.get("/v1/savings?from=2026-10-01&to=2026-10-15").await.expect(200);
    assert_eq!(one["months"][0]["found"]["certain"]["amount_minor"], 100);
    for query in ["from=2026-13-01", "from=2026-11-22&to=2026-11-21", "from=2000-01-01", "by=week", "until=x"] {
        owner.get(&format!("/v1/savings?{query}")).await.expect_problem(400, "bad_query");
    }
}

#[tokio::test]
async fn departments_add_up_to_everybody_and_to_the_findings() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let told: Value = owner.get("/v1/savings?by=department").await.expect(200);
    assert_eq!(told["months"].as_array().unwrap().len(), 0);
    let departments = told["departments"].as_array().unwrap();
    assert!(departments.len() > 1);
    let people = all(&owner, "/v1/people").await;
    let sum = |of: &[Value], name: &str| -> i64 {
        of.iter().map(|one| one[name]["amount_minor"].as_i64().unwrap_or(0)).sum()
    };
    assert_eq!(departments.iter().map(|one| one["people"].as_u64().unwrap()).sum::<u64>(), people.len() as u64);
    assert_eq!(sum(departments, "monthly"), sum(&people, "monthly"));
    // What findings count of people, each licence once; seats nobody has are in no department.
    let mut found = 0;
    for finding in all(&owner, "/v1/findings").await {
        for one in all(&owner, &format!("/v1/findings/{}/people", finding["finding"].as_str().unwrap())).await {
            let own = one["skus"].as_array().unwrap().iter().filter(|sku| sku["counted_in"].is_null());
            found += own.filter_map(|sku| sku["monthly"]["amount_minor"].as_i64()).sum::<i64>();
        }
    }
    assert!(found > 0);
    assert_eq!(sum(departments, "found"), found);
}
