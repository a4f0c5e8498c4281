//! `findings-attestation-preview`.

use http::Method;
use serde_json::{Value, json};
use tests::{App, directory};

use super::attest::asked;
use crate::table::items;

#[tokio::test]
async fn the_page_shows_the_question_and_looking_answers_nothing() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, person, token) = asked(&app, &owner).await;
    let before = items(&app).await.into_iter().filter(|item| item.contains("ATTESTATION#")).collect::<Vec<_>>();
    for _ in 0..3 {
        let told: Value = app.post("/v1/attestations/preview", json!({ "token": token })).await.expect(200);
        let somebody: Value = owner.get(&format!("/v1/people/{person}")).await.expect(200);
        assert_eq!((&told["company"], &told["name"]), (&"northwind".into(), &somebody["name"]));
        assert!(!told["licences"].as_array().unwrap().is_empty() && told["answer"].is_null());
        // No more than the question needs: nobody's address.
        assert!(!told.to_string().contains('@'));
    }
    // A scanner that opens links finds no address that answers.
    for path in ["/v1/attestations/preview", "/v1/attestations/answer"] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(app.call(method, path, None, None).await.status, 405);
        }
    }
    let after = items(&app).await.into_iter().filter(|item| item.contains("ATTESTATION#")).collect::<Vec<_>>();
    assert_eq!(before, after);
    let listed: Value = owner.get(&format!("/v1/findings/{finding}/attestations")).await.expect(200);
    assert!(listed["items"][0]["answer"].is_null());
}

#[tokio::test]
async fn a_link_that_is_none_or_too_old_shows_nothing() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (.., token) = asked(&app, &owner).await;
    for wrong in ["sat_x", "", &token[..token.len() - 1]] {
        app.post("/v1/attestations/preview", json!({ "token": wrong })).await.expect_problem(410, "link_not_good");
    }
    app.clock.advance(jiff::SignedDuration::from_hours(24 * 14));
    app.post("/v1/attestations/preview", json!({ "token": token })).await.expect_problem(410, "link_not_good");
}
