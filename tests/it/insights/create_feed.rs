//! `insights-create-feed`.

use serde_json::{Value, json};
use tests::App;

use crate::table::items;

#[tokio::test]
async fn the_secret_is_shown_once_and_kept_nowhere() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let made: Value = owner.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    app.pump().await;
    let address = made["address"].as_str().unwrap();
    let secret = address.split('/').find(|part| part.starts_with("scf_")).unwrap();
    // 256 bits in base64url.
    assert_eq!(secret.len(), "scf_".len() + 43);
    assert!(address.ends_with("/renewals.ics"));
    assert!(items(&app).await.iter().all(|item| !item.contains(secret)), "only its hash is kept");
    let again: Value = owner.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    assert_ne!(made["address"], again["address"]);
    app.pump().await;
}

#[tokio::test]
async fn a_name_is_a_name_and_addresses_are_not_without_end() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for name in ["", "bell\u{7}", &"x".repeat(101)] {
        owner.post("/v1/feeds", json!({ "name": name })).await.expect_problem(422, "invalid");
    }
    for number in 0..20 {
        owner.post("/v1/feeds", json!({ "name": format!("Calendar {number}") })).await.expect::<Value>(201);
    }
    owner.post("/v1/feeds", json!({ "name": "One more" })).await.expect_problem(402, "plan_limit_reached");
    app.pump().await;
}
