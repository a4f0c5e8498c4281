//! `accounts-sessions`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use crate::table::session;

const PATH: &str = "/v1/me/sessions";

#[tokio::test]
async fn ones_own_sessions_are_listed_newest_first_and_those_that_are_over_are_not() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    app.clock.advance(SignedDuration::from_secs(60));
    let newer = app.sign_in("owner@acme.example").await;
    let answer = newer.get(PATH).await;
    assert!(answer.cost().0 <= 2, "{:?}", answer.cost());
    let listed: Value = answer.expect(200);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["session"], &items[0]["this"]), (&json!(session(&newer)), &json!(true)));
    assert_eq!((&items[1]["session"], &items[1]["this"]), (&json!(session(&owner)), &json!(false)));
    assert_eq!((&items[0]["device"], &items[0]["amr"]), (&json!("tests"), &json!(["pwd"])));
    assert_eq!(items[1]["began_at"], json!(tests::BEGIN));
    assert!(!listed.to_string().contains(&session(&stranger).to_string()));
    for secret in [&owner.refresh, &newer.refresh] {
        assert!(!listed.to_string().contains(secret.as_str()));
    }

    // A week later the first has not been used; this one was renewed.
    app.clock.advance(SignedDuration::from_hours(24 * 6));
    let renewed: Value = app.post("/v1/refresh", json!({ "refresh_token": newer.refresh })).await.expect(200);
    app.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(60));
    let renewed: Value =
        app.post("/v1/refresh", json!({ "refresh_token": renewed["refresh_token"] })).await.expect(200);
    let later = app.call(http::Method::GET, PATH, renewed["access_token"].as_str(), None).await.expect::<Value>(200);
    assert_eq!(later["items"].as_array().unwrap().len(), 1);
    assert_eq!(later["items"][0]["last_used_at"], json!(app.clock.clock().now()));
    app.pump().await;
}
