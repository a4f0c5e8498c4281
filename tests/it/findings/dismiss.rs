//! `findings-dismiss`.

use serde_json::{Value, json};
use tests::{App, directory};

use super::{minor, text};
use crate::ledger::told;

#[tokio::test]
async fn a_dismissed_finding_is_shown_as_accepted_counted_apart_and_no_longer_to_be_done() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let first = text(&before.overview["top"][0], "finding");
    let path = format!("/v1/findings/{first}");
    let saved = minor(&owner.get(&path).await.expect::<Value>(200)["saving"]["monthly"]);
    assert!(saved > 0);
    let made: Value = owner.post(&format!("{path}/dismiss"), json!({ "reason": "For the new shop" })).await.expect(201);
    assert_eq!(text(&made, "finding"), first);
    app.pump().await;
    let after = told(&owner).await;
    let detail: Value = owner.get(&path).await.expect(200);
    assert_eq!((&detail["state"], &detail["accepted"]), (&json!("accepted"), &made["exception"]));
    assert_eq!(minor(&detail["saving"]["monthly"]), 0);
    assert_eq!(after.findings.len(), before.findings.len(), "it stays in the list");
    let number = |told: &Value, name: &str| told[name].as_u64().unwrap();
    assert_eq!(number(&after.overview, "findings"), number(&before.overview, "findings") - 1);
    assert_eq!((number(&before.overview, "accepted"), number(&after.overview, "accepted")), (0, 1));
    assert!(after.overview["top"].as_array().unwrap().iter().all(|action| text(action, "finding") != first));
    // Licences of it that another finding lists too count there from now on.
    let elsewhere = after.total("monthly") - (before.total("monthly") - saved);
    assert!((0..=saved).contains(&elsewhere), "{elsewhere}");
    owner.post(&format!("{path}/dismiss"), json!({ "reason": "Again" })).await.expect_problem(409, "taken");
    let nothing = "/v1/findings/fnd_00000000000000000000000000/dismiss";
    owner.post(nothing, json!({ "reason": "x" })).await.expect_problem(404, "not_found");
    owner.post(&format!("{path}/dismiss"), json!({ "reason": "" })).await.expect_problem(422, "invalid");
}
