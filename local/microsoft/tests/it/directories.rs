use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use local_microsoft::{Directory, Ledger, Oddities, Recipe, Simulation, products as p};
use model::{GroupId, SkuId};
use serde_json::Value;

use crate::client::{Graph, Hands, READER, World};

fn now() -> Timestamp {
    Hands::new().clock().now()
}

fn recipes() -> Vec<Recipe> {
    let mut recipes = Vec::new();
    for (seed, people) in [(1, 20), (2, 50), (3, 51), (4, 120), (5, 300), (6, 301), (7, 1500)] {
        for (p1, concealed) in [(true, false), (true, true), (false, false), (false, true)] {
            let hybrid = seed % 2 == 0;
            recipes.push(Recipe { p1, concealed, hybrid, ..Recipe::new(seed, now(), people) });
        }
    }
    recipes
}

#[test]
fn a_recipe_always_makes_the_same_directory() {
    let recipe = Recipe::new(11, now(), 400);
    assert_eq!(format!("{:?}", Directory::generate(&recipe)), format!("{:?}", Directory::generate(&recipe)));
    let other = Recipe { seed: 12, ..recipe.clone() };
    assert_ne!(Directory::generate(&recipe).id(), Directory::generate(&other).id());
    let again: Recipe = serde_json::from_str(&serde_json::to_string(&recipe).unwrap()).unwrap();
    assert_eq!(again, recipe);
}

#[test]
fn a_directory_to_look_at_differs_in_hostile_names_and_nothing_else() {
    let recipe = Recipe::new(2026, now(), 180);
    let (hostile, shown) = (Directory::generate(&recipe), Directory::generate(&Recipe { shown: true, ..recipe }));
    let strange = |of: &Directory| of.accounts().filter(|one| one.name.contains(['<', '=', '@', '{', ';'])).count();
    assert!(strange(&hostile) > 0, "nobody has such a name: the test shows nothing");
    assert_eq!(strange(&shown), 0);
    let people = |of: &Directory| of.accounts().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(people(&shown), people(&hostile));
    assert_eq!(shown.ledger(), hostile.ledger());
}

#[test]
fn a_directory_has_as_many_people_as_asked_for_and_no_address_twice() {
    for recipe in recipes() {
        let directory = Directory::generate(&recipe);
        assert_eq!(directory.len(), recipe.people as usize, "{recipe:?}");
        let addresses: BTreeSet<String> = directory.accounts().map(|account| account.upn).collect();
        assert_eq!(addresses.len(), directory.len());
        assert!(addresses.iter().all(|upn| upn.is_ascii()));
        assert!(directory.administrators().len() >= 2);
    }
}

#[test]
fn a_hundred_thousand_people_have_addresses_of_their_own() {
    let directory = Directory::generate(&Recipe::new(3, now(), 100_000));
    let addresses: BTreeSet<String> = directory.accounts().map(|account| account.upn).collect();
    assert_eq!(addresses.len(), 100_000);
    assert!(directory.ledger().entries.len() > 5_000);
}

#[test]
fn small_directories_hold_what_was_asked_to_be_planted() {
    for recipe in recipes() {
        let ledger = Directory::generate(&recipe).ledger().clone();
        let checks: BTreeSet<&str> = ledger.entries.iter().map(|entry| entry.check).collect();
        let blind = !recipe.p1 && recipe.concealed;
        let always = ["L1", "L9", "L10", "L12", "L19", "L20", "L21"].into_iter();
        let mut wanted = always.chain(["L3", "L6", "L7"].into_iter().filter(|_| !blind));
        assert!(wanted.all(|check| checks.contains(check)), "{recipe:?}: {checks:?}");
        let pairs: Vec<_> = ledger.savings().map(|entry| (entry.sku, entry.person)).collect();
        let once: BTreeSet<_> = pairs.iter().filter(|(_, person)| person.is_some()).collect();
        assert_eq!(once.len(), pairs.iter().filter(|(_, person)| person.is_some()).count(), "a pair twice");
    }
    let tidy = Recipe { oddities: Oddities::NONE, ..Recipe::new(1, now(), 100) };
    assert_eq!(Directory::generate(&tidy).ledger(), &Ledger::default());
}

#[test]
fn money_counts_seats_once_and_unknown_prices_not() {
    let ledger = Directory::generate(&Recipe::new(5, now(), 120)).ledger().clone();
    // What is exchanged costs what it costs instead: at one price for all it saves nothing.
    let taken = ledger.savings().filter(|entry| entry.to.is_none());
    let seats: i64 = taken.map(|entry| i64::from(entry.seats)).sum();
    assert_eq!(ledger.monthly(|_| Some(100)), seats * 100);
    assert_eq!(ledger.monthly(|_| None), 0);
    assert_eq!(ledger.totals().values().map(|(count, _)| count).sum::<usize>(), ledger.entries.len());
}

// The rules of the catalogue, applied to what Graph answers and to nothing else: they must find the ledger.

const FREE: [SkuId; 2] = [p::FLOW_FREE, p::POWER_BI_FREE];

struct Seen {
    users: Vec<Value>,
    skus: Vec<Value>,
    trials: BTreeSet<String>,
    /// Latest activity in any report, by address.
    reported: BTreeMap<String, String>,
}

async fn see(graph: &Graph<'_>, p1: bool) -> Seen {
    let select =
        "id,userPrincipalName,accountEnabled,userType,createdDateTime,assignedLicenses,licenseAssignmentStates";
    let select = if p1 { format!("{select},signInActivity") } else { select.to_owned() };
    let users = graph.all(&format!("/users?$select={select}&$top=500")).await;
    let skus = graph.get("/subscribedSkus").await.values();
    let subscriptions = graph.get("/directory/subscriptions").await.values();
    let trials = subscriptions.iter().filter(|s| s["isTrial"] == true);
    let mut reported = BTreeMap::new();
    for report in [
        "getOffice365ActiveUserDetail(period='D90')",
        "getMailboxUsageDetail(period='D90')",
        "getM365AppUserDetail(period='D90')",
        "getTeamsUserActivityUserDetail(period='D90')",
        "getEmailActivityUserDetail(period='D90')",
        "getOneDriveUsageAccountDetail(period='D90')",
    ] {
        for row in graph.report(report).await {
            let upn = row.get("User Principal Name").or(row.get("Owner Principal Name")).unwrap().to_lowercase();
            for (_, day) in row.iter().filter(|(name, day)| name.ends_with("Last Activity Date") && !day.is_empty()) {
                let last: &mut String = reported.entry(upn.clone()).or_default();
                *last = day.clone().max(last.clone());
            }
        }
    }
    Seen { users, skus, trials: trials.map(|s| s["skuId"].as_str().unwrap().to_owned()).collect(), reported }
}

fn days_before(now: Timestamp, text: &str) -> i64 {
    let today = now.to_zoned(TimeZone::UTC).date();
    let then: jiff::civil::Date = text[..10].parse().unwrap();
    i64::from((today - then).get_days())
}

fn find(
    seen: &Seen,
    p1: bool,
    concealed: bool,
    now: Timestamp,
) -> BTreeSet<(&'static str, String, Option<String>, u32)> {
    let mut found = BTreeSet::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let paid = |sku: &str| !seen.trials.contains(sku) && !FREE.iter().any(|free| free.to_string() == sku);
    for user in &seen.users {
        let states = user["licenseAssignmentStates"].as_array().unwrap();
        let mut held: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for license in user["assignedLicenses"].as_array().unwrap() {
            let off = license["disabledPlans"].as_array().unwrap().iter().map(text).collect::<BTreeSet<_>>();
            held.insert(text(&license["skuId"]), off);
        }
        // Redundant add-ons: the one value plan of each is in another product the person holds.
        let covers = |other: &str, wanted: &[&str]| {
            let sku = seen.skus.iter().find(|sku| sku["skuId"] == other).unwrap();
            let plans = sku["servicePlans"].as_array().unwrap().iter();
            plans
                .filter(|plan| !held[other].contains(plan["servicePlanId"].as_str().unwrap()))
                .any(|plan| wanted.contains(&plan["servicePlanName"].as_str().unwrap()))
        };
        let add_ons = [
            (p::EXCHANGE_P1, ["EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE"].as_slice()),
            (p::EXCHANGE_P2, &["EXCHANGE_S_ENTERPRISE"]),
            (p::ENTRA_P1, &["AAD_PREMIUM", "AAD_PREMIUM_P2"]),
            (p::POWER_BI_PRO, &["BI_AZURE_P2"]),
            (p::TEAMS_PHONE, &["MCOEV"]),
        ];
        let mut rest: BTreeSet<String> = held.keys().filter(|sku| paid(sku)).cloned().collect();
        let redundant: Vec<String> = add_ons
            .iter()
            .map(|(add_on, wanted)| (add_on.to_string(), wanted))
            .filter(|(add_on, wanted)| {
                held.contains_key(add_on) && held.keys().any(|o| o != add_on && covers(o, wanted))
            })
            .map(|(add_on, _)| add_on)
            .collect();

        let sign_in = &user["signInActivity"];
        let dates = ["lastSuccessfulSignInDateTime", "lastSignInDateTime", "lastNonInteractiveSignInDateTime"];
        let signed_in = match sign_in[dates[0]].as_str() {
            Some(successful) => Some(successful),
            None => dates[1..].iter().filter_map(|name| sign_in[*name].as_str()).max(),
        };
        let upn = text(&user["userPrincipalName"]).to_lowercase();
        let reported = seen.reported.get(&upn).filter(|_| !concealed);
        let last = [signed_in, reported.map(String::as_str)].into_iter().flatten().max();
        let idle = last.map(|last| days_before(now, last));
        let created = days_before(now, user["createdDateTime"].as_str().unwrap());
        let id = Some(text(&user["id"]));
        if !p1 && concealed {
            rest.retain(|sku| redundant.contains(sku));
        } else if user["accountEnabled"] == false {
            if idle.is_some_and(|idle| idle > 30) || idle.is_none() && created > 30 {
                found.extend(rest.iter().map(|sku| ("L3", sku.clone(), id.clone(), 1)));
            }
            continue;
        }
        for sku in rest {
            let assigned = states.iter().filter(|state| state["skuId"] == sku.as_str());
            let assigned =
                assigned.map(|s| days_before(now, s["lastUpdatedDateTime"].as_str().unwrap())).min().unwrap();
            let check = match idle {
                _ if redundant.contains(&sku) => "L10",
                None if created > 30 && assigned > 30 => "L7",
                Some(idle) if idle > 90 && assigned > 30 => "L6",
                _ => continue,
            };
            found.insert((check, sku, id.clone(), 1));
        }
    }
    for sku in &seen.skus {
        let id = text(&sku["skuId"]);
        let seats = |name: &str| sku["prepaidUnits"][name].as_u64().unwrap() as u32;
        let (enabled, consumed) = (seats("enabled"), sku["consumedUnits"].as_u64().unwrap() as u32);
        if !paid(&id) {
            continue;
        }
        if sku["capabilityStatus"] != "Enabled" && consumed > 0 {
            found.insert(("L20", id.clone(), None, consumed));
        }
        let slack = 2.max(consumed.div_ceil(19));
        if sku["capabilityStatus"] == "Enabled" && enabled.saturating_sub(consumed) > slack {
            found.insert(("L1", id, None, enabled - consumed - slack));
        }
    }
    found
}

#[tokio::test]
async fn the_catalogues_rules_find_the_ledger_and_nothing_else() {
    for recipe in recipes() {
        let hands = Hands::new();
        let world = World::with(hands.clone(), recipe.clone(), &READER);
        let graph = world.graph().await;
        let seen = see(&graph, recipe.p1).await;
        let mut found = find(&seen, recipe.p1, recipe.concealed, now());
        // These rules are those of six checks; what another check counts is not theirs.
        type Found = (&'static str, String, Option<String>, u32);
        let planted: BTreeSet<Found> = world
            .microsoft
            .directory(world.directory, |directory| {
                let entries = directory.ledger().entries.iter();
                entries.map(|e| (e.check, e.sku.to_string(), e.person.map(|id| id.to_string()), e.seats)).collect()
            })
            .unwrap();
        let (planted, others): (BTreeSet<Found>, BTreeSet<Found>) =
            planted.into_iter().partition(|(check, ..)| ["L1", "L3", "L6", "L7", "L10", "L20"].contains(check));
        let counted = others.iter().filter(|(check, ..)| ["L9", "L15", "L17"].contains(check));
        let counted: BTreeSet<_> = counted.map(|(_, sku, person, _)| (sku, person)).collect();
        found.retain(|(check, sku, person, _)| *check == "L3" || !counted.contains(&(sku, person)));
        // Shared mailboxes and rooms are blocked by design, and only the mailbox report tells them.
        let shared = others.iter().filter(|(check, ..)| ["L4", "L5"].contains(check));
        let shared: BTreeSet<_> = shared.map(|(_, sku, person, _)| (sku, person)).collect();
        found.retain(|(_, sku, person, _)| !shared.contains(&(sku, person)));
        let missed: Vec<_> = planted.difference(&found).collect();
        let wrong: Vec<_> = found.difference(&planted).collect();
        assert!(missed.is_empty() && wrong.is_empty(), "{recipe:?}\nmissed {missed:?}\nwrong {wrong:?}");
    }
}

#[tokio::test]
async fn seats_in_use_are_the_people_who_hold_them() {
    for recipe in recipes() {
        let world = World::with(Hands::new(), recipe, &READER);
        let graph = world.graph().await;
        let mut held: BTreeMap<String, u64> = BTreeMap::new();
        for user in graph.all("/users?$select=id,assignedLicenses&$top=999").await {
            for license in user["assignedLicenses"].as_array().unwrap() {
                *held.entry(license["skuId"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let subscriptions = graph.get("/directory/subscriptions").await.values();
        for sku in graph.get("/subscribedSkus").await.values() {
            let id = sku["skuId"].as_str().unwrap();
            assert_eq!(sku["consumedUnits"].as_u64().unwrap(), held.get(id).copied().unwrap_or(0), "{id}");
            let bought: u64 =
                subscriptions.iter().filter(|s| s["skuId"] == id).map(|s| s["totalLicenses"].as_u64().unwrap()).sum();
            let units = &sku["prepaidUnits"];
            let seats = ["enabled", "warning", "suspended"].map(|name| units[name].as_u64().unwrap());
            assert_eq!(bought, seats.iter().sum::<u64>(), "{id}");
        }
    }
}

#[tokio::test]
async fn dates_lie_in_the_past_and_renewals_ahead() {
    let world = World::new(300, &READER);
    let graph = world.graph().await;
    let now = now();
    let before = |value: &Value| value.as_str().is_none_or(|time| time.parse::<Timestamp>().unwrap() < now);
    for user in graph.all("/users?$select=id,createdDateTime,signInActivity,licenseAssignmentStates&$top=500").await {
        assert!(before(&user["createdDateTime"]));
        assert!(user["signInActivity"].as_object().is_none_or(|seen| {
            seen.iter().filter(|(name, _)| name.ends_with("DateTime")).all(|(_, time)| before(time))
        }));
        assert!(user["licenseAssignmentStates"].as_array().unwrap().iter().all(|s| before(&s["lastUpdatedDateTime"])));
    }
    let subscriptions = graph.get("/directory/subscriptions").await.values();
    let renewals: Vec<_> = subscriptions.iter().filter_map(|s| s["nextLifecycleDateTime"].as_str()).collect();
    assert!(renewals.iter().all(|time| time.parse::<Timestamp>().unwrap() > now + SignedDuration::from_hours(24)));
    let first = &subscriptions[0]["skuId"];
    let twice: Vec<_> = subscriptions.iter().filter(|s| s["skuId"] == *first).collect();
    assert_eq!(twice.len(), 2, "the first suite was bought twice");
    assert_ne!(twice[0]["nextLifecycleDateTime"], twice[1]["nextLifecycleDateTime"]);
}

#[test]
fn what_a_group_gives_reaches_its_members_and_a_copy_puts_everything_back() {
    let microsoft = Simulation::new(Hands::new().clock(), 1);
    let id = microsoft.add(Directory::generate(&Recipe::new(7, now(), 400)));
    let copy = microsoft.directory(id, Directory::clone).unwrap();
    let before = microsoft.fingerprint(id);
    let has = |directory: &Directory, group: GroupId, sku: SkuId| -> BTreeSet<bool> {
        let people: Vec<_> = copy.accounts().map(|account| account.id).collect();
        let members = people.into_iter().filter(|person| copy.changeable(*person).unwrap().groups.contains(&group));
        let row = |person| directory.changeable(person).unwrap().licences.contains_key(&(sku, Some(group)));
        members.map(row).collect()
    };
    let all = BTreeSet::from([true]);
    let given = copy.given();
    let mut whole = given.iter().filter_map(|(group, gives)| Some((*group, *gives.first()?)));
    let (group, sku) = whole.find(|(group, sku)| has(&copy, *group, *sku) == all).unwrap();
    let rows = |directory: &Directory| has(directory, group, sku);
    microsoft.assign_to_group(id, group, &[], &[sku]).unwrap();
    assert_eq!(microsoft.directory(id, rows).unwrap(), BTreeSet::from([false]));
    assert_eq!(microsoft.directory(id, |now| now.given()[&group].contains(&sku)), Some(false));
    assert!(microsoft.directory(id, Directory::free).unwrap()[&sku] > copy.free()[&sku], "their seats are free");
    microsoft.assign_to_group(id, group, &[sku], &[]).unwrap();
    assert_eq!(microsoft.directory(id, rows).unwrap(), all);
    microsoft.conceal_names(id, !copy.hides_names()).unwrap();
    assert_ne!(microsoft.fingerprint(id), before);
    microsoft.put_back(copy.clone());
    assert_eq!(microsoft.fingerprint(id), before);
}
