//! `insights-realise`.

use checks::facts::{Seats, Sku, SkuStatus, Subscription};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use local_microsoft::{Bought, Directory, Standing};
use model::{Event, FixId, ScanId, SkuId};
use serde_json::{Value, json};
use store::{Commit, Freed, Licenses, Saved, SeatLedger, TenantScope};
use tests::{App, Client, directory};

use crate::{
    files::rows,
    findings::set_price,
    fixes::{self, ended_freeing, finished as fix_finished, fix_of},
    ledger::{all, price},
    scans::scan,
    table::scope,
};

pub const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
/// Microsoft 365 E3 and E5.
const E3: SkuId = SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965");
const E5: SkuId = SkuId::literal("06ebc4ee-1bb5-47dd-8120-11324bc54e06");

/// Writes what a scan would have kept: so many seats of Business Premium, so many of them somebody's, and when they
/// renew.
pub async fn keep(app: &App, scope: &TenantScope, seats: u32, assigned: u32, renews: &str, partner: bool) {
    let states = Seats { enabled: seats, ..Seats::default() };
    let (sku, one) = bought(states, assigned, SkuStatus::Enabled, renews);
    keep_all(app, scope, &[sku], &[Subscription { through_partner: partner, ..one }]).await;
}

/// The same of seats in whatever state, all of one subscription, which goes on to its next state on a day.
fn bought(seats: Seats, assigned: u32, status: SkuStatus, next: &str) -> (Sku, Subscription) {
    let (part_number, plans) = ("SPB".to_owned(), Vec::new());
    let sku = Sku { id: PREMIUM, part_number, for_users: true, status, seats, consumed: assigned, plans };
    let subscription = Subscription {
        id: "one".into(),
        sku: PREMIUM,
        created: None,
        next_lifecycle: Some(format!("{next}T10:00:00Z").parse().unwrap()),
        trial: false,
        status,
        seats: seats.enabled + seats.warning + seats.suspended,
        through_partner: false,
    };
    (sku, subscription)
}

pub async fn keep_all(app: &App, scope: &TenantScope, skus: &[Sku], subscriptions: &[Subscription]) {
    let licenses = Licenses::pack(skus, subscriptions, checks::Settings::default()).unwrap();
    app.system.store.of(scope).save(&licenses).await.unwrap();
}

/// A scan that finds the subscription in another state.
async fn seen(app: &App, scope: &TenantScope, seats: Seats, assigned: u32, status: SkuStatus) {
    let (sku, one) = bought(seats, assigned, status, "2027-02-01");
    keep_all(app, scope, &[sku], &[one]).await;
    finished(app, scope).await;
}

/// Tells that a scan finished, as a scan does.
pub async fn finished(app: &App, scope: &TenantScope) {
    ends(app, scope).await;
    app.pump().await;
}

/// The same, of which nobody has heard yet.
pub async fn ends(app: &App, scope: &TenantScope) {
    let scan = ScanId::generate(&app.system.connect().ids, app.clock.clock().now());
    let event = Event::ScanFinished { scan, findings: 0, certain_minor: 0, likely_minor: 0 };
    app.system.store.of(scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
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

/// What is realised by month: its name, minor units, seats, and seats that are gone and count as no saving.
async fn by_month(owner: &Client<'_>) -> Vec<(String, i64, u64, u64)> {
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    let number = |month: &Value, name: &str| month[name].as_u64().unwrap();
    let months = savings["months"].as_array().unwrap().iter().map(|month| {
        let minor = month["realised"]["amount_minor"].as_i64().unwrap();
        let (seats, otherwise) = (number(month, "seats_realised"), number(month, "seats_gone_otherwise"));
        (month["month"].as_str().unwrap().to_owned(), minor, seats, otherwise)
    });
    months.filter(|month| (month.1, month.2, month.3) != (0, 0, 0)).collect()
}

#[tokio::test]
async fn a_subscription_that_lapses_after_a_fix_is_realised_in_the_month_it_ended() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 10, 10, "2026-12-01", false).await;
    finished(&app, &scope).await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let freed = Freed { sku: PREMIUM, product: "Business Premium".into(), seats: 4, renews_on: None };
    ended_freeing(&app, &owner, fix, &[2200; 4], 0, Some(fix_finished(fix, &[2200; 4])), &[freed]).await;
    app.pump().await;
    keep(&app, &scope, 10, 6, "2026-12-01", false).await;
    finished(&app, &scope).await;
    assert!(by_month(&owner).await.is_empty(), "what nobody has is paid for until it renews");

    // Nobody renewed it. Four are nobody's; the other six can still be renewed for thirty days.
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let owner = app.sign_in("owner@acme.example").await;
    seen(&app, &scope, Seats { warning: 10, ..Seats::default() }, 6, SkuStatus::Warning).await;
    assert_eq!(by_month(&owner).await, [("2026-12".to_owned(), 8800, 4, 0)]);
    // Suspended in January, they were paid for the last time in November.
    app.clock.advance(SignedDuration::from_hours(24 * 30));
    let owner = app.sign_in("owner@acme.example").await;
    seen(&app, &scope, Seats { suspended: 10, ..Seats::default() }, 6, SkuStatus::Suspended).await;
    let december = [("2026-12".to_owned(), 22_000, 10, 0)];
    assert_eq!(by_month(&owner).await, december);
    // Deleted, it is no saving again.
    app.clock.advance(SignedDuration::from_hours(24 * 90));
    let owner = app.sign_in("owner@acme.example").await;
    keep_all(&app, &scope, &[], &[]).await;
    finished(&app, &scope).await;
    assert_eq!(by_month(&owner).await, december);
    let saved = app.system.store.of(&scope).get::<Saved>(&()).await.unwrap().unwrap().value;
    assert_eq!((saved.monthly_minor, saved.seats), (22_000, 10));
    let file = rows(&owner.get("/v1/savings/export").await, "steward-savings");
    let told: Vec<_> = file.iter().filter(|row| row["entry"] == "realised").map(|row| row["day"].as_str()).collect();
    assert_eq!(told, ["2026-12-01", "2026-12-02"]);
    app.pump().await;
}

#[tokio::test]
async fn what_a_fix_freed_is_realised_when_a_scan_sees_that_the_subscription_lapsed() {
    let app = fixes::app(180).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let blocked = |d: &Directory| -> (SkuId, Vec<(String, Bought)>) {
        let mut planted = d.ledger().of("L3").map(|entry| (entry.sku, d.bought(entry.sku)));
        let paid = |(sku, bought): &(SkuId, Vec<(String, Bought)>)| {
            price(*sku).is_some() && bought.iter().all(|(_, one)| one.standing == Standing::Enabled)
        };
        planted.find(paid).expect("a blocked account with a licence that is paid for")
    };
    let (sku, bought) = microsoft.directory(id, blocked).unwrap();
    let becomes = |standing: Standing, next: Date| {
        for (subscription, one) in &bought {
            let to = Bought { standing, next: Some(next), ..*one };
            microsoft.set_subscription(id, subscription, to).unwrap();
        }
    };
    let consumed = || microsoft.directory(id, |d| d.consumed(sku).unwrap()).unwrap();
    becomes(Standing::Enabled, date(2026, 12, 1));
    let mut owner = fixes::owner(&app).await;
    let before = consumed();
    fix_of(&app, &mut owner, "L3").await;
    let (seats, held, seat) = (bought.iter().map(|(_, one)| one.seats).sum::<u32>(), consumed(), price(sku).unwrap());
    assert!(held < before, "the fix freed some of them");
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert!(by_month(&owner).await.is_empty(), "what nobody has is paid for until it renews");

    // Nobody renewed it: what nobody has is paid for no more, and the rest can still be renewed.
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    becomes(Standing::Warning, date(2026, 12, 31));
    let mut owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let realised = |gone: u32| [("2026-12".to_owned(), i64::from(gone) * seat, u64::from(gone), 0_u64)];
    assert_eq!(by_month(&owner).await, realised(seats - held));
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["whose_prices"], "list");
    let approved = savings["approved"]["amount_minor"].as_i64().unwrap();
    assert!(approved >= i64::from(before - held) * seat, "{approved} was approved");
    // Out of grace it is as if none had been renewed in the first place.
    app.clock.advance(SignedDuration::from_hours(24 * 31));
    becomes(Standing::Suspended, date(2027, 3, 31));
    let mut owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(by_month(&owner).await, realised(seats));
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["saved"]["amount_minor"], i64::from(seats) * seat);
}

#[tokio::test]
async fn what_is_renewed_for_fewer_in_its_days_of_grace_saves_the_difference_and_the_rest_is_still_paid_for() {
    let app = App::start().await;
    let mut companies = Vec::new();
    for (name, renewed) in [("acme", 10), ("contoso", 8)] {
        let owner = app.tenant(name).await;
        let scope = scope(&app, &owner).await;
        keep(&app, &scope, 10, 10, "2026-12-01", false).await;
        finished(&app, &scope).await;
        companies.push((name, scope, renewed));
    }
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    for (_, scope, _) in &companies {
        seen(&app, scope, Seats { warning: 10, ..Seats::default() }, 10, SkuStatus::Warning).await;
    }
    app.clock.advance(SignedDuration::from_hours(24 * 20));
    for (name, scope, renewed) in &companies {
        let owner = app.sign_in(&format!("owner@{name}.example")).await;
        assert!(by_month(&owner).await.is_empty(), "{name}: everybody still has it");
        keep(&app, scope, *renewed, *renewed, "2027-12-01", false).await;
        finished(&app, scope).await;
        let smaller = 10 - renewed;
        let expected = (smaller > 0).then(|| ("2026-12".to_owned(), i64::from(smaller) * 2200, u64::from(smaller), 0));
        assert_eq!(by_month(&owner).await, Vec::from_iter(expected), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_any_more_is_worth_the_price_it_had() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    set_price(&app, &owner, &PREMIUM.to_string(), json!({ "amount_minor": 1850 })).await;
    keep(&app, &scope, 10, 6, "2026-12-01", false).await;
    finished(&app, &scope).await;
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let owner = app.sign_in("owner@acme.example").await;
    keep_all(&app, &scope, &[], &[]).await;
    finished(&app, &scope).await;
    assert_eq!(by_month(&owner).await, [("2026-12".to_owned(), 18_500, 10, 0)]);
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!((&savings["whose_prices"], &savings["seats_without_price"]), (&"own".into(), &0.into()));
    let file = rows(&owner.get("/v1/savings/export").await, "steward-savings");
    assert_eq!(file.iter().find(|row| row["entry"] == "realised").unwrap()["price_basis"], "own");
    app.pump().await;
}

/// A company whose enterprise suites can be exchanged for Business Premium (L24), and the finding. Those suites renew
/// on the first of December.
async fn with_enterprise_suites() -> (App, String) {
    for seed in 7..13 {
        let app = fixes::app_of(directory(seed, 180)).await;
        for (subscription, one) in subscriptions(&app, E3) {
            let to = Bought { next: Some(date(2026, 12, 1)), ..one };
            app.microsoft().set_subscription(app.only_directory(), &subscription, to).unwrap();
        }
        let owner = fixes::owner(&app).await;
        let found = all(&owner, "/v1/findings").await.into_iter().find(|finding| finding["check"] == "L24");
        drop(owner);
        if let Some(found) = found {
            return (app, found["finding"].as_str().unwrap().to_owned());
        }
    }
    panic!("no company with L24");
}

/// The subscriptions of a licence type that are in force.
fn subscriptions(app: &App, sku: SkuId) -> Vec<(String, Bought)> {
    let bought = app.microsoft().directory(app.only_directory(), |directory| directory.bought(sku)).unwrap();
    bought.into_iter().filter(|(_, one)| one.standing == Standing::Enabled).collect()
}

#[tokio::test]
async fn an_exchange_is_realised_as_it_was_approved_and_not_at_the_whole_price() {
    let (app, finding) = with_enterprise_suites().await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    // What is given has to be bought first.
    let (premium, one) = subscriptions(&app, PREMIUM).remove(0);
    microsoft.set_subscription(id, &premium, Bought { seats: one.seats + 20, ..one }).unwrap();
    app.clock.advance(SignedDuration::from_secs(2));
    let mut owner = app.sign_in("owner@northwind.example").await;
    let (_, ended) = fixes::fix(&app, &mut owner, json!({ "finding": finding })).await;
    let done = ended["tally"]["done"].as_u64().unwrap();
    assert!(done > 0, "{ended:#}");
    let people = i64::try_from(done).unwrap();
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["approved"]["amount_minor"], people * (3900 - 2200));
    assert!(by_month(&owner).await.is_empty(), "they are paid for until they renew");

    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let mut fewer = u32::try_from(done).unwrap();
    for (subscription, one) in subscriptions(&app, E3) {
        let back = fewer.min(one.seats);
        fewer -= back;
        let to = Bought { seats: one.seats - back, next: Some(date(2027, 12, 1)), ..one };
        microsoft.set_subscription(id, &subscription, to).unwrap();
    }
    let mut owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(by_month(&owner).await, [("2026-12".to_owned(), people * (3900 - 2200), done, 0)]);
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["realised"], savings["approved"]);
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["saved"], savings["approved"]);
    let told = realised(&owner).await;
    assert_eq!((told.len(), &told[0]["monthly_minor"]), (1, &(people * (3900 - 2200)).into()));
}

/// So many seats of a licence type, all of them somebody's, that renew on a day.
pub fn in_use(sku: SkuId, seats: u32, renews: &str) -> (Sku, Subscription) {
    let states = Seats { enabled: seats, ..Seats::default() };
    let (own, one) = bought(states, seats, SkuStatus::Enabled, renews);
    (Sku { id: sku, part_number: sku.to_string(), ..own }, Subscription { id: sku.to_string(), sku, ..one })
}

/// A scan that finds these.
async fn finds(app: &App, scope: &TenantScope, seats: &[(Sku, Subscription)]) {
    let (skus, subscriptions): (Vec<Sku>, Vec<Subscription>) = seats.iter().cloned().unzip();
    keep_all(app, scope, &skus, &subscriptions).await;
    finished(app, scope).await;
}

#[tokio::test]
async fn what_is_exchanged_by_hand_at_a_renewal_saves_only_what_the_new_one_costs_less() {
    let app = App::start().await;
    // What ten seats of E3 become, whether it was bought before they renew, and what that saves: nothing where it is
    // dearer.
    let kinds = [
        ("upgraded", Some(E5), false, ("2026-12".to_owned(), 0, 0, 10)),
        ("moved-first", Some(E5), true, ("2026-12".to_owned(), 0, 0, 10)),
        ("smaller", Some(PREMIUM), false, ("2026-12".to_owned(), 10 * (3900 - 2200), 10, 0)),
        ("smaller-first", Some(PREMIUM), true, ("2026-12".to_owned(), 10 * (3900 - 2200), 10, 0)),
        ("ended", None, false, ("2026-12".to_owned(), 10 * 3900, 10, 0)),
    ];
    let mut companies = Vec::new();
    for (name, to, before, saves) in kinds {
        let owner = app.tenant(name).await;
        let scope = scope(&app, &owner).await;
        let old = in_use(E3, 10, "2026-12-01");
        let new: Vec<_> = to.map(|to| in_use(to, 10, "2027-12-01")).into_iter().collect();
        finds(&app, &scope, std::slice::from_ref(&old)).await;
        if before {
            finds(&app, &scope, &[&[old][..], &new[..]].concat()).await;
        }
        companies.push((name, scope, new, saves));
    }
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    for (name, scope, new, saves) in companies {
        // Again and again it is the same.
        for _ in 0..2 {
            finds(&app, &scope, &new).await;
        }
        let owner = app.sign_in(&format!("owner@{name}.example")).await;
        assert_eq!(realised(&owner).await.len(), usize::from(saves.2 > 0), "{name}");
        let saved = app.system.store.of(&scope).get::<Saved>(&()).await.unwrap();
        assert_eq!(saved.map_or(0, |sum| sum.value.monthly_minor), saves.1, "{name}");
        assert_eq!(by_month(&owner).await, [saves], "{name}");
    }
}

#[tokio::test]
async fn what_was_bought_long_before_a_renewal_is_not_instead_of_what_ends_then() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (old, new) = (in_use(E3, 10, "2027-01-15"), in_use(PREMIUM, 10, "2027-11-21"));
    finds(&app, &scope, std::slice::from_ref(&old)).await;
    finds(&app, &scope, &[old, new.clone()]).await;
    app.clock.advance(SignedDuration::from_hours(24 * 56));
    let owner = app.sign_in("owner@acme.example").await;
    finds(&app, &scope, &[new]).await;
    assert_eq!(by_month(&owner).await, [("2027-01".to_owned(), 39_000, 10, 0)]);
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["months"][0]["seats_added"], 10, "what came is shown where it came");
}
