//! `findings-remove-price`.

use http::Method;
use local_microsoft::products as p;
use serde_json::{Value, json};
use tests::App;

use super::{send, set_price};
use crate::microsoft::count;

#[tokio::test]
async fn the_list_price_holds_again() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let path = format!("/v1/prices/{}", p::BUSINESS_PREMIUM);
    send(&app, &owner, Method::DELETE, &path, Some("*"), None).await.expect_problem(404, "not_found");
    set_price(&app, &owner, &p::BUSINESS_PREMIUM.to_string(), json!({ "amount_minor": 1 })).await;
    send(&app, &owner, Method::DELETE, &path, None, None).await.expect_problem(428, "precondition_required");
    send(&app, &owner, Method::DELETE, &path, Some("\"0\""), None).await.expect_problem(412, "stale");
    let removed = send(&app, &owner, Method::DELETE, &path, Some("\"1\""), None).await;
    assert_eq!((removed.status.as_u16(), removed.headers["etag"].to_str().unwrap()), (204, "\"2\""));
    send(&app, &owner, Method::DELETE, &path, Some("\"2\""), None).await.expect_problem(404, "not_found");
    let answer = owner.get("/v1/prices").await;
    assert_eq!(answer.headers["etag"], "\"2\"");
    assert_eq!(answer.expect::<Value>(200)["items"], json!([]));
    assert_eq!(count(&owner, "prices.changed").await, 2);
    app.pump().await;
}
