//! `insights-approve`.

use model::{Event, FixId};
use serde_json::Value;
use store::Commit;
use tests::App;

use crate::{
    insights::realise::{finished, keep, realised},
    table::scope,
};

#[tokio::test]
async fn what_a_fix_saves_is_approved_until_it_is_undone_in_whatever_order_events_come() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let ended =
        |done, monthly_minor| Event::FixFinished { fix, done, failed: 0, skipped: 0, pending: 0, monthly_minor };
    let tell = async |event: Event| {
        app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    };
    let approved = async || -> Value {
        let told: Value = owner.get("/v1/savings").await.expect(200);
        told["approved"]["amount_minor"].clone()
    };
    tell(ended(3, 6600)).await;
    app.pump().await;
    assert_eq!(approved().await, 6600);
    // Its failed item was tried again: the fix ends a second time, with all that is done.
    app.clock.advance(jiff::SignedDuration::from_secs(5));
    tell(ended(4, 8800)).await;
    app.pump().await;
    assert_eq!(approved().await, 8800);
    tell(Event::FixUndone { fix, done: 1, failed: 0 }).await;
    app.pump().await;
    assert_eq!(approved().await, 6600);
    // An undo that arrives before its fix waits for it on the bus.
    let late = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    tell(Event::FixUndone { fix: late, done: 2, failed: 0 }).await;
    tell(Event::FixFinished { fix: late, done: 2, failed: 0, skipped: 0, pending: 0, monthly_minor: 4400 }).await;
    app.pump().await;
    assert_eq!(approved().await, 6600);
}

#[tokio::test]
async fn seats_gone_after_a_fix_are_realised_before_any_renewal() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2027-06-01", false).await;
    finished(&app, &scope).await;
    keep(&app, &scope, 38, 36, "2027-06-01", false).await;
    finished(&app, &scope).await;
    assert!(realised(&owner).await.is_empty(), "nothing that Steward knows of explains it");
    let fix = FixId::generate(&app.system.connect().ids, app.clock.clock().now());
    let event = Event::FixFinished { fix, done: 2, failed: 0, skipped: 0, pending: 0, monthly_minor: 4400 };
    app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    app.pump().await;
    keep(&app, &scope, 36, 36, "2027-06-01", false).await;
    finished(&app, &scope).await;
    let told = realised(&owner).await;
    assert_eq!((told.len(), &told[0]["seats"], &told[0]["monthly_minor"]), (1, &2.into(), &4400.into()));
}
