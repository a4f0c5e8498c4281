mod add_exception;
pub mod attest;
mod attestation_answer;
mod attestation_preview;
mod attestations;
mod attestations_expire;
mod change_exception;
mod checks;
mod dismiss;
mod end_exception;
mod exceptions;
mod expire;
mod export;
mod export_licenses;
mod export_people;
mod export_prices;
mod get;
pub mod import_prices;
mod licenses;
mod list;
mod list_people;
mod overview;
mod people;
mod prices;
mod remove_price;
mod set_price;
mod set_settings;
mod settings;
mod settle;
mod snooze;
mod wake;

use http::Method;
use serde_json::Value;
use tests::{App, Client};

use crate::ledger::all;
pub use crate::members::matched as send;

/// Sets a price, whatever version is there, and lets happen what follows.
pub async fn set_price(app: &App, by: &Client<'_>, sku: &str, body: Value) {
    send(app, by, Method::PUT, &format!("/v1/prices/{sku}"), Some("*"), Some(&body)).await.expect::<Value>(200);
    app.pump().await;
}

/// The finding of a check.
pub async fn finding(by: &Client<'_>, check: &str) -> Value {
    let found = all(by, "/v1/findings").await.into_iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no finding of {check}"))
}

/// Text at a place.
#[track_caller]
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value:#}")).to_owned()
}

/// Minor units at a place; 0 where there is nothing.
pub fn minor(value: &Value) -> i64 {
    value["amount_minor"].as_i64().unwrap_or(0)
}
mod person;
