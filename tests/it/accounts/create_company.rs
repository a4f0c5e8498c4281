//! `accounts-create-company`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use futures::future::join_all;
use jiff::SignedDuration;
use local_aws::Fault;
use model::{TenantId, TenantState};
use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::fixes::post;
use crate::members::{assert_counts, join};
use crate::table::{count, items, scope_of, set_state, table};

const PATH: &str = "/v1/me/tenants";

async fn create(app: &App, by: &Client<'_>, key: &str, company: &str) -> Answer {
    post(app, by, PATH, key, Some(json!({ "company": company }))).await
}

/// Puts somebody into a company of that number, as far as their account knows.
pub async fn in_company(app: &App, who: &Client<'_>, number: u128) {
    let tenant = TenantId::from_bits(number);
    let put = table(app).put_item().table_name(app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let put = put.item("PK", S(format!("USER#{}", who.user))).item("SK", S(format!("MEMBERSHIP#{tenant}")));
    let put = put.item("tenant", S(tenant.to_string())).item("company", S("Theirs".into())).item("mver", N("1".into()));
    put.item("since", S(app.system.store.now().to_string())).send().await.unwrap();
}

#[tokio::test]
async fn somebody_signed_in_makes_a_further_company_owns_it_and_switches_to_it() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    app.clock.advance(SignedDuration::from_mins(5));
    let body = json!({ "company": "  Acme   Norge ", "currency": "EUR" });
    let answer = post(&app, &anna, PATH, "one", Some(body)).await;
    let created: Value = answer.expect(201);
    assert_eq!(created["name"], "Acme Norge");
    anna.get("/v1/me").await.expect::<Value>(200);
    app.pump().await;

    let path = format!("{PATH}/{}/switch", created["tenant"].as_str().unwrap());
    let there = app.client(&anna.act(&path).await.expect::<Value>(200));
    assert_eq!(json!(there.tenant), created["tenant"]);
    let tenant: Value = there.get("/v1/tenant").await.expect(200);
    let shown = ["name", "slug", "currency", "state"].map(|field| tenant[field].as_str().unwrap().to_owned());
    assert_eq!(shown, ["Acme Norge", "acme-norge", "EUR", "active"]);
    assert_eq!(there.get("/v1/me").await.expect::<Value>(200)["role"], "owner");
    assert_counts(&app, there.tenant).await;
    there.act("/v1/microsoft/connect").await.expect::<Value>(200);
    // In the log of the new company; the first one's says nothing of it.
    let log: Value = there.get("/v1/events").await.expect(200);
    let event = json!({ "kind": "tenant.created", "owner": anna.user, "role": "owner" });
    let made = log["items"].as_array().unwrap().iter().find(|item| item["event"] == event).expect("the event");
    assert_eq!(made["actor"], json!({ "type": "user", "id": anna.user }));
    assert_eq!(count(&app, &["kind=S(\"tenant.created\")", &anna.tenant.to_string()]).await, 1);
    // Nobody of the first company is in it.
    let members: Value = there.get("/v1/members").await.expect(200);
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    app.pump().await;
}

#[tokio::test]
async fn whatever_their_role_and_their_companys_state_people_may_and_programs_may_not() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let wanted = json!({ "name": "A program", "scopes": ["findings:read"] });
    let key: Value = owner.post("/v1/keys", wanted).await.expect(201);
    let mut program = app.sign_in("owner@acme.example").await;
    program.token = key["text"].as_str().unwrap().into();
    let reader = join(&app, &owner, "ben@acme.example", "read_only").await;
    set_state(&app, &scope_of(&app, owner.tenant), TenantState::ReadOnly).await;
    create(&app, &reader, "one", "Ben Ltd").await.expect::<Value>(201);
    app.pump().await;
    let before = items(&app).await;
    create(&app, &program, "two", "Robots Ltd").await.expect_problem(403, "person_needed");
    let nobody = app.post(PATH, json!({ "company": "Nobody Ltd" })).await;
    nobody.expect_problem(401, "missing_credentials");
    assert_eq!(count(&app, &["Robots Ltd"]).await + count(&app, &["Nobody Ltd"]).await, 0);
    assert_eq!(items(&app).await.len(), before.len());
}

#[tokio::test]
async fn what_is_no_name_is_refused_and_nothing_is_written() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    let before = items(&app).await;
    let long = "x".repeat(101);
    for bad in ["", "  ", "\n", "a\u{0}b", "a\u{202e}b", "a\u{200b}b", &long] {
        let answer = create(&app, &anna, "one", bad).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/company", "{bad:?}");
    }
    let bodies = [
        json!({}),
        json!({ "company": 1 }),
        json!({ "company": null }),
        json!({ "company": "A", "currency": "NOK" }),
        json!({ "company": "A", "tenant": anna.tenant }),
    ];
    for body in bodies {
        post(&app, &anna, PATH, "one", Some(body)).await.expect_problem(400, "bad_body");
    }
    anna.post(PATH, json!({ "company": "A" })).await.expect_problem(400, "idempotency_key_needed");
    assert_eq!(items(&app).await, before);
}

#[tokio::test]
async fn three_at_once_then_one_in_eight_hours_for_each_account() {
    let app = App::start().await;
    let (anna, ben) = (app.tenant("acme").await, app.tenant("nova").await);
    for number in 0..3 {
        create(&app, &anna, &format!("key {number}"), "Another").await.expect::<Value>(201);
    }
    let refused = create(&app, &anna, "key 3", "Another").await;
    refused.expect_problem(429, "too_many_requests");
    assert_eq!(refused.json()["violated-policies"], json!(["new-company"]));
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 5);
    create(&app, &anna, "key 0", "Another").await.expect::<Value>(201);
    create(&app, &ben, "key 3", "Theirs").await.expect::<Value>(201);
    app.clock.advance(SignedDuration::from_hours(8));
    let anna = app.sign_in("owner@acme.example").await;
    create(&app, &anna, "key 3", "Another").await.expect::<Value>(201);
    create(&app, &anna, "key 4", "Another").await.expect_problem(429, "too_many_requests");
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 7);
    app.pump().await;
}

#[tokio::test]
async fn who_is_in_fifty_companies_makes_no_further_one() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    for number in 1..49 {
        in_company(&app, &anna, number).await;
    }
    create(&app, &anna, "one", "The fiftieth").await.expect::<Value>(201);
    let refused = create(&app, &anna, "two", "One too many").await;
    refused.expect_problem(409, "too_many_companies");
    assert!(refused.json()["detail"].as_str().unwrap().contains("50 companies"), "{}", refused.json());
    assert_eq!(count(&app, &["One too many"]).await, 0);
    app.pump().await;
}

#[tokio::test]
async fn of_companies_made_at_one_instant_no_more_come_than_there_is_room_for() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    for number in 1..49 {
        in_company(&app, &anna, number).await;
    }
    let answers = join_all(["one", "two", "three"].map(|key| create(&app, &anna, key, "Another"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "too_many_companies");
    }
    assert_eq!(count(&app, &["SK=S(\"MEMBERSHIP#"]).await, 50);
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 2);
    app.pump().await;
}

#[tokio::test]
async fn of_one_key_one_company_comes_and_of_several_several_with_names_of_their_own() {
    let app = App::start().await;
    let anna = app.tenant("northwind").await;
    let answers = join_all((0..4).map(|_| create(&app, &anna, "one", "Northwind"))).await;
    let made: BTreeSet<String> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.json()["tenant"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(made.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "idempotency_key_in_use");
    }
    let again = create(&app, &anna, "one", "Northwind").await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert!(made.contains(again.expect::<Value>(201)["tenant"].as_str().unwrap()));
    create(&app, &anna, "one", "Southwind").await.expect_problem(422, "idempotency_key_reused");

    let both = join_all(["two", "three"].map(|key| create(&app, &anna, key, "Northwind"))).await;
    for answer in &both {
        answer.expect::<Value>(201);
    }
    app.pump().await;
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 4);
    assert_eq!(count(&app, &["SK=S(\"SLUG\")"]).await, 4);
    assert_eq!(count(&app, &["SK=S(\"MEMBERSHIP#"]).await, 4);
    assert_eq!(count(&app, &["kind=S(\"tenant.created\")"]).await, 4);
}

#[tokio::test]
async fn a_company_whose_answer_is_lost_or_that_meets_others_is_made_once() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    let faults = app.system.aws.faults();
    for (number, fault) in
        [Fault::AnswerLost, Fault::TransactionConflict, Fault::TransactionInProgress].into_iter().enumerate()
    {
        faults.next_of("TransactWriteItems", fault);
        create(&app, &anna, &format!("key {number}"), "Second").await.expect::<Value>(201);
        assert_eq!(count(&app, &["SK=S(\"META\")"]).await, number + 2);
    }
    faults.clear();
    app.pump().await;
}

#[tokio::test]
async fn the_session_that_made_it_is_no_stronger_there() {
    let app = App::start().await;
    let anna = app.tenant("acme").await;
    let created: Value = create(&app, &anna, "one", "Second").await.expect(201);
    app.clock.advance(SignedDuration::from_mins(11));
    let path = format!("{PATH}/{}/switch", created["tenant"].as_str().unwrap());
    let there = app.client(&anna.act(&path).await.expect::<Value>(200));
    // A proof as old as the session it came from.
    let sensitive = there.post("/v1/me/password", json!({ "password": "lantern-oyster-gravel-41" })).await;
    sensitive.expect_problem(403, "proof_too_old");
    assert_eq!(anna.get("/v1/tenant").await.expect::<Value>(200)["name"], "acme");
    app.pump().await;
}
