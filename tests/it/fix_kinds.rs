//! Every kind of fix, from its preview to its undo: the directory changes as previewed, and is as it was. Also where
//! whoever carries it out dies, at each point around each write, and where Microsoft asks for patience.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

use jiff::SignedDuration;
use local_microsoft::{Call, Directory, Fault, Recipe, RetryAfter, When};
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use tests::{App, BEGIN, Client};

use crate::fixes::{
    app, app_of, approval, approve, finding, fingerprint, fix, fresh, is_write, items, licences, nothing_follows,
    outcome, owner, people, post, preview, undo, writes,
};
use crate::{
    ledger::all,
    scans::{crash, renew},
};

/// One kind of fix: what is asked for, and which change it makes.
struct Kind {
    check: Option<&'static str>,
    action: Option<&'static str>,
    change: &'static str,
}

const fn kind(check: Option<&'static str>, action: Option<&'static str>, change: &'static str) -> Kind {
    Kind { check, action, change }
}

impl Kind {
    /// People of a company that has a case of it, and whether reports hide their names.
    fn place(&self) -> (u32, bool) {
        let groups = self.check == Some("L11") || self.action == Some("leave_group");
        (if groups { 400 } else { 180 }, self.check.is_none())
    }
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

/// The other checks whose remedy is a fix.
const OTHERS: &[&str] = &["L5", "L7", "L9", "L10", "L13", "L14", "L15", "L16", "L17", "L18", "L23", "L24", "L30"];

/// Its licence has nothing to build on, so Microsoft does not give it again: the preview says so, and the undo.
const NOT_GIVEN_AGAIN: &str = "L15";

/// A company with a case of it: larger where groups count; where names in reports are to be shown, they are hidden.
async fn company(kind: &Kind) -> App {
    let (people, concealed) = kind.place();
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
pub fn free_seats(app: &App, sku: SkuId, seats: usize, not: &[PersonId]) {
    let id = app.only_directory();
    let people: Vec<PersonId> = app.microsoft().directory(id, |d| d.accounts().map(|a| a.id).collect()).unwrap();
    let others = people.into_iter().filter(|person| !not.contains(person) && licences(app, *person).contains(&sku));
    let taken = others.filter(|person| app.microsoft().assign(id, *person, &[], &[sku]).is_ok()).take(seats).count();
    assert_eq!(taken, seats, "seats of {sku}");
}

/// Makes seats free that an exchange of these people takes.
pub async fn make_room(app: &App, owner: &Client<'_>, finding: &Value) {
    let people = all(owner, &format!("/v1/findings/{}/people", finding.as_str().unwrap())).await;
    let ids: Vec<PersonId> = people.iter().map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
    let to = people.iter().find_map(|one| one["skus"][0]["to"].as_str()).expect("an exchange");
    free_seats(app, to.parse().unwrap(), 2, &ids);
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
    // Each of a place in one company: it is as it was when the next begins.
    let mut companies: BTreeMap<(u32, bool), App> = BTreeMap::new();
    for kind in KINDS {
        let what = format!("{:?} {:?}", kind.check, kind.action);
        if let Entry::Vacant(place) = companies.entry(kind.place()) {
            let app = company(kind).await;
            owner(&app).await;
            place.insert(app);
        }
        let app = &companies[&kind.place()];
        app.clock.advance(SignedDuration::from_secs(2));
        app.microsoft().clear_calls();
        let mut owner = app.sign_in("owner@northwind.example").await;
        let body = asked(&owner, kind).await;
        if kind.check == Some("L8") {
            make_room(app, &owner, &body["finding"]).await;
        }
        let before = fingerprint(app);
        let shown = preview(&owner, body.clone()).await;
        let going: Vec<&Value> =
            shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).collect();
        assert!(!going.is_empty(), "{what}: {shown:#}");
        assert!(going.iter().all(|item| item["change"]["type"] == kind.change), "{what}: {shown:#}");
        assert_eq!((fingerprint(app), writes(app)), (before.clone(), 0), "{what}: a preview changes nothing");
        let (path, ended) = fix(app, &mut owner, body).await;
        let count = u64::try_from(going.len()).unwrap();
        let tally = (ended["tally"]["done"].as_u64(), ended["tally"]["failed"].as_u64());
        assert_eq!(tally, (Some(count), Some(0)), "{what}: {:#?}", items(&owner, &path).await);
        assert_ne!(fingerprint(app), before, "{what}");
        // Of two groups left one after the other the last item says how it ends.
        going.iter().rev().take(1).for_each(|item| is_as_previewed(app, item));
        if kind.change == "licences" {
            going.iter().for_each(|item| is_as_previewed(app, item));
        }
        let undone = undo(app, &mut owner, &path).await;
        assert_eq!(undone["undo_tally"]["done"].as_u64(), Some(count), "{what}: {:#?}", items(&owner, &path).await);
        assert!(fingerprint(app) == before, "{what}: the directory is as it was");
    }
}

/// Takes a seat by hand of each licence type that is exchanged for here, or of which more are assigned than bought:
/// from somebody else, where somebody has one.
async fn make_any_room(app: &App, owner: &Client<'_>, check: &str, finding: &str) {
    let found = all(owner, &format!("/v1/findings/{finding}/people")).await;
    let not: Vec<PersonId> = found.iter().map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
    let skus = found.iter().flat_map(|one| one["skus"].as_array().unwrap());
    let wanted = if check == "L14" { "sku" } else { "to" };
    let wanted: BTreeSet<SkuId> = skus.filter_map(|sku| sku[wanted].as_str()).map(|sku| sku.parse().unwrap()).collect();
    let id = app.only_directory();
    let people: Vec<PersonId> = app.microsoft().directory(id, |d| d.accounts().map(|a| a.id).collect()).unwrap();
    for sku in wanted {
        let mut others = people.iter().filter(|one| !not.contains(one) && licences(app, **one).contains(&sku));
        _ = others.find(|one| app.microsoft().assign(id, **one, &[], &[sku]).is_ok());
    }
}

/// What changes of a preview Microsoft would not put back as things are, by what that needs.
fn unmet(shown: &Value) -> Vec<&str> {
    let needs = shown["items"].as_array().unwrap().iter().filter_map(|item| item["undo_need"].as_str());
    needs.filter(|need| *need != "free_licence").collect()
}

/// Fixes a finding and undoes it; what is not as it should be. `None` where all of it is left alone.
async fn there_and_back(app: &App, owner: &mut Client<'_>, check: &str, finding: &str) -> Option<Result<(), String>> {
    make_any_room(app, owner, check, finding).await;
    fresh(app, owner).await;
    let before = fingerprint(app);
    let body = json!({ "finding": finding });
    let shown = preview(owner, body.clone()).await;
    let going = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null()).count() as u64;
    if going == 0 {
        return None;
    }
    let refused = unmet(&shown);
    let promised = (shown["undo"]["possible"] == true, refused.len() as u64);
    let as_it_is = if check == NOT_GIVEN_AGAIN { (false, going) } else { (true, 0) };
    if promised != as_it_is {
        return Some(Err(format!("{refused:?} is promised: {:#}", shown["undo"])));
    }
    let (path, ended) = fix(app, owner, body).await;
    if ended["tally"]["done"].as_u64() != Some(going) || fingerprint(app) == before {
        return Some(Err(format!("not done as previewed: {:#?}", items(owner, &path).await)));
    }
    let undone = undo(app, owner, &path).await;
    let all = items(owner, &path).await;
    if check == NOT_GIVEN_AGAIN {
        let said = all.iter().all(|item| item["undo"]["reason"]["code"] == "lacks_the_licence_it_needs");
        return Some(if said { Ok(()) } else { Err(format!("{all:#?}")) });
    }
    if undone["undo_tally"]["done"].as_u64() != Some(going) || fingerprint(app) != before {
        return Some(Err(format!("not put back to the byte: {all:#?}")));
    }
    Some(Ok(()))
}

#[tokio::test]
async fn what_every_other_check_takes_or_exchanges_is_put_back_to_the_byte() {
    let (mut left, mut wrong) = (OTHERS.iter().copied().collect::<BTreeSet<&str>>(), Vec::new());
    // No company has a case of each that can be mended: some of its exchanges are for what it cannot give.
    for seed in 7..13 {
        if left.is_empty() {
            break;
        }
        let recipe = Recipe { aged: true, ..Recipe::new(seed, BEGIN.parse().unwrap(), 180) };
        let app = app_of(Directory::generate(&recipe)).await;
        let mut owner = owner(&app).await;
        nothing_follows(&app);
        for found in all(&owner, "/v1/findings").await {
            let (check, finding) = (found["check"].as_str().unwrap(), found["finding"].as_str().unwrap());
            if !left.contains(check) {
                continue;
            }
            let Some(back) = there_and_back(&app, &mut owner, check, finding).await else { continue };
            left.remove(check);
            if let Err(why) = back {
                wrong.push(format!("{check}, seed {seed}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(left.is_empty(), "no case of {left:?}");
}

/// A company with a case of this check that can be mended, and what asks for its fix.
async fn with_case(check: &str) -> (App, Value) {
    for seed in 7..13 {
        let recipe = Recipe { aged: true, ..Recipe::new(seed, BEGIN.parse().unwrap(), 180) };
        let app = app_of(Directory::generate(&recipe)).await;
        let owner = owner(&app).await;
        nothing_follows(&app);
        let found = all(&owner, "/v1/findings").await;
        let Some(found) = found.iter().find(|found| found["check"] == check) else { continue };
        let body = json!({ "finding": found["finding"] });
        if preview(&owner, body.clone()).await["people"] != 0 {
            drop(owner);
            app.clock.advance(SignedDuration::from_secs(2));
            return (app, body);
        }
    }
    panic!("no case of {check}");
}

/// How the undo of each item ended: state and reason.
async fn undone(owner: &Client<'_>, path: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let undo = |item: &Value| (text(&item["undo"]["state"]), text(&item["undo"]["reason"]["code"]));
    items(owner, path).await.iter().map(undo).collect()
}

#[tokio::test]
async fn an_add_on_without_its_base_is_promised_back_only_once_the_base_is_there() {
    let (app, body) = with_case("L15").await;
    let mut owner = app.sign_in("owner@northwind.example").await;
    let shown = preview(&owner, body.clone()).await;
    let needs = unmet(&shown);
    let going = shown["people"].as_u64().unwrap();
    assert!(needs.len() as u64 == going && needs.iter().all(|need| *need == "base_licence"), "{shown:#}");
    let promise = &shown["undo"];
    assert_eq!(promise["possible"], false);
    assert_eq!(
        (&promise["needs"][0]["need"], &promise["needs"][0]["changes"], &promise["needs"][0]["is_met"]),
        (&json!("base_licence"), &json!(going), &json!(false))
    );
    let text = promise["text"].as_str().unwrap();
    assert!(text.starts_with("Cannot be undone as things are. ") && text.contains("that it builds on"), "{text}");
    let (path, ended) = fix(&app, &mut owner, body).await;
    // It may be tried, and what it takes is told with it.
    assert_eq!((&ended["undo"]["possible"], &ended["undo"]["needs"]), (&json!(true), &promise["needs"]), "{ended:#}");
    assert!(ended["undo"]["text"].as_str().unwrap().contains("that it builds on"), "{ended:#}");
    let none = undo(&app, &mut owner, &path).await;
    assert_eq!((&none["undo_tally"]["done"], &none["undo"]["needs"]), (&json!(0), &json!([])), "{none:#}");
    let refused = ("failed".to_owned(), "lacks_the_licence_it_needs".to_owned());
    assert!(undone(&owner, &path).await.iter().all(|how| *how == refused));
    // Given the base, everybody gets it back.
    for item in items(&owner, &path).await {
        let person: PersonId = item["person"].as_str().unwrap().parse().unwrap();
        let whole: Vec<_> = licences(&app, person).into_iter().map(|sku| (sku, Vec::new())).collect();
        app.microsoft().assign(app.only_directory(), person, &whole, &[]).unwrap();
    }
    let back = undo(&app, &mut owner, &path).await;
    assert_eq!(back["undo_tally"]["done"].as_u64(), Some(going), "{back:#}");
    for item in items(&owner, &path).await {
        let sku: SkuId = item["change"]["remove"][0].as_str().unwrap().parse().unwrap();
        assert!(licences(&app, item["person"].as_str().unwrap().parse().unwrap()).contains(&sku), "{item:#}");
    }
}

#[tokio::test]
async fn of_more_licences_than_were_bought_no_more_are_promised_back_than_come() {
    let (app, body) = with_case("L14").await;
    let mut owner = app.sign_in("owner@northwind.example").await;
    let shown = preview(&owner, body.clone()).await;
    let whose = people(&shown["items"]);
    let had: Vec<Vec<SkuId>> = whose.iter().map(|person| licences(&app, *person)).collect();
    let (going, short) = (whose.len() as u64, unmet(&shown).len());
    assert!(short > 0 && unmet(&shown).iter().all(|need| *need == "more_licences"), "{shown:#}");
    assert_eq!(shown["undo"]["possible"], json!((short as u64) < going), "{:#}", shown["undo"]);
    assert!(shown["undo"]["text"].as_str().unwrap().contains("more are in use than there are"), "{:#}", shown["undo"]);
    let lacking = shown["items"].as_array().unwrap().iter().find(|item| item["undo_need"] == "more_licences").unwrap();
    let sku: SkuId = lacking["change"]["remove"][0].as_str().unwrap().parse().unwrap();
    let (path, _) = fix(&app, &mut owner, body).await;
    let half = undo(&app, &mut owner, &path).await;
    assert_eq!(half["undo_tally"]["done"].as_u64(), Some(going - short as u64), "as was promised: {half:#}");
    let mut others = undone(&owner, &path).await;
    others.retain(|(state, _)| state != "done");
    assert_eq!(others, vec![("failed".to_owned(), "no_free_licence".to_owned()); short]);
    // Once somebody else's is free, the rest comes back, too.
    free_seats(&app, sku, short, &whose);
    let whole = undo(&app, &mut owner, &path).await;
    assert_eq!(whole["undo_tally"]["done"].as_u64(), Some(going), "{whole:#}");
    let has: Vec<Vec<SkuId>> = whose.iter().map(|person| licences(&app, *person)).collect();
    assert_eq!(has, had);
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

#[tokio::test]
async fn what_a_security_group_may_open_beside_its_licence_is_said_and_confirmed_before_anybody_leaves_it() {
    let app = app(400).await;
    let owner = owner(&app).await;
    nothing_follows(&app);
    let body = json!({ "finding": finding(&owner, "L6").await, "action": "leave_group" });
    let shown = preview(&owner, body).await;
    let leaving = people(&shown["items"]).len();
    let guards = shown["guards"].as_array().unwrap();
    let guard = guards.iter().find(|guard| guard["id"] == "G1" && guard["level"] == "confirm");
    let guard = guard.unwrap_or_else(|| panic!("{guards:#?}"));
    assert!(guard["text"].as_str().unwrap().contains("may also open files and apps"), "{guard:#}");
    assert_eq!(guard["people"].as_u64(), Some(leaving as u64), "{shown:#}");
    let mut unread = approval(&shown);
    unread["accept"].as_array_mut().unwrap().retain(|id| *id != "G1");
    let answer = post(&app, &owner, "/v1/fixes", "unread", Some(unread)).await;
    answer.expect_problem(422, "confirmation_needed");
    approve(&app, &owner, &shown).await;
    app.microsoft().clear_calls();
    app.pump().await;
    assert!(writes(&app) >= leaving);
}

/// What befalls whoever carries out a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// They die once the directory is read, before the intent is kept.
    BeforeIntent,
    /// They die with the intent kept, before the write.
    BeforeWrite,
    /// They die once Microsoft has made the change, before its answer arrives.
    BeforeAnswer,
    /// They die once the change is read back, before that is kept.
    BeforeOutcome,
    /// They die with the outcome kept, before the end is told.
    AfterOutcome,
    /// Microsoft makes the first change and does not answer.
    AnswerLost,
    /// Microsoft refuses the last change with this status and asks for patience, in seconds.
    Patience(u16, i64),
}

const TROUBLES: &[Trouble] = &[
    Trouble::BeforeIntent,
    Trouble::BeforeWrite,
    Trouble::BeforeAnswer,
    Trouble::BeforeOutcome,
    Trouble::AfterOutcome,
    Trouble::AnswerLost,
    // Less than a write waits for its answer, and more.
    Trouble::Patience(429, 5),
    Trouble::Patience(429, 120),
    Trouble::Patience(503, 200),
];

impl Trouble {
    /// How the items stand where they died; `None` where nobody does.
    fn left(self) -> Option<&'static str> {
        match self {
            Self::BeforeIntent => Some("waiting"),
            Self::BeforeWrite | Self::BeforeAnswer | Self::BeforeOutcome => Some("intended"),
            Self::AfterOutcome => Some("done"),
            Self::AnswerLost | Self::Patience(..) => None,
        }
    }

    /// Whether they are where they die. `since` holds what the table had answered when they came near.
    fn is_there(self, app: &App, since: &Cell<Option<f64>>) -> bool {
        let calls = app.microsoft().calls();
        let read = |from: usize| calls[from..].iter().any(|call| call.method == "GET");
        let written = calls.iter().rposition(is_write);
        let kept = |near: bool| {
            let answered = app.system.aws.dynamodb_calls().capacity_units;
            match since.get() {
                Some(before) => answered > before,
                None => {
                    since.set(near.then_some(answered));
                    false
                }
            }
        };
        match self {
            Self::BeforeIntent => read(0),
            Self::BeforeWrite => kept(read(0)),
            Self::BeforeAnswer => written.is_some(),
            Self::BeforeOutcome => written.is_some_and(read),
            Self::AfterOutcome => kept(written.is_some_and(read)),
            Self::AnswerLost | Self::Patience(..) => false,
        }
    }

    /// Lets it befall so many changes of a fix that was asked for, and what follows happen.
    async fn befall(self, app: &App, client: &Client<'_>, path: &str, change: &str, undoing: bool, count: usize) {
        let what = format!("{self:?}, {change}, undoing {undoing}");
        app.microsoft().clear_calls();
        let call = call_of(change, undoing);
        match self {
            Self::AnswerLost => app.microsoft().fault(call, Fault::AnswerLost),
            Self::Patience(status, seconds) => {
                let refusal = Fault::Status(status, RetryAfter::Seconds(seconds));
                app.microsoft().fault(call.nth(u32::try_from(count).unwrap()), refusal);
            }
            dies => {
                let since = Cell::new(None);
                assert!(crash(app, || dies.is_there(app, &since)).await, "{what}");
                let way = if undoing { "undo" } else { "outcome" };
                for item in items(client, path).await {
                    assert_eq!(item[way]["state"].as_str(), self.left(), "{what}: {item:#}");
                }
            }
        }
        app.pump().await;
        assert_eq!(app.microsoft().faults_left(), 0, "{what}");
        let calls: Vec<Call> = app.microsoft().calls().into_iter().filter(is_write).collect();
        let Self::Patience(status, seconds) = self else {
            assert_eq!(calls.len(), count, "{what}: each once: {calls:#?}");
            return;
        };
        assert_eq!(calls.len(), count + 1, "{what}: the one that was put off, again: {calls:#?}");
        let at = calls.iter().position(|call| call.status == status).unwrap();
        let waited = calls[at + 1].at.duration_since(calls[at].at);
        assert!(waited >= SignedDuration::from_secs(seconds), "{what}: {waited:#}");
    }
}

/// The call that makes a change, or undoes it.
fn call_of(change: &str, undoing: bool) -> When {
    let (method, path) = match (change, undoing) {
        ("licences", _) => ("POST", "/v1.0/users/{id}/assignlicense"),
        ("leave_group", false) => ("DELETE", "/v1.0/groups/{id}/members/{id}/$ref"),
        ("leave_group", true) => ("POST", "/v1.0/groups/{id}/members/$ref"),
        ("sign_in", _) => ("PATCH", "/v1.0/users/{id}"),
        ("report_names", _) => ("PATCH", "/v1.0/admin/reportsettings"),
        ("reprocess", _) => ("POST", "/v1.0/users/{id}/reprocesslicenseassignment"),
        other => panic!("no call for {other:?}"),
    };
    When::path(path).method(method)
}

/// All of it with kinds of one place, about two people each: whatever befalls it, as if nothing had.
async fn troubled(which: impl Fn(&Kind) -> bool) {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| which(kind)).collect();
    let app = company(kinds[0]).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    for kind in kinds {
        let what = format!("{:?} {:?}", kind.check, kind.action);
        let mut body = asked(&owner, kind).await;
        if kind.check == Some("L8") {
            make_room(&app, &owner, &body["finding"]).await;
        }
        let all = people(&preview(&owner, body.clone()).await["items"]);
        let two: Vec<PersonId> = all.into_iter().take(2).collect();
        if !two.is_empty() {
            body["people"] = json!(two);
        }
        let before = fingerprint(&app);
        fresh(&app, &mut owner).await;
        let (path, ended) = fix(&app, &mut owner, body.clone()).await;
        let count = usize::try_from(ended["tally"]["done"].as_u64().unwrap()).unwrap();
        assert!(count > 0, "{what}: {ended:#}");
        let after = fingerprint(&app);
        undo(&app, &mut owner, &path).await;
        assert!(fingerprint(&app) == before, "{what}: undisturbed");
        for trouble in TROUBLES {
            let path = approve(&app, &owner, &preview(&owner, body.clone()).await).await;
            for undoing in [false, true] {
                if undoing {
                    fresh(&app, &mut owner).await;
                    let key = format!("undo {path}");
                    post(&app, &owner, &format!("{path}/undo"), &key, None).await.expect::<Value>(202);
                }
                trouble.befall(&app, &owner, &path, kind.change, undoing, count).await;
                renew(&app, &mut owner).await;
                let ended: Value = owner.get(&path).await.expect(200);
                let tally = if undoing { &ended["undo_tally"] } else { &ended["tally"] };
                let all = items(&owner, &path).await;
                assert_eq!(tally["done"].as_u64(), Some(count as u64), "{what}, {trouble:?}: {ended:#} {all:#?}");
                let same = fingerprint(&app) == if undoing { &before[..] } else { &after[..] };
                assert!(same, "{what}, {trouble:?}, undoing {undoing}: the directory is as if nothing had been");
            }
        }
    }
}

#[tokio::test]
async fn licences_are_taken_exchanged_and_given_back_once_whatever_befalls_it() {
    troubled(|kind| kind.change == "licences" && kind.place() == (180, false)).await;
}

#[tokio::test]
async fn groups_are_left_and_joined_again_once_whatever_befalls_it() {
    troubled(|kind| kind.place() == (400, false)).await;
}

#[tokio::test]
async fn sign_in_is_blocked_and_allowed_once_whatever_befalls_it() {
    troubled(|kind| kind.change == "sign_in").await;
}

#[tokio::test]
async fn names_are_shown_and_hidden_once_whatever_befalls_it() {
    troubled(|kind| kind.change == "report_names").await;
}

#[tokio::test]
async fn licences_are_worked_out_again_once_whatever_befalls_it() {
    let app = app(1_500).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let finding = finding(&owner, "L12").await;
    let found = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let sku: SkuId = found[0]["skus"][0]["sku"].as_str().unwrap().parse().unwrap();
    let lacks = |one: &&Value| one["skus"][0]["sku"] == json!(sku);
    let ids = found.iter().filter(lacks).map(|one| one["person"].as_str().unwrap().parse().unwrap());
    let ids: Vec<PersonId> = ids.collect();
    // None of it can be undone: another person for each trouble.
    assert!(ids.len() >= TROUBLES.len(), "{}", ids.len());
    free_seats(&app, sku, ids.len(), &ids);
    for (trouble, who) in TROUBLES.iter().zip(&ids) {
        fresh(&app, &mut owner).await;
        let shown = preview(&owner, json!({ "finding": finding, "people": [who] })).await;
        let path = approve(&app, &owner, &shown).await;
        trouble.befall(&app, &owner, &path, "reprocess", false, 1).await;
        renew(&app, &mut owner).await;
        let items = items(&owner, &path).await;
        assert!(items.iter().all(|item| outcome(item) == ("done", "")), "{trouble:?}: {items:#?}");
        assert!(licences(&app, *who).contains(&sku), "{trouble:?}");
    }
}
