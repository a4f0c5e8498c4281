//! `insights-renewals-near`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Span, civil::Date, tz::TimeZone};
use model::SkuId;
use serde_json::Value;
use store::{Licenses, SeatLedger};
use tests::{App, Client, directory};

use crate::{
    insights::realise::{day, finished},
    ledger::all,
    table::scope,
};

#[tokio::test]
async fn a_company_is_told_thirty_and_ten_days_before_once_each_and_by_mail() {
    let app = App::of(directory(3, 180)).await;
    drop(app.scanned("northwind", app.only_directory()).await);
    let mut told: BTreeSet<(String, String)> = BTreeSet::new();
    let mut count = 0;
    for _ in 0..45 {
        app.run("insights-renewals-near").await;
        app.run("insights-renewals-near").await;
        app.pump().await;
        let owner = app.sign_in("owner@northwind.example").await;
        let entries = all(&owner, "/v1/events?kind=renewal.near").await;
        for entry in &entries[..entries.len() - count] {
            let event = &entry["event"];
            let renews_on: Date = event["renews_on"].as_str().unwrap().parse().unwrap();
            let left = (renews_on - day(&app)).get_days();
            assert!((0..=30).contains(&left), "{left} days before");
            assert!(event["seats"].as_u64() > Some(0));
            let stage = if left <= 10 { "ten" } else { "thirty" };
            let key = (format!("{} {stage}", event["sku"].as_str().unwrap()), renews_on.to_string());
            assert!(told.insert(key), "told twice: {event}");
        }
        count = entries.len();
        app.clock.advance(SignedDuration::from_hours(24));
    }
    assert!(count > 0, "renewals with seats to give back are planted");
    let mails: Vec<_> = app.inbox().into_iter().filter(|mail| mail.subject.contains("renew")).collect();
    assert_eq!(mails.len(), count, "one letter each to the one owner");
    let text = &mails[0].text;
    assert!(text.contains("/licences") && text.contains("give them back by"), "{text}");
}

#[tokio::test]
async fn what_was_told_stands_in_the_log_in_plain_words() {
    let app = App::of(directory(3, 180)).await;
    drop(app.scanned("northwind", app.only_directory()).await);
    for _ in 0..40 {
        app.clock.advance(SignedDuration::from_hours(24));
        app.run("insights-renewals-near").await;
        app.pump().await;
    }
    let owner = app.sign_in("owner@northwind.example").await;
    let told: Value = owner.get("/v1/events?kind=renewal.near").await.expect(200);
    let text = told["items"][0]["text"].as_str().unwrap();
    assert!(text.contains("can be given back before the renewal on"), "{text}");
}

/// Writes that a licence type with seats to give back renewed yesterday for a year, as a scan would see it. Which.
async fn renewed_yesterday(app: &App, owner: &Client<'_>) -> SkuId {
    let scope = scope(app, owner).await;
    let tenant = app.system.store.of(&scope);
    let near = all(owner, "/v1/renewals").await.into_iter().find(|one| one["give_back"].as_u64() > Some(0));
    let sku: SkuId = serde_json::from_value(near.expect("planted")["sku"].clone()).unwrap();
    let yesterday = day(app).yesterday().unwrap();
    let next = yesterday.saturating_add(Span::new().years(1)).to_zoned(TimeZone::UTC).unwrap().timestamp();
    let (skus, mut subscriptions) = tenant.bought().await.unwrap();
    subscriptions.iter_mut().filter(|one| one.sku == sku).for_each(|one| one.next_lifecycle = Some(next));
    tenant.save(&Licenses::pack(&skus, &subscriptions, checks::Settings::default()).unwrap()).await.unwrap();
    let ledger = tenant.get::<SeatLedger>(&sku).await.unwrap().expect("a ledger").value;
    tenant.save(&SeatLedger { renewals: vec![yesterday], ..ledger }).await.unwrap();
    sku
}

#[tokio::test]
async fn for_a_week_after_a_renewal_a_company_is_told_once_that_it_can_still_reduce() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let sku = renewed_yesterday(&app, &owner).await;
    let renewals = all(&owner, "/v1/renewals").await;
    let first = &renewals[0];
    assert_eq!(first["sku"], sku.to_string());
    assert_eq!(
        (first["renewed_on"].as_str(), first["renews_on"].as_str(), first["reduce_by"].as_str()),
        (Some("2026-11-20"), Some("2027-11-20"), Some("2026-11-26"))
    );
    let text = first["text"].as_str().unwrap();
    assert!(text.contains("renewed on 20 November 2026") && text.contains("until 26 November 2026"), "{text}");
    finished(&app, &scope(&app, &owner).await).await;
    for _ in 0..2 {
        app.run("insights-renewals-near").await;
        app.pump().await;
    }
    let told = all(&owner, "/v1/events?kind=renewal.near").await;
    let after: Vec<&Value> = told.iter().filter(|entry| entry["event"]["renewed"] == true).collect();
    assert_eq!(after.len(), 1, "{told:#?}");
    let text = after[0]["text"].as_str().unwrap();
    assert!(text.contains("can still be given back after the renewal on 20 November 2026"), "{text}");
    let mails: Vec<_> =
        app.inbox().into_iter().filter(|mail| mail.subject.contains("can still be given back")).collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("until 26 November 2026"), "{}", mails[0].text);
    app.clock.advance(SignedDuration::from_hours(24 * 6));
    let owner = app.sign_in("owner@northwind.example").await;
    assert!(all(&owner, "/v1/renewals").await.iter().all(|one| one["renewed_on"].is_null()), "the week is over");
}
