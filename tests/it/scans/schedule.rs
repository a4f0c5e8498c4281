//! `scans-schedule`.

use jiff::SignedDuration;
use local_aws::Fault;
use model::TenantState;
use tests::{App, Client, Options, directory};

use crate::{
    ledger::told,
    microsoft::count,
    table::{scope_of, set_state},
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How many scans the schedule asked for.
async fn scheduled(owner: &Client<'_>) -> usize {
    let list: serde_json::Value = owner.get("/v1/scans?limit=100").await.expect(200);
    list["items"].as_array().unwrap().iter().filter(|scan| scan["scheduled"] == true).count()
}

#[tokio::test]
async fn a_connected_company_is_scanned_once_a_day() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    drop(app.scanned("northwind", id).await);
    let mails = app.inbox().len();
    let day = SignedDuration::from_hours(24);
    let early = SignedDuration::from_mins(1);
    app.clock.advance(day - early);
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(scheduled(&owner).await, 0, "a minute early");
    app.clock.advance(early);
    for _ in 0..3 {
        // Doubled firings, one after the other and at once.
        app.run("scans-schedule").await;
        tokio::join!(app.run("scans-schedule"), app.run("scans-schedule"));
    }
    app.pump().await;
    assert_eq!(scheduled(&owner).await, 1);
    for days in 2..=4 {
        app.clock.advance(day);
        tokio::join!(app.run("scans-schedule"), app.run("scans-schedule"));
        app.pump().await;
        let owner = app.sign_in("owner@northwind.example").await;
        assert_eq!(scheduled(&owner).await, days);
    }
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(count(&owner, "scan.finished").await, 5);
    assert_eq!(app.inbox().len(), mails, "what the schedule asked for is told by the digest, not by a mail each");
}

#[tokio::test]
async fn after_an_outage_of_five_days_one_scan_follows_and_then_the_old_hour() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    drop(app.scanned("northwind", id).await);
    app.clock.advance(SignedDuration::from_hours(5 * 24) + HOUR);
    app.run("scans-schedule").await;
    app.pump().await;
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(scheduled(&owner).await, 1);
    // Due at the hour it was always due at: 23 hours from now.
    app.clock.advance(HOUR * 23 - SignedDuration::from_secs(1));
    app.run("scans-schedule").await;
    app.pump().await;
    assert_eq!(scheduled(&app.sign_in("owner@northwind.example").await).await, 1);
    app.clock.advance(SignedDuration::from_secs(1));
    app.run("scans-schedule").await;
    app.pump().await;
    assert_eq!(scheduled(&app.sign_in("owner@northwind.example").await).await, 2);
}

#[tokio::test]
async fn nobody_is_lost_when_one_companys_turn_fails() {
    let directories = (1..=4).map(|seed| directory(seed, 20)).collect();
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    for (at, id) in ids.iter().enumerate() {
        drop(app.scanned(&format!("company{at}"), *id).await);
    }
    app.clock.advance(SignedDuration::from_hours(24));
    // One company's transaction does not get through, however often the store tries.
    for _ in 0..5 {
        app.system.aws.faults().next_of("TransactWriteItems", Fault::InternalServerError);
    }
    let told = app.system.run("scans-schedule").await.expect_err("it says that something failed");
    assert!(told.to_string().contains("1 failed"), "{told}");
    app.pump().await;
    let scans = async || {
        let mut scans = Vec::new();
        for at in 0..ids.len() {
            scans.push(scheduled(&app.sign_in(&format!("owner@company{at}.example")).await).await);
        }
        scans
    };
    assert_eq!(scans().await.iter().sum::<usize>(), 3, "the others had theirs");
    app.run("scans-schedule").await;
    app.pump().await;
    assert_eq!(scans().await, [1, 1, 1, 1]);
}

#[tokio::test]
async fn nothing_of_a_closed_company_is_read_and_once_open_it_is_scanned_at_its_old_hour() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope_of(&app, owner.tenant);
    let day = SignedDuration::from_hours(24);
    let asked = app.microsoft().calls().len();
    for state in [TenantState::Suspended, TenantState::Cancelled, TenantState::Purging] {
        set_state(&app, &scope, state).await;
        app.clock.advance(day);
        app.run("scans-schedule").await;
        app.pump().await;
        assert_eq!(app.microsoft().calls().len(), asked, "{state:?}");
    }
    // Open again, half a day before its hour.
    app.clock.advance(HOUR * 12);
    set_state(&app, &scope, TenantState::Active).await;
    app.run("scans-schedule").await;
    app.pump().await;
    assert_eq!(scheduled(&app.sign_in("owner@northwind.example").await).await, 0, "nothing is made up for");
    // Who may still look sees what holds today.
    for (days, state) in [(1, TenantState::Active), (2, TenantState::PastDue), (3, TenantState::ReadOnly)] {
        set_state(&app, &scope, state).await;
        app.clock.advance(if days == 1 { HOUR * 12 } else { day });
        app.run("scans-schedule").await;
        app.pump().await;
        assert_eq!(scheduled(&app.sign_in("owner@northwind.example").await).await, days, "{state:?}");
    }
}

#[tokio::test]
async fn a_scheduled_scan_gives_the_result_an_asked_for_one_gives() {
    let app = App::of(directory(3, 80)).await;
    let id = app.only_directory();
    let before = told(&app.scanned("northwind", id).await).await;
    app.clock.advance(SignedDuration::from_hours(24));
    app.run("scans-schedule").await;
    app.pump().await;
    let after = told(&app.sign_in("owner@northwind.example").await).await;
    assert_eq!(after.entries, before.entries);
    assert_ne!(after.overview["checked_at"], before.overview["checked_at"]);
}
