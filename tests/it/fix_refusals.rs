//! What Microsoft refuses of a fix or its undo is said in plain words, item by item, costs nothing else, and goes on
//! once its cause is gone; so does what something stopped halfway.

use checks::outcome::Remedy;
use jiff::SignedDuration;
use local_microsoft::{Directory, Fault, Recipe, When};
use model::{GroupId, PersonId, SkuId};
use serde_json::{Value, json};
use tests::{App, BEGIN, Client, LICENCE_WRITER_APP, Options, READER_APP};

use crate::{
    fixes::{
        app, app_of, approval, approve, finding, finding_like, fingerprint, fix, fix_of, fresh, is_write, items,
        licences, nothing_follows, outcome, owner, people, post, preview, undo, writes,
    },
    ledger::all,
    microsoft::{count, state},
    scans::{meanwhile, renew},
};

const ASSIGN: &str = "/v1.0/users/{id}/assignlicense";
const ON_PREMISES: &str = "Unable to update the specified properties for on-premises mastered Directory Sync objects \
                           or objects currently undergoing migration.";
const MAIL_GROUP: &str = "Cannot Update a mail-enabled security groups and or distribution list.";

/// Tries a fix again and lets it happen. How it ended.
async fn retry(app: &App, client: &mut Client<'_>, path: &str) -> Value {
    fresh(app, client).await;
    let key = format!("retry {}", app.clock.clock().now());
    post(app, client, &format!("{path}/retry"), &key, None).await.expect::<Value>(202);
    app.pump().await;
    renew(app, client).await;
    client.get(path).await.expect(200)
}

/// How an undo of an item ended: its state and reason.
fn undone(item: &Value) -> (&str, &str) {
    (item["undo"]["state"].as_str().unwrap(), item["undo"]["reason"]["code"].as_str().unwrap_or_default())
}

fn person_of(item: &Value) -> PersonId {
    item["person"].as_str().unwrap().parse().unwrap()
}

/// Gives every free seat of a licence type to somebody who has nothing to do with it. To whom.
fn take_seats(app: &App, sku: SkuId, not: &[PersonId]) -> Vec<PersonId> {
    let id = app.only_directory();
    let all: Vec<PersonId> = app.microsoft().directory(id, |d| d.accounts().map(|a| a.id).collect()).unwrap();
    let mut given = Vec::new();
    for person in all {
        if not.contains(&person) || licences(app, person).contains(&sku) {
            continue;
        }
        match app.microsoft().assign(id, person, &[(sku, Vec::new())], &[]) {
            Ok(()) => given.push(person),
            Err(refused) => {
                assert_eq!(refused.detail, Some("CountViolation"), "{refused}");
                return given;
            }
        }
    }
    panic!("more seats of {sku} are free than there are people");
}

/// Makes a seat free: one of somebody who has nothing to do with it.
fn free_seat(app: &App, sku: SkuId, not: &[PersonId]) {
    let id = app.only_directory();
    let all: Vec<PersonId> = app.microsoft().directory(id, |d| d.accounts().map(|a| a.id).collect()).unwrap();
    let mut holders = all.into_iter().filter(|one| !not.contains(one) && licences(app, *one).contains(&sku));
    holders.find(|one| app.microsoft().assign(id, *one, &[], &[sku]).is_ok()).expect("a seat to free");
}

/// Takes seats back.
fn give_seats(app: &App, sku: SkuId, from: &[PersonId]) {
    for person in from {
        app.microsoft().assign(app.only_directory(), *person, &[], &[sku]).unwrap();
    }
}

#[tokio::test]
async fn what_microsoft_refuses_of_a_licence_is_said_in_words_and_goes_on_once_it_is_mended() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let finding = finding(&owner, "L3").await;
    let one = people(&preview(&owner, json!({ "finding": finding })).await["items"])[0];
    let body = json!({ "finding": finding, "people": [one] });
    const DEPENDS: &str = "License assignment failed because service plan x depends on the service plan(s) y";
    for (words, code) in [
        ("Subscription with SKU x does not have any available licenses.", "no_free_licence"),
        (DEPENDS, "needed_by_another_licence"),
        ("License assignment failed because service plans x, y are mutually exclusive.", "excluded_by_another_licence"),
        ("License assignment cannot be done for user with invalid usage location.", "not_in_this_country"),
        ("Something nobody has read before.", "refused"),
    ] {
        fresh(&app, &mut owner).await;
        app.microsoft().fault(When::path(ASSIGN), Fault::Refused(words));
        let (path, ended) = fix(&app, &mut owner, body.clone()).await;
        assert_eq!((&ended["tally"]["failed"], &ended["can_retry"]), (&json!(1), &json!(true)), "{ended:#}");
        let all = items(&owner, &path).await;
        assert_eq!(outcome(&all[0]), ("failed", code), "{words}");
        // Microsoft's own words are for the log.
        let text = all[0]["outcome"]["reason"]["text"].as_str().unwrap();
        assert!(text.len() > 20 && !text.contains("service plan") && !text.contains("SKU"), "{text}");
        assert!(fingerprint(&app) == before, "{words}");
        let again = retry(&app, &mut owner, &path).await;
        assert_eq!((&again["tally"]["done"], &again["tally"]["failed"]), (&json!(1), &json!(0)), "{again:#}");
        // The same refusal of the undo.
        app.microsoft().fault(When::path(ASSIGN), Fault::Refused(words));
        let half = undo(&app, &mut owner, &path).await;
        assert_eq!((&half["undo_tally"]["failed"], &half["undo"]["possible"]), (&json!(1), &json!(true)), "{half:#}");
        // What is given needs a licence; what was taken was needed by one.
        let code = if words == DEPENDS { "lacks_the_licence_it_needs" } else { code };
        assert_eq!(undone(&items(&owner, &path).await[0]), ("failed", code), "{words}");
        undo(&app, &mut owner, &path).await;
        assert!(fingerprint(&app) == before, "{words}: undone");
    }
}

#[tokio::test]
async fn a_seat_that_somebody_got_meanwhile_is_said_and_the_undo_goes_on_once_one_is_free() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    let done = items(&owner, &path).await;
    let whose: Vec<PersonId> = done.iter().map(person_of).collect();
    let sku: SkuId = done[0]["change"]["remove"][0].as_str().unwrap().parse().unwrap();
    let others = take_seats(&app, sku, &whose);
    let without = undo(&app, &mut owner, &path).await;
    for item in items(&owner, &path).await {
        let takes = item["change"]["remove"].as_array().unwrap().contains(&json!(sku));
        let want = if takes { ("failed", "no_free_licence") } else { ("done", "") };
        assert_eq!(undone(&item), want, "{item:#}");
    }
    assert_eq!((&without["state"], &without["undo"]["possible"]), (&json!("undone"), &json!(true)), "{without:#}");
    give_seats(&app, sku, &others);
    let with = undo(&app, &mut owner, &path).await;
    assert_eq!(with["undo_tally"]["done"], ended["tally"]["done"], "{with:#}");
    assert!(fingerprint(&app) == before);
}

#[tokio::test]
async fn an_exchange_whose_seat_is_gone_leaves_nobody_with_neither() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L8").await;
    let found = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let to = found.iter().find_map(|one| one["skus"][0]["to"].as_str()).expect("an exchange");
    let to: SkuId = to.parse().unwrap();
    let alike = found.iter().filter(|one| one["skus"][0]["to"] == json!(to));
    let alike: Vec<PersonId> = alike.map(person_of).collect();
    free_seat(&app, to, &alike);
    let shown = preview(&owner, json!({ "finding": finding, "people": alike })).await;
    let going = people(&shown["items"]);
    assert!(!going.is_empty(), "{shown:#}");
    let before = fingerprint(&app);
    let path = approve(&app, &owner, &shown).await;
    let taken = take_seats(&app, to, &alike);
    app.pump().await;
    renew(&app, &mut owner).await;
    assert!(items(&owner, &path).await.iter().all(|item| outcome(item) == ("failed", "no_free_licence")));
    assert!(going.iter().all(|person| !licences(&app, *person).is_empty()), "nobody is without a licence");
    give_seats(&app, to, &taken);
    assert!(fingerprint(&app) == before);
    let again = retry(&app, &mut owner, &path).await;
    assert_eq!(again["tally"]["done"].as_u64(), Some(going.len() as u64), "{again:#}");
    undo(&app, &mut owner, &path).await;
    assert!(fingerprint(&app) == before, "undone");
}

#[tokio::test]
async fn several_licences_that_one_replaces_go_together_or_not_at_all() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let suites: Vec<SkuId> = [
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
        "3b555118-da6a-4418-894f-7df1e2096870",
    ]
    .iter()
    .map(|sku| sku.parse().unwrap())
    .collect();
    let like = finding(&owner, "L6").await;
    let shown = preview(&owner, json!({ "finding": like })).await;
    // Somebody with one suite, directly.
    let alone = |person: &PersonId| matches!(&licences(&app, *person)[..], [sku] if suites.contains(sku));
    let person = people(&shown["items"]).into_iter().find(alone).expect("somebody with one suite");
    let first = licences(&app, person)[0];
    let [to, extra] = suites.iter().copied().filter(|sku| *sku != first).collect::<Vec<_>>()[..] else { panic!() };
    for sku in [to, extra] {
        free_seat(&app, sku, &[person]);
    }
    app.microsoft().assign(id, person, &[(extra, Vec::new())], &[]).unwrap();
    let swap = finding_like(&app, &owner, &like, Remedy::SwapLicences, |one| {
        one.skus.truncate(1);
        let mut other = one.skus[0].clone();
        (one.skus[0].sku, one.skus[0].to) = (first, Some(to));
        (other.sku, other.to) = (extra, None);
        one.skus.push(other);
        one.person == person
    })
    .await;
    let before = fingerprint(&app);
    let body = json!({ "finding": swap });
    fresh(&app, &mut owner).await;
    app.microsoft().clear_calls();
    let (path, ended) = fix(&app, &mut owner, body.clone()).await;
    assert_eq!((&ended["tally"]["done"], writes(&app)), (&json!(1), 1), "one call: {ended:#}");
    assert_eq!(licences(&app, person), [to], "what is replaced is gone, all of it");
    undo(&app, &mut owner, &path).await;
    assert!(fingerprint(&app) == before);
    // Without the other licence nothing would be saved: they are looked at anew.
    app.microsoft().assign(id, person, &[], &[extra]).unwrap();
    let shown = preview(&owner, body).await;
    assert_eq!((&shown["people"], &shown["items"][0]["blocked"]["reason"]), (&json!(0), &json!("not_assigned")));
}

/// Somebody of a finding whom leaving a group costs a licence: who, the group, the licence.
async fn in_group(owner: &Client<'_>, finding: &str) -> (PersonId, GroupId, SkuId) {
    let shown = preview(owner, json!({ "finding": finding, "action": "leave_group" })).await;
    let skus = |rows: &Value| -> Vec<SkuId> {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row["sku"].as_str().unwrap().parse().unwrap()).collect()
    };
    let going: Vec<&Value> =
        shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).collect();
    let in_one = |item: &&&Value| going.iter().filter(|other| other["person"] == item["person"]).count() == 1;
    let lost = |item: &Value| -> Option<(PersonId, GroupId, SkuId)> {
        let after = skus(&item["after"]);
        let sku = skus(&item["before"]).into_iter().find(|sku| !after.contains(sku))?;
        Some((person_of(item), item["change"]["group"].as_str().unwrap().parse().unwrap(), sku))
    };
    let found = going.iter().filter(in_one).find_map(|item| lost(item));
    found.unwrap_or_else(|| panic!("nobody loses a licence by leaving a group: {shown:#}"))
}

#[tokio::test]
async fn who_is_in_a_group_again_without_its_licence_is_not_said_to_be_as_before() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let before = fingerprint(&app);
    let finding = finding(&owner, "L6").await;
    let (person, group, sku) = in_group(&owner, &finding).await;
    fresh(&app, &mut owner).await;
    let body = json!({ "finding": finding, "people": [person], "action": "leave_group" });
    let (path, _) = fix(&app, &mut owner, body).await;
    assert!(!licences(&app, person).contains(&sku));
    let others = take_seats(&app, sku, &[person]);
    let without = undo(&app, &mut owner, &path).await;
    assert_eq!((&without["undo_tally"]["failed"], &without["undo"]["possible"]), (&json!(1), &json!(true)));
    assert_eq!(undone(&items(&owner, &path).await[0]), ("failed", "group_gave_no_licence"));
    assert!(!licences(&app, person).contains(&sku));
    // Mended at Microsoft, there is nothing left to put back.
    give_seats(&app, sku, &others);
    app.microsoft().set_member(id, group, person, false).unwrap();
    app.microsoft().set_member(id, group, person, true).unwrap();
    app.microsoft().clear_calls();
    undo(&app, &mut owner, &path).await;
    assert_eq!((undone(&items(&owner, &path).await[0]), writes(&app)), (("skipped", "already_so"), 0));
    assert!(fingerprint(&app) == before);
}

#[tokio::test]
async fn what_is_kept_on_premises_or_in_exchange_is_said_before_and_after() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let finding = finding(&owner, "L6").await;
    let (person, group, _) = in_group(&owner, &finding).await;
    let leave = json!({ "finding": finding, "people": [person], "action": "leave_group" });
    let block = json!({ "finding": finding, "people": [person], "action": "block_sign_in" });
    // Since the preview.
    let leaving = When::path("/v1.0/groups/{id}/members").method("DELETE");
    let blocking = When::path("/v1.0/users/{id}").method("PATCH");
    for (body, call, words, code) in [
        (&leave, &leaving, ON_PREMISES, "kept_in_active_directory"),
        (&leave, &leaving, MAIL_GROUP, "kept_in_exchange"),
        (&block, &blocking, ON_PREMISES, "kept_in_active_directory"),
    ] {
        fresh(&app, &mut owner).await;
        app.microsoft().fault(call.clone(), Fault::Refused(words));
        let (path, _) = fix(&app, &mut owner, body.clone()).await;
        assert_eq!(outcome(&items(&owner, &path).await[0]), ("failed", code), "{words}");
        assert!(fingerprint(&app) == before, "{words}");
        let again = retry(&app, &mut owner, &path).await;
        assert_eq!(again["tally"]["done"], 1, "{again:#}");
        undo(&app, &mut owner, &path).await;
        assert!(fingerprint(&app) == before, "{words}: undone");
    }
    // A group that got an address after it was left: the undo says that it cannot, the preview that it could not.
    fresh(&app, &mut owner).await;
    let (path, _) = fix(&app, &mut owner, leave.clone()).await;
    app.microsoft().give_address(app.only_directory(), group).unwrap();
    undo(&app, &mut owner, &path).await;
    assert_eq!(undone(&items(&owner, &path).await[0]), ("failed", "kept_in_exchange"));
    let shown = preview(&owner, json!({ "finding": finding, "action": "leave_group" })).await;
    let alone = shown["items"].as_array().unwrap().iter();
    let alone: Vec<&Value> = alone.filter(|item| item["blocked"]["reason"] == "kept_in_exchange").collect();
    for item in &alone {
        let text = item["blocked"]["text"].as_str().unwrap();
        assert!(item["blocked"]["guard"] == "G1" && text.contains("Exchange"), "{item:#}");
    }
    let still_going = |item: &Value| item["blocked"].is_null() && item["change"]["group"] == json!(group);
    assert!(!shown["items"].as_array().unwrap().iter().any(still_going), "{shown:#}");
}

#[tokio::test]
async fn a_company_with_an_active_directory_is_told_in_advance_what_is_kept_there() {
    let recipe = Recipe { hybrid: true, ..Recipe::new(7, BEGIN.parse().unwrap(), 600) };
    let app = app_of(Directory::generate(&recipe)).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let mut groups = 0;
    for check in ["L3", "L6", "L7"] {
        let finding = finding(&owner, check).await;
        let shown = preview(&owner, json!({ "finding": finding, "action": "leave_group" })).await;
        let kept = |item: &&Value| item["blocked"]["reason"] == "kept_in_active_directory";
        groups += shown["items"].as_array().unwrap().iter().filter(kept).count();
        if check != "L6" {
            continue;
        }
        let body = json!({ "finding": finding, "action": "block_sign_in" });
        let shown = preview(&owner, body.clone()).await;
        let kept: Vec<&Value> = shown["items"].as_array().unwrap().iter().filter(kept).collect();
        assert!(!kept.is_empty(), "{shown:#}");
        for item in kept {
            assert!(item["blocked"]["text"].as_str().unwrap().contains("Active Directory"), "{item:#}");
        }
        let told = shown["guards"].as_array().unwrap().iter().filter_map(|guard| guard["text"].as_str());
        assert!(told.collect::<String>().contains("It is kept in your own Active Directory."), "{shown:#}");
        // Their licences are kept in the cloud.
        fresh(&app, &mut owner).await;
        let (path, ended) = fix(&app, &mut owner, json!({ "finding": finding })).await;
        assert!(ended["tally"]["done"].as_u64().unwrap() > 0 && ended["tally"]["failed"] == 0, "{ended:#}");
        undo(&app, &mut owner, &path).await;
        // The others are blocked, and nothing is refused.
        if shown["people"] != 0 {
            let (path, ended) = fix(&app, &mut owner, body).await;
            let tally = (&ended["tally"]["done"], &ended["tally"]["failed"]);
            assert_eq!(tally, (&shown["people"], &json!(0)), "{ended:#}");
            undo(&app, &mut owner, &path).await;
        }
        assert!(fingerprint(&app) == before);
    }
    assert!(groups > 0, "nobody is in the group that is kept there");
}

/// What is taken from Steward at Microsoft between two batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// Consent to change.
    Change,
    /// The permissions to change, and not the consent.
    Permissions,
    /// Consent to read.
    Read,
}

/// Lets a fix or its undo happen, and takes it away after the first batch.
async fn taking(app: &App, taken: Taken) {
    let id = app.only_directory();
    app.microsoft().clear_calls();
    let after_one = || writes(app) >= 20;
    meanwhile(app, after_one, async {
        match taken {
            Taken::Change => app.microsoft().revoke_consent(LICENCE_WRITER_APP, id),
            Taken::Permissions => app.microsoft().consent_partly(LICENCE_WRITER_APP, id, &[]),
            Taken::Read => app.microsoft().revoke_consent(READER_APP, id),
        }
    })
    .await;
}

/// Changes that Microsoft made since calls were last forgotten.
fn made(app: &App) -> usize {
    app.microsoft().calls().iter().filter(|call| is_write(call) && (200..300).contains(&call.status)).count()
}

#[tokio::test]
async fn what_is_withdrawn_between_two_batches_loses_nothing_and_goes_on_once_it_is_allowed_again() {
    let app = app(1_500).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let before = fingerprint(&app);
    let body = json!({ "finding": finding(&owner, "L6").await });
    for taken in [Taken::Change, Taken::Permissions, Taken::Read] {
        fresh(&app, &mut owner).await;
        let shown = preview(&owner, body.clone()).await;
        let number = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).count();
        assert!(number > 20, "{number}: more than one batch");
        let lost = count(&owner, "connection.lost").await;
        let path = approve(&app, &owner, &shown).await;
        for undoing in [false, true] {
            let what = format!("{taken:?}, undoing {undoing}");
            if undoing {
                fresh(&app, &mut owner).await;
                let key = format!("undo {path}");
                post(&app, &owner, &format!("{path}/undo"), &key, None).await.expect::<Value>(202);
            }
            taking(&app, taken).await;
            fresh(&app, &mut owner).await;
            let stopped: Value = owner.get(&path).await.expect(200);
            let code = match taken {
                Taken::Change => "consent_lost",
                Taken::Permissions => "permission_missing",
                Taken::Read => "not_connected",
            };
            let all = items(&owner, &path).await;
            let ended: Vec<(&str, &str)> =
                all.iter().map(|item| if undoing { undone(item) } else { outcome(item) }).collect();
            // Those of the first batch are done, or may be and are said to; the others say why not.
            let rest = if taken == Taken::Permissions { "failed" } else { "skipped" };
            let may_be = ended.iter().filter(|one| matches!(one, ("done", "") | ("pending", "not_shown_yet"))).count();
            let left = ended.iter().filter(|one| **one == (rest, code)).count();
            assert_eq!((may_be, left), (20, number - 20), "{what}: {ended:?}");
            assert_eq!(made(&app), 20, "{what}");
            let connection = if taken == Taken::Read { "consent_lost" } else { "connected" };
            assert_eq!(state(&owner).await, connection, "{what}");
            let again = if undoing { &stopped["undo"]["possible"] } else { &stopped["can_retry"] };
            assert_eq!(again, &json!(true), "{what}: {stopped:#}");
            // Allowed again, it goes on from there.
            match taken {
                Taken::Change => drop(owner.let_change(id).await),
                Taken::Permissions => app.microsoft().consent(LICENCE_WRITER_APP, id),
                Taken::Read => drop(owner.connect(id).await),
            }
            app.pump().await;
            let whole = match undoing {
                true => undo(&app, &mut owner, &path).await,
                false => retry(&app, &mut owner, &path).await,
            };
            let tally = if undoing { &whole["undo_tally"] } else { &whole["tally"] };
            assert_eq!(tally["done"].as_u64(), Some(number as u64), "{what}: {whole:#}");
            assert_eq!((made(&app), &whole["stopped"]), (number, &Value::Null), "{what}: each once");
        }
        let told = if taken == Taken::Read { 2 } else { 0 };
        assert_eq!(count(&owner, "connection.lost").await - lost, told, "{taken:?}");
        assert!(fingerprint(&app) == before, "{taken:?}: undone");
    }
}

/// A fix of which Microsoft is too late to show anything: all of it is pending. Its address, and how many people.
async fn late(app: &App, owner: &mut Client<'_>, lag: SignedDuration) -> (String, u64) {
    app.microsoft().lag(lag);
    let (path, late) = fix_of(app, owner, "L3").await;
    let number = late["tally"]["pending"].as_u64().unwrap();
    assert!(number > 0 && late["tally"]["done"] == 0, "{late:#}");
    (path, number)
}

/// Undoes a fix of so many people, and each of them is put back.
async fn undo_all(app: &App, owner: &mut Client<'_>, path: &str, number: u64) {
    let whole = undo(app, owner, path).await;
    assert_eq!(whole["undo_tally"]["done"].as_u64(), Some(number), "{whole:#}");
}

#[tokio::test]
async fn what_does_not_show_yet_is_not_said_to_be_undone() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let (path, number) = late(&app, &mut owner, SignedDuration::from_mins(40)).await;
    app.microsoft().clear_calls();
    let early = undo(&app, &mut owner, &path).await;
    assert_eq!(early["undo_tally"]["pending"].as_u64(), Some(number), "{early:#}");
    assert!(items(&owner, &path).await.iter().all(|item| undone(item) == ("pending", "not_shown_yet")));
    assert_eq!((writes(&app), &early["undo"]["possible"]), (0, &json!(true)), "{early:#}");
    // An hour later it shows, and is put back.
    app.clock.advance(SignedDuration::from_hours(1));
    app.microsoft().lag(SignedDuration::ZERO);
    undo_all(&app, &mut owner, &path, number).await;
    assert!(fingerprint(&app) == before);
}

#[tokio::test]
async fn what_does_not_show_yet_is_not_written_again_and_is_ours_to_undo_once_it_shows() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let (path, number) = late(&app, &mut owner, SignedDuration::from_mins(40)).await;
    let pending = items(&owner, &path).await;
    app.microsoft().clear_calls();
    // When whoever wrote it has long given up.
    for _ in 0..2 {
        app.clock.advance(SignedDuration::from_mins(5));
        let again = retry(&app, &mut owner, &path).await;
        assert_eq!((again["tally"]["pending"].as_u64(), writes(&app)), (Some(number), 0), "{again:#}");
        // Since when is told as before: the hour does not begin again.
        assert_eq!(items(&owner, &path).await, pending);
    }
    app.microsoft().lag(SignedDuration::ZERO);
    let shown = retry(&app, &mut owner, &path).await;
    assert_eq!((shown["tally"]["done"].as_u64(), writes(&app)), (Some(number), 0), "{shown:#}");
    undo_all(&app, &mut owner, &path, number).await;
    assert!(fingerprint(&app) == before);
}

#[tokio::test]
async fn what_microsoft_refuses_because_it_is_done_is_ours_to_undo_once_it_shows() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let before = fingerprint(&app);
    let (path, number) = late(&app, &mut owner, SignedDuration::from_hours(3)).await;
    // What does not show for an hour is written again, and may have been made all the same.
    app.clock.advance(SignedDuration::from_mins(61));
    let refused = retry(&app, &mut owner, &path).await;
    assert_eq!(refused["tally"]["failed"].as_u64(), Some(number), "{refused:#}");
    assert!(items(&owner, &path).await.iter().all(|item| outcome(item) == ("failed", "not_assigned")));
    app.microsoft().lag(SignedDuration::ZERO);
    app.microsoft().clear_calls();
    let shown = retry(&app, &mut owner, &path).await;
    assert_eq!((shown["tally"]["done"].as_u64(), writes(&app)), (Some(number), 0), "{shown:#}");
    undo_all(&app, &mut owner, &path, number).await;
    assert!(fingerprint(&app) == before);
}

#[tokio::test]
async fn a_directory_that_was_connected_since_is_not_changed_by_what_another_one_approved() {
    let of = |seed| Directory::generate(&Recipe { concealed: true, ..Recipe::new(seed, BEGIN.parse().unwrap(), 40) });
    let app = App::with(Options { directories: vec![of(7), of(8)], ..Options::default() }).await;
    let [own, other] = app.microsoft().directories()[..] else { panic!("two directories") };
    let mut owner = app.scanned("northwind", own).await;
    owner.let_change(own).await;
    app.pump().await;
    nothing_follows(&app);
    let before = [own, other].map(|id| app.microsoft().fingerprint(id));
    let ask = json!({ "action": "reveal_report_names" });
    fresh(&app, &mut owner).await;
    let (path, ended) = fix(&app, &mut owner, ask.clone()).await;
    assert_eq!(ended["tally"]["done"], 1, "{ended:#}");
    undo(&app, &mut owner, &path).await;
    let shown = preview(&owner, ask.clone()).await;
    let (path, _) = fix(&app, &mut owner, ask).await;
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    app.pump().await;
    owner.connect(other).await;
    owner.let_change(other).await;
    app.pump().await;
    // It looks the same there, and is not what was looked at.
    post(&app, &owner, "/v1/fixes", "elsewhere", Some(approval(&shown))).await.expect_problem(409, "drift");
    app.microsoft().clear_calls();
    let elsewhere = undo(&app, &mut owner, &path).await;
    assert_eq!(elsewhere["stopped"]["code"], "other_directory", "{elsewhere:#}");
    assert_eq!(undone(&items(&owner, &path).await[0]), ("skipped", "other_directory"));
    assert_eq!((writes(&app), &elsewhere["undo"]["possible"]), (0, &json!(true)));
    assert!(app.microsoft().fingerprint(other) == before[1]);
    // Connected again, its own is put back.
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    app.pump().await;
    owner.connect(own).await;
    owner.let_change(own).await;
    app.pump().await;
    let whole = undo(&app, &mut owner, &path).await;
    assert_eq!(whole["undo_tally"]["done"], 1, "{whole:#}");
    assert!([own, other].map(|id| app.microsoft().fingerprint(id)) == before);
}
