//! Work that dies behind any call of the table and is done again (budgets.md, R-3): it leaves what it leaves undisturbed.
//! Here are the requests, consumers and schedules that money, members and keys hang on; scans and fixes have their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
};

use jiff::SignedDuration;
use local::Kind;
use local_aws::BoxFuture;
use local_microsoft::products as p;
use model::{AttestationId, Event, FindingId, FixId, PersonId, SkuId};
use serde_json::{Value, json};
use store::{Attestation, Commit, Saved, TokenHash};
use tests::{App, directory};

use crate::{
    findings::{import_prices::import, text},
    fixes,
    insights::{
        realise::{ends, finished, in_use, keep_all, realised},
        renewals_near::renewed_yesterday,
    },
    members::{accept, assert_counts, invite, join, link, remove},
    microsoft::count,
    table::{Item, raw, replace, scope, shown},
};

/// Lets work go on until `stop` says so, and then no further, as by a crash. What came of it, where it ended before.
pub async fn until<T>(stop: impl Fn() -> bool, work: impl Future<Output = T>) -> Option<T> {
    let watch = async {
        while !stop() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = watch => None,
        done = work => Some(done),
    }
}

/// Lets work die when the table has done and answered this call of it, before it hears the answer. Whether it came to
/// that.
pub async fn dies_behind(app: &App, call: u64, work: impl Future) -> bool {
    let before = app.system.aws.dynamodb_calls().answered;
    until(|| app.system.aws.dynamodb_calls().answered >= before + call, work).await.is_none()
}

/// Holds work back behind this call of it, where [`dies_behind`] would let it die, has something else happen, and lets it
/// go on to its end. What came of the two; `None` where the work ended before, and nothing else happened.
pub async fn held_behind<T, U>(
    app: &App,
    call: u64,
    work: impl Future<Output = T>,
    meanwhile: impl Future<Output = U>,
) -> Option<(T, U)> {
    let before = app.system.aws.dynamodb_calls().answered;
    let mut work = Box::pin(work);
    if until(|| app.system.aws.dynamodb_calls().answered >= before + call, &mut work).await.is_some() {
        return None;
    }
    let other = meanwhile.await;
    Some((work.await, other))
}

/// What an item has of the try that wrote it: its version, the name of the write, the request, the salt of a hash.
const OWN: [&str; 4] = ["v", "w", "request_id", "password_hash"];

/// The table as it was.
struct Past {
    items: BTreeMap<(String, String), Item>,
    ids: BTreeSet<String>,
}

impl Past {
    async fn of(app: &App) -> Self {
        let items = keyed(raw(app).await);
        let ids = items.values().flat_map(|item| {
            let text = shown(item);
            words(&text).map(|(word, _)| word.to_owned()).filter(|word| is_id(word)).collect::<Vec<_>>()
        });
        let ids = ids.collect();
        Self { items, ids }
    }

    /// Puts everything back.
    async fn put_back(&self, app: &App) {
        let mut now = keyed(raw(app).await);
        let other = self.items.iter().filter(|(key, item)| now.get(*key) != Some(*item));
        let other = other.map(|(_, item)| item.clone()).collect();
        now.retain(|key, _| !self.items.contains_key(key));
        let key = |mut item: Item| {
            item.retain(|name, _| name == "PK" || name == "SK");
            item
        };
        replace(app, other, now.into_values().map(key).collect()).await;
    }

    /// What is other than it was, but for how often things were tried.
    async fn changes(&self, app: &App) -> Vec<String> {
        let now = keyed(raw(app).await);
        let gone = self.items.keys().filter(|key| !now.contains_key(*key));
        let mut changes: Vec<String> = gone.map(|(pk, sk)| format!("{pk} {sk} is gone")).collect();
        for (key, item) in now.iter().filter(|(key, _)| !key.0.starts_with("LIMIT#")) {
            let before = self.items.get(key);
            if before != Some(item) {
                let text = self.shown(item);
                if before.is_none_or(|before| self.shown(before) != text) {
                    changes.push(text);
                }
            }
        }
        changes.sort();
        changes
    }

    /// An item as text, without what is its try's own; of an id that is new only what it is of.
    fn shown(&self, item: &Item) -> String {
        let mut item = item.clone();
        item.retain(|name, _| !OWN.contains(&name.as_str()));
        let mut out = String::new();
        for (word, rest) in words(&shown(&item)) {
            let new = is_id(word) && !self.ids.contains(word);
            out.push_str(if new { &word[..4] } else { word });
            out.push_str(rest);
        }
        out
    }
}

fn keyed(items: Vec<Item>) -> BTreeMap<(String, String), Item> {
    let key = |item: &Item, name: &str| item[name].as_s().expect("text").clone();
    items.into_iter().map(|item| ((key(&item, "PK"), key(&item, "SK")), item)).collect()
}

/// The words of a text, each with what is between it and the next.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let between = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.split_inclusive(between).map(move |word| word.split_at(word.trim_end_matches(between).len()))
}

/// Whether a word is an id of ours: three letters and 128 bits.
fn is_id(word: &str) -> bool {
    word.len() == 30 && word.as_bytes()[3] == b'_'
}

/// Has work done over and over from the same table: undisturbed, dying behind its first call, behind its second, and so
/// on behind its last. Each time it is then done again to its end, and what follows happens; what is left must be what
/// is left undisturbed. How often it died. `begin` comes before each and does not die.
async fn wherever_it_dies(app: &App, begin: impl AsyncFn(), work: impl AsyncFn()) -> u64 {
    app.pump().await;
    let past = Past::of(app).await;
    begin().await;
    work().await;
    app.pump().await;
    let whole = past.changes(app).await;
    assert!(!whole.is_empty(), "it leaves nothing");
    let mut at = 0;
    loop {
        at += 1;
        past.put_back(app).await;
        begin().await;
        let died = dies_behind(app, at, work()).await;
        work().await;
        app.pump().await;
        let left = past.changes(app).await;
        let but = |some: &[String], others: &[String]| -> Vec<String> {
            some.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        let (more, less) = (but(&left, &whole), but(&whole, &left));
        assert!(left == whole, "died behind call {at}: {more:#?} in place of {less:#?}");
        if !died {
            return at - 1;
        }
    }
}

/// From here on these consumers alone hear of events: what is looked at is counted in their calls.
fn only(app: &App, consumers: &[&str]) {
    for function in local::functions() {
        if matches!(function.kind, Kind::Event { .. }) && !consumers.contains(&function.name) {
            let nothing = |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Ok(()) }) };
            app.system.bus().rule(function.name, &["nothing"], Arc::new(nothing));
        }
    }
}

#[tokio::test]
async fn a_file_of_prices_counts_once_in_all_that_follows_from_it_wherever_it_dies() {
    let app = App::of(directory(5, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    only(&app, &["findings-settle", "insights-watch-renewals"]);
    let listed: Value = owner.get("/v1/prices").await.expect(200);
    let rows = listed["items"].as_array().unwrap().iter().zip(3..);
    let rows: String = rows.map(|(row, price)| format!("{},{price}.90\n", text(row, "sku"))).collect();
    let file = format!("sku_id,amount\n{rows}");
    let work = async || {
        import(&app, &owner, "", "text/csv", file.clone()).await.expect::<Value>(200);
        app.pump().await;
    };
    let died = wherever_it_dies(&app, async || {}, work).await;
    assert!(died > 15, "it died {died} times");
    assert_eq!((count(&owner, "prices.changed").await, count(&owner, "findings.settled").await), (1, 1));
}

#[tokio::test]
async fn seats_are_counted_and_given_back_once_wherever_a_scans_consumers_die() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    only(&app, &["insights-realise", "insights-watch-renewals"]);
    let keep = async |seats: &[(SkuId, u32, &str)]| {
        let (skus, subscriptions): (Vec<_>, Vec<_>) =
            seats.iter().map(|(sku, seats, renews)| in_use(*sku, *seats, renews)).unzip();
        keep_all(&app, &scope, &skus, &subscriptions).await;
    };
    let begin = async || ends(&app, &scope).await;
    let work = async || app.pump().await;
    let (soon, late) = ("2026-12-01", "2027-06-01");
    keep(&[(p::BUSINESS_PREMIUM, 40, soon), (p::VISIO_P2, 8, late), (p::BUSINESS_BASIC, 10, late)]).await;
    let first = wherever_it_dies(&app, &begin, &work).await;
    assert!(first > 6, "it died {first} times");

    // Some are given back at their renewal, some of another type are gone otherwise, some are bought, one is new.
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let later = [(p::VISIO_P2, 6, late), (p::BUSINESS_BASIC, 11, late), (p::EXCHANGE_P1, 1, late)];
    keep(&[&[(p::BUSINESS_PREMIUM, 36, "2027-12-01")][..], &later[..]].concat()).await;
    let second = wherever_it_dies(&app, &begin, &work).await;
    assert!(second > 12, "it died {second} times");
    let owner = app.sign_in("owner@acme.example").await;
    let told = realised(&owner).await;
    assert_eq!((told.len(), &told[0]["seats"]), (1, &4.into()));
    let saved = app.system.store.of(&scope).get::<Saved>(&()).await.unwrap().expect("a sum").value;
    assert_eq!(told[0]["monthly_minor"], saved.monthly_minor);
}

#[tokio::test]
async fn types_bought_more_of_and_types_that_are_new_are_counted_wherever_a_scans_consumer_dies() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    only(&app, &["insights-realise"]);
    let (old, one) = in_use(p::BUSINESS_BASIC, 10, "2027-06-01");
    keep_all(&app, &scope, &[old], &[one]).await;
    finished(&app, &scope).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let (skus, subscriptions): (Vec<_>, Vec<_>) = [(p::BUSINESS_BASIC, 12), (p::BUSINESS_PREMIUM, 5), (p::VISIO_P2, 2)]
        .map(|(sku, seats)| in_use(sku, seats, "2027-06-01"))
        .into_iter()
        .unzip();
    keep_all(&app, &scope, &skus, &subscriptions).await;
    let died = wherever_it_dies(&app, async || ends(&app, &scope).await, async || app.pump().await).await;
    assert!(died > 6, "it died {died} times");
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["months"][0]["seats_added"], 2 + 5 + 2);
}

#[tokio::test]
async fn what_was_bought_counts_once_where_the_next_scan_is_heard_of_before_a_death_is_made_good() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    only(&app, &["insights-realise"]);
    let scan = async |seats: &[(SkuId, u32)]| {
        let (skus, subscriptions): (Vec<_>, Vec<_>) =
            seats.iter().map(|(sku, seats)| in_use(*sku, *seats, "2027-06-01")).unzip();
        keep_all(&app, &scope, &skus, &subscriptions).await;
        app.clock.advance(SignedDuration::from_secs(1));
        ends(&app, &scope).await;
    };
    scan(&[(p::BUSINESS_BASIC, 10)]).await;
    app.pump().await;
    let past = Past::of(&app).await;
    let answered = || app.system.aws.dynamodb_calls().answered;
    for call in 1.. {
        past.put_back(&app).await;
        scan(&[(p::BUSINESS_BASIC, 12), (p::BUSINESS_PREMIUM, 5)]).await;
        let upto = answered() + call;
        let mut dying = Box::pin(app.pump());
        if until(|| answered() >= upto, &mut dying).await.is_some() {
            assert!(call > 6, "it died {} times", call - 1);
            break;
        }
        scan(&[(p::BUSINESS_BASIC, 13), (p::BUSINESS_PREMIUM, 5)]).await;
        // Nobody has noticed yet that the first one died: the second is done and the first is left.
        assert!(until(|| app.system.bus().undelivered().unwrap() == 1, app.pump()).await.is_none());
        drop(dying);
        app.pump().await;
        let savings: Value = owner.get("/v1/savings").await.expect(200);
        assert_eq!(savings["months"][0]["seats_added"], 3 + 5, "died behind call {call}");
    }
}

#[tokio::test]
async fn what_a_fix_saved_stands_once_wherever_the_consumers_of_its_end_and_undo_die() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    only(&app, &["insights-approve", "findings-settle"]);
    let (fix, monthly) = (FixId::generate(&app.system.connect().ids, app.system.store.now()), [3000, 2000, 1600]);
    fixes::ended(&app, &owner, fix, &monthly, 1, None).await;
    let begin = async || {
        let undone = Event::FixUndone { fix, done: 1, failed: 0, calls: BTreeMap::new() };
        for event in [fixes::finished(fix, &monthly), undone] {
            app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
        }
    };
    let died = wherever_it_dies(&app, begin, async || app.pump().await).await;
    assert!(died > 8, "it died {died} times");
    let savings: Value = owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["approved"]["amount_minor"], 2000 + 1600);
}

#[tokio::test]
async fn a_renewal_is_told_once_wherever_the_schedule_dies() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    renewed_yesterday(&app, &owner).await;
    finished(&app, &scope(&app, &owner).await).await;
    only(&app, &[]);
    let work = async || app.run("insights-renewals-near").await;
    let died = wherever_it_dies(&app, async || {}, work).await;
    assert!(died > 5, "it died {died} times");
    assert!(count(&owner, "renewal.near").await > 0);
}

#[tokio::test]
async fn a_managers_answer_is_recorded_once_wherever_it_dies() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    only(&app, &[]);
    let (tenant, now) = (app.system.store.of(&scope), app.system.store.now());
    let asked = Attestation {
        attestation: AttestationId::from_bits(7),
        finding: FindingId::from_bits(7),
        person: PersonId(uuid::Uuid::from_u128(7)),
        name: "Anna Berg".into(),
        licences: vec!["Visio Plan 2".into()],
        manager: "Jonas Weber".into(),
        to: "jonas@acme.example".into(),
        instead: false,
        asked_by: owner.user,
        asked_at: now,
        deadline: (now + SignedDuration::from_hours(24 * 14)).as_second(),
        answer: None,
        answered_at: None,
        expired: false,
    };
    tenant.ask(&asked, None, BTreeMap::new()).await.unwrap();
    tenant.keep_attestation_link(&TokenHash::of("sat_link"), &asked).await.unwrap();
    let answer = json!({ "token": "sat_link", "answer": "not_needed" });
    let work = async || {
        let told: Value = app.post("/v1/attestations/answer", answer.clone()).await.expect(200);
        assert_eq!(told["answer"], "not_needed");
    };
    let died = wherever_it_dies(&app, async || {}, work).await;
    assert!(died > 4, "it died {died} times");
    assert_eq!(count(&owner, "attestation.answered").await, 1);
}

#[tokio::test]
async fn keys_and_calendars_of_who_was_removed_end_once_wherever_it_dies() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    for name in ["one", "two"] {
        let key = json!({ "name": name, "scopes": ["tenant:read"] });
        ben.post("/v1/keys", key).await.expect::<Value>(201);
        ben.post("/v1/feeds", json!({ "name": name })).await.expect::<Value>(201);
    }
    app.pump().await;
    only(&app, &["members-keys-follow"]);
    let begin = async || assert!(remove(&app, &owner, &ben).await.status.is_success());
    let died = wherever_it_dies(&app, begin, async || app.pump().await).await;
    assert!(died > 8, "it died {died} times");
    assert_eq!((count(&owner, "key.revoked").await, count(&owner, "feed.revoked").await), (2, 2));
}

#[tokio::test]
async fn whoever_accepts_an_invitation_is_a_member_once_wherever_it_dies() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    only(&app, &[]);
    invite(&owner, "ben@acme.example", "member").await;
    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let work = async || {
        // Done before it died, the link is used.
        let status = accept(&app, &link).await.status;
        assert!(matches!(status.as_u16(), 201 | 410), "{status}");
    };
    let died = wherever_it_dies(&app, async || {}, work).await;
    assert!(died > 4, "it died {died} times");
    assert_eq!(count(&owner, "member.joined").await, 1);
    assert_counts(&app, owner.tenant).await;
}
