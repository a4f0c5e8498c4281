//! `findings-settle`.

use std::sync::Arc;

use http::Method;
use local_aws::BoxFuture;
use local_microsoft::{Directory, Oddities, Recipe, products as p};
use model::{DirectoryId, Event};
use serde_json::{Value, json};
use store::{Conflict, Connection, Scanned, StoreError, StoredFinding, Summary};
use tests::{App, BEGIN, Client, directory};

use super::{finding, minor, send, set_price, text};
use crate::{
    fixes,
    ledger::{Told, all, told},
    microsoft::count,
    scans::{ask, meanwhile, renew, scan},
    table::{put_again, scope},
};

/// Prices of everything the test directories have, other than the list's.
async fn set_prices(app: &App, owner: &Client<'_>, factor: i64) {
    let list: Value = owner.get("/v1/prices").await.expect(200);
    for (place, row) in (1..).zip(list["items"].as_array().unwrap()) {
        let path = format!("/v1/prices/{}", row["sku"].as_str().unwrap());
        let body = match place % 4 {
            0 => json!({ "term": "monthly" }),
            _ => json!({ "amount_minor": factor * 7 + place * 31 }),
        };
        send(app, owner, Method::PUT, &path, Some("*"), Some(&body)).await.expect::<Value>(200);
    }
}

#[track_caller]
fn assert_same(a: &Told, b: &Told, what: &str) {
    assert_eq!(a.result(), b.result(), "{what}");
    assert_eq!(a.findings, b.findings, "{what}");
}

#[tokio::test]
async fn a_price_that_changes_changes_all_money_without_asking_microsoft_as_a_check_would() {
    for (seed, people) in [(3, 180), (5, 60), (8, 300)] {
        let app = App::of(directory(seed, people)).await;
        let mut owner = app.scanned("northwind", app.only_directory()).await;
        let before = told(&owner).await;
        app.microsoft().clear_calls();
        set_prices(&app, &owner, 100).await;
        app.pump().await;
        assert!(app.microsoft().calls().is_empty(), "nobody asks Microsoft");
        let settled = told(&owner).await;
        assert_ne!(settled.total("monthly"), before.total("monthly"));
        assert!(settled.overview["totals"]["price_missing_skus"].as_array().unwrap().len() <= 3);
        let sum: i64 = settled.findings.iter().filter_map(|f| f["saving"]["monthly"]["amount_minor"].as_i64()).sum();
        assert_eq!(sum, settled.total("monthly"), "savings of findings add up to the total");
        assert_eq!(scan(&app, &mut owner).await["state"], "finished");
        assert_same(&told(&owner).await, &settled, "to the cent what a check says");
        let log: Value = owner.get("/v1/events?kind=findings.settled&limit=1").await.expect(200);
        let event = &log["items"][0]["event"];
        assert_eq!(event["certain_minor"].as_i64(), Some(settled.total("certain_monthly")));
        assert_eq!(event["likely_minor"].as_i64(), Some(settled.total("likely_monthly")));
    }
}

#[tokio::test]
async fn an_event_that_comes_twice_changes_nothing_more_and_before_the_first_check_there_is_nothing_to_do() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.tenant("northwind").await;
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), json!({ "amount_minor": 999 })).await;
    assert_eq!(count(&owner, "findings.settled").await, 0);
    owner.connect(app.only_directory()).await;
    app.pump().await;
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), json!({ "amount_minor": 1234 })).await;
    let (settled, times) = (told(&owner).await, count(&owner, "findings.settled").await);
    assert_eq!(times, 1);
    put_again(&app, "prices.changed").await;
    app.pump().await;
    assert_same(&told(&owner).await, &settled, "again");
    assert_eq!(count(&owner, "findings.settled").await, times);
}

#[tokio::test]
async fn a_price_that_changes_during_the_first_check_counts_in_it() {
    for calls in 0..9 {
        let app = App::of(directory(2, 40)).await;
        let mut owner = app.tenant("northwind").await;
        owner.connect(app.only_directory()).await;
        app.microsoft().clear_calls();
        let price = async {
            let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
            let body = json!({ "amount_minor": 5000 });
            send(&app, &owner, Method::PUT, &path, Some("*"), Some(&body)).await.expect::<Value>(200);
        };
        meanwhile(&app, || app.microsoft().calls().len() >= calls, price).await;
        app.pump().await;
        renew(&app, &mut owner).await;
        let first = told(&owner).await;
        assert_eq!(first.overview["scan"]["state"], "finished");
        assert_eq!(scan(&app, &mut owner).await["state"], "finished");
        assert_same(&told(&owner).await, &first, "after a race");
    }
}

#[tokio::test]
async fn whoever_of_a_check_and_a_price_is_second_goes_by_what_the_other_did() {
    // What a check says of the last price, whatever happened on the way.
    let last = async |app: &App, owner: &mut Client<'_>| {
        renew(app, owner).await;
        let raced = told(owner).await;
        assert_eq!(scan(app, owner).await["state"], "finished");
        assert_same(&told(owner).await, &raced, "after a race");
    };
    let app = App::of(directory(2, 40)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    // At each call the check makes: from before its first to after its last.
    for calls in 0..9 {
        ask(&app, &mut owner).await;
        app.microsoft().clear_calls();
        let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
        let body = json!({ "amount_minor": 1000 + calls as i64 });
        let price = async {
            send(&app, &owner, Method::PUT, &path, Some("*"), Some(&body)).await.expect::<Value>(200);
        };
        meanwhile(&app, || app.microsoft().calls().len() >= calls, price).await;
        app.pump().await;
        last(&app, &mut owner).await;
    }
    // Many prices while a check runs.
    for factor in 1..4 {
        ask(&app, &mut owner).await;
        tokio::join!(app.pump(), set_prices(&app, &owner, factor));
        app.pump().await;
        last(&app, &mut owner).await;
    }
}

#[tokio::test]
async fn who_lost_the_turn_writes_nothing_more() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let connection = tenant.get_strong::<Connection>(&()).await.unwrap().unwrap().value;
    let scanned = Scanned { directory: connection.directory, name: &connection.name };
    let summary = tenant.get_strong::<Summary>(&()).await.unwrap().unwrap().value;
    let (now, today) = (app.clock.clock().now(), app.clock.clock().today());
    // Both read; the first changes prices and keeps, the second comes too late.
    let (first, second) = (tenant.rewrite().await.unwrap(), tenant.rewrite().await.unwrap());
    let mut mine = second.settled(&summary, model::Currency::Usd, today).await.unwrap().expect("a scan");
    let mut theirs = mine.clone();
    theirs.findings.remove(0);
    let kept = first.keep(&mut theirs, Some(scanned), Some(&summary), now).await.unwrap();
    assert!(kept.changed);
    mine.findings[0].headline = "Too late".into();
    let lost = second.keep(&mut mine, Some(scanned), Some(&summary), now).await.err().expect("the turn is lost");
    assert_eq!(lost.conflict(), Some(Conflict::State("turn")));
    let stored = tenant.all_strong::<StoredFinding>().await.unwrap();
    assert!(stored.iter().all(|stored| stored.value.found.headline != "Too late"));
    // Somebody else takes the turn before the last transaction: it is not written either.
    let third = tenant.rewrite().await.unwrap();
    third.keep(&mut mine, Some(scanned), Some(&summary), now).await.unwrap();
    let told = Event::FindingsSettled { certain_minor: 0, likely_minor: 0 };
    let late = tenant.commit(kept.change.event(told).unwrap()).await;
    assert!(matches!(late, Err(StoreError::Conflict(Conflict::State("turn")))), "{late:?}");
    // Findings of another directory are other findings.
    let other = DirectoryId(uuid::Uuid::from_u128(7));
    let id = |directory| store::finding_id(directory, checks::CheckId::L6, "directory");
    assert_ne!(id(other), id(connection.directory));
    app.pump().await;
}

/// A company whose licences are all given directly, so that every blocked account's can be taken.
fn all_direct() -> Directory {
    let oddities = Oddities { groups: false, ..Oddities::ALL };
    Directory::generate(&Recipe { oddities, ..Recipe::new(7, BEGIN.parse().unwrap(), 180) })
}

/// Lets no check follow a fix, so that what is told between the two can be seen.
fn no_check_behind_fixes(app: &App) {
    let nothing = |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Ok(()) }) };
    app.system.bus().rule("scans-begin", &["fix.finished", "fix.undone"], Arc::new(nothing));
}

/// What today says in the trends, and the overview: certain, likely, findings.
async fn today(owner: &Client<'_>) -> [(i64, i64, u64); 2] {
    let minor = |money: &Value| money["amount_minor"].as_i64().unwrap();
    let trends: Value = owner.get("/v1/trends").await.expect(200);
    let day = &trends["days"].as_array().unwrap().last().unwrap()["measured"];
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    let totals = &overview["totals"];
    [
        (minor(&day["certain"]), minor(&day["likely"]), day["findings"].as_u64().unwrap()),
        (minor(&totals["certain_monthly"]), minor(&totals["likely_monthly"]), overview["findings"].as_u64().unwrap()),
    ]
}

#[tokio::test]
async fn what_a_fix_did_is_marked_at_once_counts_no_money_and_counts_again_once_undone() {
    let app = App::of(all_direct()).await;
    let mut owner = fixes::owner(&app).await;
    no_check_behind_fixes(&app);
    let before = told(&owner).await;
    let found = finding(&owner, "L3").await;
    let id = text(&found, "finding");
    let people = all(&owner, &format!("/v1/findings/{id}/people")).await;
    assert!(people.len() > 2, "{people:#?}");

    // One of them: the rest counts on.
    let (one, _) = fixes::fix(&app, &mut owner, json!({ "finding": id, "people": [people[0]["person"]] })).await;
    let partly = told(&owner).await;
    let now = finding(&owner, "L3").await;
    assert_eq!((&now["state"], &now["fixed"], &now["people"]), (&json!("open"), &json!(1), &found["people"]));
    let worth: i64 = people[0]["skus"].as_array().unwrap().iter().map(|sku| minor(&sku["monthly"])).sum();
    assert!(worth > 0);
    assert_eq!(partly.total("monthly"), before.total("monthly") - worth);
    let shown = all(&owner, &format!("/v1/findings/{id}/people")).await;
    let marked = shown.iter().find(|person| person["person"] == people[0]["person"]).unwrap();
    assert!(marked["skus"].as_array().unwrap().iter().all(|sku| one.ends_with(sku["fixed"].as_str().unwrap())));
    // No other finding counts what is gone.
    for (finding, affected) in &partly.people {
        for person in affected.iter().filter(|person| person["person"] == people[0]["person"] && *finding != id) {
            assert!(person["skus"].as_array().unwrap().iter().all(|sku| !sku["fixed"].is_null()), "{person:#}");
        }
    }

    // All of them: it asks for nothing more.
    let (rest, done) = fixes::fix(&app, &mut owner, json!({ "finding": id })).await;
    assert_eq!(done["tally"]["failed"], 0, "{done:#}");
    let fixed = finding(&owner, "L3").await;
    assert_eq!((&fixed["state"], &fixed["fixed"]), (&json!("fixed"), &fixed["people"]), "{fixed:#}");
    assert_eq!(minor(&fixed["saving"]["monthly"]), 0);
    let after = told(&owner).await;
    assert_eq!(after.total("monthly"), before.total("monthly") - minor(&found["saving"]["monthly"]));
    let sum: i64 = after.findings.iter().filter_map(|f| f["saving"]["monthly"]["amount_minor"].as_i64()).sum();
    assert_eq!(sum, after.total("monthly"), "savings of findings add up to the total");
    let [trend, overview] = today(&owner).await;
    assert_eq!(trend, overview, "trends say what the overview says");
    assert_eq!(overview.2, before.overview["findings"].as_u64().unwrap() - 1);
    assert!(after.overview["top"].as_array().unwrap().iter().all(|next| next["finding"] != id));
    let listed: Value = owner.get("/v1/findings?state=fixed").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    // The same events once more change nothing.
    put_again(&app, "fix.finished").await;
    app.pump().await;
    assert_same(&told(&owner).await, &after, "delivered twice");

    for path in [&rest, &one] {
        let undone = fixes::undo(&app, &mut owner, path).await;
        assert_eq!(undone["undo_tally"]["failed"], 0, "{undone:#}");
    }
    assert_same(&told(&owner).await, &before, "undone, everything counts again");
    let [trend, overview] = today(&owner).await;
    assert_eq!(trend, overview);
}

#[tokio::test]
async fn a_check_sees_for_itself_what_a_fix_did_and_the_mark_goes() {
    let app = App::of(all_direct()).await;
    let mut owner = fixes::owner(&app).await;
    no_check_behind_fixes(&app);
    let scope = scope(&app, &owner).await;
    let marks = async || app.system.store.of(&scope).terms().await.unwrap().mendings.len();
    let (path, _) = fixes::fix_of(&app, &mut owner, "L3").await;
    assert_eq!(marks().await, 1);
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(marks().await, 0);
    let seen = told(&owner).await;
    let marked = |told: &Told| told.people.values().flatten().any(|one| one.to_string().contains("\"fixed\""));
    assert!(!marked(&seen));
    // An old event that comes late marks nothing that was seen since.
    put_again(&app, "fix.finished").await;
    app.pump().await;
    assert_eq!(marks().await, 0);
    assert_same(&told(&owner).await, &seen, "an old event");
    // Undone behind that check, there is nothing to mark either: the next one finds it again.
    fixes::undo(&app, &mut owner, &path).await;
    assert_eq!(marks().await, 0);
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    finding(&owner, "L3").await;
}

#[tokio::test]
async fn a_fix_that_ends_while_a_check_is_under_way_stays_marked_behind_it() {
    let app = App::of(all_direct()).await;
    let mut owner = fixes::owner(&app).await;
    no_check_behind_fixes(&app);
    let scope = scope(&app, &owner).await;
    let body = json!({ "finding": fixes::finding(&owner, "L3").await });
    let shown = fixes::preview(&owner, body).await;
    ask(&app, &mut owner).await;
    app.clock.advance(jiff::SignedDuration::from_secs(30));
    fixes::approve(&app, &owner, &shown).await;
    // Both run: whichever reads and writes first, what is told in the end is that it is fixed.
    app.pump().await;
    renew(&app, &mut owner).await;
    let terms = app.system.store.of(&scope).terms().await.unwrap();
    assert_eq!(terms.mendings.len(), 1, "the check was asked for before it");
    let left = all(&owner, "/v1/findings").await.into_iter().find(|finding| finding["check"] == "L3");
    let worth = left.as_ref().map_or(0, |left| minor(&left["saving"]["monthly"]));
    assert_eq!(worth, 0, "{left:#?}");
}
