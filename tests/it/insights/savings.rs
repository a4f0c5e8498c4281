//! `insights-savings`.

use local_microsoft::{Directory, products as p};
use model::{Currency, Money};
use serde_json::{Value, json};
use store::Snapshot;
use tests::{App, Client, directory};

use crate::{
    findings::{finding, minor, set_price, text},
    ledger::all,
    members::set_company,
    table::scope,
};

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
    let found = found(&owner, "as it is").await;
    assert!(found > 0);
    assert_eq!(sum(departments, "found"), found);
}

/// What departments could save together: what the findings of people do, and nothing else.
async fn found(owner: &Client<'_>, what: &str) -> i64 {
    let told: Value = owner.get("/v1/savings?by=department").await.expect(200);
    let found: i64 = told["departments"].as_array().unwrap().iter().map(|one| minor(&one["found"])).sum();
    assert_eq!(found, of_people(owner).await.iter().map(|(_, saved)| saved).sum::<i64>(), "{what}");
    found
}

/// Findings of people that have a price, and what each saves a month: seats nobody has are in no department.
async fn of_people(owner: &Client<'_>) -> Vec<(String, i64)> {
    let findings = all(owner, "/v1/findings").await.into_iter();
    let of_people = findings.filter(|one| one["subject"]["type"] == "directory" && !one["saving"].is_null());
    of_people.map(|one| (text(&one, "finding"), minor(&one["saving"]["monthly"]))).collect()
}

/// A directory with somebody whose licences Business Premium would replace together.
fn with_an_exchange() -> Directory {
    let exchanged = |one: &Directory| one.ledger().of("L23").any(|one| one.to == Some(p::BUSINESS_PREMIUM));
    (1..20).map(|seed| directory(seed, 180)).find(exchanged).expect("one of them has an exchange")
}

/// Whether each licence that would be exchanged together for Business Premium counts.
async fn exchanged(owner: &Client<'_>) -> Vec<bool> {
    let of = text(&finding(owner, "L23").await, "finding");
    let people = all(owner, &format!("/v1/findings/{of}/people")).await;
    let premium = p::BUSINESS_PREMIUM.to_string();
    let skus = people.iter().map(|one| one["skus"].as_array().unwrap());
    let exchanges = skus.filter(|skus| skus.iter().any(|sku| sku["to"] == premium));
    exchanges.flatten().map(|sku| sku["counts"].as_bool().unwrap()).collect()
}

#[tokio::test]
async fn what_is_accepted_and_what_would_cost_more_is_found_in_no_department() {
    let app = App::of(with_an_exchange()).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    found(&owner, "as it is").await;
    let counts = exchanged(&owner).await;
    assert!(counts.len() > 2 && counts.iter().all(|counts| *counts), "{counts:?}");
    // The larger licence costs more than those it would replace.
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), json!({ "amount_minor": 90_000 })).await;
    assert!(found(&owner, "an exchange that saves nothing").await > 0);
    assert!(!exchanged(&owner).await.contains(&true));
    // Finding by finding: what one of them no longer counts another that lists it may.
    let findings = of_people(&owner).await;
    assert!(findings.len() > 3, "{findings:?}");
    for (finding, _) in &findings {
        let accept = json!({ "finding": finding, "reason": "We know" });
        owner.post("/v1/exceptions", accept).await.expect::<Value>(201);
        app.pump().await;
        found(&owner, &format!("{finding} is accepted")).await;
    }
    assert_eq!(found(&owner, "all of it is accepted").await, 0);
}

#[tokio::test]
async fn an_exchange_for_what_has_no_price_is_found_in_no_department() {
    // Euros have a price of Business Premium on our list, pounds have none of anything.
    for (currency, priced) in [(Currency::Eur, true), (Currency::Gbp, false)] {
        let app = App::of(with_an_exchange()).await;
        let owner = app.tenant("northwind").await;
        set_company(&app, owner.tenant, |company| company.currency = currency).await;
        owner.connect(app.only_directory()).await;
        app.pump().await;
        found(&owner, "by our list").await;
        assert!(!exchanged(&owner).await.contains(&true), "{currency:?}: not all of it has a price");
        for (sku, minor) in [(p::BUSINESS_STANDARD, 1200), (p::ENTRA_P1, 600), (p::INTUNE, 700)] {
            set_price(&app, &owner, &sku.to_string(), json!({ "amount_minor": minor })).await;
        }
        found(&owner, "by their own prices").await;
        let counts = exchanged(&owner).await;
        assert!(!counts.is_empty() && counts.iter().all(|counts| *counts == priced), "{currency:?}: {counts:?}");
    }
}
