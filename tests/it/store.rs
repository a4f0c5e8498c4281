//! `store`, as functions use it, under everything DynamoDB does.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use local_aws::Fault;
use model::{DirectoryId, Event, ScanId, SessionId, TenantId, TenantState, UserId, event::Actor};
use serde_json::Value;
use store::{
    Commit, Company, Conflict, EventFilter, Member, Membership, Meter, Noted, Origin, PageRequest, Phase, Progress,
    Proven, Purpose, Registration, Scan, ScanState, Schedule, StoreError, Tenant, Token, TokenHash, Versioned, metered,
};
use tests::App;

use crate::table::{count, items, scope, scope_of, session, set_member, set_state};

fn proven(user: UserId) -> Proven {
    Proven::of(user, vec!["pwd".into()])
}

fn scan(number: u128, at: Timestamp) -> Scan {
    let progress = Progress { phase: Phase::Seats, licence_types: 0, people: 0, monthly: None, first_number_at: None };
    Scan {
        scan: ScanId::from_bits(number),
        state: ScanState::Finished,
        scheduled: false,
        progress,
        requested_at: at,
        ended_at: None,
        failure: None,
        pauses: 0,
        resume: None,
        findings: None,
        graph_calls: 0,
        calls: std::collections::BTreeMap::new(),
        go_on_at: None,
    }
}

/// An event nobody consumes.
fn fact(number: u128) -> Event {
    Event::UserSignedOut { session: SessionId::from_bits(number) }
}

fn visitor() -> Origin {
    Origin { actor: Actor::Visitor, ..Origin::SYSTEM }
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Conflict {
    let error = result.expect_err("a conflict");
    error.conflict().unwrap_or_else(|| panic!("{error:?}"))
}

#[tokio::test]
async fn each_reason_of_a_cancellation_is_its_own_error_and_nothing_is_written() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (mine, theirs) = (scope(&app, &owner).await, scope(&app, &other).await);
    let (store, now) = (&app.system.store, app.clock.clock().now());
    let (tenant, another) = (store.of(&mine), store.of(&theirs));
    let directory: DirectoryId = "5eead000-0000-4000-8000-00000000000d".parse().unwrap();
    let claim = Commit::new().claim_directory(directory, other.tenant).event(fact(1)).unwrap();
    another.commit(claim).await.unwrap();
    let link = TokenHash::of("svt_used");
    let signup = store.sign_up("new@acme.example".into(), "Acme".into(), visitor()).await.unwrap();
    let signup = store.signup(signup).await.unwrap().unwrap();
    let purpose = Purpose::VerifyEmail { signup: signup.signup };
    let good = Token { purpose: purpose.clone(), good_until: now.as_second() + 60 };
    let (fresh, old) = (TokenHash::of("svt_fresh"), TokenHash::of("svt_old"));
    store.keep_token(&fresh, &good).await.unwrap();
    store.keep_token(&old, &Token { purpose, good_until: now.as_second() }).await.unwrap();
    app.pump().await;
    let before = items(&app).await;

    let company = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
    let stale = Versioned { version: company.version + 1, ..company.clone() };
    let missing = Versioned { value: scan(8, now), version: 1 };
    let new = || Commit::new().create(&scan(7, now));
    let cases = [
        (new().create(&company.value), Conflict::Taken("company")),
        (new().replace(&stale), Conflict::Version),
        (new().replace(&missing), Conflict::Version),
        (new().claim_directory(directory, owner.tenant), Conflict::Taken("directory")),
        (new().release_directory(directory, owner.tenant), Conflict::State("directory")),
        (new().consume(&link, now), Conflict::State("token")),
        (new().consume(&old, now), Conflict::State("token")),
        // The first reason that failed is the one told.
        (new().replace(&missing).create(&company.value), Conflict::Version),
        (new().create(&company.value).replace(&missing), Conflict::Taken("company")),
    ];
    for (number, (change, wanted)) in cases.into_iter().enumerate() {
        assert_eq!(conflict(tenant.commit(change.event(fact(2)).unwrap()).await), wanted, "{number}");
    }
    assert_eq!(conflict(tenant.checkpoint(&stale).await), Conflict::Version);
    assert_eq!(conflict(tenant.checkpoint(&Versioned { version: 0, ..company.clone() }).await), Conflict::Version);
    assert_eq!(conflict(store.keep_token(&fresh, &good).await), Conflict::Taken("token"));
    assert_eq!(conflict(store.use_token(&link).await), Conflict::State("token"));
    assert_eq!(conflict(store.use_token(&old).await), Conflict::State("token"));

    let registration = Registration { name: "Anna".into(), password_hash: "none".into() };
    let activate = async |link, signup, slug| {
        store.activate(link, signup, &registration, slug, model::Currency::Usd, visitor()).await
    };
    let mut taken = signup.clone();
    taken.email = "owner@acme.example".into();
    let mut unknown = signup.clone();
    unknown.signup = model::SignupId::from_bits(1);
    assert_eq!(conflict(activate(&link, &signup, "free").await), Conflict::State("token"));
    assert_eq!(conflict(activate(&fresh, &unknown, "free").await), Conflict::State("signup"));
    assert_eq!(conflict(activate(&fresh, &taken, "free").await), Conflict::Taken("email"));
    assert_eq!(conflict(activate(&fresh, &signup, "acme").await), Conflict::Taken("slug"));

    let membership = Membership { tenant: owner.tenant, company: "acme".into(), mver: 2, since: now };
    let open = async |membership: &Membership| {
        store.open_session_noting(proven(owner.user), membership, Noted::default(), visitor()).await
    };
    assert_eq!(conflict(open(&membership).await), Conflict::State("member"));
    assert_eq!(
        conflict(open(&Membership { tenant: other.tenant, mver: 1, ..membership.clone() }).await),
        Conflict::State("member")
    );
    // Ending what has ended is no error, and no event.
    store.sign_out(&mine, owner.user, SessionId::from_bits(3)).await.unwrap();
    assert_eq!(items(&app).await, before, "a cancelled transaction writes nothing");

    set_member(&app, &mine, &owner, |member| member.active = false).await;
    let membership = Membership { mver: 1, ..membership };
    assert_eq!(conflict(open(&membership).await), Conflict::State("member"));
    set_member(&app, &mine, &owner, |member| member.active = true).await;
    set_state(&app, &mine, TenantState::Suspended).await;
    assert_eq!(conflict(open(&membership).await), Conflict::State("tenant"));

    // What is no conflict is our fault, and says so.
    let many = (0..100).fold(Commit::new(), |change, number| change.create(&scan(100 + number, now)));
    let error = tenant.commit(many.event(fact(4)).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    let mut large = scan(9, now);
    large.failure = Some("x".repeat(401 * 1024));
    let error = tenant.commit(Commit::new().create(&large).event(fact(5)).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
}

#[tokio::test]
async fn of_writers_at_one_version_exactly_one_wins() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    for round in 0..3u64 {
        let read = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
        assert_eq!(read.version, 1 + 2 * round);
        let commits = (0..5).map(|number| {
            let mut changed = read.clone();
            changed.value.name = format!("Name {number}");
            tenant.commit(Commit::new().replace(&changed).event(fact(number)).unwrap())
        });
        let results = join_all(commits).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(results.into_iter().filter_map(Result::err).all(|e| e.conflict() == Some(Conflict::Version)));
        let read = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
        let checkpoints = join_all((0..5).map(|_| tenant.checkpoint(&read))).await;
        assert_eq!(checkpoints.iter().filter(|result| result.is_ok()).count(), 1);
    }
    assert_eq!(
        count(&app, &["kind=S(\"user.signed_out\")"]).await,
        3,
        "the event of a change that lost is not written"
    );
}

#[tokio::test]
async fn a_commit_writes_its_items_and_exactly_one_event() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let before = items(&app).await;
    let now = app.clock.clock().now();
    let change = Commit::new().create(&scan(1, now)).create(&scan(2, now)).event(fact(1)).unwrap();
    let event = tenant.commit(change).await.unwrap();
    let alone = tenant.commit(Commit::new().event(fact(2)).unwrap()).await.unwrap();
    let new: Vec<String> = items(&app).await.into_iter().filter(|item| !before.contains(item)).collect();
    assert_eq!(new.len(), 4, "{new:#?}");
    let own = format!("TENANT#{}", owner.tenant);
    assert!(new.iter().all(|item| item.contains(&own)));
    for id in [event, alone] {
        assert_eq!(new.iter().filter(|item| item.contains(&format!("SK=S(\"EVENT#{id}\")"))).count(), 1);
    }
}

/// Commits so many changes one after the other, each with a record and an event, and says how many were acknowledged.
async fn commits(app: &App, tenant: Tenant<'_>, from: u128, number: u128) -> u128 {
    let mut acknowledged = 0;
    for number in from..from + number {
        let record = scan(number, app.clock.clock().now());
        // Every third has no record: a single put. Every third checkpoints.
        let result = match number % 3 {
            0 => tenant.commit(Commit::new().event(fact(number)).unwrap()).await.map(drop),
            1 => tenant.commit(Commit::new().create(&record).event(fact(number)).unwrap()).await.map(drop),
            _ => match tenant.checkpoint(&Versioned { value: record, version: 0 }).await {
                Ok(written) => {
                    tenant.commit(Commit::new().replace(&written).event(fact(number)).unwrap()).await.map(drop)
                }
                Err(error) => Err(error),
            },
        };
        match result {
            Ok(()) => acknowledged += 1,
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{number}: {error:?}"),
        }
    }
    acknowledged
}

#[tokio::test]
async fn at_one_fault_in_ten_every_commit_happens_once_in_at_most_half_as_many_attempts_more() {
    const COMMITS: u128 = 240;
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let faults = app.system.aws.faults();
    faults.seed(11);
    let kinds = [
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
        Fault::Throttling,
        Fault::ThroughputExceeded,
        Fault::AnswerLost,
        Fault::RequestLost,
        Fault::InternalServerError,
        Fault::ServiceUnavailable,
    ];
    for kind in kinds {
        // Lost answers are what a commit could happen twice by.
        faults.rate(kind, if kind == Fault::AnswerLost { 0.04 } else { 0.06 / 7.0 });
    }
    let before = app.system.aws.dynamodb_calls();
    let acknowledged = commits(&app, tenant, 1, COMMITS).await;
    let calls = app.system.aws.dynamodb_calls().since(&before).total();
    faults.clear();
    assert_eq!(acknowledged, COMMITS, "{:?}", faults.shown());
    assert!(faults.shown().values().sum::<u64>() >= 15, "{:?}", faults.shown());
    // One of three is two writes.
    let least = COMMITS as f64 * 4.0 / 3.0;
    assert!(calls as f64 <= 1.5 * least, "{calls} calls for {least}");
    let all = items(&app).await;
    for number in 1..=COMMITS {
        let session = format!("session=S(\"{}\")", SessionId::from_bits(number));
        assert_eq!(all.iter().filter(|item| item.contains(&session)).count(), 1, "the event of {number}");
        let record = format!("SK=S(\"SCAN#{}\")", ScanId::from_bits(number));
        let records = all.iter().filter(|item| item.contains(&record)).count();
        assert_eq!(records, usize::from(!number.is_multiple_of(3)), "the record of {number}");
    }
    app.pump().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_or_never_comes_is_asked_for_again_and_the_effect_is_one() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (store, now) = (&app.system.store, app.clock.clock().now());
    let tenant = store.of(&scope);
    let faults = app.system.aws.faults();
    let lost = |operation: &str| {
        faults.next_of(operation, Fault::AnswerLost);
    };

    lost("TransactWriteItems");
    tenant.commit(Commit::new().create(&scan(1, now)).event(fact(1)).unwrap()).await.unwrap();
    lost("PutItem");
    tenant.commit(Commit::new().event(fact(2)).unwrap()).await.unwrap();
    lost("PutItem");
    let first = tenant.checkpoint(&Versioned { value: scan(2, now), version: 0 }).await.unwrap();
    lost("PutItem");
    let second = tenant.checkpoint(&first).await.unwrap();
    assert_eq!(tenant.get_strong::<Scan>(&ScanId::from_bits(2)).await.unwrap().unwrap().version, second.version);
    // And yet another's write at that version is another's.
    assert_eq!(conflict(tenant.checkpoint(&first).await), Conflict::Version);
    let hash = TokenHash::of("svt_x");
    let purpose = Purpose::VerifyEmail { signup: model::SignupId::from_bits(1) };
    let token = Token { purpose, good_until: now.as_second() + 60 };
    lost("PutItem");
    store.keep_token(&hash, &token).await.unwrap();
    lost("DeleteItem");
    lost("TransactWriteItems");
    store.use_token(&hash).await.unwrap();
    assert_eq!(conflict(store.use_token(&hash).await), Conflict::State("token"));
    faults.clear();

    // The one whose answer never comes costs its time-out, not the commit.
    faults.next_of("TransactWriteItems", Fault::NoAnswer);
    tenant.commit(Commit::new().create(&scan(3, now)).event(fact(3)).unwrap()).await.unwrap();
    faults.clear();
    assert_eq!(count(&app, &["kind=S(\"user.signed_out\")"]).await, 3);
    app.pump().await;
}

#[tokio::test]
async fn a_table_that_is_gone_is_told_as_such_and_back_at_once_when_it_is() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let faults = app.system.aws.faults();
    for fault in [Fault::ServiceUnavailable, Fault::ThroughputExceeded] {
        faults.rate(fault, 1.0);
        let answer = owner.get("/v1/tenant").await;
        answer.expect_problem(503, "unavailable");
        assert_eq!(answer.headers["retry-after"], "1");
        faults.clear();
        owner.get("/v1/tenant").await.expect::<Value>(200);
    }
}

#[tokio::test]
async fn keys_left_unprocessed_are_asked_for_again_and_empty_pages_end_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let faults = app.system.aws.faults();
    for _ in 0..10 {
        faults.next(Fault::Unprocessed);
        let answer = owner.get("/v1/me").await;
        answer.expect::<Value>(200);
        assert!(answer.cost().0 > 2, "the rest is a trip of its own: {:?}", answer.cost());
    }
    faults.next(Fault::Unprocessed);
    app.sign_in("owner@acme.example").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let now = app.clock.clock().now();
    for number in 0..9 {
        tenant.save(&scan(number, now)).await.unwrap();
    }
    faults.clear();
    faults.seed(5).rate(Fault::EmptyPage, 0.5);
    for _ in 0..5 {
        assert_eq!(tenant.all::<Scan>().await.unwrap().len(), 9);
        assert_eq!(tenant.overview().await.unwrap().scans.len(), 6);
        assert_eq!(app.system.store.memberships(owner.user).await.unwrap().len(), 1);
        let page = tenant.list::<Scan>(&PageRequest { limit: Some(5), cursor: None }, true).await.unwrap();
        assert_eq!(page.items.len(), 5);
    }
    faults.clear();
}

#[tokio::test]
async fn the_meter_says_what_dynamodb_counted() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let (store, now) = (&app.system.store, app.clock.clock().now());
    let tenant = store.of(&scope);
    let meter = Meter::default();
    let before = app.system.aws.dynamodb_calls();
    metered(&meter, async {
        tenant.commit(Commit::new().create(&scan(1, now)).event(fact(1)).unwrap()).await.unwrap();
        tenant.commit(Commit::new().event(fact(2)).unwrap()).await.unwrap();
        let mut schedule = tenant.get_strong::<Schedule>(&()).await.unwrap().unwrap();
        schedule.value.on = true;
        tenant.checkpoint(&schedule).await.unwrap();
        tenant.get::<Company>(&()).await.unwrap();
        tenant.overview().await.unwrap();
        tenant.events(&EventFilter::default(), &PageRequest::default()).await.unwrap();
        store.sign_in_facts("owner@acme.example").await.unwrap();
        store.memberships(owner.user).await.unwrap();
        store.due(now, 10).await.unwrap();
        tenant.remove::<Scan>(&ScanId::from_bits(1)).await.unwrap();
    })
    .await;
    let counted = app.system.aws.dynamodb_calls().since(&before);
    let spent = meter.spent();
    assert_eq!(u64::from(spent.trips), counted.total(), "{counted:?}");
    assert!((spent.read_units + spent.write_units - counted.capacity_units).abs() < 1e-9, "{spent:?} {counted:?}");
    assert!(spent.read_units > 0.0 && spent.write_units > 0.0);

    // As every answer shows it.
    for path in ["/v1/me", "/v1/tenant", "/v1/events", "/v1/overview", "/v1/scans", "/v1/microsoft"] {
        let before = app.system.aws.dynamodb_calls();
        let (trips, read, write) = owner.get(path).await.cost();
        let counted = app.system.aws.dynamodb_calls().since(&before);
        assert_eq!(u64::from(trips), counted.total(), "{path}");
        assert!((read + write - counted.capacity_units).abs() < 1e-9, "{path}: {read} {write} {counted:?}");
        assert_eq!(write, 0.0, "{path} reads");
    }
    app.pump().await;
}

#[tokio::test]
async fn the_index_of_what_is_due_finds_exactly_that() {
    let app = App::start().await;
    let (store, now) = (&app.system.store, app.clock.clock().now());
    let mut wanted = BTreeSet::new();
    for number in 0..60u128 {
        // Any shard, any order.
        let tenant = TenantId::from_bits(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_1234_5678_9abc_def1));
        let scope = scope_of(&app, tenant);
        let (on, minutes) = (number % 3 != 0, i64::try_from(number % 7).unwrap() - 3);
        let next_at = now + SignedDuration::from_mins(minutes);
        let schedule = Schedule { tenant, on, next_at, every_hours: 24 };
        let written = store.of(&scope).checkpoint(&Versioned { value: schedule.clone(), version: 0 }).await.unwrap();
        if number % 5 == 0 {
            // Switched off again: out of the index at once.
            let off = Versioned { value: Schedule { on: false, ..schedule }, ..written };
            store.of(&scope).checkpoint(&off).await.unwrap();
        } else if on && minutes <= 0 {
            wanted.insert(tenant);
        }
    }
    let due = store.due(now, 250).await.unwrap();
    let found: Vec<TenantId> = due.iter().map(|due| due.scope.tenant()).collect();
    assert_eq!(found.len(), wanted.len(), "none twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    assert!(wanted.len() > 10);
    let few = store.due(now, 1).await.unwrap();
    assert!((2..=usize::from(Schedule::SHARDS)).contains(&few.len()), "the oldest of each shard");
    for due in &few {
        let of_due = store.of(&due.scope).get_strong::<Schedule>(&()).await.unwrap().unwrap().value;
        assert_eq!(of_due.next_at, now - SignedDuration::from_mins(3), "oldest first");
    }
    assert!(store.due(now - SignedDuration::from_mins(4), 250).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_cursor_shows_nothing_and_opens_for_its_list_company_and_installation_only() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (mine, theirs) = (scope(&app, &owner).await, scope(&app, &other).await);
    let (store, now) = (&app.system.store, app.clock.clock().now());
    let tenant = store.of(&mine);
    for number in 0..4 {
        tenant.save(&scan(number, now)).await.unwrap();
    }
    let first = |cursor: Option<String>| PageRequest { limit: Some(2), cursor };
    let page = tenant.list::<Scan>(&first(None), false).await.unwrap();
    let cursor = page.next_cursor.unwrap();
    let again = tenant.list::<Scan>(&first(None), false).await.unwrap().next_cursor.unwrap();
    assert_ne!(cursor, again, "sealed anew each time");
    let raw = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let raw = String::from_utf8_lossy(&raw);
    assert!(["TENANT", "SCAN", &owner.tenant.to_string()].iter().all(|part| !raw.contains(part)));
    let rest = tenant.list::<Scan>(&first(Some(cursor.clone())), false).await.unwrap();
    assert_eq!(rest.items.len(), 2);

    let bad = |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::BadCursor)), "{result:?}");
    bad(store.of(&theirs).list::<Scan>(&first(Some(cursor.clone())), false).await.map(drop));
    bad(tenant.list::<Member>(&first(Some(cursor.clone())), false).await.map(drop));
    bad(tenant.events(&EventFilter::default(), &first(Some(cursor.clone()))).await.map(drop));
    let another = App::with(tests::Options { seed: 2, ..Default::default() }).await;
    let elsewhere = scope_of(&another, owner.tenant);
    bad(another.system.store.of(&elsewhere).list::<Scan>(&first(Some(cursor.clone())), false).await.map(drop));
    app.clock.advance(SignedDuration::from_hours(24) + SignedDuration::from_secs(1));
    bad(tenant.list::<Scan>(&first(Some(cursor)), false).await.map(drop));
}

#[tokio::test]
async fn who_proves_a_session_is_let_in_while_all_of_it_holds() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let store = &app.system.store;
    let proof = store::SessionProof {
        user: owner.user,
        tenant: owner.tenant,
        session: session(&owner),
        mver: 1,
        origin: Origin::SYSTEM,
    };
    let admission = store.admit(&proof).await.unwrap();
    assert_eq!((admission.scope.tenant(), admission.permissions), (owner.tenant, model::Permissions::ALL));
    let with = |change: fn(&mut store::SessionProof, (TenantId, UserId, SessionId))| {
        let mut proof = proof.clone();
        change(&mut proof, (other.tenant, other.user, session(&other)));
        proof
    };
    let bad = [
        with(|proof, (tenant, ..)| proof.tenant = tenant),
        with(|proof, (_, user, _)| proof.user = user),
        with(|proof, (.., session)| proof.session = session),
        with(|proof, (tenant, user, _)| (proof.tenant, proof.user) = (tenant, user)),
        with(|proof, (_, user, session)| (proof.user, proof.session) = (user, session)),
        with(|proof, (tenant, _, session)| (proof.tenant, proof.session) = (tenant, session)),
        with(|proof, _| proof.mver = 0),
        with(|proof, _| proof.mver = 2),
    ];
    for proof in bad {
        assert!(matches!(store.admit(&proof).await, Err(StoreError::NotAdmitted(_))), "{proof:?}");
    }
    app.clock.advance(SignedDuration::from_hours(24 * 7));
    assert!(matches!(store.admit(&proof).await, Err(StoreError::NotAdmitted(_))));
}
