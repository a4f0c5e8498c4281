//! `insights-renewals-near`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, civil::Date};
use serde_json::Value;
use tests::{App, directory};

use crate::{insights::realise::day, ledger::all};

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
