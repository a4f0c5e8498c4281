//! `scans-run`.

use serde_json::Value;
use tests::{App, directory};

#[tokio::test]
async fn a_company_signs_up_connects_is_scanned_and_reads_what_it_could_save() {
    let app = App::of(directory(7, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    println!("{overview:#}");
    assert_eq!(overview["scan"]["state"], "finished", "{overview:#}");
    assert!(overview["totals"]["monthly"]["amount_minor"].as_i64().unwrap() > 0);
    for mail in app.inbox() {
        println!("{} | {}", mail.subject, mail.to.join(","));
    }
}
