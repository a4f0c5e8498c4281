//! `findings-set-price`.

use http::Method;
use local_microsoft::products as p;
use serde_json::{Value, json};
use tests::{App, directory};

use super::send;
use crate::microsoft::count;

const PUT: Method = Method::PUT;

#[tokio::test]
async fn a_price_names_the_version_it_changes_and_says_who_set_it_and_when() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
    let body = json!({ "amount_minor": 1850, "term": "annual_paid_monthly", "note": "  Our\treseller " });
    send(&app, &owner, PUT, &path, None, Some(&body)).await.expect_problem(428, "precondition_required");
    for etag in ["\"1\"", "0", "W/\"0\"", ""] {
        send(&app, &owner, PUT, &path, Some(etag), Some(&body)).await.expect_problem(412, "stale");
    }
    let answer = send(&app, &owner, PUT, &path, Some("\"0\""), Some(&body)).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let set: Value = answer.expect(200);
    let price = &set["price"];
    assert_eq!((price["monthly"]["amount_minor"].as_i64(), price["basis"].as_str()), (Some(1850), Some("own")));
    let own = json!({
        "amount": { "amount_minor": 1850, "currency": "USD" }, "term": "annual_paid_monthly", "note": "Our reseller",
        "as_of": "2026-11-21", "set_by": { "type": "user", "id": owner.user },
    });
    assert_eq!(set["own"], own);
    // The same again is no change; the licences show what holds.
    let again = send(&app, &owner, PUT, &path, Some("\"1\""), Some(&body)).await;
    assert_eq!(again.headers["etag"], "\"1\"");
    assert_eq!(count(&owner, "prices.changed").await, 1);
    let log: Value = owner.get("/v1/events?kind=prices.changed").await.expect(200);
    let change = json!([{ "sku": p::BUSINESS_PREMIUM, "after": "18.50 USD annual_paid_monthly" }]);
    assert_eq!(log["items"][0]["event"]["changes"], change);
    let licences: Value = owner.get("/v1/licenses").await.expect(200);
    let row =
        licences["items"].as_array().unwrap().iter().find(|row| row["sku"] == json!(p::BUSINESS_PREMIUM)).unwrap();
    assert_eq!(row["price"]["monthly"]["amount_minor"], 1850);
    // Of two over one version one wins.
    let [one, two] = [1, 2].map(|minor| json!({ "amount_minor": minor }));
    let (a, b) = tokio::join!(
        send(&app, &owner, PUT, &path, Some("\"1\""), Some(&one)),
        send(&app, &owner, PUT, &path, Some("\"1\""), Some(&two))
    );
    let mut answers = [a.status.as_u16(), b.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 412]);
    app.pump().await;
}

#[tokio::test]
async fn a_term_alone_adjusts_the_list_price_and_makes_none() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    for (term, minor, basis) in [
        ("annual_paid_yearly", 2200, "list"),
        ("annual_paid_monthly", 2310, "list_adjusted"),
        ("monthly", 2640, "list_adjusted"),
    ] {
        let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
        let set: Value = send(&app, &owner, PUT, &path, Some("*"), Some(&json!({ "term": term }))).await.expect(200);
        let price = &set["price"];
        assert_eq!((price["monthly"]["amount_minor"].as_i64(), price["basis"].as_str()), (Some(minor), Some(basis)));
        assert_eq!(set["list"]["monthly"]["amount_minor"], 2200);
    }
    let path = format!("/v1/prices/{}", p::UNLISTED.0);
    let set: Value = send(&app, &owner, PUT, &path, Some("*"), Some(&json!({ "term": "monthly" }))).await.expect(200);
    assert_eq!(set["price"], Value::Null);
    app.pump().await;
}

#[tokio::test]
async fn what_is_no_price_is_refused_by_field_and_nothing_is_set() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
    for (body, pointers) in [
        (json!({ "amount_minor": -1 }), vec!["/amount_minor"]),
        (json!({ "amount_minor": 10_000_001, "note": "x".repeat(101) }), vec!["/amount_minor", "/note"]),
        (json!({ "term": "monthly", "note": "\u{202e}desrever" }), vec!["/note"]),
        (json!({ "note": "Says nothing of a price" }), vec!["/amount_minor"]),
    ] {
        let answer = send(&app, &owner, PUT, &path, Some("*"), Some(&body)).await;
        answer.expect_problem(422, "invalid");
        let told = answer.json();
        let named: Vec<_> = told["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, pointers);
    }
    for body in [json!({ "amount_minor": 1.5 }), json!({ "term": "weekly" }), json!({ "amount": 5 }), json!([])] {
        send(&app, &owner, PUT, &path, Some("*"), Some(&body)).await.expect_problem(400, "bad_body");
    }
    // Nobody has it and nobody knows it.
    let unknown = "/v1/prices/00000000-0000-4000-8000-000000000000";
    send(&app, &owner, PUT, unknown, Some("*"), Some(&json!({}))).await.expect_problem(404, "not_found");
    let list: Value = owner.get("/v1/prices").await.expect(200);
    assert_eq!((list["items"].as_array().unwrap().len(), count(&owner, "prices.changed").await), (0, 0));
}
