//! Every kind of fix, from its preview to its undo: the directory changes as previewed, and is as it was.

use jiff::SignedDuration;
use local_microsoft::{Directory, Recipe};
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use tests::{App, BEGIN, Client};

use crate::fixes::{
    app, app_of, finding, fingerprint, fix, fresh, items, licences, outcome, owner, post, preview, undo, writes,
};
use crate::ledger::all;

/// One kind of fix: what is asked for, and which change it makes.
struct Kind {
    check: Option<&'static str>,
    action: Option<&'static str>,
    change: &'static str,
}

const fn kind(check: Option<&'static str>, action: Option<&'static str>, change: &'static str) -> Kind {
    Kind { check, action, change }
}

/// All that can be undone.
const KINDS: &[Kind] = &[
    kind(Some("L3"), None, "licences"),
    kind(Some("L4"), None, "licences"),
    kind(Some("L6"), Some("remove"), "licences"),
    kind(Some("L8"), None, "licences"),
    kind(Some("L11"), None, "licences"),
    kind(Some("L6"), Some("leave_group"), "leave_group"),
    kind(Some("L6"), Some("block_sign_in"), "sign_in"),
    kind(Some("L3"), Some("allow_sign_in"), "sign_in"),
    kind(None, Some("reveal_report_names"), "report_names"),
];

/// A company with a case of it: larger where groups count; where names in reports are to be shown, they are hidden.
async fn company(kind: &Kind) -> App {
    let concealed = kind.check.is_none();
    let groups = kind.check == Some("L11") || kind.action == Some("leave_group");
    let people = if groups { 400 } else { 180 };
    app_of(Directory::generate(&Recipe { concealed, ..Recipe::new(7, BEGIN.parse().unwrap(), people) })).await
}

async fn asked(client: &Client<'_>, kind: &Kind) -> Value {
    let mut body = json!({});
    if let Some(check) = kind.check {
        body["finding"] = finding(client, check).await.into();
    }
    if let Some(action) = kind.action {
        body["action"] = action.into();
    }
    body
}

/// Makes seats of a licence type free: somebody's who has nothing to do with it is taken by hand.
fn free_seats(app: &App, sku: SkuId, seats: usize, not: &[PersonId]) {
    let id = app.only_directory();
    let people: Vec<PersonId> = app.microsoft().directory(id, |d| d.accounts().map(|a| a.id).collect()).unwrap();
    let others = people.into_iter().filter(|person| !not.contains(person) && licences(app, *person).contains(&sku));
    let taken = others.filter(|person| app.microsoft().assign(id, *person, &[], &[sku]).is_ok()).take(seats).count();
    assert_eq!(taken, seats, "seats of {sku}");
}

/// Whether the directory shows what a preview's item said.
fn is_as_previewed(app: &App, item: &Value) {
    let Some(person) = item["person"].as_str() else { return };
    let person: PersonId = person.parse().unwrap();
    let ids = |rows: &Value| -> Vec<SkuId> {
        let rows = rows.as_array().unwrap().iter();
        let mut skus: Vec<SkuId> = rows.map(|row| row["sku"].as_str().unwrap().parse().unwrap()).collect();
        skus.sort_unstable();
        skus.dedup();
        skus
    };
    let mut now = licences(app, person);
    now.sort_unstable();
    assert_eq!(now, ids(&item["after"]), "{item:#}");
}

#[tokio::test]
async fn every_kind_of_fix_does_what_was_previewed_and_its_undo_puts_every_byte_back() {
    for kind in KINDS {
        let what = format!("{:?} {:?}", kind.check, kind.action);
        let app = company(kind).await;
        let mut owner = owner(&app).await;
        let body = asked(&owner, kind).await;
        if kind.check == Some("L8") {
            let people = all(&owner, &format!("/v1/findings/{}/people", body["finding"].as_str().unwrap())).await;
            let ids: Vec<PersonId> =
                people.iter().map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
            let to = people.iter().find_map(|one| one["skus"][0]["to"].as_str()).expect("an exchange");
            free_seats(&app, to.parse().unwrap(), 2, &ids);
        }
        let before = fingerprint(&app);
        let shown = preview(&owner, body.clone()).await;
        let going: Vec<&Value> =
            shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).collect();
        assert!(!going.is_empty(), "{what}: {shown:#}");
        assert!(going.iter().all(|item| item["change"]["type"] == kind.change), "{what}: {shown:#}");
        assert_eq!((fingerprint(&app), writes(&app)), (before.clone(), 0), "{what}: a preview changes nothing");
        let (path, ended) = fix(&app, &mut owner, body).await;
        let count = u64::try_from(going.len()).unwrap();
        let tally = (ended["tally"]["done"].as_u64(), ended["tally"]["failed"].as_u64());
        assert_eq!(tally, (Some(count), Some(0)), "{what}: {:#?}", items(&owner, &path).await);
        assert_ne!(fingerprint(&app), before, "{what}");
        // Of two groups left one after the other the last item says how it ends.
        going.iter().rev().take(1).for_each(|item| is_as_previewed(&app, item));
        if kind.change == "licences" {
            going.iter().for_each(|item| is_as_previewed(&app, item));
        }
        let undone = undo(&app, &mut owner, &path).await;
        assert_eq!(undone["undo_tally"]["done"].as_u64(), Some(count), "{what}: {:#?}", items(&owner, &path).await);
        assert!(fingerprint(&app) == before, "{what}: the directory is as it was");
    }
}

#[tokio::test]
async fn a_direct_licence_beside_a_groups_is_taken_from_some_of_its_people() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let finding = finding(&owner, "L11").await;
    let people = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let one = people[0]["person"].clone();
    let held = licences(&app, one.as_str().unwrap().parse().unwrap());
    let body = json!({ "finding": finding, "people": [one] });
    let shown = preview(&owner, body.clone()).await;
    assert_eq!((&shown["action"], &shown["people"]), (&json!("remove_direct"), &json!(1)), "{shown:#}");
    assert_eq!(shown["headline"], "Remove 1 direct assignment");
    assert_eq!((&shown["saving"]["monthly"], &shown["undo"]["class"]["type"]), (&Value::Null, &json!("reversible")));
    let (path, ended) = fix(&app, &mut owner, body).await;
    assert_eq!(ended["tally"]["done"], 1);
    assert_eq!(licences(&app, one.as_str().unwrap().parse().unwrap()), held, "the group gives it still");
    let left = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    assert_eq!(left.len(), people.len() - 1, "the check behind the fix sees it");
    assert!(left.iter().all(|person| person["person"] != one));
    undo(&app, &mut owner, &path).await;
    assert_eq!(fingerprint(&app), before);
}

#[tokio::test]
async fn licences_are_worked_out_again_once_there_is_a_seat() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    let finding = finding(&owner, "L12").await;
    let people = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let who: PersonId = people[0]["person"].as_str().unwrap().parse().unwrap();
    let sku: SkuId = people[0]["skus"][0]["sku"].as_str().unwrap().parse().unwrap();
    assert!(!licences(&app, who).contains(&sku), "no seat was free");
    let body = json!({ "finding": finding, "people": [who] });
    // Before there is a seat it does not help, and that is said.
    let (_, ended) = fix(&app, &mut owner, body.clone()).await;
    assert_eq!((&ended["tally"]["done"], &ended["tally"]["pending"]), (&json!(0), &json!(1)), "{ended:#}");
    let ids: Vec<PersonId> = people.iter().map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
    free_seats(&app, sku, 3, &ids);
    app.clock.advance(SignedDuration::from_mins(1));
    fresh(&app, &mut owner).await;
    let shown = preview(&owner, body.clone()).await;
    assert_eq!((&shown["action"], &shown["undo"]["possible"]), (&json!("reprocess"), &json!(false)), "{shown:#}");
    let (path, ended) = fix(&app, &mut owner, body).await;
    assert!(items(&owner, &path).await.iter().all(|item| outcome(item) == ("done", "")), "{ended:#}");
    assert!(licences(&app, who).contains(&sku));
    let answer = post(&app, &owner, &format!("{path}/undo"), "no way back", None).await;
    answer.expect_problem(409, "undo_over");
}

#[tokio::test]
async fn a_shared_mailbox_stays_without_its_licence_and_is_said_to() {
    let app = app(180).await;
    let owner = owner(&app).await;
    for (check, goes) in [("L4", false), ("L3", true)] {
        let shown = preview(&owner, json!({ "finding": finding(&owner, check).await })).await;
        let guards: String =
            shown["guards"].as_array().unwrap().iter().filter_map(|guard| guard["text"].as_str()).collect();
        assert_eq!(guards.contains("Microsoft deletes it"), goes, "{check}: {guards}");
        assert_eq!(guards.contains("without a licence, up to 50 GB"), !goes, "{check}: {guards}");
    }
}
