//! `accounts-switch-company`.

use jiff::SignedDuration;
use model::{
    Role, RoleName, TenantState,
    policy::{SecondFactor, SignInWays},
};
use serde_json::{Value, json};
use store::Company;
use tests::{App, Client, Options, directory};

use crate::at_microsoft::{self, begin, lasting, link, people, post_back, returned};
use crate::deaths::held_behind;
use crate::links::{With, ask_reset, join, post_with};
use crate::table::{claims, count, scope_of, set_state};

fn path(client: &Client<'_>) -> String {
    format!("/v1/me/tenants/{}/switch", client.tenant)
}

/// The table without what counts requests.
async fn uncounted(app: &App) -> Vec<String> {
    lasting(app).await.into_iter().filter(|item| !item.contains("PK=S(\"LIMIT#")).collect()
}

/// Changes a company as its owner would.
async fn set_company(app: &App, of: &Client<'_>, change: impl FnOnce(&mut Company)) {
    let scope = scope_of(app, of.tenant);
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
    change(&mut company.value);
    tenant.checkpoint(&company).await.unwrap();
}

#[tokio::test]
async fn a_member_of_two_companies_goes_from_one_to_the_other() {
    let app = App::start().await;
    let (anna, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::ReadOnly)).await;
    app.clock.advance(SignedDuration::from_mins(9));
    let answer = anna.act(&path(&nova)).await;
    let tokens: Value = answer.expect(200);
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(nova.tenant), &json!(anna.user)));
    assert!(answer.cost().0 <= 4, "{:?}", answer.cost());
    let token = tokens["access_token"].as_str().unwrap();
    assert_ne!(claims(token)["sid"], claims(&anna.token)["sid"]);
    let me: Value = app.call(http::Method::GET, "/v1/me", Some(token), None).await.expect(200);
    assert_eq!((&me["tenant"], &me["role"]), (&json!(nova.tenant), &json!("read_only")));
    anna.get("/v1/me").await.expect::<Value>(200);
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(app.post("/v1/refresh", refresh).await.expect::<Value>(200)["tenant"], json!(nova.tenant));
    // It is no proof of who one is: what was ten minutes old stays so.
    app.clock.advance(SignedDuration::from_mins(2));
    let body = json!({ "password": "lantern-oyster-gravel-41" });
    app.call(http::Method::POST, "/v1/me/password", Some(token), Some(&body))
        .await
        .expect_problem(403, "proof_too_old");
    app.pump().await;
    let log: Value = nova.get("/v1/events").await.expect(200);
    assert_eq!(log["items"][0]["event"]["kind"], "user.signed_in", "the other company's log says who came");
    assert_eq!(log["items"][0]["actor"], json!({ "type": "user", "id": anna.user }));
}

#[tokio::test]
async fn switching_to_and_fro_does_not_make_a_session_live_longer() {
    let app = App::start().await;
    let (anna, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let day = SignedDuration::from_hours(24);
    let mut refresh = anna.refresh.clone();
    let mut there = nova.tenant;
    for _ in 0..11 {
        let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": refresh })).await.expect(200);
        let token = tokens["access_token"].as_str().unwrap();
        let path = format!("/v1/me/tenants/{there}/switch");
        let tokens: Value = app.call(http::Method::POST, &path, Some(token), None).await.expect(200);
        refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
        there = if there == nova.tenant { anna.tenant } else { nova.tenant };
        app.clock.advance(day * 5 + SignedDuration::from_hours(10));
    }
    // 59.6 days on.
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": refresh })).await.expect(200);
    app.clock.advance(SignedDuration::from_hours(10));
    app.post("/v1/refresh", json!({ "refresh_token": tokens["refresh_token"] }))
        .await
        .expect_problem(401, "invalid_token");
    app.pump().await;
}

#[tokio::test]
async fn a_company_one_is_not_in_or_that_is_closed_reads_like_none() {
    let app = App::start().await;
    let (anna, nova, third) = (app.tenant("acme").await, app.tenant("nova").await, app.tenant("third").await);
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let before = uncounted(&app).await;
    let nothing = anna.act("/v1/me/tenants/ten_00000000000000000000000000/switch").await;
    nothing.expect_problem(404, "not_found");
    let told = |answer: &tests::Answer| (answer.json()["title"].clone(), answer.json()["detail"].clone());
    let not_mine = anna.act(&path(&third)).await;
    not_mine.expect_problem(404, "not_found");
    assert_eq!(told(&not_mine), told(&nothing));
    assert_eq!(uncounted(&app).await, before);
    for state in [TenantState::Suspended, TenantState::Cancelled, TenantState::Purged] {
        set_state(&app, &scope_of(&app, nova.tenant), state).await;
        anna.act(&path(&nova)).await.expect_problem(404, "not_found");
    }
    set_state(&app, &scope_of(&app, nova.tenant), TenantState::ReadOnly).await;
    anna.act(&path(&nova)).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn the_other_companys_rules_for_signing_in_hold() {
    let app = App::start().await;
    let (anna, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let now = app.system.store.now();
    set_company(&app, &nova, |c| c.policy.second_factor = SecondFactor::Required { from: now }).await;
    anna.act(&path(&nova)).await.expect_problem(403, "second_factor_required");
    set_company(&app, &nova, |c| {
        c.policy.second_factor = SecondFactor::Required { from: now + SignedDuration::from_hours(1) };
    })
    .await;
    anna.act(&path(&nova)).await.expect::<Value>(200);
    set_company(&app, &nova, |c| c.policy.sign_in = SignInWays::Microsoft { break_glass: nova.user }).await;
    anna.act(&path(&nova)).await.expect_problem(403, "microsoft_only");
    set_company(&app, &nova, |c| c.policy.sign_in = SignInWays::Microsoft { break_glass: anna.user }).await;
    anna.act(&path(&nova)).await.expect::<Value>(200);
    let me: Value = anna.get("/v1/me").await.expect(200);
    assert_eq!(me["second_factor_required_from"], Value::Null, "here nothing is asked");
    app.pump().await;
}

#[tokio::test]
async fn microsofts_word_opens_a_company_that_signs_in_with_microsoft_only_where_it_is_the_companys_own() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [own, foreign] = app.microsoft().directories()[..] else { panic!("two directories") };
    let nova = app.scanned("nova", own).await;
    let anna = app.tenant("acme").await;
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let person = |directory| people(&app, directory, 1)[0].id;
    for directory in [own, foreign] {
        app.microsoft().set_claim(person(directory), "amr", json!(["pwd", "mfa"]));
        assert_eq!(link(&app, &anna, person(directory)).await.status, 204);
    }
    app.pump().await;
    set_company(&app, &nova, |c| c.policy.sign_in = SignInWays::Microsoft { break_glass: nova.user }).await;

    // Signed in to acme, whose rules are none, with a directory that is not nova's.
    let abroad = at_microsoft::client(&app, person(foreign)).await;
    assert_eq!(abroad.tenant, anna.tenant);
    let before = uncounted(&app).await;
    abroad.act(&path(&nova)).await.expect_problem(403, "microsoft_only");
    assert_eq!(uncounted(&app).await, before, "no session, no event");
    abroad.get("/v1/tenant").await.expect::<Value>(200);

    let begun = begin(&app, json!({ "company": anna.tenant })).await;
    let answer = post_back(&app, Some(&begun.cookie), &returned(&app, &begun.url, person(own))).await;
    let home = app.client(&answer.expect::<Value>(200));
    assert_eq!(home.tenant, anna.tenant);
    let there: Value = home.act(&path(&nova)).await.expect(200);
    assert_eq!(there["tenant"], json!(nova.tenant));
    app.pump().await;
}

#[tokio::test]
async fn a_browser_gets_the_new_session_as_a_cookie() {
    let app = App::start().await;
    let (anna, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    let with = With { token: Some(&anna.token), browser: true, ..With::default() };
    let answer = post_with(&app, &path(&nova), &Value::Null, with).await;
    assert!(answer.expect::<Value>(200).get("refresh_token").is_none());
    assert!(answer.headers["set-cookie"].to_str().unwrap().starts_with("__Host-steward-refresh=srt_"));
    app.pump().await;
}

#[tokio::test]
async fn one_companys_directory_does_not_speak_for_another() {
    let app = App::of(directory(1, 30)).await;
    let employer = app.scanned("nova", app.only_directory()).await;
    let anna = app.tenant("acme").await;
    join(&app, &anna, "Anna", "owner@acme.example", &employer, RoleName::System(Role::Member)).await;
    let person = people(&app, app.only_directory(), 1)[0].id;
    app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
    assert_eq!(link(&app, &anna, person).await.status, 204);
    let codes = anna.add_totp(app.clock.clock().now()).await;
    app.pump().await;

    // Whoever runs the directory signs in as them where it is the company's own, and is asked for no code.
    let begun = begin(&app, json!({ "company": employer.tenant })).await;
    let answer = post_back(&app, Some(&begun.cookie), &returned(&app, &begun.url, person)).await;
    let there = app.client(&answer.expect::<Value>(200));
    assert_eq!((there.user, there.tenant), (anna.user, employer.tenant));
    let before = uncounted(&app).await;
    there.act(&path(&anna)).await.expect_problem(403, "proof_too_old");
    assert_eq!(uncounted(&app).await, before, "no session, no event");
    there.act(&path(&employer)).await.expect::<Value>(200);

    app.clock.advance(SignedDuration::from_secs(30));
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    assert_eq!(there.post("/v1/step-up", code).await.status, 204);
    let home: Value = there.act(&path(&anna)).await.expect(200);
    assert_eq!(home["tenant"], json!(anna.tenant));
    app.pump().await;
}

#[tokio::test]
async fn a_switch_under_way_opens_nothing_once_the_password_is_reset() {
    let mut refused = 0;
    for call in 1.. {
        let app = App::start().await;
        let thief = app.tenant("acme").await;
        let token = ask_reset(&app, "owner@acme.example").await;
        let reset =
            app.post("/v1/password-reset/confirm", json!({ "token": token, "password": "lantern-oyster-gravel-41" }));
        let held = held_behind(&app, call, thief.act(&path(&thief)), reset).await;
        app.pump().await;
        let Some((switched, reset)) = held else { break };
        assert_eq!(reset.status, 204);
        assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 0, "held back behind call {call}");
        // One that was opened before is ended with the others.
        if switched.status != 200 {
            switched.expect_problem(401, "invalid_token");
            refused += 1;
        }
    }
    assert!(refused > 2, "{refused}");
}

#[tokio::test]
async fn somebody_opens_sixty_an_hour_and_then_one_a_minute() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut opened = Vec::new();
    for _ in 0..60 {
        opened.push(app.client(&owner.act(&path(&owner)).await.expect::<Value>(200)));
    }
    // Whichever of their sessions asks.
    for session in [&owner, &opened[0], &opened[59]] {
        let refused = session.act(&path(&owner)).await;
        refused.expect_problem(429, "too_many_requests");
        assert_eq!(refused.json()["violated-policies"], json!(["switch"]));
    }
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 61);
    app.clock.advance(SignedDuration::from_mins(1));
    owner.act(&path(&owner)).await.expect::<Value>(200);
    owner.act(&path(&owner)).await.expect_problem(429, "too_many_requests");
    app.pump().await;
}
