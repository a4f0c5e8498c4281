//! `accounts-passkey-sign-in`.

use http::Method;
use jiff::SignedDuration;
use model::{Policy, Role, RoleName, TenantState, UserId, policy::SignInWays};
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator};

use crate::links::join;
use crate::table::{claims, scope, scope_of, set_member, set_policy, set_state};

const PATH: &str = "/v1/sign-in/passkey";

async fn begin(app: &App) -> Value {
    app.call(Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200)
}

async fn show(app: &App, begun: &Value, credential: &Value) -> Answer {
    app.post(PATH, json!({ "ceremony": begun["ceremony"], "credential": credential })).await
}

/// The whole ceremony.
pub async fn sign_in(app: &App, authenticator: &mut Authenticator) -> Answer {
    let begun = begin(app).await;
    let credential = authenticator.get(&begun["options"]);
    show(app, &begun, &credential).await
}

#[tokio::test]
async fn a_passkey_signs_in_alone_even_while_the_password_waits() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    for _ in 0..10 {
        let body = json!({ "email": "owner@acme.example", "password": "wrong" });
        app.post("/v1/sign-in", body).await.expect_problem(401, "sign_in_refused");
        app.clock.advance(SignedDuration::from_secs(60));
    }
    let answer = sign_in(&app, &mut authenticator).await;
    assert!(answer.cost().0 <= 4, "{:?}", answer.cost());
    let tokens: Value = answer.expect(200);
    assert_eq!((&tokens["tenant"], &tokens["user"]), (&json!(owner.tenant), &json!(owner.user)));
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["amr"], json!(["hwk", "user"]));
    let listed: Value = owner.get("/v1/me/factors").await.expect(200);
    assert_eq!(listed["passkeys"][0]["last_used_at"], json!(app.clock.clock().now()));
    app.pump().await;
}

#[tokio::test]
async fn every_refusal_reads_alike_and_a_ceremony_is_good_once() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (mut owners, mut others) = (Authenticator::new(), Authenticator::new());
    owner.add_passkey(&mut owners).await;
    other.add_passkey(&mut others).await;

    let used = begin(&app).await;
    let credential = owners.get(&used["options"]);
    show(&app, &used, &credential).await.expect::<Value>(200);
    let mut refusals = vec![("replayed", show(&app, &used, &credential).await)];

    let (one, two) = (begin(&app).await, begin(&app).await);
    let credential = owners.get(&one["options"]);
    refusals.push(("of another challenge", show(&app, &two, &credential).await));
    refusals.push(("unknown ceremony", show(&app, &json!({ "ceremony": "soc_x" }), &credential).await));
    let late = begin(&app).await;
    let credential = owners.get(&late["options"]);
    app.clock.advance(SignedDuration::from_mins(10));
    refusals.push(("too late", show(&app, &late, &credential).await));

    refusals.push(("of nobody", sign_in(&app, &mut never_registered()).await));
    // The attacker's own passkey, said to be the owner's.
    others.pose_as(&owners);
    refusals.push(("posing", sign_in(&app, &mut others).await));
    owners.verifies = false;
    refusals.push(("user not verified", sign_in(&app, &mut owners).await));
    owners.verifies = true;
    owners.origin = "https://steward.phish.example".into();
    refusals.push(("another page", sign_in(&app, &mut owners).await));
    owners.origin = Authenticator::new().origin;

    let company = scope(&app, &owner).await;
    set_member(&app, &company, &owner, |member| member.active = false).await;
    refusals.push(("removed", sign_in(&app, &mut owners).await));
    set_member(&app, &company, &owner, |member| member.active = true).await;
    set_state(&app, &company, TenantState::Suspended).await;
    refusals.push(("suspended", sign_in(&app, &mut owners).await));
    set_state(&app, &company, TenantState::Active).await;
    let told = |answer: &Answer| {
        answer.expect_problem(401, "sign_in_refused");
        let mut problem = answer.json();
        problem.as_object_mut().unwrap().remove("instance");
        problem
    };
    let first = told(&refusals[0].1);
    for (why, answer) in &refusals {
        assert_eq!(told(answer), first, "{why}");
    }
    sign_in(&app, &mut owners).await.expect::<Value>(200);
    app.pump().await;
}

/// A passkey that was made for this page and that we never heard of.
fn never_registered() -> Authenticator {
    let mut authenticator = Authenticator::new();
    let handle = "AAAAAAAAAAAAAAAAAAAAAQ";
    let asked = json!({ "rp": { "id": "localhost" }, "user": { "id": handle }, "challenge": "" });
    authenticator.create(&json!({ "publicKey": asked }));
    authenticator
}

#[tokio::test]
async fn a_counter_that_does_not_go_up_is_no_reason_to_lock_its_owner_out() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut counting = Authenticator::new();
    counting.counter = 40;
    owner.add_passkey(&mut counting).await;
    sign_in(&app, &mut counting).await.expect::<Value>(200);
    counting.counter = 3;
    sign_in(&app, &mut counting).await.expect::<Value>(200);
    let mut synchronised = Authenticator::new();
    synchronised.counts_by = 0;
    owner.add_passkey(&mut synchronised).await;
    for _ in 0..2 {
        sign_in(&app, &mut synchronised).await.expect::<Value>(200);
    }
    app.pump().await;
}

#[tokio::test]
async fn a_company_that_signs_in_with_microsoft_lets_its_break_glass_owner_in_and_nobody_else() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    let company = scope_of(&app, owner.tenant);
    let only = |break_glass: UserId| Policy { sign_in: SignInWays::Microsoft { break_glass }, ..Policy::default() };
    set_policy(&app, &company, only(UserId::from_bits(1))).await;
    sign_in(&app, &mut authenticator).await.expect_problem(401, "sign_in_refused");
    set_policy(&app, &company, only(owner.user)).await;
    sign_in(&app, &mut authenticator).await.expect::<Value>(200);
    // Another company of theirs that does let in is entered instead.
    let nova = app.tenant("nova").await;
    join(&app, &owner, "Anna", "owner@acme.example", &nova, RoleName::System(Role::Member)).await;
    set_policy(&app, &company, only(UserId::from_bits(1))).await;
    assert_eq!(sign_in(&app, &mut authenticator).await.expect::<Value>(200)["tenant"], json!(nova.tenant));
    app.pump().await;
}
