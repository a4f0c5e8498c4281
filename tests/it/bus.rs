//! The spine: what is committed reaches every consumer at least once, in any order, and has its effect once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use local_aws::{BoxFuture, Chaos, Target};
use model::{Event, SessionId};
use serde_json::{Value, json};
use store::Commit;
use tests::{App, Client, Options, directory};

use crate::table::{put_again, scope, scope_of, table};

/// Takes events once it is well; until then it fails, or panics.
#[derive(Default)]
struct Ailing {
    well: AtomicBool,
    panics: bool,
    tries: AtomicU32,
    taken: Mutex<Vec<Value>>,
}

impl Target for Ailing {
    fn deliver(&self, event: Value) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(async move {
            self.tries.fetch_add(1, Ordering::SeqCst);
            if self.well.load(Ordering::SeqCst) {
                self.taken.lock().unwrap().push(event);
                return Ok(());
            }
            assert!(!self.panics, "cannot bear it");
            anyhow::bail!("not well")
        })
    }
}

/// How often each kind of event stands in a company's log.
async fn kinds(client: &Client<'_>) -> BTreeMap<String, u32> {
    let log: Value = client.get("/v1/events?limit=100").await.expect(200);
    let mut kinds = BTreeMap::new();
    for entry in log["items"].as_array().unwrap() {
        *kinds.entry(entry["event"]["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

/// What a company sees of its first scan, without what is random.
async fn seen(client: &Client<'_>) -> (BTreeMap<String, u32>, Value, Value, usize) {
    let overview: Value = client.get("/v1/overview").await.expect(200);
    let findings: Value = client.get("/v1/findings").await.expect(200);
    let scans: Value = client.get("/v1/scans").await.expect(200);
    assert_eq!(overview["scan"]["state"], "finished", "{overview}");
    let count = scans["items"].as_array().unwrap().len();
    (kinds(client).await, overview["totals"].clone(), json!(findings["items"].as_array().unwrap().len()), count)
}

#[tokio::test]
async fn duplicates_disorder_and_delay_change_nothing_of_what_comes_out() {
    let mut outcomes = Vec::new();
    let chaos = [
        Chaos::default(),
        Chaos { seed: 1, duplicate: 1.0, ..Chaos::default() },
        Chaos { seed: 2, duplicate: 0.5, shuffle: true, delay: SignedDuration::from_secs(30) },
    ];
    for chaos in chaos {
        let app = App::with(Options { directories: vec![directory(3, 30)], ..Options::default() }).await;
        app.system.bus().chaos(chaos);
        let owner = app.tenant("acme").await;
        owner.connect(app.only_directory()).await;
        app.pump().await;
        let mut mails = BTreeMap::<String, u32>::new();
        for mail in app.inbox() {
            *mails.entry(mail.subject).or_default() += 1;
        }
        outcomes.push((seen(&owner).await, mails));
    }
    assert_eq!(outcomes[0].0.0["scan.finished"], 1);
    assert_eq!(outcomes[1], outcomes[0], "every delivery twice");
    assert_eq!(outcomes[2], outcomes[0], "in disorder and late");
}

#[tokio::test]
async fn a_scan_that_is_asked_for_again_runs_to_one_result() {
    let app = App::of(directory(3, 30)).await;
    let owner = app.scanned("acme", app.only_directory()).await;
    let before = seen(&owner).await;
    let mails = app.inbox().len();
    // The same events come once more, long after.
    for kind in ["connection.connected", "scan.requested", "scan.finished", "signup.requested"] {
        put_again(&app, kind).await;
        app.pump().await;
    }
    assert_eq!(seen(&owner).await, before);
    assert_eq!(app.inbox().len(), mails);
}

#[tokio::test]
async fn a_failing_consumer_ends_in_a_dead_letter_holds_up_nobody_and_is_redriven_once() {
    let app = App::start().await;
    app.expect_dead_letters();
    let (failing, panicking) = (Arc::new(Ailing::default()), Arc::new(Ailing { panics: true, ..Ailing::default() }));
    app.system.bus().rule("failing", &["tenant.created"], failing.clone());
    app.system.bus().rule("panicking", &["tenant.created"], panicking.clone());
    // Its sign-in and its mails work all the same.
    let owner = app.tenant("acme").await;
    assert_eq!(app.inbox().len(), 1);
    let dead = app.system.bus().dead_letters().unwrap();
    let mut told: Vec<_> = dead.iter().map(|letter| (&*letter.rule, letter.attempts, &*letter.cause)).collect();
    told.sort_unstable();
    assert_eq!(told, [("failing", 5, "not well"), ("panicking", 5, "panicked: cannot bear it")]);
    assert_eq!(failing.tries.load(Ordering::SeqCst), 5);

    // Redriven while it is still ill it dies again; once well it takes the event, once.
    let of = |rule: &str| dead.iter().find(|letter| letter.rule == rule).unwrap().id;
    assert!(app.system.bus().redrive(of("failing")).unwrap());
    app.pump().await;
    assert_eq!(failing.tries.load(Ordering::SeqCst), 10);
    for ailing in [&failing, &panicking] {
        ailing.well.store(true, Ordering::SeqCst);
    }
    assert_eq!(app.system.bus().redrive_all().unwrap(), 2);
    app.pump().await;
    assert_eq!(app.system.bus().redrive_all().unwrap(), 0);
    app.pump().await;
    for ailing in [&failing, &panicking] {
        let taken = ailing.taken.lock().unwrap();
        assert_eq!(taken.len(), 1);
        let image = &taken[0]["detail"]["dynamodb"]["NewImage"];
        assert_eq!(image["tenant"]["S"], json!(owner.tenant));
        assert_eq!(
            (&taken[0]["detail-type"], &image["kind"]["S"]),
            (&json!("tenant.created"), &json!("tenant.created"))
        );
    }
    assert!(app.system.bus().dead_letters().unwrap().is_empty());
}

#[tokio::test]
async fn an_event_whose_key_and_body_are_of_two_companies_is_given_to_neither() {
    let app = App::start().await;
    app.expect_dead_letters();
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (table, name) = (table(&app), app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let mails = app.inbox().len();
    let text = |value: &str| AttributeValue::S(value.into());
    let event = "evt_01m7yhx3000000000000000000";
    let put = async |partition: &str, tenant: &str, kind: &str| {
        let actor = AttributeValue::M([("type".to_owned(), text("system"))].into());
        table
            .put_item()
            .table_name(name)
            .item("PK", text(partition))
            .item("SK", text(&format!("EVENT#{event}")))
            .item("id", text(event))
            .item("tenant", text(tenant))
            .item("at", text(tests::BEGIN))
            .item("actor", actor)
            .item("kind", text(kind))
            .item("session", text(&SessionId::from_bits(0).to_string()))
            .item("user", text(&other.user.to_string()))
            .send()
            .await
            .unwrap();
    };
    let (mine, theirs) = (owner.tenant.to_string(), other.tenant.to_string());
    put(&format!("TENANT#{mine}#EVENTS#202611"), &theirs, "token.reuse_detected").await;
    put(&format!("TENANT#{theirs}X#EVENTS#202611"), &theirs, "token.reuse_detected").await;
    put("EVENTS#202611", &theirs, "token.reuse_detected").await;
    app.pump().await;
    assert_eq!(app.inbox().len(), mails);
    let dead = app.system.bus().dead_letters().unwrap();
    // Of the two that take this kind.
    assert_eq!(dead.len(), 6);
    let consumers = ["mail-send", "tenants-events-seal"];
    assert!(
        dead.iter().all(|letter| consumers.contains(&letter.rule.as_str()) && letter.cause.contains("another tenant")),
        "{dead:#?}"
    );
    // Of a kind nobody knows: no rule takes it, and it kills nothing.
    put(&format!("TENANT#{theirs}#EVENTS#209901"), &theirs, "no.such.kind").await;
    app.pump().await;
    assert_eq!(app.system.bus().dead_letters().unwrap().len(), 6);
}

#[tokio::test]
async fn every_committed_event_reaches_every_consumer_of_its_kind_and_a_refused_commit_none() {
    let app = App::start().await;
    let everything = Arc::new(Ailing { well: AtomicBool::new(true), ..Ailing::default() });
    let one_kind = Arc::new(Ailing { well: AtomicBool::new(true), ..Ailing::default() });
    app.system.bus().rule("everything", &[], everything.clone());
    app.system.bus().rule("one kind", &["user.signed_out"], one_kind.clone());
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let nobody = scope_of(&app, model::TenantId::from_bits(1));
    app.system.bus().chaos(Chaos { seed: 9, duplicate: 0.3, shuffle: true, delay: SignedDuration::from_secs(5) });
    let mut committed = Vec::new();
    for number in 0..100 {
        let fact = Event::UserSignedOut { session: SessionId::from_bits(number) };
        let scope = if number % 2 == 0 { &scope } else { &nobody };
        let tenant = app.system.store.of(scope);
        committed.push(tenant.commit(Commit::new().event(fact.clone()).unwrap()).await.unwrap().to_string());
        // Refused for its other half: nobody hears of it.
        let directory = "5eead000-0000-4000-8000-00000000000d".parse().unwrap();
        let mine = if number % 2 == 0 { owner.tenant } else { model::TenantId::from_bits(1) };
        let claim = Commit::new().claim_directory(directory, mine).event(Event::ConnectionDisconnected { directory });
        let claimed = tenant.commit(claim.unwrap()).await;
        assert_eq!(claimed.is_ok(), number % 2 == 0);
    }
    app.pump().await;
    let ids = |target: &Ailing, kind: &str| {
        let taken = target.taken.lock().unwrap();
        let of_kind = taken.iter().filter(|event| event["detail-type"] == kind);
        let mut ids: Vec<_> = of_kind
            .map(|event| event["detail"]["dynamodb"]["NewImage"]["id"]["S"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        let deliveries = ids.len();
        ids.dedup();
        (ids, deliveries)
    };
    committed.sort();
    for target in [&everything, &one_kind] {
        let (ids, deliveries) = ids(target, "user.signed_out");
        assert_eq!(ids, committed);
        assert!(deliveries > 110, "some came twice: {deliveries}");
    }
    assert_eq!(ids(&everything, "connection.disconnected").0.len(), 50);
    assert_eq!(
        one_kind.taken.lock().unwrap().iter().filter(|event| event["detail-type"] != "user.signed_out").count(),
        0
    );
}
