//! `findings-list-people`.

use std::collections::{BTreeMap, BTreeSet};

use checks::{PriceList, Settings, facts::SkuStatus};
use jiff::SignedDuration;
use local_microsoft::products as p;
use model::{Currency, Role, SkuId};
use serde_json::{Value, json};
use store::Licenses;
use tests::{App, directory};

use super::minor;
use crate::{
    ledger::{all, price},
    table::{scope, set_role},
};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}"))
}

#[tokio::test]
async fn everybody_of_the_directory_is_listed_once_with_what_they_cost() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.tenant("northwind").await;
    let empty: Value = owner.get("/v1/people").await.expect(200);
    assert_eq!(empty, serde_json::json!({ "items": [], "next_cursor": null }));
    owner.connect(app.only_directory()).await;
    app.pump().await;
    let accounts: BTreeMap<String, (String, String)> = app
        .microsoft()
        .directory(app.only_directory(), |d| d.accounts().map(|a| (a.id.to_string(), (a.name, a.upn))).collect())
        .unwrap();
    let people = all(&owner, "/v1/people").await;
    assert_eq!(people.len(), accounts.len());
    let prices = PriceList::built_in(Currency::Usd);
    let mut missing = 0;
    for one in &people {
        let (name, upn) = &accounts[text(one, "person")];
        // Sign-in names are kept in lower case: so they join the reports.
        assert_eq!((text(one, "name"), text(one, "address")), (name.as_str(), upn.to_lowercase().as_str()));
        let mut sum = 0;
        for licence in one["licences"].as_array().unwrap() {
            let sku: SkuId = text(licence, "sku").parse().unwrap();
            let told = licence["monthly"]["amount_minor"].as_i64();
            match prices.price(sku) {
                // A trial of a product with a price costs nothing.
                Some(price) => assert!(told == Some(price.monthly.amount_minor) || told == Some(0), "{licence}"),
                None => assert!(told.is_none() || told == Some(0), "{licence}"),
            }
            missing += u64::from(told.is_none());
            sum += told.unwrap_or(0);
        }
        assert!(one["monthly"].is_null() || one["monthly"]["amount_minor"] == sum, "{one}");
    }
    assert_eq!(missing, people.iter().map(|one| one["price_missing"].as_u64().unwrap()).sum::<u64>());
    let names: Vec<String> =
        people.iter().map(|one| text(one, "name").to_lowercase().chars().take(80).collect()).collect();
    assert!(names.is_sorted(), "by name");
    let costs: Vec<i64> = all_sorted_by_cost(&owner).await;
    assert!(costs.windows(2).all(|pair| pair[0] >= pair[1]), "the dearest first");
    assert_eq!(costs.len(), people.len());
}

async fn all_sorted_by_cost(owner: &tests::Client<'_>) -> Vec<i64> {
    let (mut costs, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: Value = owner.get(&format!("/v1/people?sort=cost&limit=100{cursor}")).await.expect(200);
        costs.extend(
            page["items"].as_array().unwrap().iter().map(|one| one["monthly"]["amount_minor"].as_i64().unwrap_or(0)),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return costs,
        }
    }
}

#[tokio::test]
async fn what_is_not_in_force_any_more_costs_nobody_and_no_department_anything() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let sum = |of: &[Value]| of.iter().map(|one| minor(&one["monthly"])).sum::<i64>();
    let before = sum(&all(&owner, "/v1/people").await);
    let (mut skus, subscriptions) = tenant.bought().await.unwrap();
    skus.iter_mut().find(|sku| sku.id == p::BUSINESS_PREMIUM).expect("the first suite").status = SkuStatus::Suspended;
    tenant.save(&Licenses::pack(&skus, &subscriptions, Settings::default()).unwrap()).await.unwrap();
    let people = all(&owner, "/v1/people").await;
    let held = people.iter().flat_map(|one| one["licences"].as_array().unwrap());
    let held: Vec<&Value> = held.filter(|licence| licence["sku"] == json!(p::BUSINESS_PREMIUM)).collect();
    assert!(held.len() > 1 && held.iter().all(|licence| licence["monthly"]["amount_minor"] == 0), "{held:#?}");
    let ended = i64::try_from(held.len()).unwrap() * price(p::BUSINESS_PREMIUM).unwrap();
    assert_eq!(sum(&people), before - ended);
    let told: Value = owner.get("/v1/savings?by=department").await.expect(200);
    assert_eq!(sum(told["departments"].as_array().unwrap()), before - ended);
}

#[tokio::test]
async fn a_status_never_contradicts_a_finding() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    // On every day of two months the rounded dates fall otherwise; the findings of the day decide.
    for _ in 0..4 {
        app.clock.advance(SignedDuration::from_hours(24 * 13));
        app.run("scans-schedule").await;
        app.pump().await;
        let owner = app.sign_in("owner@northwind.example").await;
        let mut listed: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for finding in all(&owner, "/v1/findings").await {
            let word = match text(&finding, "check") {
                "L3" => "left",
                "L6" => "not_used",
                "L7" => "never_used",
                _ => continue,
            };
            for one in all(&owner, &format!("/v1/findings/{}/people", text(&finding, "finding"))).await {
                listed.entry(text(&one, "person").to_owned()).or_default().insert(word);
            }
        }
        assert!(!listed.is_empty());
        for one in all(&owner, "/v1/people").await {
            let status = text(&one, "status");
            assert!(!text(&one, "status_text").is_empty() && !text(&one["status_evidence"], "what").is_empty());
            match listed.get(text(&one, "person")) {
                Some(words) => {
                    let stronger = ["left", "guest", "shared_mailbox"].contains(&status);
                    assert!(stronger || words.contains(status), "{words:?}: {one}");
                    assert!(one["status_finding"].is_string());
                }
                None if one["licences"].as_array().unwrap().is_empty() => {}
                None => assert!(!["not_used", "never_used"].contains(&status), "{one}"),
            }
        }
    }
    drop(owner);
}

#[tokio::test]
async fn people_are_found_by_what_their_name_begins_with_and_filtered() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let everybody = all(&owner, "/v1/people").await;
    let count = async |query: &str| -> usize {
        let page: Value = owner.get(&format!("/v1/people?limit=100&{query}")).await.expect(200);
        page["items"].as_array().unwrap().len()
    };
    let somebody = &everybody[90];
    let address = text(somebody, "address");
    for search in [address, &address.to_uppercase()] {
        let encoded: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        let found: Value = owner.get(&format!("/v1/people?search={encoded}")).await.expect(200);
        assert!(found["items"].as_array().unwrap().iter().any(|one| one["person"] == somebody["person"]), "{search}");
    }
    assert_eq!(count("search=nobody-is-called-this").await, 0);
    let left = everybody.iter().filter(|one| one["status"] == "left").count();
    assert!(left > 0);
    assert_eq!(count("status=left").await, left.min(100));
    let with_department = everybody.iter().find_map(|one| one["department"].as_str()).unwrap();
    let of_it = everybody.iter().filter(|one| {
        one["department"].as_str().is_some_and(|d| d.trim().eq_ignore_ascii_case(with_department.trim()))
    });
    let encoded: String = url::form_urlencoded::byte_serialize(with_department.to_lowercase().as_bytes()).collect();
    assert_eq!(count(&format!("department={encoded}")).await, of_it.count().min(100));
    let sku = somebody["licences"][0]["sku"]
        .as_str()
        .or_else(|| everybody.iter().find_map(|one| one["licences"][0]["sku"].as_str()));
    let sku = sku.unwrap();
    let with_it =
        everybody.iter().filter(|one| one["licences"].as_array().unwrap().iter().any(|l| l["sku"] == sku)).count();
    assert_eq!(count(&format!("licence={sku}")).await, with_it.min(100));
    // A cursor is of one question.
    let page: Value = owner.get("/v1/people?limit=1").await.expect(200);
    let cursor = text(&page, "next_cursor");
    owner.get(&format!("/v1/people?cursor={cursor}&sort=cost")).await.expect_problem(400, "bad_cursor");
    owner.get("/v1/people?cursor=junk").await.expect_problem(400, "bad_cursor");
    owner.get("/v1/people?status=asleep").await.expect_problem(400, "bad_query");
    owner.get("/v1/people?licence=premium").await.expect_problem(400, "bad_query");
    owner.get(&format!("/v1/people?search={}", "x".repeat(101))).await.expect_problem(400, "bad_query");
    owner.get("/v1/people?limit=101").await.expect_problem(400, "bad_query");
    // Who only looks, looks here too; the right is one of its own.
    set_role(&app, &scope(&app, &owner).await, &owner, Role::ReadOnly).await;
    owner.get("/v1/people").await.expect::<Value>(200);
    app.pump().await;
}
