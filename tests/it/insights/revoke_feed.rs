//! `insights-revoke-feed`.

use http::Method;
use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn a_revoked_address_leads_nowhere_at_once() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let made: Value = owner.post("/v1/feeds", json!({ "name": "Office calendar" })).await.expect(201);
    let path = made["address"].as_str().unwrap().split_once("/v1/").unwrap().1;
    let path = format!("/v1/{path}");
    assert_eq!(app.call(Method::GET, &path, None, None).await.status, 200);
    let feed = format!("/v1/feeds/{}", made["feed"]["feed"].as_str().unwrap());
    let other = app.tenant("contoso").await;
    other.delete(&feed).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(&feed).await.status, 204);
    owner.delete(&feed).await.expect_problem(404, "not_found");
    let revoked = app.call(Method::GET, &path, None, None).await;
    let never = app.call(Method::GET, "/v1/feeds/scf_nothing/renewals.ics", None, None).await;
    revoked.expect_problem(404, "not_found");
    let told = |answer: &tests::Answer| {
        let mut told = answer.json();
        told.as_object_mut().unwrap().remove("instance");
        told
    };
    assert_eq!(told(&revoked), told(&never), "revoked and never made read alike");
    app.pump().await;
}
