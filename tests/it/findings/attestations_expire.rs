//! `findings-attestations-expire`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, directory};

use super::attest::asked;

#[tokio::test]
async fn a_question_without_an_answer_is_told_of_once_after_its_deadline() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, ..) = asked(&app, &owner).await;
    let expired = async |owner: &tests::Client<'_>| -> usize {
        let told: Value = owner.get("/v1/events?kind=attestation.expired").await.expect(200);
        told["items"].as_array().unwrap().len()
    };
    app.clock.advance(SignedDuration::from_hours(24 * 14 - 1));
    app.run("findings-attestations-expire").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(expired(&owner).await, 0, "an hour early");
    app.clock.advance(SignedDuration::from_hours(1));
    for _ in 0..2 {
        app.run("findings-attestations-expire").await;
        app.pump().await;
    }
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!(expired(&owner).await, 1);
    let told = app.inbox().into_iter().filter(|mail| mail.subject.starts_with("No answer about ")).count();
    assert_eq!(told, 1);
    let listed: Value = owner.get(&format!("/v1/findings/{finding}/attestations")).await.expect(200);
    assert_eq!(listed["items"][0]["state"], "expired");
}

#[tokio::test]
async fn an_answered_question_does_not_run_out() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, _, token) = asked(&app, &owner).await;
    let body = json!({ "token": token, "answer": "still_needed" });
    app.post("/v1/attestations/answer", body).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_hours(24 * 15));
    app.run("findings-attestations-expire").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    let listed: Value = owner.get(&format!("/v1/findings/{finding}/attestations")).await.expect(200);
    assert_eq!(
        (&listed["items"][0]["state"], &listed["items"][0]["proposes"]),
        (&"answered".into(), &"exception".into())
    );
    let told: Value = owner.get("/v1/events?kind=attestation.expired").await.expect(200);
    assert_eq!(told["items"], json!([]));
}

#[tokio::test]
async fn a_question_that_was_put_off_is_told_of_as_one_to_ask_again() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, _, token) = asked(&app, &owner).await;
    let body = json!({ "token": token, "answer": "ask_later" });
    app.post("/v1/attestations/answer", body).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_hours(24 * 14));
    for _ in 0..2 {
        app.run("findings-attestations-expire").await;
        app.pump().await;
    }
    let told = |begin: &str| app.inbox().into_iter().filter(|mail| mail.subject.starts_with(begin)).count();
    assert_eq!((told("Time to ask again about "), told("No answer about ")), (1, 0));
    let owner = app.sign_in("owner@northwind.example").await;
    let listed: Value = owner.get(&format!("/v1/findings/{finding}/attestations")).await.expect(200);
    assert_eq!((&listed["items"][0]["state"], &listed["items"][0]["answer"]), (&"expired".into(), &"ask_later".into()));
}
