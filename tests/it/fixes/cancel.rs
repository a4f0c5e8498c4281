//! `fixes-cancel`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{app, approve, finding, fix_of, fresh, owner, preview, writes};

#[tokio::test]
async fn a_planned_fix_that_is_called_off_never_begins() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    assert_eq!(owner.delete(&path).await.status, 204);
    owner.delete(&path).await.expect_problem(409, "wrong_state");
    app.clock.advance(SignedDuration::from_hours(49));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!((ended["state"].as_str(), writes(&app)), (Some("cancelled"), 0), "{ended:#}");
}

#[tokio::test]
async fn one_that_has_ended_cannot_be_called_off() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (path, _) = fix_of(&app, &mut owner, "L3").await;
    owner.delete(&path).await.expect_problem(409, "wrong_state");
}

#[tokio::test]
async fn one_called_off_as_it_was_about_to_begin_does_not_stand_in_the_way_of_the_next() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let path = approve(&app, &owner, &shown).await;
    assert_eq!(owner.delete(&path).await.status, 204);
    app.pump().await;
    assert_eq!(writes(&app), 0);
    let (_, next) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!(next["tally"]["done"], shown["people"]);
}
