//! `insights-realise`.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use model::{Event, ScanId, SkuId};
use serde_json::Value;
use store::{Commit, Licenses, Saved, SeatLedger, TenantScope};
use tests::{App, Client, directory};

use crate::table::scope;

pub const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");

/// Writes what a scan would have kept: so many seats of Business Premium, so many of them somebody's, and when they
/// renew.
pub async fn keep(app: &App, scope: &TenantScope, seats: u32, assigned: u32, renews: &str, partner: bool) {
    use checks::facts::{Seats, Sku, SkuStatus, Subscription};
    let sku = Sku {
        id: PREMIUM,
        part_number: "SPB".into(),
        for_users: true,
        status: SkuStatus::Enabled,
        seats: Seats { enabled: seats, ..Seats::default() },
        consumed: assigned,
        plans: Vec::new(),
    };
    let subscription = Subscription {
        id: "one".into(),
        sku: PREMIUM,
        created: None,
        next_lifecycle: Some(format!("{renews}T10:00:00Z").parse().unwrap()),
        trial: false,
        status: SkuStatus::Enabled,
        seats,
        through_partner: partner,
    };
    let licenses = Licenses::pack(&[sku], &[subscription], checks::Settings::default()).unwrap();
    app.system.store.of(scope).save(&licenses).await.unwrap();
}

/// Tells that a scan finished, as a scan does.
pub async fn finished(app: &App, scope: &TenantScope) {
    let scan = ScanId::generate(&app.system.connect().ids, app.clock.clock().now());
    let event = Event::ScanFinished { scan, findings: 0, certain_minor: 0, likely_minor: 0 };
    app.system.store.of(scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    app.pump().await;
}

pub async fn realised(owner: &Client<'_>) -> Vec<Value> {
    let told: Value = owner.get("/v1/events?kind=saving.realised").await.expect(200);
    told["items"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

pub fn day(app: &App) -> jiff::civil::Date {
    let now: Timestamp = app.clock.clock().now();
    now.to_zoned(TimeZone::UTC).date()
}

#[tokio::test]
async fn seats_given_back_at_a_renewal_are_realised_once_at_the_price_of_the_day() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-12-01", false).await;
    finished(&app, &scope).await;
    assert!(realised(&owner).await.is_empty(), "the first scan only begins the count");
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let owner = app.sign_in("owner@acme.example").await;
    keep(&app, &scope, 36, 36, "2027-12-01", false).await;
    finished(&app, &scope).await;
    let told = realised(&owner).await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["seats"], &told[0]["monthly_minor"]), (&4.into(), &8800.into()));
    // The next scan sees the same, and seats bought and given back once more are no new saving.
    for seats in [36, 40, 36] {
        keep(&app, &scope, seats, 36, "2027-12-01", false).await;
        finished(&app, &scope).await;
    }
    assert_eq!(realised(&owner).await.len(), 1);
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!((&savings["realised"]["amount_minor"], &savings["seats_realised"]), (&8800.into(), &4.into()));
    let december = savings["months"].as_array().unwrap().last().unwrap();
    assert_eq!((&december["month"], &december["seats_added"]), (&"2026-12".into(), &4.into()));
    assert_eq!(december["seats_gone_otherwise"], 4);
}

#[tokio::test]
async fn the_same_event_again_and_an_older_one_change_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-11-22", false).await;
    finished(&app, &scope).await;
    app.clock.advance(SignedDuration::from_hours(48));
    let owner = app.sign_in("owner@acme.example").await;
    app.system.bus().chaos(local_aws::Chaos { seed: 1, duplicate: 1.0, ..local_aws::Chaos::default() });
    keep(&app, &scope, 30, 30, "2027-11-22", false).await;
    finished(&app, &scope).await;
    assert_eq!(realised(&owner).await.len(), 1);
    let ledger = app.system.store.of(&scope).get::<SeatLedger>(&PREMIUM).await.unwrap().unwrap().value;
    assert_eq!((ledger.seats, ledger.credited, ledger.reopened), (30, 10, 0));
}

#[tokio::test]
async fn a_scan_of_what_did_not_change_writes_nothing_into_the_ledger() {
    let app = App::of(directory(3, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let versions = async || -> Vec<u64> {
        let ledgers = app.system.store.of(&scope).all::<SeatLedger>().await.unwrap();
        ledgers.into_iter().map(|ledger| ledger.version).collect()
    };
    let before = versions().await;
    assert!(!before.is_empty() && before.iter().all(|version| *version == 1), "{before:?}");
    assert_eq!(owner.act("/v1/scans").await.status, 202);
    app.pump().await;
    assert_eq!(versions().await, before);
    assert!(realised(&owner).await.is_empty());
}

#[tokio::test]
async fn the_first_screen_says_what_the_ledger_adds_up_to() {
    let app = App::of(directory(3, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-12-01", false).await;
    finished(&app, &scope).await;
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let owner = app.sign_in("owner@northwind.example").await;
    let mut before = 0;
    for (seats, forget) in [(36, false), (38, false), (33, false), (30, true)] {
        if forget {
            // As it was before the sum was kept.
            app.system.store.of(&scope).remove::<Saved>(&()).await.unwrap();
        }
        keep(&app, &scope, seats, 30, "2027-12-01", false).await;
        finished(&app, &scope).await;
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        let savings: Value = owner.get("/v1/savings").await.expect(200);
        assert_eq!(overview["saved"], savings["realised"], "{seats}");
        let saved = overview["saved"]["amount_minor"].as_i64().unwrap();
        assert!(saved > before || seats == 38, "{seats}: {saved}");
        before = saved;
    }
}
