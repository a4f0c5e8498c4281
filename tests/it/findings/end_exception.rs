//! `findings-end-exception`.

use http::Method;
use serde_json::{Value, json};
use tests::{App, directory};

use super::{send, text};
use crate::{ledger::told, microsoft::count};

#[tokio::test]
async fn what_it_covered_counts_again() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let made: Value = owner.post("/v1/exceptions", json!({ "check": "L6", "reason": "Summer" })).await.expect(201);
    app.pump().await;
    assert!(told(&owner).await.total("monthly") < before.total("monthly"));
    let path = format!("/v1/exceptions/{}", text(&made, "exception"));
    send(&app, &owner, Method::DELETE, &path, None, None).await.expect_problem(428, "precondition_required");
    send(&app, &owner, Method::DELETE, &path, Some("\"9\""), None).await.expect_problem(412, "stale");
    let etag = text(&made, "etag");
    assert_eq!(send(&app, &owner, Method::DELETE, &path, Some(&etag), None).await.status, 204);
    send(&app, &owner, Method::DELETE, &path, Some(&etag), None).await.expect_problem(404, "not_found");
    app.pump().await;
    let after = told(&owner).await;
    assert_eq!((after.result(), &after.findings), (before.result(), &before.findings));
    assert_eq!((count(&owner, "exception.ended").await, count(&owner, "findings.settled").await), (1, 2));
    // Decided anew it is another one: what was seen of the first is stale.
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    let again: Value = owner.post("/v1/exceptions", json!({ "check": "L6", "reason": "Winter" })).await.expect(201);
    assert_eq!(again["exception"], made["exception"]);
    send(&app, &owner, Method::DELETE, &path, Some(&etag), None).await.expect_problem(412, "stale");
    app.pump().await;
}
