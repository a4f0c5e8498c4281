//! `findings-prices`.

use local_microsoft::products as p;
use model::SkuId;
use serde_json::{Value, json};
use tests::{App, directory};

use super::set_price;
use crate::ledger::price;

#[tokio::test]
async fn every_licence_type_is_listed_with_its_price_and_how_we_know() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let answer = owner.get("/v1/prices").await;
    assert_eq!(answer.headers["etag"], "\"0\"", "nothing was set");
    let list: Value = answer.expect(200);
    assert_eq!(list["currency"], "USD");
    let rows = list["items"].as_array().unwrap();
    assert!(rows.len() >= 8, "{}", rows.len());
    for row in rows {
        let sku: SkuId = row["sku"].as_str().unwrap().parse().unwrap();
        assert_eq!(row["price"]["monthly"]["amount_minor"].as_i64(), price(sku), "{row:#}");
        assert_eq!((&row["price"], &row["own"]), (&row["list"], &Value::Null), "{row:#}");
        if !row["price"].is_null() {
            assert_eq!(row["price"]["basis"], "list");
            assert!(row["price"]["confidence"].is_string() && row["price"]["as_of"].is_string());
        }
    }
    let unlisted = rows.iter().find(|row| row["sku"] == json!(p::UNLISTED.0)).expect("the unlisted licence type");
    assert_eq!((&unlisted["product"], &unlisted["part_number"]), (&Value::Null, &json!(p::UNLISTED.1)));
    assert_eq!(unlisted["price"], Value::Null, "missing is not zero");
}

#[tokio::test]
async fn a_price_that_was_set_of_what_nobody_has_is_listed_too_and_only_for_its_company() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("contoso").await);
    let none = json!({ "currency": "USD", "items": [] });
    assert_eq!(owner.get("/v1/prices").await.expect::<Value>(200), none);
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), json!({ "amount_minor": 1999 })).await;
    let list: Value = owner.get("/v1/prices").await.expect(200);
    assert_eq!(list["items"][0]["product"], "Microsoft 365 Business Premium");
    assert_eq!((list["items"][0]["bought"].as_u64(), list["items"].as_array().unwrap().len()), (Some(0), 1));
    assert_eq!(other.get("/v1/prices").await.expect::<Value>(200), none);
}
