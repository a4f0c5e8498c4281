//! `accounts-sign-in`.

use std::net::IpAddr;

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use http::{HeaderMap, Request};
use jiff::SignedDuration;
use model::{Policy, Role, RoleName, TenantState, UserId, policy::SignInWays};
use serde_json::{Value, json};
use tests::{Answer, App, PASSWORD};

use crate::links::join;
use crate::table::{count, delete, scope, scope_of, set_login, set_member, set_policy, set_state};

const PATH: &str = "/v1/sign-in";
/// [`PASSWORD`] as it may have been hashed years ago.
const OLD_HASH: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$YW4gb2xkIHNhbHQgMDAwMQ$NkvOBUmDwobHxJC2qZ26GHF1m5Os0IusXrSE/s19M8w";

async fn attempt(app: &App, email: &str, password: &str) -> Answer {
    app.post(PATH, json!({ "email": email, "password": password })).await
}

/// All of an answer that its reader could tell cases apart by.
fn told(answer: &Answer) -> (u16, Value, HeaderMap, u32) {
    let (mut body, mut headers) = (answer.json(), answer.headers.clone());
    body.as_object_mut().unwrap().remove("instance");
    headers.remove("x-request-id");
    headers.remove("x-steward-capacity");
    (answer.status.as_u16(), body, headers, answer.cost().0)
}

#[tokio::test]
async fn every_refusal_reads_alike_and_takes_as_many_round_trips() {
    let app = App::start().await;
    let (removed, suspended, locked) =
        (app.tenant("removed").await, app.tenant("suspended").await, app.tenant("locked").await);
    app.tenant("acme").await;
    app.sign_up("unverified@acme.example", "Unverified").await;
    set_member(&app, &scope(&app, &removed).await, &removed, |member| member.active = false).await;
    set_state(&app, &scope(&app, &suspended).await, TenantState::Suspended).await;
    for _ in 0..7 {
        attempt(&app, "owner@locked.example", "wrong").await.expect_problem(401, "sign_in_refused");
    }
    let foreign = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": locked.tenant });
    let refusals = [
        ("unknown", attempt(&app, "nobody@acme.example", PASSWORD).await),
        ("no address", attempt(&app, "not an address", PASSWORD).await),
        ("wrong", attempt(&app, "owner@acme.example", "wrong-tractor-mumbles-9").await),
        ("empty", attempt(&app, "owner@acme.example", "").await),
        ("huge", attempt(&app, "owner@acme.example", &"x".repeat(60_000)).await),
        ("unverified", attempt(&app, "unverified@acme.example", PASSWORD).await),
        ("locked", attempt(&app, "owner@locked.example", PASSWORD).await),
        ("removed", attempt(&app, "owner@removed.example", PASSWORD).await),
        ("suspended", attempt(&app, "owner@suspended.example", PASSWORD).await),
        ("another company", app.post(PATH, foreign).await),
    ];
    let first = told(&refusals[0].1);
    refusals[0].1.expect_problem(401, "sign_in_refused");
    assert!(first.3 <= 4, "{} round trips", first.3);
    for (why, answer) in &refusals {
        assert_eq!(told(answer), first, "{why}");
    }
    for state in
        [TenantState::Pending, TenantState::Cancelled, TenantState::Purging, TenantState::Purged, TenantState::Failed]
    {
        let suspended = crate::table::scope_of(&app, suspended.tenant);
        set_state(&app, &suspended, state).await;
        assert_eq!(told(&attempt(&app, "owner@suspended.example", PASSWORD).await), first, "{state:?}");
    }
    app.pump().await;
}

#[tokio::test]
async fn every_refusal_counts_alike_until_it_locks_though_the_password_be_right() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (removed, suspended, microsoft, gone) = (
        app.tenant("removed").await,
        app.tenant("suspended").await,
        app.tenant("microsoft").await,
        app.tenant("gone").await,
    );
    set_member(&app, &scope_of(&app, removed.tenant), &removed, |member| member.active = false).await;
    set_state(&app, &scope_of(&app, suspended.tenant), TenantState::Suspended).await;
    let sign_in = SignInWays::Microsoft { break_glass: UserId::from_bits(1) };
    set_policy(&app, &scope_of(&app, microsoft.tenant), Policy { sign_in, ..Policy::default() }).await;
    delete(&app, &format!("USER#{}", gone.user), &format!("MEMBERSHIP#{}", gone.tenant)).await;
    let cases = [
        ("nobody@acme.example", PASSWORD),
        ("owner@acme.example", "wrong-tractor-mumbles-9"),
        ("owner@removed.example", PASSWORD),
        ("owner@suspended.example", PASSWORD),
        ("owner@microsoft.example", PASSWORD),
        ("owner@gone.example", PASSWORD),
    ];
    let mut statuses = Vec::new();
    for failure in 1..=14 {
        let mut answers = Vec::new();
        for (email, password) in cases {
            answers.push(told(&attempt(&app, email, password).await));
        }
        for ((email, _), answer) in cases.iter().zip(&answers) {
            assert_eq!(*answer, answers[0], "{email}, failure {failure}");
        }
        statuses.push(answers[0].0);
        // Long enough for the next failure to count, now and then.
        app.clock.advance(SignedDuration::from_secs(20));
    }
    assert!(statuses.starts_with(&[401; 10]) && statuses.contains(&429), "{statuses:?}");
    app.pump().await;
}

#[tokio::test]
async fn a_company_that_does_not_let_in_is_passed_by_for_the_next_that_does() {
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &acme, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let (first, second) = (scope_of(&app, acme.tenant), scope_of(&app, nova.tenant));
    let entered = async || attempt(&app, "owner@acme.example", PASSWORD).await.expect::<Value>(200)["tenant"].clone();
    assert_eq!(entered().await, json!(acme.tenant), "the oldest");
    set_member(&app, &first, &acme, |member| member.active = false).await;
    assert_eq!(entered().await, json!(nova.tenant));
    set_member(&app, &first, &acme, |member| member.active = true).await;
    set_state(&app, &first, TenantState::Suspended).await;
    assert_eq!(entered().await, json!(nova.tenant));
    set_state(&app, &first, TenantState::Active).await;
    let sign_in = SignInWays::Microsoft { break_glass: UserId::from_bits(1) };
    set_policy(&app, &first, Policy { sign_in, ..Policy::default() }).await;
    assert_eq!(entered().await, json!(nova.tenant));
    // The one that is named, or none.
    let named = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": acme.tenant });
    app.post(PATH, named).await.expect_problem(401, "sign_in_refused");
    set_state(&app, &second, TenantState::Suspended).await;
    attempt(&app, "owner@acme.example", PASSWORD).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn where_the_oldest_company_does_not_let_in_a_right_and_a_wrong_password_read_alike() {
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &acme, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let sign_in = SignInWays::Microsoft { break_glass: UserId::from_bits(1) };
    for tenant in [acme.tenant, nova.tenant] {
        set_policy(&app, &scope_of(&app, tenant), Policy { sign_in, ..Policy::default() }).await;
    }
    // Open but to Microsoft's word, and then to nobody.
    for state in [TenantState::Active, TenantState::Suspended] {
        set_state(&app, &scope_of(&app, acme.tenant), state).await;
        let right = attempt(&app, "owner@acme.example", PASSWORD).await;
        right.expect_problem(401, "sign_in_refused");
        let wrong = attempt(&app, "owner@acme.example", "wrong-tractor-mumbles-9").await;
        assert_eq!(told(&right), told(&wrong), "{state:?}");
    }
    app.pump().await;
}

#[tokio::test]
async fn signing_in_takes_four_round_trips_and_says_who_and_where() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = attempt(&app, " Owner@ACME.example ", PASSWORD).await;
    let tokens: Value = answer.expect(200);
    assert!(answer.cost().0 <= 4, "{:?}", answer.cost());
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(owner.tenant), &json!(owner.user)));
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_ne!(tokens["refresh_token"], owner.refresh, "each sign-in is a session of its own");
    let named = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": owner.tenant });
    app.post(PATH, named).await.expect::<Value>(200);
    let bad = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": "ten_1" });
    app.post(PATH, bad).await.expect_problem(400, "bad_body");
    // The table knows the tokens by hash or sealed.
    for secret in [tokens["refresh_token"].as_str().unwrap(), tokens["access_token"].as_str().unwrap(), PASSWORD] {
        assert_eq!(count(&app, &[secret]).await, 0);
    }
    app.pump().await;
}

#[tokio::test]
async fn five_failures_are_free_each_further_one_makes_wait_and_success_clears() {
    let app = App::start().await;
    let email = "owner@acme.example";
    app.tenant("acme").await;
    for _ in 0..5 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
    }
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);
    // Cleared: five more are free, the sixth waits two seconds, however often one knocks meanwhile.
    for _ in 0..6 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
    }
    for _ in 0..3 {
        attempt(&app, email, PASSWORD).await.expect_problem(401, "sign_in_refused");
    }
    app.clock.advance(SignedDuration::from_secs(1));
    attempt(&app, email, PASSWORD).await.expect_problem(401, "sign_in_refused");
    app.clock.advance(SignedDuration::from_secs(1));
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);

    // The wait doubles and never passes a quarter of an hour: a stranger cannot lock an account for good.
    for failure in 1..=18u32 {
        attempt(&app, email, "wrong").await.expect_problem(401, "sign_in_refused");
        let wait = failure.checked_sub(5).filter(|over| *over > 0).map_or(0, |over| (1i64 << over.min(10)).min(900));
        if wait > 0 && failure % 4 == 0 {
            app.clock.advance(SignedDuration::from_secs(wait - 1));
            let early = attempt(&app, email, PASSWORD).await;
            if failure < 10 {
                early.expect_problem(401, "sign_in_refused");
            } else {
                early.expect_problem(429, "too_many_requests");
                assert_eq!(early.headers["retry-after"], "1");
            }
            app.clock.advance(SignedDuration::from_secs(1));
        } else {
            app.clock.advance(SignedDuration::from_secs(wait));
        }
    }
    attempt(&app, email, PASSWORD).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn an_address_nobody_has_an_account_for_is_not_kept_in_clear() {
    let app = App::start().await;
    for _ in 0..7 {
        attempt(&app, "nobody@secret.example", "wrong").await.expect_problem(401, "sign_in_refused");
    }
    assert_eq!(count(&app, &["nobody@secret.example"]).await, 0);
    assert_eq!(count(&app, &["THROTTLE#"]).await, 1);
}

#[tokio::test]
async fn a_password_is_the_same_however_its_letters_are_composed() {
    let app = App::start().await;
    let token = app.sign_up("anna@acme.example", "Acme").await;
    let body = json!({ "token": token, "name": "Anna", "password": "blåbärsgröt-på-tåget-7" });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    let decomposed = "bla\u{30a}ba\u{308}rsgro\u{308}t-pa\u{30a}-ta\u{30a}get-7";
    attempt(&app, "anna@acme.example", decomposed).await.expect::<Value>(200);
    attempt(&app, "anna@acme.example", "blabarsgrot-pa-taget-7").await.expect_problem(401, "sign_in_refused");
    attempt(&app, "anna@acme.example", "Blåbärsgröt-på-tåget-7").await.expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn the_tenth_failure_is_told_once_and_early_tries_after_it_are_answered_without_a_look() {
    let app = App::start().await;
    app.tenant("acme").await;
    let (known, unknown) = ("owner@acme.example", "nobody@acme.example");
    let mut answers = Vec::new();
    for email in [known, unknown] {
        for failure in 1..=10u32 {
            let answer = attempt(&app, email, "wrong").await;
            answers.push((failure, told(&answer)));
            app.clock.advance(SignedDuration::from_secs(if failure < 10 { 60 } else { 0 }));
        }
        let early = attempt(&app, email, PASSWORD).await;
        early.expect_problem(429, "too_many_requests");
        answers.push((11, told(&early)));
        app.clock.advance(SignedDuration::from_mins(15));
    }
    // An address without an account reads like one with.
    let (with, without) = answers.split_at(11);
    assert_eq!(with, without);
    let owner = app.sign_in(known).await;
    let log: Value = owner.get("/v1/events").await.expect(200);
    let log = log["items"].as_array().unwrap().clone();
    let blocked = json!({ "kind": "user.sign_in_blocked", "user": owner.user, "failures": 10, "step": "password" });
    assert_eq!(log.iter().filter(|entry| entry["event"] == blocked).count(), 1);
    // Those before stand in the log, each once.
    let failed = log.iter().filter(|entry| entry["event"]["kind"] == "user.sign_in_failed");
    let failures: Vec<_> = failed.map(|entry| entry["event"]["failures"].as_u64().unwrap()).collect();
    assert_eq!(failures, (1..=9).rev().collect::<Vec<_>>());
    app.pump().await;
}

#[tokio::test]
async fn a_flood_makes_no_more_entries_than_failures_that_count_whether_or_not_it_comes_at_once() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let failed = async || {
        let log: Value = owner.get("/v1/events?kind=user.sign_in_failed&limit=100").await.expect(200);
        log["items"].as_array().unwrap().clone()
    };
    // At once: whoever read the same count is one failure.
    let attempts = (0..8).map(|_| attempt(&app, "owner@acme.example", "wrong"));
    for answer in futures::future::join_all(attempts).await {
        assert!(matches!(answer.status.as_u16(), 401 | 429 | 503), "{}", answer.status);
    }
    let at_once = failed().await;
    assert!((1..=8).contains(&at_once.len()), "{}", at_once.len());
    let mut counts: Vec<_> = at_once.iter().map(|entry| entry["event"]["failures"].as_u64().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=counts.len() as u64).collect::<Vec<_>>(), "none twice, none left out");
    let entry = &at_once[0];
    assert_eq!((&entry["status"], &entry["actor"]), (&json!("failure"), &json!({ "type": "visitor" })));
    assert_eq!((&entry["event"]["user"], &entry["event"]["step"]), (&json!(owner.user), &json!("password")));
    assert!(entry["user_agent"] == "tests" && entry["request_id"].is_string(), "{entry}");
    // For an hour, again and again: one that has to wait does not count and is not told.
    for _ in 0..3600 / 10 {
        attempt(&app, "owner@acme.example", "wrong").await;
        app.clock.advance(SignedDuration::from_secs(10));
    }
    app.clock.advance(SignedDuration::from_mins(15));
    let owner = app.sign_in("owner@acme.example").await;
    let log: Value = owner.get("/v1/events?kind=user.sign_in_failed&limit=100").await.expect(200);
    assert!(log["items"].as_array().unwrap().len() <= 20, "{}", log["items"].as_array().unwrap().len());
}

/// A request as a browser at an address sends it.
pub fn browser(ip: &str, password: &str, cookie: Option<&str>) -> Request<Body> {
    let body = json!({ "email": "owner@acme.example", "password": password });
    let mut request = Request::post(PATH)
        .header("content-type", "application/json")
        .header("user-agent", "Mozilla/5.0")
        .header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("theme=dark; {cookie}"));
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(ip.parse::<IpAddr>().unwrap());
    request
}

#[tokio::test]
async fn one_address_tries_thirty_times_a_minute_and_then_waits_before_anything_is_read() {
    let app = App::start().await;
    app.tenant("acme").await;
    for _ in 0..30 {
        assert_ne!(app.send(browser("2001:db8::1", "wrong", None)).await.status, 200);
    }
    // The whole network of an IPv6 customer is one.
    let over = app.send(browser("2001:db8::2", PASSWORD, None)).await;
    over.expect_problem(429, "too_many_requests");
    assert!(over.cost().0 <= 1 && over.headers.contains_key("ratelimit"), "{:?}", over.cost());
    app.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(app.send(browser("2001:db8:1::1", PASSWORD, None)).await.status, 200);
    app.pump().await;
}

#[tokio::test]
async fn a_browser_is_known_by_its_cookie_and_does_not_wait_for_the_failures_of_others() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let newest = async || {
        let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
        log["items"][0]["event"]["new_device"].clone()
    };
    // The first device of an account is no news, a program is known by its name, another browser is new.
    assert_eq!(newest().await, false);
    app.clock.advance(SignedDuration::from_secs(1));
    attempt(&app, "owner@acme.example", PASSWORD).await.expect::<Value>(200);
    assert_eq!(newest().await, false);
    app.clock.advance(SignedDuration::from_secs(1));
    let refused = app.send(browser("203.0.113.7", "wrong", None)).await;
    assert!(!refused.headers.contains_key("set-cookie"));
    let answer = app.send(browser("203.0.113.7", PASSWORD, None)).await;
    assert_eq!((answer.status.as_u16(), newest().await), (200, json!(true)));
    let kept = answer.headers["set-cookie"].to_str().unwrap();
    assert!(kept.starts_with("__Host-steward-device="), "{kept}");
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(kept.split("; ").any(|one| one == part), "{kept}");
    }
    let cookie = kept.split(';').next().unwrap();
    assert_eq!(count(&app, &[cookie.split('=').nth(1).unwrap()]).await, 0, "kept by its hash");
    app.clock.advance(SignedDuration::from_secs(1));
    let again = app.send(browser("203.0.113.7", PASSWORD, Some(cookie))).await;
    assert_eq!((again.status.as_u16(), newest().await), (200, json!(false)));
    assert!(!again.headers.contains_key("set-cookie"));

    // A stranger fails ten times; the owner's browser gets in at once, another one waits.
    for _ in 0..10 {
        attempt(&app, "owner@acme.example", "wrong").await.expect_problem(401, "sign_in_refused");
        app.clock.advance(SignedDuration::from_secs(33));
    }
    attempt(&app, "owner@acme.example", "wrong").await.expect_problem(401, "sign_in_refused");
    let made_up = format!("__Host-steward-device={}", "0".repeat(32));
    for (cookie, status) in [(None, 429), (Some(made_up.as_str()), 429), (Some(cookie), 200)] {
        assert_eq!(app.send(browser("203.0.113.7", PASSWORD, cookie)).await.status, status);
    }
    app.pump().await;
}

#[tokio::test]
async fn a_password_hashed_with_other_parameters_is_hashed_anew_by_the_sign_in() {
    let app = App::start().await;
    app.tenant("acme").await;
    set_login(&app, "owner@acme.example", "password_hash", AttributeValue::S(OLD_HASH.into())).await;
    attempt(&app, "owner@acme.example", "wrong-tractor-mumbles-9").await.expect_problem(401, "sign_in_refused");
    assert_eq!(count(&app, &[OLD_HASH]).await, 1);
    let answer = attempt(&app, "owner@acme.example", PASSWORD).await;
    assert!(answer.cost().0 <= 4, "{:?}", answer.cost());
    answer.expect::<Value>(200);
    assert_eq!(count(&app, &["EMAIL#owner@acme.example", "m=19456,t=2,p=1"]).await, 1);
    attempt(&app, "owner@acme.example", PASSWORD).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_company_that_signs_in_with_microsoft_takes_no_password_but_of_its_break_glass_owner() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = app.tenant("nova").await;
    codes.add_totp(app.clock.clock().now()).await;
    let wrong = told(&attempt(&app, "owner@acme.example", "wrong-tractor-mumbles-9").await);
    let only = |break_glass: UserId| Policy { sign_in: SignInWays::Microsoft { break_glass }, ..Policy::default() };
    for client in [&owner, &codes] {
        set_policy(&app, &crate::table::scope_of(&app, client.tenant), only(UserId::from_bits(1))).await;
    }
    assert_eq!(told(&attempt(&app, "owner@acme.example", PASSWORD).await), wrong);
    // Nor is a right password told by a challenge.
    assert_eq!(told(&attempt(&app, "owner@nova.example", PASSWORD).await), wrong);
    for client in [&owner, &codes] {
        set_policy(&app, &crate::table::scope_of(&app, client.tenant), only(client.user)).await;
    }
    attempt(&app, "owner@acme.example", PASSWORD).await.expect::<Value>(200);
    attempt(&app, "owner@nova.example", PASSWORD).await.expect::<Value>(200);
    app.pump().await;
}
