//! `tenants-events`.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use axum::body::Body;
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use local_aws::{BoxFuture, Fault, Target};
use model::{Event, ScanId, SessionId};
use serde_json::{Value, json};
use store::{Commit, Phase, Progress, Scan, ScanState, Versioned};
use tests::{App, Client, PASSWORD, link_token};

use crate::table::{items, scope};

/// One page: its ids and the cursor of the next.
async fn page(client: &Client<'_>, query: &str) -> (Vec<String>, Option<String>) {
    let page: Value = client.get(&format!("/v1/events?{query}")).await.expect(200);
    let ids = page["items"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned());
    (ids.collect(), page["next_cursor"].as_str().map(str::to_owned))
}

/// The whole log, page by page.
async fn whole(client: &Client<'_>, limit: usize) -> Vec<String> {
    let (mut all, mut next) = page(client, &format!("limit={limit}")).await;
    while let Some(cursor) = next {
        let (more, after) = page(client, &format!("limit={limit}&cursor={cursor}")).await;
        assert!(more.len() <= limit);
        assert!(!more.is_empty() || after.is_none(), "an empty page ends the list");
        all.extend(more);
        next = after;
    }
    all
}

#[tokio::test]
async fn the_log_pages_newest_first_over_months_and_misses_and_repeats_nothing() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (of_owner, of_other) = (scope(&app, &owner).await, scope(&app, &other).await);
    // From November over new year into March, with an empty February.
    for day in 0..130u64 {
        if !(70..100).contains(&day) {
            let session = SessionId::from_bits(u128::from(day));
            let change = Commit::new().event(Event::UserSignedOut { session }).unwrap();
            app.system.store.of(&of_owner).commit(change).await.unwrap();
            let change = Commit::new().event(Event::UserSignedOut { session }).unwrap();
            app.system.store.of(&of_other).commit(change).await.unwrap();
        }
        app.clock.advance(SignedDuration::from_hours(24));
    }
    app.pump().await;
    let owner = app.sign_in("owner@acme.example").await;
    let all = whole(&owner, 100).await;
    assert_eq!(all.len(), 100 + 4, "and sign-up, creation and two sign-ins");
    for limit in [1, 3, 7, 50, 99] {
        assert_eq!(whole(&owner, limit).await, all, "limit {limit}");
    }
    let (first, _) = page(&owner, "").await;
    assert_eq!(first, all[..50], "fifty without a limit");

    let entries: Value = owner.get("/v1/events?limit=100").await.expect(200);
    let times: Vec<Timestamp> =
        entries["items"].as_array().unwrap().iter().map(|e| e["at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    let cursor = entries["next_cursor"].as_str().unwrap();
    let last: Value = owner.get(&format!("/v1/events?cursor={cursor}")).await.expect(200);
    let kinds = last["items"].as_array().unwrap().iter().map(|e| e["event"]["kind"].as_str().unwrap());
    // In the first moment all three happened at one time.
    let oldest: BTreeSet<_> = kinds.rev().take(4).collect();
    assert_eq!(oldest, BTreeSet::from(["signup.requested", "tenant.created", "user.signed_in", "user.signed_out"]));

    // What happens meanwhile moves nothing.
    let (head, next) = page(&owner, "limit=10").await;
    let session = SessionId::from_bits(999);
    let change = Commit::new().event(Event::UserSignedOut { session }).unwrap();
    app.system.store.of(&of_owner).commit(change).await.unwrap();
    let (tail, _) = page(&owner, &format!("limit=10&cursor={}", next.unwrap())).await;
    assert_eq!([head, tail].concat(), all[..20]);
    // Pages that DynamoDB ends early end nothing.
    let all = whole(&owner, 100).await;
    app.system.aws.faults().seed(3).rate(Fault::EmptyPage, 0.5);
    assert_eq!(whole(&owner, 9).await, all);
    app.system.aws.faults().clear();
    app.pump().await;
}

#[tokio::test]
async fn the_first_page_of_a_young_log_is_one_read() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = owner.get("/v1/events").await;
    assert_eq!(answer.expect::<Value>(200)["items"].as_array().unwrap().len(), 3);
    assert!(answer.cost().0 <= 2, "{:?}", answer.cost());
}

#[tokio::test]
async fn a_cursor_is_good_for_its_list_its_company_and_a_day() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    for client in [&owner, &other] {
        let scope = scope(&app, client).await;
        for number in 0..3 {
            let at = app.clock.clock().now();
            let progress =
                Progress { phase: Phase::Done, licence_types: 0, people: 0, monthly: None, first_number_at: None };
            let scan = Scan {
                scan: ScanId::from_bits(number),
                state: ScanState::Finished,
                scheduled: false,
                progress,
                requested_at: at,
                ended_at: Some(at),
                failure: None,
                pauses: 0,
                resume: None,
                findings: Some(0),
                graph_calls: 0,
                calls: std::collections::BTreeMap::new(),
                go_on_at: None,
            };
            app.system.store.of(&scope).checkpoint(&Versioned { value: scan, version: 0 }).await.unwrap();
        }
    }
    let (_, mine) = page(&owner, "limit=1").await;
    let (_, theirs) = page(&other, "limit=1").await;
    let mine = mine.unwrap();
    let scans: Value = owner.get("/v1/scans?limit=1").await.expect(200);
    let mut bad = vec![
        theirs.unwrap(),
        scans["next_cursor"].as_str().unwrap().to_owned(),
        String::new(),
        "x".into(),
        "AAAA".into(),
        "*".into(),
        "%00".into(),
        "A".repeat(1000),
        mine[..mine.len() - 1].into(),
        format!("{mine}A"),
        format!("{mine}%3D"),
        owner.refresh.trim_start_matches("srt_").into(),
        "eyJQSyI6IlRFTkFOVCMifQ".into(),
    ];
    for at in (0..mine.len()).step_by(7) {
        let mut bytes = mine.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bad.push(String::from_utf8(bytes).unwrap());
    }
    for cursor in &bad {
        let answer = owner.get(&format!("/v1/events?limit=1&cursor={cursor}")).await;
        assert_eq!(answer.json()["code"], "bad_cursor", "{cursor}");
        answer.expect_problem(400, "bad_cursor");
    }
    owner.get(&format!("/v1/scans?cursor={mine}")).await.expect_problem(400, "bad_cursor");
    page(&owner, &format!("cursor={mine}")).await;
    app.clock.advance(SignedDuration::from_hours(24));
    let again = app.sign_in("owner@acme.example").await;
    page(&again, &format!("cursor={mine}")).await;
    app.clock.advance(SignedDuration::from_secs(1));
    again.get(&format!("/v1/events?cursor={mine}")).await.expect_problem(400, "bad_cursor");
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused_and_a_page_has_one_to_a_hundred_entries() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let bad = [
        "limit=x",
        "limit=",
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=4294967295",
        "limit=1.5",
        "limit=1e2",
        "limit=4294967296",
        "limit=%31%00",
        "limit=1&limit=2",
        "limit[]=1",
        "size=1",
        "tenant=ten_00000000000000000000000000",
        "cursor=a&cursor=b",
        "limit=1;cursor=x",
        "Limit=1",
    ];
    for query in bad {
        let answer = owner.get(&format!("/v1/events?{query}")).await;
        assert_eq!(answer.json()["code"], "bad_query", "{query}");
        answer.expect_problem(400, "bad_query");
    }
    let scope = scope(&app, &owner).await;
    for number in 0..110u32 {
        let session = SessionId::from_bits(number.into());
        app.system
            .store
            .of(&scope)
            .commit(Commit::new().event(Event::UserSignedOut { session }).unwrap())
            .await
            .unwrap();
    }
    app.pump().await;
    for (query, entries) in [("limit=1", 1), ("limit=100", 100)] {
        let (ids, next) = page(&owner, query).await;
        assert_eq!(ids.len(), entries, "{query}");
        assert!(next.is_some());
    }
    let answer = owner.get("/v1/events?limit=2").await;
    let next = answer.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["link"], format!("<?cursor={next}&limit=2>; rel=\"next\""));
    // As a program that knows addresses alone follows it: the same list goes on, whatever was asked for.
    let answer = owner.get("/v1/events?kind=user.signed_out&limit=60").await;
    let query = answer.headers["link"].to_str().unwrap().strip_prefix('<').unwrap();
    let rest = owner.get(&format!("/v1/events{}", query.strip_suffix(">; rel=\"next\"").unwrap())).await;
    let entries = [&answer, &rest].map(|answer| answer.json()["items"].as_array().unwrap().len());
    assert_eq!((entries, rest.headers.get("link")), ([60, 50], None));
}

#[tokio::test]
async fn an_entry_says_who_from_where_with_what_and_in_which_request() {
    let app = App::start().await;
    app.tenant("acme").await;
    let ip: IpAddr = "203.0.113.7".parse().unwrap();
    let agent = format!("Mozilla/5.0 <script>{}", "x".repeat(500));
    let body = json!({ "email": "owner@acme.example", "password": PASSWORD }).to_string();
    app.clock.advance(SignedDuration::from_secs(1));
    let mut request = Request::post("/v1/sign-in")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, &agent)
        .header("x-forwarded-for", "198.51.100.9")
        .header("forwarded", "for=198.51.100.9")
        .header("x-request-id", "the-request-of-this-test")
        .body(Body::from(body))
        .unwrap();
    // As the gateway's adapter does; no header can.
    request.extensions_mut().insert(ip);
    let answer = app.send(request).await;
    let tokens: Value = answer.expect(200);
    let token = tokens["access_token"].as_str();
    let log: Value = app.call(http::Method::GET, "/v1/events", token, None).await.expect(200);
    let entry = &log["items"][0];
    assert_eq!(entry["event"]["kind"], "user.signed_in");
    assert_eq!((&entry["ip"], &entry["request_id"]), (&json!("203.0.113.7"), &json!("the-request-of-this-test")));
    assert_eq!(entry["user_agent"], agent[..200]);
    assert_eq!(entry["actor"], json!({ "type": "user", "id": tokens["user"] }));
    let first = log["items"].as_array().unwrap().iter().find(|e| e["event"]["kind"] == "signup.requested").unwrap();
    assert_eq!((&first["actor"], &first["user_agent"]), (&json!({ "type": "visitor" }), &json!("tests")));
    assert!(!log.to_string().contains("198.51.100.9"));
    let mut names: Vec<_> = first.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["actor", "at", "event", "id", "ip", "request_id", "status", "text", "user_agent"]);
    app.pump().await;
}

/// Keeps what it is brought.
struct Keeper(Arc<Mutex<Vec<String>>>);

impl Target for Keeper {
    fn deliver(&self, event: Value) -> BoxFuture<'_, anyhow::Result<()>> {
        self.0.lock().unwrap().push(event.to_string());
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn no_secret_is_in_the_table_the_log_or_on_the_bus() {
    let app = App::start().await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    app.system.bus().rule("keeper", &[], Arc::new(Keeper(heard.clone())));
    let owner = app.tenant("acme").await;
    let again: Value = app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect(200);
    let begun: Value = owner.act("/v1/microsoft/connect").await.expect(200);
    let url: url::Url = begun["url"].as_str().unwrap().parse().unwrap();
    let of_url = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    app.post("/v1/sign-in", json!({ "email": "owner@acme.example", "password": "a-wrong-and-secret-one" })).await;
    app.sign_up("someone@acme.example", "Someone").await;
    app.clock.advance(SignedDuration::from_mins(1));
    app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect_problem(401, "invalid_token");
    app.pump().await;

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut secrets = vec![
        PASSWORD.to_owned(),
        "a-wrong-and-secret-one".into(),
        owner.token.clone(),
        owner.refresh.clone(),
        text(&again["access_token"]),
        text(&again["refresh_token"]),
        of_url("state"),
        of_url("nonce"),
    ];
    secrets.extend(app.inbox().iter().filter(|mail| mail.text.contains("#token=")).map(link_token));
    assert_eq!(secrets.len(), 10);
    // Of a signed token the signature is what makes it one.
    secrets.extend([&owner.token, &secrets[4].clone()].map(|token| token.rsplit('.').next().unwrap().to_owned()));
    let kept = items(&app).await;
    let heard = heard.lock().unwrap().clone();
    assert!(kept.len() > 10 && heard.len() >= 5, "{} {}", kept.len(), heard.len());
    for secret in &secrets {
        let bare = secret.trim_start_matches("srt_").trim_start_matches("svt_");
        assert!(bare.len() >= 16);
        assert!(!kept.iter().any(|item| item.contains(bare)), "in the table: {secret}");
        assert!(!heard.iter().any(|event| event.contains(bare)), "on the bus: {secret}");
    }
    assert!(
        !heard.iter().any(|event| event.contains("@acme.example") || event.contains("argon2")),
        "no address, no hash"
    );
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names_page_by_page() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let other = model::UserId::from_bits(7);
    // Over new year: every tenth day one fact about somebody else.
    for day in 0..60u64 {
        let session = SessionId::from_bits(u128::from(day));
        let event = match day % 10 {
            0 => Event::MemberDeactivated { user: other, operator: None },
            _ => Event::UserSignedOut { session },
        };
        app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24));
    }
    app.pump().await;
    let owner = app.sign_in("owner@acme.example").await;
    let every = async |query: &str, limit: usize| {
        let (mut all, mut next) = page(&owner, &format!("{query}&limit={limit}")).await;
        while let Some(cursor) = next {
            let (more, after) = page(&owner, &format!("{query}&limit={limit}&cursor={cursor}")).await;
            all.extend(more);
            next = after;
        }
        all
    };
    for limit in [1, 4, 100] {
        assert_eq!(every("kind=member.deactivated", limit).await.len(), 6, "limit {limit}");
        assert_eq!(every(&format!("subject={other}"), limit).await.len(), 6);
        assert_eq!(every(&format!("subject={}", SessionId::from_bits(3)), limit).await.len(), 1);
        // The two sign-ins are by the owner; the other's facts are by nobody signed in.
        assert_eq!(every(&format!("actor={}&kind=user.signed_in", owner.user), limit).await.len(), 2);
        assert_eq!(every(&format!("actor={other}"), limit).await.len(), 0);
        // From the first day of the year until before the eleventh.
        let days = "from=2027-01-01T08:00:00Z&to=2027-01-11T08:00:00Z";
        assert_eq!(every(days, limit).await.len(), 10, "limit {limit}");
        assert_eq!(every(&format!("{days}&kind=user.signed_out"), limit).await.len(), 9);
        assert_eq!(every("to=2026-11-21T08:00:00Z", limit).await.len(), 0);
        assert_eq!(every("from=2027-01-20T08:00:00Z", limit).await.len(), 1);
        assert_eq!(every("from=2099-01-01T00:00:00Z", limit).await.len(), 0);
    }
    let (_, cursor) = page(&owner, "kind=user.signed_out&limit=1").await;
    let cursor = cursor.unwrap();
    let bad = async |query: &str, code: &str| owner.get(&format!("/v1/events?{query}")).await.expect_problem(400, code);
    bad(&format!("cursor={cursor}"), "bad_cursor").await;
    bad(&format!("kind=user.signed_in&cursor={cursor}"), "bad_cursor").await;
    bad(&format!("kind=user.signed_out&actor=system&cursor={cursor}"), "bad_cursor").await;
    page(&owner, &format!("kind=user.signed_out&cursor={cursor}")).await;
    for query in
        ["kind=nothing", "actor=me", "subject=%00", "subject=x", "from=yesterday", "to=1", "limit=0", "order=asc"]
    {
        bad(query, "bad_query").await;
    }
    let entry: Value = owner.get("/v1/events?kind=member.deactivated&limit=1").await.expect(200);
    assert_eq!(entry["items"][0]["text"], "A member was deactivated.");
    assert_eq!(entry["items"][0]["status"], "success");
}
