//! `fixes-get`.

use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use serde_json::{Value, json};

use super::{app, approve, finding, fix_of, fresh, owner, preview};

#[tokio::test]
async fn a_fix_says_where_it_is() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let path = approve(&app, &owner, &shown).await;
    let queued: Value = owner.get(&path).await.expect(200);
    assert_eq!((&queued["state"], &queued["tally"]["open"]), (&json!("queued"), &shown["people"]), "{queued:#}");
    assert_eq!((&queued["headline"], &queued["check"]), (&shown["headline"], &json!("L3")));
    app.pump().await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!((&ended["state"], &ended["tally"]["open"]), (&json!("finished"), &json!(0)));
    assert!(ended["undo"]["until"].is_string() && ended["undo"]["possible"] == true, "{ended:#}");
    owner.get("/v1/fixes/fix_00000000000000000000000000").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn what_nothing_was_made_of_is_not_said_to_be_undone_some_day() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let nothing = json!("There is nothing of it to put back.");
    let refused = When::path("/v1.0/users/{id}/assignlicense").always();
    app.microsoft().fault(refused, Fault::Status(400, RetryAfter::Absent));
    let (_, ended) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!((&ended["state"], &ended["tally"]["done"]), (&json!("finished"), &json!(0)), "{ended:#}");
    assert_eq!((&ended["undo"]["possible"], &ended["undo"]["text"]), (&json!(false), &nothing));

    fresh(&app, &mut owner).await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(24);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    let planned: Value = owner.get(&path).await.expect(200);
    assert_ne!(planned["undo"]["text"], nothing, "{planned:#}");
    assert_eq!(owner.delete(&path).await.status, 204);
    let cancelled: Value = owner.get(&path).await.expect(200);
    assert_eq!((&cancelled["state"], &cancelled["undo"]["text"]), (&json!("cancelled"), &nothing));
    app.pump().await;
}
