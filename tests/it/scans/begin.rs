//! `scans-begin`.

use local_aws::Chaos;
use serde_json::Value;
use tests::{App, directory};

use crate::microsoft::count;

#[tokio::test]
async fn connecting_begins_one_scan_however_often_it_is_told() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.tenant("northwind").await;
    app.system.bus().chaos(Chaos { seed: 1, duplicate: 1.0, ..Chaos::default() });
    owner.connect(app.only_directory()).await;
    app.pump().await;
    for kind in ["connection.connected", "scan.requested", "scan.finished"] {
        assert_eq!(count(&owner, kind).await, 1, "{kind}");
    }
    let list: Value = owner.get("/v1/scans").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (list["items"][0]["state"].as_str(), list["items"][0]["scheduled"].as_bool()),
        (Some("finished"), Some(false))
    );
    // One mail, too.
    let told =
        app.inbox().iter().filter(|mail| mail.subject.contains("save") || mail.text.contains("/savings/")).count();
    assert_eq!(told, 1, "{:#?}", app.inbox().iter().map(|mail| &mail.subject).collect::<Vec<_>>());
}

#[tokio::test]
async fn connecting_again_begins_another() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    owner.delete("/v1/microsoft").await;
    owner.connect(id).await;
    app.pump().await;
    assert_eq!(count(&owner, "scan.finished").await, 2);
}
