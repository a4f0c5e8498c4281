//! `insights-trends`.

use checks::PriceBasis;
use model::{Currency, Money, ScanId, SkuId};
use serde_json::Value;
use store::{Cause, SeatChange, SeatsOfDay, Snapshot};
use tests::App;

use crate::table::scope;

#[tokio::test]
async fn a_day_without_a_scan_is_a_gap_and_not_a_zero() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let empty: Value = owner.get("/v1/trends").await.expect(200);
    assert_eq!((empty["days"].as_array().unwrap().len(), &empty["measured"]), (90, &0.into()));
    let scope = scope(&app, &owner).await;
    let money = |minor| Money::new(minor, Currency::Usd);
    for day in ["2025-12-31", "2026-01-02"] {
        let seats = |enabled, consumed| SeatsOfDay {
            sku: SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
            enabled,
            consumed,
        };
        let snapshot = Snapshot {
            day: day.parse().unwrap(),
            people: 42,
            spend_monthly: money(92_400),
            certain_monthly: money(8_800),
            likely_monthly: money(0),
            findings: 5,
            seats: vec![seats(40, 36), seats(20, 15)],
        };
        app.system.store.of(&scope).save(&snapshot).await.unwrap();
    }
    let told: Value = owner.get("/v1/trends?from=2025-12-30&to=2026-01-03").await.expect(200);
    let days: Vec<(&str, bool)> = told["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["day"].as_str().unwrap(), day["measured"].is_object()))
        .collect();
    let wanted = [
        ("2025-12-30", false),
        ("2025-12-31", true),
        ("2026-01-01", false),
        ("2026-01-02", true),
        ("2026-01-03", false),
    ];
    assert_eq!(days, wanted);
    assert_eq!(told["measured"], 2);
    let measured = &told["days"][1]["measured"];
    assert_eq!((&measured["seats_bought"], &measured["seats_assigned"]), (&60.into(), &51.into()));
    assert_eq!(measured["certain"]["amount_minor"], 8_800);
    owner.get("/v1/trends?from=2020-01-01").await.expect_problem(400, "bad_query");
}

#[tokio::test]
async fn what_was_given_back_counts_from_its_day_on() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let money = |minor| Money::new(minor, Currency::Usd);
    for day in ["2026-11-01", "2026-11-03", "2026-11-05"] {
        let (day, seats) = (day.parse().unwrap(), Vec::new());
        let (spend_monthly, certain_monthly, likely_monthly) = (money(92_400), money(8_800), money(0));
        let (people, findings) = (42, 5);
        let snapshot = Snapshot { day, people, spend_monthly, certain_monthly, likely_monthly, findings, seats };
        tenant.save(&snapshot).await.unwrap();
    }
    // Before the days asked about, between two of them, bought again, and of a price nobody knows.
    let changes = [
        ("2025-01-01", 4, Some(2200)),
        ("2026-11-02", 1, Some(500)),
        ("2026-11-03", 0, Some(9900)),
        ("2026-11-04", 3, None),
    ];
    for (scan, (day, realised, seat_minor)) in (1..).zip(changes) {
        let (sku, cause) = (SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"), Some(Cause::Renewal));
        let (scan, day) = (ScanId::from_bits(scan), day.parse().unwrap());
        let basis = seat_minor.map(|_| PriceBasis::List);
        let change = SeatChange {
            scan,
            sku,
            day,
            before: 40,
            after: 36,
            realised,
            cause,
            seat_minor,
            basis,
            freed_by: Vec::new(),
            bought_instead: Vec::new(),
            net_minor: None,
        };
        tenant.save(&change).await.unwrap();
    }
    let told: Value = owner.get("/v1/trends?from=2026-11-01&to=2026-11-05").await.expect(200);
    let saved: Vec<Option<i64>> =
        told["days"].as_array().unwrap().iter().map(|day| day["measured"]["saved"]["amount_minor"].as_i64()).collect();
    assert_eq!(saved, [Some(8800), None, Some(9300), None, Some(9300)]);
}
