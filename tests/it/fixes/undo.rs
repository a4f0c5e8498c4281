//! `fixes-undo`.

use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Fault, RetryAfter, When};
use model::{FixId, PersonId, PlanId, SkuId};
use serde_json::{Value, json};
use store::{Commit, Fix, FixState, FixWaits};
use tests::App;

use super::{
    any, app, approve, finding, fingerprint, finished, fix, fix_of, fresh, is_write, items, licences, losing_mailbox,
    nothing_follows, outcome, owner, people, post, preview, undo, writes,
};
use crate::{scans::renew, table::scope};

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
async fn what_microsoft_shows_late_can_be_undone_for_twenty_five_days_from_when_it_was_written() {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L3").await;
    let shown = preview(&owner, json!({ "finding": finding })).await;
    let losing = losing_mailbox(&shown);
    let [one, other, ..] = losing[..] else { panic!("two people: {shown:#}") };
    app.microsoft().lag(SignedDuration::from_mins(30));
    let mut late = Vec::new();
    for person in [one, other] {
        fresh(&app, &mut owner).await;
        app.microsoft().clear_calls();
        let (path, ended) = fix(&app, &mut owner, json!({ "finding": finding, "people": [person] })).await;
        assert_eq!((&ended["tally"]["pending"], &ended["tally"]["done"]), (&json!(1), &json!(0)), "{ended:#}");
        let written = app.microsoft().calls().into_iter().find(is_write).unwrap().at;
        let until: Timestamp = ended["undo"]["until"].as_str().unwrap().parse().unwrap();
        let off = until.duration_since(written + days(25)).abs();
        assert!(off < SignedDuration::from_mins(1), "{off:#} from twenty-five days after the write");
        late.push((path, until));
    }
    app.microsoft().lag(SignedDuration::ZERO);
    app.clock.advance(days(20));
    fresh(&app, &mut owner).await;
    let (path, until) = &late[0];
    post(&app, &owner, &format!("{path}/retry"), "late", None).await.expect::<Value>(202);
    app.pump().await;
    fresh(&app, &mut owner).await;
    let seen: Value = owner.get(path).await.expect(200);
    assert_eq!((&seen["tally"]["done"], &seen["undo"]["possible"]), (&json!(1), &json!(true)), "{seen:#}");
    let still: Timestamp = seen["undo"]["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(still, *until, "from the write, not from when it was seen");
    // Seen or not.
    app.clock.advance(days(6));
    fresh(&app, &mut owner).await;
    for (path, _) in &late {
        let answer = post(&app, &owner, &format!("{path}/undo"), &format!("undo {path}"), None).await;
        answer.expect_problem(409, "undo_over");
    }
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

/// How the undo of an item ended.
fn undone(item: &Value) -> (&str, &str) {
    (item["undo"]["state"].as_str().unwrap(), item["undo"]["reason"]["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn an_undo_that_waited_for_an_hour_does_not_give_back_what_a_later_fix_took_again() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let finding = finding(&owner, "L3").await;
    let who = people(&preview(&owner, json!({ "finding": finding })).await["items"])[0];
    let had = licences(&app, who);
    let body = json!({ "finding": finding, "people": [who] });
    let (first, _) = fix(&app, &mut owner, body.clone()).await;
    assert!(licences(&app, who).len() < had.len());
    // Microsoft gives it back and does not show it.
    app.microsoft().lag(SignedDuration::from_mins(30));
    let waits = undo(&app, &mut owner, &first).await;
    assert_eq!(waits["undo_tally"]["pending"], 1, "{waits:#}");
    app.microsoft().lag(SignedDuration::ZERO);
    assert_eq!(licences(&app, who), had, "it was given back");
    // It shows, and somebody takes it again on purpose.
    app.clock.advance(SignedDuration::from_mins(10));
    fresh(&app, &mut owner).await;
    let (second, taken) = fix(&app, &mut owner, body).await;
    assert_eq!(taken["tally"]["done"], 1, "{taken:#}");
    let without = licences(&app, who);
    // Longer after the first undo than Microsoft may take to show it.
    app.clock.advance(SignedDuration::from_hours(1));
    app.microsoft().clear_calls();
    let again = undo(&app, &mut owner, &first).await;
    assert_eq!(undone(&items(&owner, &first).await[0]), ("skipped", "done_again_later"), "{again:#}");
    assert_eq!((writes(&app), licences(&app, who)), (0, without));
    assert_eq!(again["undo"]["possible"], false, "it is the second one's to undo: {again:#}");
    let saved = |fix: &Value| (fix["saving"]["monthly"].clone(), fix["saving"]["freed"].clone());
    assert_eq!(saved(&again), (Value::Null, json!([])), "and its saving, which is told once: {again:#}");
    // That one gives it back, once.
    let back = undo(&app, &mut owner, &second).await;
    assert_eq!((&back["undo_tally"]["done"], writes(&app)), (&json!(1), 1), "{back:#}");
    assert_eq!(fingerprint(&app), before);
}

#[tokio::test]
async fn an_undo_asked_for_within_the_hour_leaves_a_later_fix_alone_as_well() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L3").await;
    let two = people(&preview(&owner, json!({ "finding": finding })).await["items"]);
    let [who, other, ..] = two[..] else { panic!("two people") };
    let had = licences(&app, who);
    let (first, _) = fix(&app, &mut owner, json!({ "finding": finding, "people": [who, other] })).await;
    // Given back by hand, and taken by a second fix: nobody undid the first.
    let given: Vec<(SkuId, Vec<_>)> = had.iter().map(|sku| (*sku, Vec::new())).collect();
    app.microsoft().assign(app.only_directory(), who, &given, &[]).unwrap();
    fresh(&app, &mut owner).await;
    let (second, _) = fix(&app, &mut owner, json!({ "finding": finding, "people": [who] })).await;
    app.microsoft().clear_calls();
    undo(&app, &mut owner, &first).await;
    for item in items(&owner, &first).await {
        let own = item["person"] == json!(who);
        assert_eq!(undone(&item), if own { ("skipped", "done_again_later") } else { ("done", "") }, "{item:#}");
    }
    assert_eq!(writes(&app), 1, "the other's alone");
    undo(&app, &mut owner, &second).await;
    assert_eq!(licences(&app, who), had);
}

/// What somebody has directly, as it is given.
fn direct(app: &App, person: PersonId) -> Vec<(SkuId, Vec<PlanId>)> {
    let all = app.microsoft().directory(app.only_directory(), |directory| directory.changeable(person));
    let rows = all.unwrap().unwrap().licences.into_iter().filter(|((_, group), _)| group.is_none());
    rows.map(|((sku, _), row)| (sku, row.disabled.into_iter().collect())).collect()
}

#[tokio::test]
async fn an_undo_leaves_alone_what_a_fix_took_again_that_was_approved_before_and_planned_for_later() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L3").await;
    let who = people(&preview(&owner, json!({ "finding": finding })).await["items"])[0];
    let had = direct(&app, who);
    let at = app.clock.clock().now() + SignedDuration::from_hours(24);
    let shown = preview(&owner, json!({ "finding": finding, "people": [who], "at": at.to_string() })).await;
    let planned = approve(&app, &owner, &shown).await;
    app.clock.advance(SignedDuration::from_mins(1));
    fresh(&app, &mut owner).await;
    let (second, _) = fix(&app, &mut owner, json!({ "finding": finding, "people": [who] })).await;
    assert_ne!(direct(&app, who), had);
    // Given back by hand, and taken by the one that was planned.
    app.microsoft().assign(app.only_directory(), who, &had, &[]).unwrap();
    app.clock.advance(SignedDuration::from_hours(25));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let taken: Value = owner.get(&planned).await.expect(200);
    assert_eq!(taken["tally"]["done"], 1, "{taken:#}");
    app.microsoft().clear_calls();
    undo(&app, &mut owner, &second).await;
    assert_eq!(undone(&items(&owner, &second).await[0]), ("skipped", "done_again_later"));
    assert_eq!(writes(&app), 0);
    undo(&app, &mut owner, &planned).await;
    assert_eq!((writes(&app), direct(&app, who)), (1, had));
}

#[tokio::test]
async fn an_undo_reads_no_fix_that_ended_before_its_own_began() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let body = json!({ "finding": finding(&owner, "L3").await });
    let mut units = Vec::new();
    for earlier in [100, 300] {
        for _ in 0..earlier {
            any(&app, &owner).await;
        }
        app.clock.advance(SignedDuration::from_secs(1));
        fresh(&app, &mut owner).await;
        let (path, _) = fix(&app, &mut owner, body.clone()).await;
        let before = app.system.aws.dynamodb_calls();
        let back = undo(&app, &mut owner, &path).await;
        assert!(back["undo_tally"]["done"].as_u64() > Some(0), "{back:#}");
        units.push(app.system.aws.dynamodb_calls().since(&before).capacity_units);
    }
    assert!(units[1] < units[0] + 20.0, "{units:?} units with 100 fixes before it, and with 400");
}

#[tokio::test]
async fn an_undo_that_found_the_lane_taken_goes_next_however_many_fixes_there_were_since() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let (path, _) = fix_of(&app, &mut owner, "L3").await;
    app.clock.advance(SignedDuration::from_secs(1));
    for _ in 0..101 {
        any(&app, &owner).await;
    }
    let other: FixId = any(&app, &owner).await.parse().unwrap();
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let mut under_way = tenant.get::<Fix>(&other).await.unwrap().unwrap().value;
    under_way.state = FixState::Running;
    tenant.save(&under_way).await.unwrap();
    tenant.take_lane(other).await.unwrap().expect("the lane");
    assert_eq!(undo(&app, &mut owner, &path).await["state"], "undo_queued");
    // Nobody but the event of the other's end wakes it.
    under_way.state = FixState::Finished;
    tenant.save(&under_way).await.unwrap();
    tenant.commit(Commit::new().event(finished(other, &[])).unwrap()).await.unwrap();
    app.pump().await;
    renew(&app, &mut owner).await;
    assert_eq!(owner.get(&path).await.expect::<Value>(200)["state"], "undone");
    assert_eq!(fingerprint(&app), before);
    assert!(tenant.all::<FixWaits>().await.unwrap().is_empty(), "it waits no more");
}

#[tokio::test]
async fn what_came_back_late_and_was_taken_by_hand_is_given_again_only_to_who_asks_once_more() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L3").await;
    let who = people(&preview(&owner, json!({ "finding": finding })).await["items"])[0];
    let had = licences(&app, who);
    let (path, _) = fix(&app, &mut owner, json!({ "finding": finding, "people": [who] })).await;
    let without = licences(&app, who);
    let taken: Vec<SkuId> = had.iter().filter(|sku| !without.contains(sku)).copied().collect();
    assert!(!taken.is_empty());
    app.microsoft().lag(SignedDuration::from_mins(30));
    let waits = undo(&app, &mut owner, &path).await;
    assert_eq!(waits["undo_tally"]["pending"], 1, "{waits:#}");
    app.microsoft().lag(SignedDuration::ZERO);
    assert_eq!(licences(&app, who), had, "it was given back");
    app.clock.advance(SignedDuration::from_mins(10));
    app.microsoft().assign(app.only_directory(), who, &[], &taken).unwrap();
    // Within the hour it may still be late; after it, nobody knows whose hand it was, and that is said.
    app.microsoft().clear_calls();
    for (after, how) in [(0, ("pending", "not_shown_yet")), (60, ("failed", "gone_again"))] {
        app.clock.advance(SignedDuration::from_mins(after));
        let told = undo(&app, &mut owner, &path).await;
        assert_eq!(undone(&items(&owner, &path).await[0]), how, "{told:#}");
        assert_eq!((writes(&app), &told["undo"]["possible"]), (0, &json!(true)), "{told:#}");
        assert_eq!(licences(&app, who), without);
    }
    let back = undo(&app, &mut owner, &path).await;
    assert_eq!((&back["undo_tally"]["done"], writes(&app)), (&json!(1), 1), "{back:#}");
    assert_eq!(licences(&app, who), had);
}
