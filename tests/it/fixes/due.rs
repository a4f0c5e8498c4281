//! `fixes-due`.

use jiff::SignedDuration;
use model::PersonId;
use serde_json::{Value, json};
use tests::{App, READER_APP};

use super::{
    app, approve, finding, fresh, items, licences, losing_mailbox, nothing_follows, outcome, owner, people, preview,
    take_by_hand, writes,
};
use crate::{ledger::all, microsoft::count};

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

/// Calls of Microsoft that read who holds a role, and what mailboxes are for.
fn looked(app: &App) -> (usize, usize) {
    let calls = app.microsoft().calls();
    let count = |of: &str| calls.iter().filter(|call| call.template.ends_with(of)).count();
    (count("/roleassignments"), count("/mailboxsettings"))
}

#[tokio::test]
async fn whoever_became_an_administrator_or_has_a_shared_mailbox_since_the_approval_is_left_alone() {
    let app = app(600).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    // Otherwise Microsoft does not tell what a mailbox is for.
    let permissions = [&graph::reader_permissions()[..], &["MailboxSettings.Read"][..]].concat();
    app.microsoft().consent_partly(READER_APP, id, &permissions);
    let finding = finding(&owner, "L3").await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding, "at": at.to_string() })).await;
    let (losing, going) = (losing_mailbox(&shown), people(&shown["items"]));
    // Who approves was told to look at a mailbox that is large or archived, whatever it is for.
    let found = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let is_noted = |person: &PersonId| {
        let one = found.iter().find(|one| one["person"] == person.to_string()).expect("found");
        one["guards"].as_array().unwrap().contains(&json!("G2"))
    };
    let plain: Vec<PersonId> = losing.iter().copied().filter(|person| !is_noted(person)).collect();
    let [appointed, shared, ..] = plain[..] else { panic!("two people lose a mailbox: {losing:?}") };
    let path = approve(&app, &owner, &shown).await;
    app.microsoft().appoint(id, appointed).unwrap();
    app.microsoft().share_mailbox(id, shared).unwrap();
    let had = [appointed, shared].map(|person| licences(&app, person));
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(49));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let all = items(&owner, &path).await;
    for item in &all {
        let person: PersonId = item["person"].as_str().unwrap().parse().unwrap();
        let alone = [appointed, shared].contains(&person);
        assert_eq!(outcome(item), if alone { ("skipped", "changed_since_preview") } else { ("done", "") }, "{item:#}");
    }
    assert!(all.len() == going.len() && going.len() > 2, "{all:#?}");
    let (roles, mailboxes) = looked(&app);
    assert_eq!((writes(&app), roles), (going.len() - 2, 1));
    assert!((losing.len()..=going.len()).contains(&mailboxes), "{mailboxes} of {}", losing.len());
    assert_eq!([appointed, shared].map(|person| licences(&app, person)), had);
    // Confirmed, it is done, and at once: it was looked at a moment ago.
    let body = json!({ "finding": finding, "people": [appointed, shared] });
    let shown = preview(&owner, body).await;
    let guards = shown["to_accept"].as_array().unwrap();
    assert!(guards.contains(&json!("G3")) && guards.contains(&json!("G4")), "{shown:#}");
    let path = approve(&app, &owner, &shown).await;
    app.microsoft().clear_calls();
    app.pump().await;
    fresh(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!((ended["tally"]["done"].as_u64(), looked(&app)), (Some(2), (0, 0)), "{ended:#}");
}

#[tokio::test]
async fn a_group_that_opens_more_since_the_approval_is_not_left() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let body = json!({ "finding": finding(&owner, "L6").await, "action": "leave_group", "at": at.to_string() });
    let shown = preview(&owner, body).await;
    let going: Vec<&Value> =
        shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).collect();
    let group = &going[0]["change"]["group"];
    let of_it = going.iter().filter(|item| item["change"]["group"] == *group).count();
    let path = approve(&app, &owner, &shown).await;
    app.microsoft().give_address(id, group.as_str().unwrap().parse().unwrap()).unwrap();
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(49));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let all = items(&owner, &path).await;
    for item in &all {
        let want = if item["change"]["group"] == *group { ("skipped", "changed_since_preview") } else { ("done", "") };
        assert_eq!(outcome(item), want, "{item:#}");
    }
    assert_eq!((all.len(), writes(&app)), (going.len(), going.len() - of_it));
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
