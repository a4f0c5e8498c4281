//! `findings-import-prices`.

use axum::body::Body;
use http::{Method, Request, header};
use local_microsoft::products as p;
use serde_json::{Value, json};
use tests::{Answer, App, Client, directory};

use crate::{microsoft::count, table::items};

/// Sends a file.
pub async fn import(app: &App, by: &Client<'_>, query: &str, media: &str, file: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/v1/prices/import{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", by.token))
        .header(header::CONTENT_TYPE, media);
    app.send(request.body(file.into()).unwrap()).await
}

#[tokio::test]
async fn a_file_says_first_what_it_would_change_and_then_changes_it() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    // As a reseller's spreadsheet is: a byte order mark, semicolons, German numbers, columns of its own.
    let file = format!(
        "\u{feff}SKU Part Number;Customer;Unit price;Term\r\n{};\"Northwind; Ltd\r\n(new)\";7,50;\r\n\
         SPB;;\"1.019,90 $\";monthly\r\nSPE_E5;;;\r\n",
        p::UNLISTED.1
    );
    let before = items(&app).await;
    let tried: Value = import(&app, &owner, "?dry_run=true", "text/csv; charset=utf-8", file.clone()).await.expect(200);
    assert_eq!(items(&app).await, before, "nothing changed");
    assert_eq!((tried["dry_run"].as_bool(), tried["silent"].as_u64()), (Some(true), Some(1)));
    let changes = tried["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!((&changes[0]["before"], &changes[0]["amount"]["amount_minor"]), (&Value::Null, &json!(750)));
    assert_eq!(changes[1]["before"]["monthly"]["amount_minor"], 2200);
    assert_eq!(changes[1]["amount"]["amount_minor"], 101_990);

    let done: Value = import(&app, &owner, "", "text/csv", file.clone()).await.expect(200);
    assert_eq!(done["changes"], tried["changes"]);
    app.pump().await;
    assert_eq!(count(&owner, "prices.changed").await, 1, "a file is one change");
    let list: Value = owner.get("/v1/prices").await.expect(200);
    let row = |sku: Value| list["items"].as_array().unwrap().iter().find(|row| row["sku"] == sku).unwrap().clone();
    assert_eq!(row(json!(p::UNLISTED.0))["price"]["monthly"]["amount_minor"], 750);
    assert_eq!(row(json!(p::BUSINESS_PREMIUM))["own"]["term"], "monthly");
    // Once more: there is nothing to change.
    let again: Value = import(&app, &owner, "", "text/csv", file).await.expect(200);
    assert_eq!((again["changes"].as_array().unwrap().len(), again["unchanged"].as_u64()), (0, Some(2)));
    assert_eq!(count(&owner, "prices.changed").await, 1);
}

#[tokio::test]
async fn one_wrong_cell_and_nothing_is_changed() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    let file = "part_number,amount\n\nSPB,19.90\nSPE_E5,\"1,234\"\nNO_SUCH_THING,=HYPERLINK(\"http://x\")\n";
    let expected = [("/4/amount", "ambiguous"), ("/5/part_number", "unknown"), ("/5/amount", "not_an_amount")];
    let answer = import(&app, &owner, "", "text/csv", file).await;
    answer.expect_problem(422, "invalid");
    let told = answer.json();
    let errors = told["errors"].as_array().unwrap();
    let named: Vec<_> = errors.iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
    assert_eq!(named, expected);
    assert!(!told.to_string().contains("HYPERLINK"), "what a cell holds is not repeated");
    let tried: Value = import(&app, &owner, "?dry_run=true", "text/csv", file).await.expect(200);
    assert_eq!((tried["problems"].as_array().unwrap().len(), tried["changes"].as_array().unwrap().len()), (3, 0));
    assert_eq!((tried["problems"][0]["row"].as_u64(), &tried["problems"][0]["column"]), (Some(4), &json!("amount")));
    for (query, media, file, status, code) in [
        ("", "application/json", "{}".to_owned(), 415, "unsupported_media_type"),
        ("", "text/csv", "x".repeat(256 * 1024 + 1), 413, "body_too_large"),
        ("?dry_run=perhaps", "text/csv", file.to_owned(), 400, "bad_query"),
        ("?dryrun=true", "text/csv", file.to_owned(), 400, "bad_query"),
    ] {
        import(&app, &owner, query, media, file).await.expect_problem(status, code);
    }
    import(&app, &owner, "", "text/csv", vec![0xff, 0xfe, 0x00]).await.expect_problem(422, "invalid");
    assert_eq!(items(&app).await, before);
}
