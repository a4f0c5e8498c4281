//! `findings-wake`.

use serde_json::{Value, json};
use tests::{App, directory};

use super::text;
use crate::{ledger::told, microsoft::count};

#[tokio::test]
async fn what_is_no_longer_put_off_is_where_it_was() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let path = format!("/v1/findings/{}", text(&before.overview["top"][0], "finding"));
    owner.post(&format!("{path}/snooze"), json!({ "until": "2026-12-24T00:00:00Z" })).await.expect::<Value>(200);
    app.pump().await;
    assert_ne!(told(&owner).await.overview["top"], before.overview["top"]);
    for _ in 0..2 {
        assert_eq!(owner.act(&format!("{path}/wake")).await.status, 204);
        app.pump().await;
    }
    let after = told(&owner).await;
    assert_eq!((after.result(), &after.findings), (before.result(), &before.findings));
    assert_eq!(count(&owner, "finding.woken").await, 1);
}
