//! `accounts-refresh`.

use futures::future::join_all;
use jiff::SignedDuration;
use local_aws::Fault;
use model::{Policy, TenantState, UserId, policy::SignInWays};
use serde_json::{Value, json};
use tests::{Answer, App};

use crate::deaths::held_behind;
use crate::table::{count, items, scope, scope_of, set_member, set_policy, set_state};

async fn refresh(app: &App, token: &str) -> Answer {
    app.post("/v1/refresh", json!({ "refresh_token": token })).await
}

/// The refresh token of a new pair.
async fn renewed(app: &App, token: &str) -> String {
    let tokens: Value = refresh(app, token).await.expect(200);
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

async fn works(app: &App, access: &str) -> bool {
    let answer = app.call(http::Method::GET, "/v1/me", Some(access), None).await;
    if answer.status != 200 {
        answer.expect_problem(401, "invalid_token");
    }
    answer.status == 200
}

#[tokio::test]
async fn a_refresh_rotates_and_both_access_tokens_live_their_time() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = refresh(&app, &owner.refresh).await;
    let tokens: Value = answer.expect(200);
    assert_ne!(tokens["refresh_token"], owner.refresh);
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(owner.tenant), &json!(owner.user)));
    assert!(answer.cost().0 <= 4, "{:?}", answer.cost());
    assert!(works(&app, tokens["access_token"].as_str().unwrap()).await && works(&app, &owner.token).await);
    // For a year of quarters of an hour it goes on; the last pair is the one that counts.
    let mut token = tokens["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..10 {
        app.clock.advance(SignedDuration::from_mins(15));
        token = renewed(&app, &token).await;
    }
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 1);
    assert_eq!(count(&app, &[&token]).await, 0, "tokens are kept by hash or sealed");
}

#[tokio::test]
async fn two_tabs_lost_answers_and_the_loser_who_comes_last_do_no_harm() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let first = renewed(&app, &owner.refresh).await;
    // The other tab, and the tab whose answer was lost, get the same successor for twenty seconds.
    for _ in 0..4 {
        assert_eq!(renewed(&app, &owner.refresh).await, first);
        app.clock.advance(SignedDuration::from_secs(5));
    }
    assert_eq!(renewed(&app, &owner.refresh).await, first, "at the twentieth second");
    // One tab goes on; the other still holds the same successor, and comes last.
    let second = renewed(&app, &first).await;
    assert_eq!(renewed(&app, &first).await, second);
    renewed(&app, &second).await;
    assert_eq!(count(&app, &["token.reuse_detected"]).await, 0);
}

#[tokio::test]
async fn a_session_ends_that_its_company_lets_in_no_more_and_that_of_its_break_glass_owner_goes_on() {
    let app = App::start().await;
    for (company, counts_on_owner) in [("acme", false), ("nova", true)] {
        let owner = app.tenant(company).await;
        let scope = scope_of(&app, owner.tenant);
        let break_glass = if counts_on_owner { owner.user } else { UserId::from_bits(1) };
        let sign_in = SignInWays::Microsoft { break_glass };
        set_policy(&app, &scope, Policy { sign_in, ..Policy::default() }).await;
        let answer = refresh(&app, &owner.refresh).await;
        if counts_on_owner {
            answer.expect::<Value>(200);
        } else {
            answer.expect_problem(401, "invalid_token");
        }
        // It does not live again with the rule gone.
        set_policy(&app, &scope, Policy::default()).await;
        assert_eq!(works(&app, &owner.token).await, counts_on_owner, "{company}");
    }
    assert_eq!(count(&app, &["token.reuse_detected"]).await, 0);
    app.pump().await;
}

#[tokio::test]
async fn ten_refreshes_at_once_give_one_successor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answers = join_all((0..10).map(|_| refresh(&app, &owner.refresh))).await;
    let mut tokens: Vec<String> = answers
        .iter()
        .map(|answer| answer.expect::<Value>(200)["refresh_token"].as_str().unwrap().to_owned())
        .collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert!(works(&app, &owner.token).await);
    renewed(&app, &tokens[0]).await;
}

#[tokio::test]
async fn an_older_token_ends_the_session_is_logged_and_told_by_mail() {
    let app = App::start().await;
    // Too late for the overlap; and older than the one before, though within it.
    for (company, late) in [("late", true), ("older", false)] {
        let owner = app.tenant(company).await;
        let email = format!("owner@{company}.example");
        let other = app.sign_in(&email).await;
        let first: Value = refresh(&app, &owner.refresh).await.expect(200);
        let mut newest = first["refresh_token"].as_str().unwrap().to_owned();
        if late {
            app.clock.advance(SignedDuration::from_millis(20_001));
        } else {
            newest = renewed(&app, &newest).await;
        }
        let mails = app.inbox().len();
        refresh(&app, &owner.refresh).await.expect_problem(401, "invalid_token");
        for token in [&owner.refresh, &newest] {
            refresh(&app, token).await.expect_problem(401, "invalid_token");
        }
        assert!(!works(&app, &owner.token).await && !works(&app, first["access_token"].as_str().unwrap()).await);
        app.pump().await;
        assert!(works(&app, &other.token).await, "another session of the same person goes on");
        assert_eq!(app.inbox().len(), mails + 1, "one mail, however often it is tried");
        let mail = app.mail_to(&email);
        assert!(mail.subject.to_lowercase().contains("session") || mail.text.contains("signed out"), "{}", mail.text);
        let log: Value = other.get("/v1/events").await.expect(200);
        let of_reuse: Vec<_> =
            log["items"].as_array().unwrap().iter().filter(|e| e["event"]["kind"] == "token.reuse_detected").collect();
        assert_eq!(of_reuse.len(), 1);
        assert_eq!(of_reuse[0]["event"]["user"], json!(owner.user));
        assert_eq!(of_reuse[0]["actor"]["type"], "visitor");
    }
}

#[tokio::test]
async fn of_two_older_tokens_at_once_one_ends_the_session_and_both_are_refused_alike() {
    for call in 1.. {
        let app = App::start().await;
        let owner = app.tenant("acme").await;
        let newer = renewed(&app, &owner.refresh).await;
        renewed(&app, &newer).await;
        let held = held_behind(&app, call, refresh(&app, &owner.refresh), refresh(&app, &owner.refresh)).await;
        app.pump().await;
        let Some((one, other)) = held else {
            assert!(call > 3, "it took {} calls", call - 1);
            break;
        };
        one.expect_problem(401, "invalid_token");
        other.expect_problem(401, "invalid_token");
        assert_eq!(count(&app, &["kind=S(\"token.reuse_detected\")"]).await, 1, "held back behind call {call}");
    }
}

#[tokio::test]
async fn a_forged_token_is_refused_and_ends_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let another = App::with(tests::Options { seed: 2, ..Default::default() }).await;
    let foreign = another.tenant("acme").await;
    let good = &owner.refresh;
    let mut forged: Vec<String> = vec![
        String::new(),
        "srt_".into(),
        "x".into(),
        owner.token.clone(),
        foreign.refresh.clone(),
        good.trim_start_matches("srt_").into(),
        good.replace("srt_", "SRT_"),
        good.replace("srt_", "svt_"),
        format!("{good}A"),
        format!("{good}="),
        format!(" {good}"),
        format!("srt_{}", "A".repeat(200)),
        format!("srt_{}", "A".repeat(60_000)),
        good[..good.len() - 4].into(),
    ];
    for at in (4..good.len()).step_by(9) {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(bytes).unwrap());
    }
    let before = items(&app).await;
    for token in &forged {
        let answer = refresh(&app, token).await;
        answer.expect_problem(401, "invalid_token");
        assert_eq!(answer.cost().0, 0, "{token:.80}");
    }
    assert_eq!(items(&app).await, before);
    for body in [json!({}), json!({ "refresh_token": 1 }), json!({ "refresh_token": good, "tenant": owner.tenant })] {
        app.post("/v1/refresh", body).await.expect_problem(400, "bad_body");
    }
    renewed(&app, good).await;
}

#[tokio::test]
async fn a_session_ends_after_a_week_unused_and_after_sixty_days_in_any_case() {
    let app = App::start().await;
    let day = SignedDuration::from_hours(24);
    let (used, unused) = (app.tenant("used").await, app.tenant("unused").await);
    app.clock.advance(day * 7 - SignedDuration::from_secs(1));
    let mut token = renewed(&app, &used.refresh).await;
    app.clock.advance(SignedDuration::from_secs(1));
    refresh(&app, &unused.refresh).await.expect_problem(401, "invalid_token");
    // From day 7 on every six days, to day 55; then to the very end.
    for _ in 0..8 {
        app.clock.advance(day * 6);
        token = renewed(&app, &token).await;
    }
    app.clock.advance(day * 5 - SignedDuration::from_secs(1));
    token = renewed(&app, &token).await;
    app.clock.advance(SignedDuration::from_secs(1));
    refresh(&app, &token).await.expect_problem(401, "invalid_token");
    app.pump().await;
    assert_eq!(count(&app, &["token.reuse_detected"]).await, 0, "old is not stolen");
}

#[tokio::test]
async fn who_may_not_enter_does_not_refresh() {
    let app = App::start().await;
    let (removed, suspended) = (app.tenant("removed").await, app.tenant("suspended").await);
    let (of_removed, of_suspended) = (scope(&app, &removed).await, scope(&app, &suspended).await);
    set_member(&app, &of_removed, &removed, |member| member.active = false).await;
    set_state(&app, &of_suspended, TenantState::Suspended).await;
    refresh(&app, &removed.refresh).await.expect_problem(401, "invalid_token");
    // Signing in says nothing of it, so whose session goes on learns it here.
    refresh(&app, &suspended.refresh).await.expect_problem(403, "tenant_closed");
    set_state(&app, &of_suspended, TenantState::ReadOnly).await;
    renewed(&app, &suspended.refresh).await;
}

#[tokio::test]
async fn an_older_token_learns_nothing_of_a_closed_company_and_ends_the_session_all_the_same() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let newer = renewed(&app, &owner.refresh).await;
    let newest = renewed(&app, &newer).await;
    set_state(&app, &scope(&app, &owner).await, TenantState::Suspended).await;
    // The newest, and the one before it in its overlap, are of a session that goes on.
    for token in [&newest, &newer] {
        refresh(&app, token).await.expect_problem(403, "tenant_closed");
    }
    refresh(&app, &owner.refresh).await.expect_problem(401, "invalid_token");
    assert_eq!(count(&app, &["kind=S(\"token.reuse_detected\")"]).await, 1);
    refresh(&app, &newest).await.expect_problem(401, "invalid_token");
    app.pump().await;
}

#[tokio::test]
async fn faults_of_the_table_neither_lose_nor_end_a_session() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let faults = app.system.aws.faults();
    let mut token = owner.refresh.clone();
    for fault in [
        Fault::AnswerLost,
        Fault::RequestLost,
        Fault::Throttling,
        Fault::TransactionConflict,
        Fault::InternalServerError,
    ] {
        faults.next_of("PutItem", fault);
        token = renewed(&app, &token).await;
        app.clock.advance(SignedDuration::from_mins(1));
    }
    faults.clear();
    assert_eq!(count(&app, &["token.reuse_detected"]).await, 0);
}
