//! `insights-renewals-feed`.

use std::collections::BTreeSet;

use axum::body::Body;
use checks::facts::{SkuStatus, Subscription};
use http::{Method, Request, header};
use jiff::{Span, tz::TimeZone};
use model::TenantState;
use serde_json::{Value, json};
use store::Licenses;
use tests::{App, Client, directory};

use crate::{
    insights::{realise::day, renewals_near::renewed_yesterday},
    table::{scope, set_state},
};

/// Where a calendar program reads the renewals.
pub async fn subscribe(owner: &Client<'_>) -> String {
    let made: Value = owner.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    format!("/v1/{}", made["address"].as_str().unwrap().split_once("/v1/").unwrap().1)
}

#[tokio::test]
async fn a_calendar_program_finds_every_renewal_and_nobodys_name() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let path = subscribe(&owner).await;
    let answer = app.call(Method::GET, &path, None, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, max-age=3600");
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines.iter().all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "folded, and CRLF alone");
    assert_eq!((lines[0], lines[lines.len() - 1]), ("BEGIN:VCALENDAR", "END:VCALENDAR"));
    let renewals: Value = owner.get("/v1/renewals").await.expect(200);
    let renewals = renewals["items"].as_array().unwrap();
    let to_reduce = renewals.iter().filter(|one| one["give_back"].as_u64() > Some(0)).count();
    let count = |what: &str| lines.iter().filter(|line| **line == what).count();
    assert_eq!(count("BEGIN:VEVENT"), renewals.len() + to_reduce);
    let names: Vec<String> = app
        .microsoft()
        .directory(app.only_directory(), |d| d.accounts().flat_map(|a| [a.name, a.upn]).collect())
        .unwrap();
    let unfolded = text.replace("\r\n ", "");
    assert!(names.iter().filter(|name| name.len() > 4).all(|name| !unfolded.contains(name.as_str())));
    app.pump().await;
}

#[tokio::test]
async fn what_renewed_on_one_day_for_a_month_and_for_a_year_is_not_one_event() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let sku = renewed_yesterday(&app, &owner).await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    // One of the seats is paid for by the month.
    let (skus, mut subscriptions) = tenant.bought().await.unwrap();
    let in_force = |one: &Subscription| !one.trial && one.status == SkuStatus::Enabled && one.seats > 1;
    let yearly = subscriptions.iter_mut().find(|one| one.sku == sku && in_force(one)).unwrap();
    yearly.seats -= 1;
    let next = day(&app).yesterday().unwrap().saturating_add(Span::new().months(1));
    let next_lifecycle = Some(next.to_zoned(TimeZone::UTC).unwrap().timestamp());
    let monthly = Subscription { id: "by the month".into(), seats: 1, next_lifecycle, ..yearly.clone() };
    subscriptions.push(monthly);
    tenant.save(&Licenses::pack(&skus, &subscriptions, checks::Settings::default()).unwrap()).await.unwrap();
    let renewals: Value = owner.get("/v1/renewals").await.expect(200);
    let renewed = renewals["items"].as_array().unwrap().iter().filter(|one| one["renewed_on"].is_string());
    assert!(renewed.count() > 1, "both have seats to give back");
    let answer = app.call(Method::GET, &subscribe(&owner).await, None, None).await;
    let calendar = String::from_utf8(answer.body.clone()).unwrap();
    let names: Vec<&str> = calendar.lines().filter(|line| line.starts_with("UID:")).collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(different.len(), names.len(), "{calendar}");
    app.pump().await;
}

#[tokio::test]
async fn what_a_program_has_is_not_sent_again() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let path = subscribe(&owner).await;
    let tag = app.call(Method::GET, &path, None, None).await.headers[header::ETAG].clone();
    let request = Request::get(&path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
    let answer = app.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
    app.pump().await;
}

#[tokio::test]
async fn a_secret_that_is_none_and_a_closed_company_read_alike() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let path = subscribe(&owner).await;
    for wrong in ["scf_", "x", "%00", &"a".repeat(500), &owner.tenant.to_string()] {
        let answer = app.call(Method::GET, &format!("/v1/feeds/{wrong}/renewals.ics"), None, None).await;
        answer.expect_problem(404, "not_found");
    }
    app.call(Method::GET, &format!("{path}x"), None, None).await.expect_problem(404, "not_found");
    set_state(&app, &scope(&app, &owner).await, TenantState::Suspended).await;
    app.call(Method::GET, &path, None, None).await.expect_problem(404, "not_found");
    app.pump().await;
}

#[tokio::test]
async fn a_program_that_asks_without_end_waits() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let path = subscribe(&owner).await;
    for _ in 0..30 {
        assert_eq!(app.call(Method::GET, &path, None, None).await.status, 200);
    }
    app.call(Method::GET, &path, None, None).await.expect_problem(429, "too_many_requests");
    app.pump().await;
}
