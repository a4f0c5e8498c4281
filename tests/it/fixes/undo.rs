//! `fixes-undo`.

use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use model::{PersonId, SkuId};
use serde_json::{Value, json};

use super::{app, finding, fingerprint, fix_of, fresh, items, licences, outcome, owner, post, undo, writes};

#[tokio::test]
async fn what_somebody_set_since_stays_and_is_said() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let id = app.only_directory();
    let (path, _) = fix_of(&app, &mut owner, "L3").await;
    let done: Vec<(PersonId, SkuId)> = items(&owner, &path)
        .await
        .iter()
        .map(|item| {
            let sku = item["change"]["remove"][0].as_str().unwrap().parse().unwrap();
            (item["person"].as_str().unwrap().parse().unwrap(), sku)
        })
        .collect();
    let [(back, sku), (gone, _), ..] = done[..] else { panic!("two people") };
    // Given back by hand as it was, and deleted.
    app.microsoft().assign(id, back, &[(sku, Vec::new())], &[]).unwrap();
    assert!(app.microsoft().delete_person(id, gone));
    app.microsoft().clear_calls();
    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!(undone["undo_tally"]["done"].as_u64(), Some(done.len() as u64 - 2), "{undone:#}");
    for item in items(&owner, &path).await {
        let person: PersonId = item["person"].as_str().unwrap().parse().unwrap();
        let how =
            (item["undo"]["state"].as_str().unwrap(), item["undo"]["reason"]["code"].as_str().unwrap_or_default());
        if person == gone {
            assert_eq!(how, ("failed", "person_gone"));
        } else if person == back {
            // As it was before, or with other parts on than before: then it is theirs.
            assert!(matches!(how, ("skipped", "already_so") | ("failed", "changed_by_others")), "{how:?}");
        } else {
            assert_eq!(how, ("done", ""));
        }
    }
    assert_eq!(writes(&app), done.len() - 2);
}

#[tokio::test]
async fn a_seat_that_somebody_else_got_is_said_and_undo_goes_on_when_it_is_free() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    let number = ended["tally"]["done"].as_u64().unwrap();
    let refusal = Fault::Status(400, RetryAfter::Absent);
    app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense"), refusal);
    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!(
        (undone["undo_tally"]["done"].as_u64(), undone["undo_tally"]["failed"].as_u64()),
        (Some(number - 1), Some(1)),
        "{undone:#}"
    );
    assert_eq!(undone["undo"]["possible"], true);
    // Again: what is back stays, what is not comes.
    app.microsoft().clear_calls();
    let again = undo(&app, &mut owner, &path).await;
    assert_eq!(again["undo_tally"]["done"].as_u64(), Some(number), "{again:#}");
    assert_eq!(writes(&app), 1);
    assert_eq!(fingerprint(&app), before);
    post(&app, &owner, &format!("{path}/undo"), "third", None).await.expect_problem(409, "undo_over");
}

#[tokio::test]
async fn a_mailbox_comes_back_for_twenty_five_days() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    assert_eq!(ended["undo"]["class"], json!({ "type": "until", "days": 25 }));
    app.clock.advance(SignedDuration::from_hours(25 * 24));
    fresh(&app, &mut owner).await;
    post(&app, &owner, &format!("{path}/undo"), "late", None).await.expect_problem(409, "undo_over");
    app.pump().await;
}

#[tokio::test]
async fn only_what_has_ended_is_undone_and_one_key_undoes_once() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = super::preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let path = super::approve(&app, &owner, &shown).await;
    post(&app, &owner, &format!("{path}/undo"), "early", None).await.expect_problem(409, "wrong_state");
    app.pump().await;
    fresh(&app, &mut owner).await;
    owner.act(&format!("{path}/undo")).await.expect_problem(400, "idempotency_key_needed");
    app.microsoft().clear_calls();
    for _ in 0..2 {
        post(&app, &owner, &format!("{path}/undo"), "once", None).await.expect::<Value>(202);
    }
    app.pump().await;
    post(&app, &owner, &format!("{path}/undo"), "once", None).await.expect::<Value>(202);
    app.pump().await;
    let number = items(&owner, &path).await.iter().filter(|item| outcome(item).0 == "done").count();
    assert_eq!(writes(&app), number);
    let person = items(&owner, &path).await[0]["person"].as_str().unwrap().parse().unwrap();
    assert!(!licences(&app, person).is_empty());
}
