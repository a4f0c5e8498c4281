//! `findings-snooze`.

use serde_json::{Value, json};
use tests::{App, directory};

use super::text;
use crate::{ledger::told, microsoft::count, scans::scan};

#[tokio::test]
async fn what_is_put_off_is_not_to_be_done_next_and_its_money_counts() {
    let app = App::of(directory(3, 180)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let first = text(&before.overview["top"][0], "finding");
    let path = format!("/v1/findings/{first}/snooze");
    let until = json!({ "until": "2026-12-24T00:00:00Z" });
    for _ in 0..2 {
        let told: Value = owner.post(&path, until.clone()).await.expect(200);
        assert_eq!(told, json!({ "finding": first, "until": "2026-12-24T00:00:00Z" }));
    }
    app.pump().await;
    assert_eq!(count(&owner, "finding.snoozed").await, 1, "the same again is no change");
    let after = told(&owner).await;
    assert_eq!(after.overview["totals"], before.overview["totals"]);
    assert!(after.overview["top"].as_array().unwrap().iter().all(|action| text(action, "finding") != first));
    assert_eq!(after.overview["top"].as_array().unwrap().len(), 3, "the next one takes its place");
    let detail: Value = owner.get(&format!("/v1/findings/{first}")).await.expect(200);
    assert_eq!(text(&detail, "snoozed_until"), "2026-12-24T00:00:00Z");
    scan(&app, &mut owner).await;
    assert_eq!(told(&owner).await.result(), after.result(), "the next check knows of it");

    for (until, code) in [("2026-11-21T08:00:00Z", "too_early"), ("2027-12-01T00:00:00Z", "too_late")] {
        let answer = owner.post(&path, json!({ "until": until })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["code"], code);
    }
    owner.post(&path, json!({ "until": "tomorrow" })).await.expect_problem(400, "bad_body");
    let nothing = "/v1/findings/fnd_00000000000000000000000000/snooze";
    owner.post(nothing, until).await.expect_problem(404, "not_found");
}
