//! Nobody learns from an answer, its cost or its time who has an account (S-9, C3).

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use http::HeaderMap;
use jiff::SignedDuration;
use model::{ResetId, TenantState};
use serde_json::{Value, json};
use store::{Purpose, Token, TokenHash};
use tests::{Answer, App, Options, PASSWORD, report};

use crate::{
    accounts::create_company::in_company,
    table::{scope_of, set_state, table},
};

/// A request that one of several cases makes.
struct Case {
    name: &'static str,
    body: Value,
    /// Whether it reads more than the first case, which only tests are told. Its time is compared all the same.
    reads_more: bool,
}

const fn case(name: &'static str, body: Value) -> Case {
    Case { name, body, reads_more: false }
}

/// All of an answer that its reader could tell cases apart by; what it cost at the table is one of its headers.
fn told(answer: &Answer) -> (u16, Value, HeaderMap) {
    let (mut body, mut headers) = (answer.json(), answer.headers.clone());
    for own in ["instance", "signup", "status_url"] {
        body.as_object_mut().unwrap().remove(own);
    }
    headers.remove("x-request-id");
    (answer.status.as_u16(), body, headers)
}

/// How far two samples are from being of one distribution: the standard score of Mann and Whitney's U, without ties.
fn mann_whitney(a: &[Duration], b: &[Duration]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let above = a.iter().map(|x| b.iter().filter(|y| x > *y).count()).sum::<usize>() as f64;
    (above - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn median(samples: &[Duration]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2].as_secs_f64() * 1000.0
}

/// Why the two can be told apart, if so: at p < 0.01, by more than a millisecond in the median. Both, where S-9 asks that
/// neither be so, because neither alone says that a stranger learns anything (docs/adr/0024).
fn difference(a: &[Duration], b: &[Duration]) -> Option<String> {
    const P_BELOW_ONE_PERCENT: f64 = 2.576;
    let (z, apart) = (mann_whitney(a, b), median(a) - median(b));
    (z.abs() > P_BELOW_ONE_PERCENT && apart.abs() > 1.0)
        .then(|| format!("{:.2} ms and {:.2} ms, z = {z:.1}", median(a), median(b)))
}

/// How often chance alone takes a standard score so far from zero or further (Abramowitz and Stegun, 26.2.17).
fn chance(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let upper = 1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429);
    let tail = t * (0.319_381_530 + t * (-0.356_563_782 + t * upper));
    2.0 * tail * (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// Keeps what was measured as a section of `docs/benchmarks.md`, of the last attempt whatever came of it.
fn record(path: &str, attempt: usize, cases: &[Case], times: &[Vec<Duration>], found: &[(&str, String)]) {
    let against = cases[0].name;
    let row = |(case, samples): (&Case, &Vec<Duration>)| {
        let z = mann_whitney(samples, &times[0]);
        let apart = median(samples) - median(&times[0]);
        let p = chance(z);
        let p = if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") };
        let numbers = [samples.len().to_string(), format!("{:.3}", median(samples)), format!("{apart:+.3}"), p];
        [vec![case.name.to_owned()], numbers.to_vec()].concat()
    };
    let rows: Vec<_> = cases.iter().zip(times).map(row).collect();
    let verdict = if found.is_empty() { "None can be told apart" } else { "Some can be told apart" };
    let provenance = report::provenance(Options::default().seed).expect("a repository");
    let text = format!(
        "## Does time tell who has an account? `{path}`, against \"{against}\" (S-9)\n\n`make timing`. {provenance}\n\n\
         {}\nMilliseconds. p is Mann and Whitney's, two-sided. {verdict} at p < 0.01 with medians more than 1 ms apart, \
         at attempt {attempt} of 3 at the most.\n",
        report::table(&["Case", "Samples", "Median", "Apart", "p"], &rows)
    );
    report::write_section(&format!("timing of {path}, {against}"), &text).expect("written");
}

/// When a request finds no limit or wait of one before it in its way.
#[derive(Clone, Copy, PartialEq)]
enum Apart {
    Requests,
    Rounds,
}

/// Rounds after which what follows is done, between samples: events do not pile up by the thousand.
const PUMPED_EVERY: usize = 20;

/// Sends each case so many times, in turns, and compares everything with the first case. A machine that is busy may
/// make a difference once; what makes one three times is ours.
async fn alike(app: &App, path: &str, rounds: usize, apart: Apart, cases: &[Case]) {
    let mut found = Vec::new();
    for attempt in 1..=3 {
        let mut times = vec![Vec::new(); cases.len()];
        for round in 0..rounds {
            let mut answers = vec![None; cases.len()];
            for turn in 0..cases.len() {
                if turn == 0 || apart == Apart::Requests {
                    app.clock.advance(SignedDuration::from_mins(21));
                }
                let place = (turn + round) % cases.len();
                let began = Instant::now();
                let answer = app.post(path, cases[place].body.clone()).await;
                times[place].push(began.elapsed());
                answers[place] = Some(answer);
            }
            if round % PUMPED_EVERY == 0 {
                app.pump().await;
            }
            let first = answers[0].take().map(|answer| told(&answer)).expect("an answer");
            for (answer, case) in answers.iter().flatten().zip(&cases[1..]) {
                let (mut told, mut first) = (told(answer), first.clone());
                if case.reads_more {
                    for headers in [&mut told.2, &mut first.2] {
                        headers.remove("x-steward-capacity").expect("what it cost");
                    }
                }
                assert_eq!(told, first, "{path}: {}", case.name);
            }
        }
        app.pump().await;
        found = (1..cases.len())
            .filter_map(|place| Some((cases[place].name, difference(&times[place], &times[0])?)))
            .collect();
        if rounds == MANY {
            record(path, attempt, cases, &times, &found);
        }
        if found.is_empty() {
            return;
        }
    }
    panic!("{path}: against {}: {found:?}", cases[0].name);
}

#[test]
fn the_statistic_tells_what_differs_from_what_does_not() {
    // A linear congruential generator is random enough.
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 40
    };
    let mut samples = |shift: u64| -> Vec<Duration> {
        (0..200).map(|_| Duration::from_nanos(20_000_000 + shift + noise() % 4_000_000)).collect()
    };
    let (one, same, later) = (samples(0), samples(0), samples(1_500_000));
    assert_eq!(difference(&one, &same), None);
    assert!(difference(&one, &later).is_some() && difference(&later, &one).is_some());
    for (z, p) in [(0.0, 1.0), (1.96, 0.05), (-2.576, 0.01), (3.891, 0.0001)] {
        assert!((chance(z) - p).abs() < p / 100.0, "{z}: {}", chance(z));
    }
}

/// Samples of each case, as the budget asks for (S-9): minutes, so `make timing` only.
const MANY: usize = 2_000;

/// Has an address wait after so many failures, for longer than all of this takes.
async fn lock(app: &App, email: &str, failures: u32) {
    const YEARS: i64 = 5 * 366 * 86_400;
    let key = format!("THROTTLE#{}", TokenHash::of(email).as_str());
    let until = app.system.store.now().as_second() + YEARS;
    let put = table(app).put_item().table_name(app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let put = put.item("PK", S(key)).item("SK", S("SIGN_IN".into()));
    put.item("failures", N(failures.to_string())).item("not_before", N(until.to_string())).send().await.unwrap();
}

/// Seven cases that hash in each round, two that hash and wait, and two that are answered without a look: 9 hashes a
/// round, 18,000 in [`MANY`].
async fn sign_ins_are_alike(rounds: usize) {
    let app = App::start().await;
    let removed = app.tenant("removed").await;
    let many = app.tenant("many").await;
    let shut = app.tenant("shut").await;
    // The company they made is the oldest.
    app.clock.advance(SignedDuration::from_mins(1));
    for number in 1..50 {
        in_company(&app, &many, number).await;
    }
    for number in 1..4 {
        in_company(&app, &shut, number).await;
    }
    set_state(&app, &scope_of(&app, shut.tenant), TenantState::Suspended).await;
    app.tenant("acme").await;
    app.sign_up("unverified@acme.example", "Unverified").await;
    let scope = crate::table::scope(&app, &removed).await;
    crate::table::set_member(&app, &scope, &removed, |member| member.active = false).await;
    let body = |email: &str| json!({ "email": email, "password": "wrong-tractor-mumbles-9" });
    let cases = [
        case("unknown", body("nobody@acme.example")),
        case("wrong", body("owner@acme.example")),
        case("unverified", body("unverified@acme.example")),
        case("no address", body("no address")),
        // The right password tells nothing either.
        case("removed", json!({ "email": "owner@removed.example", "password": PASSWORD })),
        Case { reads_more: true, ..case("in 50 companies", body("owner@many.example")) },
        Case { reads_more: true, ..case("in several companies, the oldest shut", body("owner@shut.example")) },
    ];
    alike(&app, "/v1/sign-in", rounds, Apart::Rounds, &cases).await;

    // An address waits after failures whether or not it has an account, and tells nothing by it. Below ten the answer is
    // that of every refusal; from ten on it says how long to wait. The right password changes neither.
    for (failures, status, unknown, known) in
        [(9, 401, "unknown, waiting", "waiting"), (10, 429, "unknown, locked", "locked")]
    {
        for email in ["nobody@acme.example", "owner@acme.example"] {
            lock(&app, email, failures).await;
        }
        let right = json!({ "email": "owner@acme.example", "password": PASSWORD });
        let cases = [case(unknown, body("nobody@acme.example")), case(known, right)];
        assert_eq!(app.post("/v1/sign-in", cases[1].body.clone()).await.status, status);
        alike(&app, "/v1/sign-in", rounds, Apart::Rounds, &cases).await;
    }
}

#[tokio::test]
async fn a_wrong_password_an_unknown_an_unverified_a_removed_a_locked_account_and_one_in_fifty_companies_are_alike() {
    sign_ins_are_alike(12).await;
}

#[tokio::test]
#[ignore = "make timing"]
async fn many_sign_ins_are_alike() {
    sign_ins_are_alike(MANY).await;
}

#[tokio::test]
async fn an_account_and_an_address_of_nobody_are_locked_alike_failure_by_failure() {
    let app = App::start().await;
    app.tenant("acme").await;
    let body = |email: &str| json!({ "email": email, "password": "wrong-tractor-mumbles-9" });
    let mut statuses = Vec::new();
    for failure in 1..=20 {
        let known = told(&app.post("/v1/sign-in", body("owner@acme.example")).await);
        let unknown = told(&app.post("/v1/sign-in", body("nobody@acme.example")).await);
        assert_eq!(known, unknown, "failure {failure}");
        statuses.push(known.0);
        // Long enough for the next failure to count, now and then.
        app.clock.advance(SignedDuration::from_secs(20));
    }
    app.pump().await;
    assert!(statuses.starts_with(&[401; 10]) && statuses.contains(&429), "{statuses:?}");
}

async fn resets_are_alike(rounds: usize) {
    let app = App::start().await;
    let removed = app.tenant("removed").await;
    app.tenant("acme").await;
    app.sign_up("unverified@acme.example", "Unverified").await;
    let scope = crate::table::scope(&app, &removed).await;
    crate::table::set_member(&app, &scope, &removed, |member| member.active = false).await;
    let body = |email: &str| json!({ "email": email });
    let cases = [
        case("unknown", body("nobody@acme.example")),
        case("known", body("owner@acme.example")),
        case("unverified", body("unverified@acme.example")),
        case("removed", body("owner@removed.example")),
    ];
    alike(&app, "/v1/password-reset", rounds, Apart::Requests, &cases).await;
}

#[tokio::test]
async fn a_reset_of_a_known_an_unknown_an_unverified_and_a_removed_address_are_alike() {
    resets_are_alike(40).await;
}

#[tokio::test]
#[ignore = "make timing"]
async fn many_resets_are_alike() {
    resets_are_alike(MANY).await;
}

async fn sign_ups_are_alike(rounds: usize) {
    let app = App::start().await;
    app.tenant("acme").await;
    let body = |email: &str| json!({ "email": email, "company": "Second Ltd" });
    let cases = [
        case("unknown", body("nobody@acme.example")),
        case("known", body("owner@acme.example")),
        case("known, written otherwise", body(" OWNER@acme.example")),
    ];
    alike(&app, "/v1/sign-up", rounds, Apart::Requests, &cases).await;

    let mut signups = Vec::new();
    for email in ["owner@acme.example", "nobody@acme.example"] {
        let answer: Value = app.post("/v1/sign-up", body(email)).await.expect(202);
        signups.push(answer["signup"].clone());
    }
    let cases = [
        case("unknown", json!({ "signup": signups[1] })),
        case("known", json!({ "signup": signups[0] })),
        case("never was", json!({ "signup": "sup_00000000000000000000000000" })),
    ];
    alike(&app, "/v1/sign-up/resend", rounds, Apart::Requests, &cases).await;
}

#[tokio::test]
async fn a_sign_up_of_a_known_and_an_unknown_address_and_a_further_mail_are_alike() {
    sign_ups_are_alike(40).await;
}

#[tokio::test]
#[ignore = "make timing"]
async fn many_sign_ups_are_alike() {
    sign_ups_are_alike(MANY).await;
}

/// Whoever holds the link of an invitation or a sign-up is told whether its address has an account; everybody else learns
/// nothing.
async fn previews_are_alike(rounds: usize) {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    crate::members::invite(&owner, "ben@acme.example", "member").await;
    app.pump().await;
    // Good for as long as the test's clock runs.
    let (other_sort, reset) = (format!("spt_{}", "B".repeat(43)), ResetId::from_bits(1));
    let kept = Token { purpose: Purpose::PasswordReset { reset }, good_until: i64::MAX };
    app.system.store.keep_token(&TokenHash::of(&other_sort), &kept).await.unwrap();
    let body = |token: &str| json!({ "token": token });
    let cases = [
        case("unknown", body(&format!("sit_{}", "A".repeat(43)))),
        case("no form", body("x")),
        case("of another sort", body(&other_sort)),
    ];
    alike(&app, "/v1/invitations/preview", rounds, Apart::Requests, &cases).await;
    // So is the link of a sign-up.
    let cases = [
        case("unknown", body(&format!("svt_{}", "A".repeat(43)))),
        case("no form", body("x")),
        case("of another sort", body(&other_sort)),
    ];
    alike(&app, "/v1/verify-email/preview", rounds, Apart::Requests, &cases).await;
}

#[tokio::test]
async fn a_link_to_join_that_is_unknown_malformed_or_of_another_sort_is_alike() {
    previews_are_alike(40).await;
}

#[tokio::test]
#[ignore = "make timing"]
async fn many_previews_are_alike() {
    previews_are_alike(MANY).await;
}
