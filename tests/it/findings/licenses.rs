//! `findings-licenses`.

use std::collections::BTreeSet;

use checks::facts::{Seats, Sku, SkuStatus};
use local_microsoft::{Directory, Recipe, products as p};
use model::SkuId;
use serde_json::{Value, json};
use store::Licenses;
use tests::{App, BEGIN, directory};
use uuid::Uuid;

use super::set_price;
use crate::{ledger::price, table::scope};

#[tokio::test]
async fn every_licence_type_is_listed_with_seats_price_and_renewals() {
    let recipe = Recipe { partner: true, ..Recipe::new(3, BEGIN.parse().unwrap(), 180) };
    let app = App::of(Directory::generate(&recipe)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let list: Value = owner.get("/v1/licenses").await.expect(200);
    let rows = list["items"].as_array().unwrap();
    assert!(rows.len() >= 8, "{}", rows.len());
    let (skus, _) = app.system.store.of(&scope(&app, &owner).await).bought().await.unwrap();
    let ended: BTreeSet<SkuId> = skus.iter().filter(|sku| !sku.status.is_in_force()).map(|sku| sku.id).collect();
    let is_trial = |row: &Value| {
        let renewals = row["renewals"].as_array().unwrap();
        !renewals.is_empty() && renewals.iter().all(|renewal| renewal["trial"] == true)
    };
    let (mut priced, mut missing, mut resold, mut unpaid) = (0, 0, 0, 0);
    for row in rows {
        let sku: SkuId = row["sku"].as_str().unwrap().parse().unwrap();
        let number = |name: &str| row[name].as_u64().unwrap();
        let consumed =
            app.microsoft().directory(id, |d| d.consumed(sku)).unwrap().expect("a licence type of the directory");
        assert_eq!(number("assigned"), u64::from(consumed), "{row:#}");
        assert_eq!(number("unassigned"), number("bought").saturating_sub(number("assigned")), "{row:#}");
        // What is on trial or has ended costs nothing, whatever the list says of it.
        let is_paid = !ended.contains(&sku) && !is_trial(row);
        unpaid += usize::from(!is_paid && price(sku).is_some());
        let price = price(sku).filter(|_| is_paid);
        assert_eq!(row["price"]["monthly"]["amount_minor"].as_i64(), price, "{row:#}");
        match price {
            Some(_) => {
                priced += 1;
                assert!(row["price"]["as_of"].is_string() && !row["price"]["source"].as_str().unwrap().is_empty());
            }
            // Missing is missing: neither zero nor left out of the list.
            None => {
                missing += 1;
                assert_eq!(row["price"], Value::Null);
            }
        }
        let renewals = row["renewals"].as_array().unwrap();
        let known: Vec<&str> = renewals.iter().filter_map(|renewal| renewal["on"].as_str()).collect();
        assert!(known.is_sorted(), "{row:#}");
        resold += usize::from(renewals.iter().any(|renewal| renewal["through_reseller"] == true));
    }
    assert!(priced >= 5 && missing >= 2 && resold >= 3, "{priced} {missing} {resold}");
    assert!(unpaid >= 2, "a trial and one that ended, of {unpaid}");
    // Without a price it is free, or somebody is to tell it: the totals name the same.
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    let named = overview["totals"]["price_missing_skus"].as_array().unwrap().iter().map(|sku| sku["sku"].clone());
    let lacking = rows.iter().filter(|row| row["price_missing"] == true).map(|row| row["sku"].clone());
    let by_text = |skus: Vec<Value>| -> BTreeSet<String> { skus.iter().map(ToString::to_string).collect() };
    assert_eq!(by_text(lacking.collect()), by_text(named.collect()));
    let bought: Vec<u64> = rows.iter().map(|row| row["bought"].as_u64().unwrap()).collect();
    assert!(bought.is_sorted_by(|a, b| a >= b), "{bought:?}");
    // What no table knows is shown by Microsoft's part number.
    let unlisted = rows.iter().find(|row| row["sku"] == json!(p::UNLISTED.0)).expect("the unlisted licence type");
    assert_eq!((&unlisted["product"], &unlisted["part_number"]), (&Value::Null, &json!(p::UNLISTED.1)));
    let known = rows.iter().find(|row| row["sku"] == json!(p::BUSINESS_PREMIUM)).expect("the first suite");
    assert_eq!(known["product"], "Microsoft 365 Business Premium");
    let trial = rows.iter().find(|row| row["sku"] == json!(p::TEAMS_PREMIUM)).expect("a trial");
    assert_eq!(trial["renewals"][0]["trial"], true);
}

#[tokio::test]
async fn every_licence_type_whose_price_is_missing_is_told_apart_from_what_is_free_however_many_there_are() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let sku = |id: SkuId, status| Sku {
        id,
        part_number: format!("PART_{id}"),
        for_users: true,
        status,
        seats: Seats { enabled: 5, ..Seats::default() },
        consumed: 3,
        plans: Vec::new(),
    };
    let unknown = |number: u128| SkuId(Uuid::from_u128(number));
    let flow_free = SkuId::literal("f30db892-07e9-47e9-837c-80727f46fd3d");
    let mut skus: Vec<Sku> = (1..=45).map(|number| sku(unknown(number), SkuStatus::Enabled)).collect();
    skus.extend([sku(flow_free, SkuStatus::Enabled), sku(unknown(46), SkuStatus::Suspended)]);
    let licenses = Licenses::pack(&skus, &[], checks::Settings::default()).unwrap();
    app.system.store.of(&scope).save(&licenses).await.unwrap();
    let missing = async || -> usize {
        let list: Value = owner.get("/v1/licenses").await.expect(200);
        let rows = list["items"].as_array().unwrap();
        assert_eq!(rows.len(), 47);
        rows.iter().filter(|row| row["price_missing"] == true).count()
    };
    assert_eq!(missing().await, 45);
    set_price(&app, &owner, &unknown(45).to_string(), json!({ "amount_minor": 0 })).await;
    assert_eq!(missing().await, 44, "what costs nothing has a price");
}

#[tokio::test]
async fn before_the_first_scan_and_for_another_company_there_are_none() {
    let app = App::of(directory(1, 60)).await;
    let other = app.tenant("contoso").await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    assert_eq!(other.get("/v1/licenses").await.expect::<Value>(200), json!({ "items": [] }));
    assert!(!owner.get("/v1/licenses").await.json()["items"].as_array().unwrap().is_empty());
}
