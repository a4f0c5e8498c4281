//! `insights-approve`.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::{Event, FixId, SkuId};
use serde_json::Value;
use store::{Approval, Freed};
use tests::{App, Client, directory};

use crate::{
    fixes::{self, ended, ended_freeing, finished},
    insights::realise::{PREMIUM, finished as scanned, keep, realised},
    table::scope,
};

/// Visio Plan 2.
const VISIO: SkuId = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");

fn undone(fix: FixId, done: u32) -> Event {
    Event::FixUndone { fix, done, failed: 0, calls: BTreeMap::new() }
}

#[tokio::test]
async fn what_a_fix_saves_is_approved_until_it_is_undone_in_whatever_order_events_come() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let new = || FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let approved = async || -> Value {
        let told: Value = owner.get("/v1/savings").await.expect(200);
        told["approved"]["amount_minor"].clone()
    };
    let fix = new();
    let first = [3000, 2000, 1600];
    ended(&app, &owner, fix, &first, 0, Some(finished(fix, &first))).await;
    app.pump().await;
    assert_eq!(approved().await, 6600);
    // Its failed item was tried again: the event tells what is new, the ledger all that is done.
    app.clock.advance(SignedDuration::from_secs(5));
    let all = [3000, 2000, 1600, 2200];
    ended(&app, &owner, fix, &all, 0, Some(finished(fix, &all[3..]))).await;
    app.pump().await;
    assert_eq!(approved().await, 8800);
    // The dearest is put back: what is left is what the others save, not a share of the whole.
    ended(&app, &owner, fix, &all, 1, Some(undone(fix, 1))).await;
    app.pump().await;
    assert_eq!(approved().await, 5800);
    // An undo that arrives before its fix waits for it on the bus.
    let late = new();
    ended(&app, &owner, late, &[4400], 1, Some(undone(late, 1))).await;
    ended(&app, &owner, late, &[4400], 1, Some(finished(late, &[4400]))).await;
    app.pump().await;
    assert_eq!(approved().await, 5800);
}

/// What is approved, by month.
async fn by_month(owner: &Client<'_>) -> Vec<(String, i64)> {
    let told: Value = owner.get("/v1/savings").await.expect(200);
    let month = |one: &Value| {
        let minor = one["approved"]["amount_minor"].as_i64().unwrap();
        (one["month"].as_str().unwrap().to_owned(), minor)
    };
    told["months"].as_array().unwrap().iter().map(month).filter(|month| month.1 != 0).collect()
}

#[tokio::test]
async fn what_a_retry_does_is_approved_in_the_month_of_its_fix_and_one_that_does_nothing_moves_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    ended(&app, &owner, fix, &[3000, 2000], 0, Some(finished(fix, &[3000, 2000]))).await;
    app.pump().await;
    assert_eq!(by_month(&owner).await, [("2026-11".to_owned(), 5000)]);
    app.clock.advance(SignedDuration::from_hours(24 * 50));
    let owner = app.sign_in("owner@acme.example").await;
    ended(&app, &owner, fix, &[3000, 2000], 0, Some(finished(fix, &[]))).await;
    app.pump().await;
    assert_eq!(by_month(&owner).await, [("2026-11".to_owned(), 5000)], "nothing more was done");
    ended(&app, &owner, fix, &[3000, 2000, 1600], 0, Some(finished(fix, &[1600]))).await;
    app.pump().await;
    assert_eq!(by_month(&owner).await, [("2026-11".to_owned(), 6600)], "what was told of November is still in it");
}

#[tokio::test]
async fn a_fix_that_at_first_did_nothing_is_approved_in_the_month_in_which_it_did() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    ended(&app, &owner, fix, &[], 0, Some(finished(fix, &[]))).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(24 * 50));
    let owner = app.sign_in("owner@acme.example").await;
    ended(&app, &owner, fix, &[3000], 0, Some(finished(fix, &[3000]))).await;
    app.pump().await;
    assert_eq!(by_month(&owner).await, [("2027-01".to_owned(), 3000)]);
}

#[tokio::test]
async fn a_department_is_told_what_fixes_freed_of_its_people_until_they_are_undone() {
    let app = App::of(directory(7, 180)).await;
    let mut owner = fixes::owner(&app).await;
    let departments = async |owner: &Client<'_>| -> Vec<Value> {
        let told: Value = owner.get("/v1/savings?by=department").await.expect(200);
        told["departments"].as_array().unwrap().clone()
    };
    let sum =
        |rows: &[Value]| -> i64 { rows.iter().map(|row| row["approved"]["amount_minor"].as_i64().unwrap()).sum() };
    assert_eq!(sum(&departments(&owner).await), 0);
    let (path, done) = fixes::fix_of(&app, &mut owner, "L3").await;
    let told = departments(&owner).await;
    assert_eq!(sum(&told), done["saving"]["monthly"]["amount_minor"].as_i64().unwrap());
    // Whose it was says the list of people.
    let mut want: BTreeMap<Option<String>, i64> = BTreeMap::new();
    let known = crate::ledger::all(&owner, "/v1/people").await;
    for item in fixes::items(&owner, &path).await {
        let person = known.iter().find(|one| one["person"] == item["person"]).expect("somebody");
        let minor = item["monthly"]["amount_minor"].as_i64().unwrap_or(0);
        let department = person["department"].as_str().map(str::to_lowercase);
        *want.entry(department).or_default() += minor;
    }
    for row in &told {
        let department = row["department"].as_str().map(str::to_lowercase);
        assert_eq!(row["approved"]["amount_minor"], want.remove(&department).unwrap_or(0), "{row:#}");
    }
    assert!(want.values().all(|minor| *minor == 0), "{want:?}");
    fixes::undo(&app, &mut owner, &path).await;
    assert_eq!(sum(&departments(&owner).await), 0);
    let kept = app.system.store.of(&scope(&app, &owner).await).all::<Approval>().await.unwrap();
    assert_eq!((kept.len(), kept[0].value.items, kept[0].value.departments.len()), (1, kept[0].value.undone, 0));
}

#[tokio::test]
async fn seats_gone_after_a_fix_are_realised_before_any_renewal() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    keep(&app, &scope, 38, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    assert!(realised(&owner).await.is_empty(), "nothing that Steward knows of explains it");
    freeing(&app, &owner, &[PREMIUM]).await;
    keep(&app, &scope, 36, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    let told = realised(&owner).await;
    assert_eq!((told.len(), &told[0]["seats"], &told[0]["monthly_minor"]), (1, &2.into(), &4400.into()));
}

#[tokio::test]
async fn a_fix_that_freed_no_seats_of_a_licence_type_explains_no_fall_of_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    freeing(&app, &owner, &[]).await;
    freeing(&app, &owner, &[VISIO]).await;
    keep(&app, &scope, 38, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    assert!(realised(&owner).await.is_empty(), "a fix of another licence type does not explain it");
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["months"].as_array().unwrap().last().unwrap()["seats_gone_otherwise"], 2);
}

#[tokio::test]
async fn seats_gone_long_after_a_fix_are_its_doing_only_if_a_retry_did_more_of_it_since() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let freed = [Freed { sku: PREMIUM, product: "Business Premium".into(), seats: 2, renews_on: None }];
    ended_freeing(&app, &owner, fix, &[2200], 0, Some(finished(fix, &[2200])), &freed).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(24 * 95));
    let owner = app.sign_in("owner@acme.example").await;
    ended_freeing(&app, &owner, fix, &[2200], 0, Some(finished(fix, &[])), &freed).await;
    app.pump().await;
    keep(&app, &scope, 38, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    assert!(realised(&owner).await.is_empty(), "it did nothing since November");
    ended_freeing(&app, &owner, fix, &[2200, 2200], 0, Some(finished(fix, &[2200])), &freed).await;
    app.pump().await;
    keep(&app, &scope, 36, 36, "2027-06-01", false).await;
    scanned(&app, &scope).await;
    let told = realised(&owner).await;
    assert_eq!((told.len(), &told[0]["seats"]), (1, &2.into()));
}

/// A fix that freed two seats of each of these licence types.
async fn freeing(app: &App, owner: &Client<'_>, skus: &[SkuId]) {
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let of = |sku: &SkuId| Freed { sku: *sku, product: "Product".into(), seats: 2, renews_on: None };
    let freed: Vec<Freed> = skus.iter().map(of).collect();
    ended_freeing(app, owner, fix, &[2200, 2200], 0, Some(finished(fix, &[2200, 2200])), &freed).await;
    app.pump().await;
}
