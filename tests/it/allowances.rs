//! Limits of how often something may be done: exact, fair to the millisecond, and closed when the table is gone (C18).

use futures::future::join_all;
use jiff::SignedDuration;
use local_aws::Fault;
use store::{Limit, Meter, StoreError, metered};
use tests::App;

const LIMIT: Limit = Limit { name: "test", count: 5, window: SignedDuration::from_mins(1) };

async fn allowed(app: &App, times: usize) -> usize {
    let mut allowed = 0;
    for _ in 0..times {
        allowed += usize::from(app.system.store.allow(LIMIT, "203.0.113.7").await.unwrap().left.is_some());
    }
    allowed
}

#[tokio::test]
async fn a_burst_is_allowed_and_then_one_for_each_part_of_the_window() {
    let app = App::start().await;
    let store = &app.system.store;
    let mut left = Vec::new();
    for _ in 0..5 {
        left.push(store.allow(LIMIT, "203.0.113.7").await.unwrap().left);
    }
    assert_eq!(left, [Some(4), Some(3), Some(2), Some(1), Some(0)]);
    let refused = store.allow(LIMIT, "203.0.113.7").await.unwrap();
    assert_eq!((refused.left, refused.wait), (None, SignedDuration::from_secs(12)));

    app.clock.advance(SignedDuration::from_millis(11_999));
    assert_eq!(allowed(&app, 1).await, 0, "a millisecond early");
    app.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(allowed(&app, 2).await, 1, "the time that was told is the time to wait");
    app.clock.advance(SignedDuration::from_secs(24));
    assert_eq!(allowed(&app, 5).await, 2);
    // Over any minute at most five and what refills meanwhile: no edge lets twice the limit through.
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(allowed(&app, 9).await, 5);
}

#[tokio::test]
async fn of_many_at_one_instant_no_more_than_the_limit_get_through() {
    let app = App::start().await;
    let all = join_all((0..40).map(|_| app.system.store.allow(LIMIT, "203.0.113.7"))).await;
    let through = all.into_iter().filter(|one| one.as_ref().unwrap().left.is_some()).count();
    // Those who lose every race are refused, never let through.
    assert!((1..=5).contains(&through), "{through}");
}

#[tokio::test]
async fn limits_and_those_they_count_against_do_not_mix() {
    let app = App::start().await;
    assert_eq!(allowed(&app, 6).await, 5);
    let store = &app.system.store;
    assert!(store.allow(LIMIT, "203.0.113.8").await.unwrap().left.is_some());
    let other = Limit { name: "other", ..LIMIT };
    assert!(store.allow(other, "203.0.113.7").await.unwrap().left.is_some());
}

#[tokio::test]
async fn a_flood_costs_no_write_a_request_and_a_table_that_is_gone_lets_nobody_through() {
    let app = App::start().await;
    assert_eq!(allowed(&app, 6).await, 5);
    let meter = Meter::default();
    assert_eq!(metered(&meter, allowed(&app, 50)).await, 0);
    assert_eq!(meter.spent().trips, 0);
    assert_eq!(meter.allowance().map(|told| told.left), Some(None));

    app.system.aws.faults().rate(Fault::InternalServerError, 1.0);
    let error = app.system.store.allow(LIMIT, "203.0.113.9").await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    app.system.aws.faults().clear();
}
