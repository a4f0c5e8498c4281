//! `insights-renewals-near`.

use std::collections::BTreeSet;

use http::Method;
use jiff::{
    SignedDuration, Span,
    civil::{Date, date},
    tz::TimeZone,
};
use local_microsoft::{Bought, Standing};
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use store::{Licenses, SeatLedger};
use tests::{App, Client, directory};

use crate::{
    findings::{send, text},
    fixes,
    insights::{
        realise::{day, finished},
        renewals_feed::subscribe,
    },
    ledger::{all, price},
    scans::scan,
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

/// Writes that the licence type with the most seats to give back renewed yesterday for a year, as a scan would see it.
/// Which.
pub async fn renewed_yesterday(app: &App, owner: &Client<'_>) -> SkuId {
    let scope = scope(app, owner).await;
    let tenant = app.system.store.of(&scope);
    let most = all(owner, "/v1/renewals").await.into_iter().max_by_key(|one| one["give_back"].as_u64());
    let most = most.filter(|one| one["give_back"].as_u64() > Some(0)).expect("planted");
    let sku: SkuId = serde_json::from_value(most["sku"].clone()).unwrap();
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

/// What is asked back of a licence type: seats by the list of renewals, and days to do it by in the calendar.
async fn asked_back(app: &App, owner: &Client<'_>, calendar: &str, sku: &str) -> (u64, usize) {
    let own: Vec<Value> = all(owner, "/v1/renewals").await.into_iter().filter(|one| one["sku"] == sku).collect();
    let product = format!(" of {}", text(&own[0], "product"));
    let answer = app.call(Method::GET, calendar, None, None).await;
    assert_eq!(answer.status, 200);
    let calendar = String::from_utf8(answer.body.clone()).unwrap().replace("\r\n ", "");
    let to_do = |line: &&str| line.starts_with("SUMMARY:Last day to give back") && line.ends_with(&product);
    (own.iter().map(|one| one["give_back"].as_u64().unwrap()).sum(), calendar.lines().filter(to_do).count())
}

/// How many seats of a licence type were told of, each time.
async fn told_of(app: &App, owner: &Client<'_>, sku: &str) -> Vec<u64> {
    app.run("insights-renewals-near").await;
    app.pump().await;
    let told = all(owner, "/v1/events?kind=renewal.near").await;
    let own = told.iter().map(|entry| &entry["event"]).filter(|event| event["sku"] == sku);
    own.map(|event| event["seats"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn seats_a_company_keeps_or_puts_off_are_not_asked_back_until_it_does_so_no_more() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let near = all(&owner, "/v1/renewals").await.into_iter().find(|one| one["give_back"].as_u64() > Some(0));
    let near = near.expect("planted");
    let (sku, renews_on) = (text(&near, "sku"), text(&near, "renews_on").parse::<Date>().unwrap());
    // It is in the days in which it is told of.
    let days = (renews_on - day(&app)).get_days() - 20;
    app.clock.advance(SignedDuration::from_hours(24 * i64::from(days.max(0))));
    let owner = app.sign_in("owner@northwind.example").await;
    let calendar = subscribe(&owner).await;
    let before = asked_back(&app, &owner, &calendar, &sku).await;
    assert!(before.0 > 0 && before.1 > 0, "{before:?}");
    let all_found = all(&owner, "/v1/findings").await;
    let found = all_found.iter().find(|found| found["check"] == "L1" && found["subject"]["sku"] == *sku);
    let path = format!("/v1/findings/{}", text(found.expect("the seats are found"), "finding"));

    let reason = json!({ "reason": "We keep these for the shop that opens in March." });
    let made: Value = owner.post(&format!("{path}/dismiss"), reason).await.expect(201);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &sku).await, (0, 0));
    assert!(told_of(&app, &owner, &sku).await.is_empty());
    let product = text(&near, "product");
    let letters = || app.inbox().into_iter().filter(|mail| mail.text.contains(&format!("{product} renews on"))).count();
    assert_eq!(letters(), 0);

    let exception = format!("/v1/exceptions/{}", text(&made, "exception"));
    let ended = send(&app, &owner, Method::DELETE, &exception, Some(&text(&made, "etag")), None).await;
    assert_eq!(ended.status, 204);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &sku).await, before);
    let told = told_of(&app, &owner, &sku).await;
    assert!(!told.is_empty());
    assert_eq!(letters(), told.len());

    let until = app.clock.clock().now() + SignedDuration::from_hours(24 * 60);
    owner.post(&format!("{path}/snooze"), json!({ "until": until })).await.expect::<Value>(200);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &sku).await, (0, 0));
    assert_eq!(owner.act(&format!("{path}/wake")).await.status, 204);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &sku).await, before);
}

/// Has so many seats of a licence type be bought, all in one subscription, that renews on a day.
fn buys(app: &App, sku: SkuId, seats: u32, on: Date) {
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let mut bought = microsoft.directory(id, |d| d.bought(sku)).unwrap();
    // The same one, however often.
    bought.sort_by_key(|(_, one)| std::cmp::Reverse(one.seats));
    for (at, (subscription, one)) in bought.into_iter().enumerate() {
        let to = Bought { seats: if at == 0 { seats } else { 0 }, next: Some(on), ..one };
        microsoft.set_subscription(id, &subscription, to).unwrap();
    }
}

/// A licence type that is paid for, of which a fix of L3 takes seats, and whom it takes them from: two people at most,
/// whose seats the check of unused seats would not count.
async fn taken_by_a_fix(app: &App, owner: &Client<'_>, finding: &str) -> (SkuId, Vec<PersonId>) {
    let shown = fixes::preview(owner, json!({ "finding": finding })).await;
    let going = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null());
    let taken = going.flat_map(|item| {
        let person: PersonId = text(item, "person").parse().unwrap();
        let skus = item["change"]["remove"].as_array().unwrap().iter();
        skus.map(move |sku| (person, sku.as_str().unwrap().parse::<SkuId>().unwrap()))
    });
    let taken: Vec<(PersonId, SkuId)> = taken.collect();
    let in_force = |sku: SkuId| {
        let bought = app.microsoft().directory(app.only_directory(), |d| d.bought(sku)).unwrap();
        !bought.is_empty() && bought.iter().all(|(_, one)| one.standing == Standing::Enabled)
    };
    let mut skus = taken.iter().map(|(_, sku)| *sku);
    let sku = skus.find(|sku| price(*sku).is_some() && in_force(*sku)).expect("a licence that is paid for");
    (sku, taken.iter().filter(|(_, own)| *own == sku).map(|(person, _)| *person).take(2).collect())
}

#[tokio::test]
async fn what_a_fix_freed_is_asked_back_at_its_renewal_though_the_check_of_unused_seats_says_nothing() {
    let app = fixes::app(180).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let mut owner = fixes::owner(&app).await;
    let finding = fixes::finding(&owner, "L3").await;
    let (sku, people) = taken_by_a_fix(&app, &owner, &finding).await;
    // As many seats are bought as are in use.
    let seats = microsoft.directory(id, |d| d.consumed(sku).unwrap()).unwrap();
    buys(&app, sku, seats, date(2026, 12, 15));
    scan(&app, &mut owner).await;
    let (name, calendar) = (sku.to_string(), subscribe(&owner).await);
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0), "everybody needs theirs");

    let body = json!({ "finding": finding, "people": people });
    let (_, ended) = fixes::fix(&app, &mut owner, body).await;
    let freed = ended["saving"]["freed"].as_array().unwrap().iter().find(|freed| freed["sku"] == *name);
    let freed = freed.unwrap_or_else(|| panic!("{ended:#}"))["seats"].as_u64().unwrap();
    assert_eq!(freed, people.len() as u64);
    let found = all(&owner, "/v1/findings").await;
    assert!(!found.iter().any(|found| found["check"] == "L1" && found["subject"]["sku"] == *name), "within the slack");
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (freed, 1));
    let renewals = all(&owner, "/v1/renewals").await;
    let told = renewals.iter().find(|one| one["sku"] == *name && one["give_back"] == freed).unwrap();
    let (words, fewer) = (text(told, "text"), u64::from(seats) - freed);
    assert!(words.contains(&format!("from {seats} to {fewer} licences")), "{words}");
    assert_eq!(told_of(&app, &owner, &name).await, [freed]);
    let licences = if freed == 1 { "1 licence".to_owned() } else { format!("{freed} licences") };
    let product = text(told, "product");
    let said = format!("{product} renews on 15 December 2026. Nobody has {licences} of it");
    assert_eq!(app.inbox().iter().filter(|mail| mail.text.contains(&said)).count(), 1, "{said}");

    // Renewed as it was, they can be given back for a week; after that they are the company's to keep.
    app.clock.advance(SignedDuration::from_hours(24 * 25));
    buys(&app, sku, seats, date(2027, 12, 15));
    let mut owner = app.sign_in("owner@northwind.example").await;
    scan(&app, &mut owner).await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (freed, 1));
    app.clock.advance(SignedDuration::from_hours(24 * 6));
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0));
}

#[tokio::test]
async fn what_a_fix_freed_is_asked_back_no_more_once_it_is_undone_or_the_company_wants_no_word_of_it() {
    let app = fixes::app(180).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let mut owner = fixes::owner(&app).await;
    let finding = fixes::finding(&owner, "L3").await;
    let (sku, people) = taken_by_a_fix(&app, &owner, &finding).await;
    let (name, calendar) = (sku.to_string(), subscribe(&owner).await);
    // As many seats are bought as are in use.
    let seats = microsoft.directory(id, |d| d.consumed(sku).unwrap()).unwrap();
    buys(&app, sku, seats, date(2026, 12, 15));
    scan(&app, &mut owner).await;
    let (path, _) = fixes::fix(&app, &mut owner, json!({ "finding": finding, "people": people })).await;
    scan(&app, &mut owner).await;
    let freed = (people.len() as u64, 1);
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, freed);
    let no_word = json!({ "check": "L1", "sku": name, "reason": "We hire next month." });
    let made: Value = owner.post("/v1/exceptions", no_word).await.expect(201);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0));
    let exception = format!("/v1/exceptions/{}", text(&made, "exception"));
    let ended = send(&app, &owner, Method::DELETE, &exception, Some(&text(&made, "etag")), None).await;
    assert_eq!(ended.status, 204);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, freed);
    fixes::undo(&app, &mut owner, &path).await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0));
}

#[tokio::test]
async fn what_a_fix_freed_is_asked_back_only_until_somebody_new_has_it_and_what_was_free_before_stays() {
    let app = fixes::app(180).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let mut owner = fixes::owner(&app).await;
    let finding = fixes::finding(&owner, "L3").await;
    let (sku, people) = taken_by_a_fix(&app, &owner, &finding).await;
    let (name, calendar) = (sku.to_string(), subscribe(&owner).await);
    // Two more are bought than are in use: the check of unused seats leaves them to the company.
    let seats = microsoft.directory(id, |d| d.consumed(sku).unwrap()).unwrap() + 2;
    buys(&app, sku, seats, date(2026, 12, 15));
    scan(&app, &mut owner).await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0));
    fixes::fix(&app, &mut owner, json!({ "finding": finding, "people": people })).await;
    scan(&app, &mut owner).await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (people.len() as u64, 1));

    let everybody: Vec<PersonId> = microsoft.directory(id, |d| d.accounts().map(|one| one.id).collect()).unwrap();
    let has = |one: &PersonId| microsoft.directory(id, |d| d.licenses(*one).contains(&sku)).unwrap();
    let new = everybody.into_iter().filter(|one| !people.contains(one) && !has(one));
    let given = new.filter(|one| microsoft.assign(id, *one, &[(sku, Vec::new())], &[]).is_ok());
    assert_eq!(given.take(people.len()).count(), people.len());
    scan(&app, &mut owner).await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0), "all that was freed is in use again");
    assert!(told_of(&app, &owner, &name).await.is_empty());
}

#[tokio::test]
async fn what_is_put_off_is_not_asked_back_though_a_fix_freed_some_of_it() {
    let app = fixes::app(180).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    let mut owner = fixes::owner(&app).await;
    let finding = fixes::finding(&owner, "L3").await;
    let (sku, people) = taken_by_a_fix(&app, &owner, &finding).await;
    // Enough for the check of unused seats to speak.
    let seats = microsoft.directory(id, |d| d.consumed(sku).unwrap()).unwrap() + 20;
    buys(&app, sku, seats, date(2026, 12, 15));
    scan(&app, &mut owner).await;
    fixes::fix(&app, &mut owner, json!({ "finding": finding, "people": people })).await;
    scan(&app, &mut owner).await;
    let (name, calendar) = (sku.to_string(), subscribe(&owner).await);
    let before = asked_back(&app, &owner, &calendar, &name).await;
    assert!(before.0 > people.len() as u64, "{before:?}");
    let found = all(&owner, "/v1/findings").await;
    let unused = found.iter().find(|found| found["check"] == "L1" && found["subject"]["sku"] == *name);
    let path = format!("/v1/findings/{}", text(unused.expect("the seats are found"), "finding"));
    let until = app.clock.clock().now() + SignedDuration::from_hours(24 * 60);
    owner.post(&format!("{path}/snooze"), json!({ "until": until })).await.expect::<Value>(200);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, (0, 0));
    assert_eq!(owner.act(&format!("{path}/wake")).await.status, 204);
    app.pump().await;
    assert_eq!(asked_back(&app, &owner, &calendar, &name).await, before);
}
