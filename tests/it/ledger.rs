//! What the generator planted is what the API tells, to the cent: per check every pair of person and licence type,
//! every seat, how sure, and the sums.

use std::collections::{BTreeMap, BTreeSet};

use checks::{CheckId, PriceList};
use jiff::{SignedDuration, Span};
use local_microsoft::{Directory, Ledger, Oddities, Recipe};
use model::{Currency, Money, PersonId, SkuId};
use serde_json::{Value, json};
use store::{SeatLedger, SeatsOfDay, Snapshot};
use tests::{App, BEGIN, Client, Options};

use crate::{
    findings::{finding, minor, set_price, text},
    scans::scan,
    table::scope,
};

/// What is told of a person's licence, or (without a person) of a licence type.
pub type Entries = BTreeMap<(String, SkuId, Option<PersonId>), (u32, bool)>;

/// Everything the API tells of a company after a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// `GET /v1/overview`.
    pub overview: Value,
    /// `GET /v1/findings`, all pages.
    pub findings: Vec<Value>,
    /// `GET /v1/findings/{finding}/people`, all pages, by finding.
    pub people: BTreeMap<String, Vec<Value>>,
    /// Each pair of person and licence type under the check that counts its money, and seats by check: how many seats
    /// and whether it is certain.
    pub entries: Entries,
    /// People named under a check without any licence.
    pub accounts: BTreeSet<(String, PersonId)>,
    /// `GET /v1/findings/{finding}` of the checks that only count, by check.
    pub counted: BTreeMap<String, Value>,
}

impl Told {
    /// What has to be equal of two scans of one directory, whenever they ran.
    pub fn result(&self) -> (Value, &Entries, &BTreeMap<String, Vec<Value>>) {
        let mut shown = self.overview.clone();
        for moment in ["scan", "checked_at", "connection", "course"] {
            shown.as_object_mut().expect("an object").remove(moment);
        }
        (shown, &self.entries, &self.people)
    }
    /// Minor units at a place in the overview's totals.
    pub fn total(&self, name: &str) -> i64 {
        self.overview["totals"][name]["amount_minor"].as_i64().unwrap_or_else(|| panic!("{name}: {}", self.overview))
    }
    /// The checks that were not evaluated as a whole.
    pub fn silent(&self) -> BTreeSet<String> {
        let all = self.overview["not_evaluated"].as_array().expect("a list").iter();
        all.filter(|not| not["extent"] == "whole").map(|not| not["check"].as_str().expect("text").to_owned()).collect()
    }
}

/// All items of a list, page by page.
pub async fn all(owner: &Client<'_>, path: &str) -> Vec<Value> {
    let (mut items, mut address) = (Vec::new(), path.to_owned());
    loop {
        let mut page: Value = owner.get(&address).await.expect(200);
        items.append(page["items"].as_array_mut().expect("a list"));
        match page["next_cursor"].as_str() {
            Some(cursor) => address = format!("{path}?cursor={cursor}"),
            None => return items,
        }
    }
}

/// Reads everything there is.
pub async fn told(owner: &Client<'_>) -> Told {
    let overview = owner.get("/v1/overview").await.expect(200);
    let findings = all(owner, "/v1/findings").await;
    let (mut entries, mut people, mut accounts) = (Entries::new(), BTreeMap::new(), BTreeSet::new());
    let mut counted = BTreeMap::new();
    let id = |value: &Value| value.as_str().expect("an id").to_owned();
    for finding in &findings {
        let check = id(&finding["check"]);
        let affected = all(owner, &format!("/v1/findings/{}/people", id(&finding["finding"]))).await;
        assert_eq!(finding["people"], affected.len(), "{finding:#}");
        if ["L27", "L28"].contains(&check.as_str()) {
            let detail = owner.get(&format!("/v1/findings/{}", id(&finding["finding"]))).await.expect(200);
            counted.insert(check.clone(), detail);
        }
        if finding["subject"]["type"] == "sku" {
            let sku = id(&finding["subject"]["sku"]).parse().expect("an id");
            let seats = u32::try_from(finding["seats"].as_u64().expect("a number")).expect("a number");
            let before = entries.insert((check, sku, None), (seats, finding["certainty"] == "certain"));
            assert_eq!(before, None, "{finding:#}");
        } else {
            for person in &affected {
                let who: PersonId = id(&person["person"]).parse().expect("an id");
                let skus = person["skus"].as_array().expect("a list");
                if skus.is_empty() {
                    assert!(accounts.insert((check.clone(), who)), "{person:#} twice");
                }
                let own = skus.iter().filter(|sku| sku["counted_in"].is_null());
                for sku in own {
                    let sku = id(&sku["sku"]).parse().expect("an id");
                    let certain = person["certainty"] == "certain";
                    let before = entries.insert((check.clone(), sku, Some(who)), (1, certain));
                    assert_eq!(before, None, "{person:#} twice");
                }
            }
        }
        people.insert(id(&finding["finding"]), affected);
    }
    Told { overview, findings, people, entries, accounts, counted }
}

/// What the ledger says should be told.
pub fn planted(ledger: &Ledger) -> Entries {
    let entries = ledger.entries.iter();
    entries.map(|e| ((e.check.to_owned(), e.sku, e.person), (e.seats, e.certain))).collect()
}

/// The price of a seat, minor units of dollars.
pub fn price(sku: SkuId) -> Option<i64> {
    PriceList::built_in(Currency::Usd).price(sku).map(|price| price.monthly.amount_minor)
}

/// Minor units of what is `certain`, or of what is not.
fn money(ledger: &Ledger, certain: bool) -> i64 {
    ledger.savings().filter(|entry| entry.certain == certain).map(|entry| entry.monthly(price)).sum()
}

/// That what is told is what was planted.
#[track_caller]
pub fn assert_equal(told: &Told, ledger: &Ledger, what: &str) {
    let planted = planted(ledger);
    let missed: Vec<_> = planted.iter().filter(|(key, value)| told.entries.get(*key) != Some(value)).collect();
    let invented: Vec<_> = told.entries.iter().filter(|(key, value)| planted.get(*key) != Some(value)).collect();
    assert!(missed.is_empty() && invented.is_empty(), "{what}\nmissed: {missed:?}\ninvented: {invented:?}");
    let accounts: BTreeSet<_> = ledger.accounts.iter().map(|(check, person)| ((*check).to_owned(), *person)).collect();
    assert_eq!(told.accounts, accounts, "{what}");
    assert_departments(told, ledger, what);
    assert_drives(told, ledger, what);
    assert_eq!(told.total("monthly"), ledger.monthly(price), "{what}");
    assert_eq!(told.total("certain_monthly"), money(ledger, true), "{what}");
    assert_eq!(told.total("likely_monthly"), money(ledger, false), "{what}");
    assert_eq!(told.total("annual"), 12 * ledger.monthly(price), "{what}");
    let sum: i64 = told.findings.iter().filter_map(|f| f["saving"]["monthly"]["amount_minor"].as_i64()).sum();
    assert_eq!(sum, ledger.monthly(price), "{what}: savings of findings add up to the total");
}

/// L27: that each department's people, licences and money are those planted.
#[track_caller]
fn assert_departments(told: &Told, ledger: &Ledger, what: &str) {
    if ledger.departments.is_empty() {
        return;
    }
    type Costs = BTreeMap<Option<String>, (u64, BTreeMap<SkuId, u64>, Option<i64>, bool)>;
    let planted: Costs = ledger
        .departments
        .iter()
        .map(|one| {
            let seats = one.seats.iter().map(|(sku, seats)| (*sku, u64::from(*seats))).collect();
            let numbers = (u64::from(one.people), seats, one.monthly(price), one.lacks_a_price(price));
            (one.name.map(str::to_owned), numbers)
        })
        .collect();
    let told: Costs = told.counted.get("L27").map_or_else(Costs::new, |finding| {
        let costs = finding["costs"].as_array().expect("a list").iter();
        let number = |value: &Value| value.as_u64().expect("a number");
        let sku = |seats: &Value| -> SkuId { seats["sku"].as_str().expect("text").parse().expect("an id") };
        let seats = |cost: &Value| -> BTreeMap<SkuId, u64> {
            let seats = cost["seats"].as_array().expect("a list").iter();
            seats.map(|one| (sku(one), number(&one["seats"]))).collect()
        };
        let minor = |cost: &Value| cost["monthly"]["amount_minor"].as_i64();
        let missing = |cost: &Value| cost["price_missing"].as_bool().expect("whether");
        costs
            .map(|cost| {
                let name = cost["name"].as_str().map(str::to_owned);
                (name, (number(&cost["people"]), seats(cost), minor(cost), missing(cost)))
            })
            .collect()
    });
    // One alone is nothing to compare.
    let expected = if planted.len() > 1 { planted } else { Costs::new() };
    assert_eq!(told, expected, "{what}");
}

/// L28: that the OneDrives left, their size and what Microsoft asks for them are those planted.
#[track_caller]
fn assert_drives(told: &Told, ledger: &Ledger, what: &str) {
    let drives = ledger.drives;
    let tells = drives.used_mib >= 1024 && !told.silent().contains("L28");
    let finding = told.counted.get("L28");
    assert_eq!(finding.is_some(), tells, "{what}: {drives:?}");
    let Some(finding) = finding else { return };
    let evidence = |name: &str| {
        let evidence = finding["evidence"].as_array().expect("a list").iter();
        let value = evidence.filter(|one| one["what"] == name).find_map(|one| one["value"].as_str());
        value.unwrap_or_else(|| panic!("{name}: {finding:#}")).to_owned()
    };
    assert_eq!(evidence("OneDrives"), drives.count.to_string(), "{what}");
    assert_eq!(evidence("Size together"), format!("{} GB", drives.used_mib / 1024), "{what}");
    // Five cents a GB.
    let cents = drives.used_mib * 5 / 1024;
    let price = format!("about ${}.{:02} a month", cents / 100, cents % 100);
    assert!(evidence("Microsoft's price of the archive").starts_with(&price), "{what}: {finding:#}");
}

fn recipe(seed: u64, people: u32) -> Recipe {
    Recipe::new(seed, BEGIN.parse().expect("a time"), people)
}

/// Scans every directory, each for a company of its own, and compares.
async fn compare(recipes: Vec<(&str, Recipe)>) {
    let directories: Vec<_> = recipes.iter().map(|(_, recipe)| Directory::generate(recipe)).collect();
    let known: Vec<_> = directories.iter().map(|d| (d.id(), d.ledger().clone(), d.len())).collect();
    let app = App::with(Options { directories, ..Options::default() }).await;
    for (at, ((what, recipe), (directory, ledger, people))) in recipes.iter().zip(known).enumerate() {
        let what = &format!("{what}: {recipe:?}");
        let owner = app.scanned(&format!("company{at}"), directory).await;
        let told = told(&owner).await;
        assert_eq!(told.overview["scan"]["state"], "finished", "{what}: {}", told.overview["scan"]);
        assert_eq!(told.overview["totals"]["people"], people, "{what}");
        assert_equal(&told, &ledger, what);
        // What the directory cannot show is neither found nor passed over in silence.
        let silent = told.silent();
        let activity: BTreeSet<_> = silent.iter().filter(|check| ["L6", "L7"].contains(&check.as_str())).collect();
        assert_eq!(activity.len(), if !recipe.p1 && recipe.concealed { 2 } else { 0 }, "{what}: {silent:?}");
        // With hidden names whatever rests on a report alone is said to be unknown, and only then.
        assert_eq!(silent.contains("L28"), recipe.concealed, "{what}: {:#}", told.overview["not_evaluated"]);
        // Nor what is bought by the month and was not seen for a year.
        assert_eq!(silent.contains("L22"), !ledger.after_a_year.is_empty(), "{what}: {silent:?}");
        assert!(recipe.concealed || silent.iter().all(|check| check == "L22"), "{what}: {silent:?}");
        let reasons: BTreeSet<&str> = told.overview["not_evaluated"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|n| n["reason"].as_str())
            .collect();
        // Where both sources fail the reports are the reason; the sign-ins stand in its text.
        let licence = !recipe.p1 && !recipe.concealed;
        assert_eq!(reasons.contains("licence"), licence, "{what}: {:#}", told.overview["not_evaluated"]);
        assert_eq!(
            reasons.contains("names_concealed"),
            recipe.concealed,
            "{what}: {:#}",
            told.overview["not_evaluated"]
        );
        if recipe.oddities.waste {
            assert!(!ledger.entries.is_empty(), "{what}");
        } else {
            // What licences cost by department is no finding of something amiss.
            let amiss: Vec<_> = told.findings.iter().filter(|finding| finding["check"] != "L27").collect();
            assert!(amiss.is_empty(), "{what}: {amiss:#?}");
        }
    }
}

fn rarer() -> Vec<(&'static str, Recipe)> {
    vec![("near the limit", recipe(50, 290)), ("without P1", Recipe { p1: false, ..recipe(51, 290) })]
}

#[tokio::test]
async fn the_rarer_checks_are_planted_and_found() {
    let mut planted: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, recipe) in rarer() {
        let ledger = Directory::generate(&recipe).ledger().clone();
        ledger.entries.iter().for_each(|entry| *planted.entry(entry.check).or_default() += 1);
        ledger.accounts.iter().for_each(|(check, _)| *planted.entry(check).or_default() += 1);
    }
    for check in ["L25", "L26", "L29"] {
        assert!(planted.contains_key(check), "{check}: {planted:?}");
    }
    compare(rarer()).await;
}

fn small() -> Vec<(&'static str, Recipe)> {
    vec![
        ("twenty people", recipe(1, 20)),
        ("forty people", recipe(2, 40)),
        ("a company of fifty", recipe(3, 50)),
        ("without Entra ID P1", Recipe { p1: false, ..recipe(4, 60) }),
        ("with names concealed", Recipe { concealed: true, ..recipe(5, 70) }),
        ("without P1 and with names concealed", Recipe { p1: false, concealed: true, ..recipe(6, 80) }),
        ("synchronised, bought through a partner", Recipe { hybrid: true, partner: true, ..recipe(7, 90) }),
    ]
}

#[tokio::test]
async fn everything_planted_is_found_in_small_directories() {
    compare(small()).await;
}

#[tokio::test]
async fn everything_planted_is_found_whatever_else_is_there() {
    let only = |change: fn(&mut Oddities)| {
        let mut oddities = Oddities::NONE;
        change(&mut oddities);
        oddities
    };
    compare(vec![
        ("nothing planted", Recipe { oddities: Oddities::NONE, ..recipe(10, 60) }),
        ("traps only", Recipe { oddities: only(|o| o.traps = true), ..recipe(11, 150) }),
        ("traps without P1", Recipe { p1: false, oddities: only(|o| o.traps = true), ..recipe(12, 150) }),
        ("waste without traps", Recipe { oddities: only(|o| o.waste = true), ..recipe(13, 150) }),
        ("hostile names", Recipe { oddities: only(|o| (o.waste, o.hostile_names) = (true, true)), ..recipe(14, 100) }),
        ("licences by groups", Recipe { oddities: only(|o| (o.waste, o.groups) = (true, true)), ..recipe(15, 180) }),
        (
            "an unlisted licence type",
            Recipe { oddities: only(|o| (o.waste, o.unlisted_sku) = (true, true)), ..recipe(16, 120) },
        ),
    ])
    .await;
}

fn larger() -> Vec<(&'static str, Recipe)> {
    vec![
        ("the largest small company", recipe(20, 300)),
        ("a company too large for business suites", recipe(21, 400)),
        ("two pages", recipe(22, 700)),
        ("one page without P1", Recipe { p1: false, ..recipe(23, 900) }),
        ("two pages without P1", Recipe { p1: false, hybrid: true, ..recipe(24, 1100) }),
    ]
}

#[tokio::test]
async fn everything_planted_is_found_in_larger_directories() {
    compare(larger()).await;
}

fn aged() -> Vec<(&'static str, Recipe)> {
    vec![
        ("with a past", Recipe { aged: true, ..recipe(60, 120) }),
        ("with a past, too large for business suites", Recipe { aged: true, ..recipe(61, 400) }),
        ("with a past, without P1", Recipe { aged: true, p1: false, ..recipe(62, 90) }),
        ("with a past, names concealed", Recipe { aged: true, concealed: true, ..recipe(63, 90) }),
    ]
}

#[tokio::test]
async fn what_companies_have_from_before_is_planted_and_found() {
    compare(aged()).await;
}

/// Keeps a year of days on which so many seats of a licence type were bought and in use.
async fn keep_a_year(app: &App, owner: &Client<'_>, sku: SkuId, seats: u32) {
    let (scope, zero) = (scope(app, owner).await, Money::new(0, Currency::Usd));
    for ago in 1..=366 {
        let snapshot = Snapshot {
            day: app.clock.clock().today().saturating_sub(Span::new().days(ago)),
            people: 120,
            spend_monthly: zero,
            certain_monthly: zero,
            likely_monthly: zero,
            findings: 0,
            seats: vec![SeatsOfDay { sku, enabled: seats, consumed: seats }],
        };
        app.system.store.of(&scope).save(&snapshot).await.unwrap();
    }
}

/// What L22 saves a month, minor units: certain, and in all.
async fn saved(owner: &Client<'_>) -> (i64, i64) {
    let saving = finding(owner, "L22").await["saving"].clone();
    (minor(&saving["certain_monthly"]), minor(&saving["monthly"]))
}

#[tokio::test]
async fn what_a_monthly_term_costs_more_is_counted_by_what_the_company_says_of_its_price() {
    let directory = Directory::generate(&Recipe { aged: true, ..recipe(60, 120) });
    let ledger = directory.ledger().clone();
    let [by_month] = ledger.after_a_year.as_slice() else { panic!("{:?}", ledger.after_a_year) };
    let app = App::of(directory).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    keep_a_year(&app, &owner, by_month.sku, by_month.seats).await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let sku = by_month.sku.to_string();
    let list = price(by_month.sku).expect("a list price");
    // Those that nobody is to lose.
    let staying = saved(&owner).await.1 / (list / 5);
    assert!(staying > 0);
    assert_eq!(saved(&owner).await, (staying * (list / 5), staying * (list / 5)), "a fifth of the list price");
    // Dearer than the list: what saves money by being exchanged still does. A sixth of it, whole cents.
    let paid = list + 137;
    let sixth = paid / 6;
    for (said, certain, in_all) in [
        (json!({ "amount_minor": paid }), 0, sixth),
        (json!({ "amount_minor": paid, "term": "monthly" }), sixth, sixth),
        // A year's price holds none.
        (json!({ "amount_minor": paid, "term": "annual_paid_yearly" }), 0, 0),
        (json!({ "amount_minor": paid, "term": "annual_paid_monthly" }), 0, 0),
        (json!({ "term": "monthly" }), list / 5, list / 5),
        (json!({ "amount_minor": paid }), 0, sixth),
    ] {
        set_price(&app, &owner, &sku, said.clone()).await;
        assert_eq!(saved(&owner).await, (staying * certain, staying * in_all), "{said}");
    }
    let detail: Value =
        owner.get(&format!("/v1/findings/{}", text(&finding(&owner, "L22").await, "finding"))).await.expect(200);
    let evidence = detail["evidence"].as_array().unwrap().iter();
    let told: Vec<_> = evidence.filter(|one| one["what"] == "Paid for going month by month").collect();
    assert_eq!(told.len(), 1);
    assert!(text(told[0], "value").contains("you did not say how you buy it"), "{told:?}");
    // A check says the same; and of a year's term nothing.
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(saved(&owner).await, (0, staying * sixth));
    set_price(&app, &owner, &sku, json!({ "term": "annual_paid_monthly" })).await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert!(all(&owner, "/v1/findings").await.iter().all(|finding| finding["check"] != "L22"));
}

#[tokio::test]
async fn what_only_a_year_tells_is_planted_and_found() {
    let directory = Directory::generate(&Recipe { aged: true, ..recipe(60, 120) });
    let ledger = directory.ledger().clone();
    let [by_month] = ledger.after_a_year.as_slice() else { panic!("{:?}", ledger.after_a_year) };
    let app = App::of(directory).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    assert_equal(&before, &ledger, "on the first day");
    assert!(before.silent().contains("L22"), "nobody knows yet: {:#}", before.overview["not_evaluated"]);
    keep_a_year(&app, &owner, by_month.sku, by_month.seats).await;
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let after = told(&owner).await;
    assert!(!after.silent().contains("L22"), "a year was seen: {:#}", after.overview["not_evaluated"]);
    assert!(after.total("monthly") > ledger.monthly(price), "a term for a year is cheaper");
    let lost = ledger.savings().filter(|one| one.person.is_some() && one.sku == by_month.sku).count();
    assert!(lost > 0, "some of what is bought by the month is to be taken, and counted there");
    assert_equal(&after, &ledger.after_a_year(), "after a year");
}

#[tokio::test]
async fn what_renews_a_month_after_it_renewed_is_bought_by_the_month_however_long_ago_it_was_bought() {
    let app = App::of(Directory::generate(&recipe(64, 60))).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let (tenant, first) = (app.system.store.of(&scope), app.clock.clock().today());
    let day = tenant.get::<Snapshot>(&first).await.unwrap().expect("a day").value;
    let used = |sku: SkuId| day.seats.iter().any(|seats| seats.sku == sku && seats.consumed > 0);
    let ledgers = tenant.all::<SeatLedger>().await.unwrap().into_iter().map(|ledger| ledger.value);
    let alone = ledgers.filter(|one| one.renewals.len() == 1 && price(one.sku).is_some() && used(one.sku));
    let ledger = alone.min_by_key(|one| (one.renewals[0], one.sku)).expect("a subscription alone");
    let (sku, next) = (ledger.sku, ledger.renewals[0]);
    // Twenty days before it renews at the latest.
    let wait = i64::from((next - first).get_days()) - 20;
    app.clock.advance(SignedDuration::from_hours(24 * wait.max(0)));
    let mut owner = app.sign_in("owner@northwind.example").await;
    for ago in 1..=366 {
        let then = app.clock.clock().today().saturating_sub(Span::new().days(ago));
        tenant.save(&Snapshot { day: then, ..day.clone() }).await.unwrap();
    }
    let key = ("L22".to_owned(), sku, None);
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(told(&owner).await.entries.get(&key), None, "it may be a year that ends");
    let seen = tenant.get::<SeatLedger>(&sku).await.unwrap().expect("a ledger").value;
    let renewed_on = Some(next.saturating_sub(Span::new().days(30)));
    tenant.save(&SeatLedger { renewed_on, ..seen }).await.unwrap();
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let (seats, certain) = told(&owner).await.entries.get(&key).copied().expect("it is told of");
    assert!(seats > 0 && certain);
}

/// Checks that no generated directory has a case of, with why: what Microsoft Graph cannot show is not planted. Reviewed
/// one by one; there is none.
const NOT_PLANTED: &[(CheckId, &str)] = &[];

#[test]
fn every_check_of_the_catalogue_is_planted_in_a_directory_that_is_compared() {
    let compared = [rarer(), small(), larger(), aged()].into_iter().flatten();
    let planted: BTreeSet<&str> =
        compared.flat_map(|(_, recipe)| Directory::generate(&recipe).ledger().checks()).collect();
    let reviewed: BTreeSet<&str> = NOT_PLANTED.iter().map(|(check, _)| check.as_str()).collect();
    let all: BTreeSet<&str> = CheckId::ALL.iter().map(|check| check.as_str()).collect();
    let covered: BTreeSet<&str> = planted.union(&reviewed).copied().collect();
    assert_eq!(covered, all, "planted: {planted:?}");
    assert!(planted.is_disjoint(&reviewed), "planted by now: {:?}", planted.intersection(&reviewed));
    assert!(NOT_PLANTED.iter().all(|(_, why)| why.len() > 20), "say why");
}

#[tokio::test]
async fn everything_planted_is_found_among_two_thousand_people() {
    compare(vec![("two thousand", recipe(30, 2000))]).await;
}

/// A directory of the seed's own size, and with what it has and lacks.
fn drawn(seed: u64) -> (&'static str, Recipe) {
    let people = 20 + (7 * (seed - 100) % 168) as u32;
    let recipe = Recipe {
        p1: !seed.is_multiple_of(3),
        concealed: seed.is_multiple_of(4),
        hybrid: seed.is_multiple_of(2),
        partner: seed.is_multiple_of(5),
        ..recipe(seed, people)
    };
    ("a seed", recipe)
}

#[tokio::test]
async fn everything_planted_is_found_whatever_the_seed() {
    // With each of what a directory may have or lack, and most pairs of it.
    compare([100, 102, 105, 106, 108, 113, 115, 120].map(drawn).into()).await;
}

#[tokio::test]
#[ignore = "takes long: make sequences runs it"]
async fn everything_planted_is_found_whatever_of_hundreds_of_seeds() {
    // Each system holds a few of them: what is there slows what follows.
    for seeds in (100..400).collect::<Vec<u64>>().chunks(25) {
        compare(seeds.iter().copied().map(drawn).collect()).await;
    }
}

#[tokio::test]
#[ignore = "takes a while without optimisation: make bench runs it"]
async fn everything_planted_is_found_among_twenty_thousand_people() {
    compare(vec![
        ("twenty thousand", recipe(40, 20_000)),
        ("twenty thousand without P1", Recipe { p1: false, ..recipe(41, 20_000) }),
    ])
    .await;
}
