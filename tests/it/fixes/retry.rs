//! `fixes-retry`.

use local_microsoft::{Fault, RetryAfter, When};
use serde_json::Value;

use super::{app, fix_of, fresh, items, outcome, owner, post, told, writes};
use crate::microsoft::count;

#[tokio::test]
async fn what_failed_is_tried_again_and_nothing_else() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let fault = Fault::Status(400, RetryAfter::Absent);
    app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense").times(2), fault);
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!((ended["tally"]["failed"].as_u64(), ended["can_retry"].as_bool()), (Some(2), Some(true)), "{ended:#}");
    let done = ended["tally"]["done"].as_u64().unwrap();
    assert_eq!(told(&owner, &path, "fixes").await, done + 2);
    assert!(app.mail_to("owner@northwind.example").subject.contains("2 changes not"));
    let failed: Vec<Value> =
        items(&owner, &path).await.into_iter().filter(|item| outcome(item).0 == "failed").collect();
    assert!(failed.iter().all(|item| outcome(item).1 == "refused" && item["outcome"]["reason"]["text"].is_string()));
    fresh(&app, &mut owner).await;
    app.microsoft().clear_calls();
    post(&app, &owner, &format!("{path}/retry"), "again", None).await.expect::<Value>(202);
    app.pump().await;
    fresh(&app, &mut owner).await;
    let again: Value = owner.get(&path).await.expect(200);
    assert_eq!(
        (again["tally"]["done"].as_u64(), again["tally"]["failed"].as_u64()),
        (Some(done + 2), Some(0)),
        "{again:#}"
    );
    assert_eq!((writes(&app), told(&owner, &path, "fixes").await), (2, 2));
    post(&app, &owner, &format!("{path}/retry"), "third", None).await.expect_problem(409, "wrong_state");
    // The second event tells what is new: a saving is told once.
    let events: Value = owner.get("/v1/events?kind=fix.finished").await.expect(200);
    let told: u64 =
        events["items"].as_array().unwrap().iter().map(|event| event["done"].as_u64().unwrap_or_default()).sum();
    assert!(told == done + 2 || events["items"][0].get("done").is_none(), "{events:#}");
    assert_eq!(count(&owner, "fix.finished").await, 2);
}
