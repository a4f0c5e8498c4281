//! `insights-export-savings`.

use jiff::SignedDuration;
use model::FixId;
use tests::App;

use crate::{
    files::{is_noted, minor, rows},
    fixes::{ended, finished as fix_finished},
    insights::realise::{finished, keep},
    table::scope,
};

#[tokio::test]
async fn the_file_holds_every_entry_of_the_ledger() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-11-22", false).await;
    finished(&app, &scope).await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    ended(&app, &owner, fix, &[2200; 4], 0, Some(fix_finished(fix, &[2200; 4]))).await;
    app.pump().await;
    app.clock.advance(SignedDuration::from_hours(48));
    for seats in [36, 37] {
        keep(&app, &scope, seats, 36, "2027-11-22", false).await;
        finished(&app, &scope).await;
    }
    let owner = app.sign_in("owner@acme.example").await;
    let file = rows(&owner.get("/v1/savings/export").await, "steward-savings");
    let entries: Vec<(&str, &str, Option<i64>)> =
        file.iter().map(|row| (row["entry"].as_str(), row["because"].as_str(), minor(&row["monthly"]))).collect();
    assert_eq!(entries, [("approved", "", Some(8800)), ("realised", "renewal", Some(8800)), ("seats", "", Some(0))]);
    assert_eq!(file[1]["what"], "Microsoft 365 Business Premium");
    is_noted(&owner, "savings", 3).await;
    owner.get("/v1/savings/export?from=yesterday").await.expect_problem(400, "bad_query");
    app.pump().await;
}
