//! `fixes-cancel`.

use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use serde_json::{Value, json};

use super::{app, approve, finding, fix_of, fresh, owner, post, preview, undo, writes};

#[tokio::test]
async fn a_planned_fix_that_is_called_off_never_begins() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    assert_eq!(owner.get(&path).await.expect::<Value>(200)["can_cancel"], true);
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(owner.get(&path).await.expect::<Value>(200)["can_cancel"], false);
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
async fn one_that_is_tried_again_cannot_be_called_off_and_what_it_did_can_still_be_undone() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let fault = Fault::Status(400, RetryAfter::Absent);
    app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense"), fault);
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!(ended["tally"]["failed"], 1, "{ended:#}");
    fresh(&app, &mut owner).await;
    let again: Value = post(&app, &owner, &format!("{path}/retry"), "again", None).await.expect(202);
    assert_eq!((&again["state"], &again["can_cancel"]), (&json!("queued"), &json!(false)), "{again:#}");
    owner.delete(&path).await.expect_problem(409, "wrong_state");
    app.pump().await;
    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!((&undone["state"], &undone["undo_tally"]["done"]), (&json!("undone"), &undone["items"]), "{undone:#}");
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
