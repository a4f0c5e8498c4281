//! `findings-attestation-answer`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, directory};

use super::attest::asked;
use crate::ledger::all;

#[tokio::test]
async fn an_answer_is_recorded_once_and_can_be_changed_until_the_deadline() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, person, token) = asked(&app, &owner).await;
    let say =
        async |answer: &str| app.post("/v1/attestations/answer", json!({ "token": token, "answer": answer })).await;
    let shown = async || -> Value {
        let people = all(&owner, &format!("/v1/findings/{finding}/people")).await;
        people.into_iter().find(|one| one["person"] == person.as_str()).unwrap()
    };
    assert_eq!(
        (&shown().await["certainty"], &shown().await["attestation"]["state"]),
        (&"likely".into(), &"open".into())
    );
    let events = async || -> usize {
        let told: Value = owner.get("/v1/events?kind=attestation.answered").await.expect(200);
        told["items"].as_array().unwrap().len()
    };
    for _ in 0..2 {
        assert_eq!(say("not_needed").await.expect::<Value>(200)["answer"], "not_needed");
        app.pump().await;
    }
    assert_eq!(events().await, 1, "the same again is no news");
    let one = shown().await;
    assert_eq!((&one["certainty"], &one["attestation"]["proposes"]), (&"certain".into(), &"remove".into()));
    assert!(app.mail_to("owner@northwind.example").subject.starts_with("Licence not needed: "));
    say("still_needed").await.expect::<Value>(200);
    app.pump().await;
    let one = shown().await;
    assert_eq!((&one["certainty"], &one["attestation"]["proposes"]), (&"likely".into(), &"exception".into()));
    say("ask_later").await.expect::<Value>(200);
    app.pump().await;
    assert!(shown().await["attestation"]["proposes"].is_null());
    assert_eq!(events().await, 3);
    say("perhaps").await.expect_problem(400, "bad_body");
    app.clock.advance(SignedDuration::from_hours(24 * 14));
    say("not_needed").await.expect_problem(410, "link_not_good");
}

#[tokio::test]
async fn who_guesses_links_waits() {
    let app = App::start().await;
    let mut last = 0;
    for _ in 0..25 {
        last = app
            .post("/v1/attestations/answer", json!({ "token": "sat_x", "answer": "not_needed" }))
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
}
