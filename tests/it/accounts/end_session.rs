//! `accounts-end-session`.

use serde_json::{Value, json};
use tests::App;

use crate::table::session;

#[tokio::test]
async fn one_of_ones_own_sessions_is_ended_at_once_and_nobody_elses() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let lost = app.sign_in("owner@acme.example").await;
    let path = format!("/v1/me/sessions/{}", session(&lost));
    stranger.delete(&path).await.expect_problem(404, "not_found");
    lost.get("/v1/me").await.expect::<Value>(200);

    assert_eq!(owner.delete(&path).await.status, 204);
    lost.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": lost.refresh })).await.expect_problem(401, "invalid_token");
    owner.delete(&path).await.expect_problem(404, "not_found");
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    let told = json!({ "kind": "user.sessions_revoked", "user": owner.user, "session": session(&lost) });
    assert_eq!(log["items"][0]["event"], told);
    // This one too, if that is what is wanted.
    assert_eq!(owner.delete(&format!("/v1/me/sessions/{}", session(&owner))).await.status, 204);
    owner.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.pump().await;
}
