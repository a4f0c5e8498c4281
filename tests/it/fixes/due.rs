//! `fixes-due`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{app, approve, finding, fresh, owner, people, preview, take_by_hand, writes};
use crate::microsoft::count;

#[tokio::test]
async fn a_fix_begins_on_its_day_and_leaves_alone_what_changed() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    app.pump().await;
    app.run("fixes-due").await;
    app.pump().await;
    let waiting: Value = owner.get(&path).await.expect(200);
    assert_eq!((waiting["state"].as_str(), writes(&app)), (Some("scheduled"), 0), "{waiting:#}");
    let person = people(&shown["items"])[0];
    take_by_hand(&app, person);
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(49));
    // Fired twice: the second finds nothing due.
    app.run("fixes-due").await;
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    let number = people(&shown["items"]).len();
    assert_eq!((ended["state"].as_str(), ended["tally"]["skipped"].as_u64()), (Some("finished"), Some(1)), "{ended:#}");
    assert_eq!((ended["tally"]["done"].as_u64(), writes(&app)), (Some(number as u64 - 1), number - 1));
    assert_eq!(count(&owner, "fix.finished").await, 1);
}

#[tokio::test]
async fn a_fix_whose_approver_may_no_longer_approve_is_called_off() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let admin = crate::members::join(&app, &owner, "admin@northwind.example", "admin").await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&admin, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &admin, &shown).await;
    crate::members::change(&app, &owner, &admin, json!({ "role": "member" })).await;
    app.clock.advance(SignedDuration::from_hours(49));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!(
        (ended["state"].as_str(), ended["stopped"]["code"].as_str()),
        (Some("cancelled"), Some("approver_gone"))
    );
    assert_eq!(writes(&app), 0);
}
