//! `insights-feeds`.

use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn the_list_shows_who_made_an_address_and_never_its_secret() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let made: Value = owner.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    let answer = owner.get("/v1/feeds").await;
    let secret = made["address"].as_str().unwrap().split('/').find(|part| part.starts_with("scf_")).unwrap();
    assert!(!String::from_utf8_lossy(&answer.body).contains(secret));
    let told: Value = answer.expect(200);
    assert_eq!(told["items"], json!([made["feed"]]));
    assert_eq!(told["items"][0]["created_by"], json!(owner.user));
    let other = app.tenant("contoso").await;
    assert_eq!(other.get("/v1/feeds").await.expect::<Value>(200)["items"], json!([]));
    app.pump().await;
}
