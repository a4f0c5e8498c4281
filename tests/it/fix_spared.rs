//! What a company wants left alone is left alone by every fix: its settings and what it accepted.

use std::collections::BTreeSet;

use checks::outcome::{AffectedSku, Remedy};
use http::Method;
use jiff::SignedDuration;
use local_microsoft::{Directory, Recipe, products as p};
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use tests::{BEGIN, READER_APP};

use crate::fixes::{
    app, app_of, approval, approve, finding, finding_like, fix, fresh, items, licences, nothing_follows, outcome,
    owner, people, post, preview, writes,
};
use crate::{
    findings::send,
    fix_kinds::free_seats,
    ledger::all,
    scans::{renew, scan},
};

/// What a preview says of somebody.
fn said(shown: &Value, person: &Value) -> Value {
    let mut items = shown["items"].as_array().unwrap().iter().filter(|item| item["person"] == *person);
    items.next().unwrap_or_else(|| panic!("{person} in {shown:#}"))["blocked"].clone()
}

#[tokio::test]
async fn a_preview_goes_by_the_companys_own_settings_and_exceptions() {
    let app = app(600).await;
    let owner = owner(&app).await;
    let body = json!({ "finding": finding(&owner, "L3").await });
    let before = preview(&owner, body.clone()).await;
    let chosen: Vec<Value> = people(&before["items"]).iter().map(|person| json!(person)).collect();
    let [service, glass, vip, accepted, ..] = &chosen[..] else { panic!("five people") };
    let settings = json!({
        "confirm_above_people": 1,
        "exclusions": { "service_accounts": [service], "break_glass": [glass], "vips": [vip] },
    });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    let exception = json!({ "check": "L3", "person": accepted, "reason": "Back in March" });
    let made: Value = owner.post("/v1/exceptions", exception).await.expect(201);
    // At once, before any check has gone by them; what was previewed without them is not approved.
    post(&app, &owner, "/v1/fixes", "drift", Some(approval(&before))).await.expect_problem(409, "drift");
    let shown = preview(&owner, body.clone()).await;
    for person in [service, glass, vip] {
        assert_eq!(said(&shown, person)["reason"], "excluded", "{shown:#}");
    }
    let why = said(&shown, accepted);
    assert_eq!((&why["reason"], &why["guard"]), (&json!("accepted"), &json!("G4")));
    assert_eq!(why["text"], "Accepted as it is until 2027-11-21: Back in March");
    assert_eq!(shown["people"].as_u64(), Some(chosen.len() as u64 - 4));
    assert_eq!(shown["type_to_confirm"], shown["people"].as_u64().unwrap().to_string(), "above one person");
    let told = shown["guards"].as_array().unwrap().iter().filter(|guard| guard["level"] == "block");
    let told: Vec<&str> = told.map(|guard| guard["text"].as_str().unwrap()).collect();
    assert!(told.contains(&"1 person is left alone: Your company accepted it as it is."), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("3 people are left alone: Your settings say")), "{told:?}");
    // The exception ends: they are fixed like anybody.
    let path = format!("/v1/exceptions/{}", made["exception"].as_str().unwrap());
    let ended = send(&app, &owner, Method::DELETE, &path, made["etag"].as_str(), None).await;
    assert_eq!(ended.status, 204);
    app.pump().await;
    let again = preview(&owner, body).await;
    assert!(said(&again, accepted).is_null(), "{:#}", said(&again, accepted));
}

#[tokio::test]
async fn what_stays_of_somebody_is_said_beside_what_goes_and_is_counted_in_nothing() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let like = finding(&owner, "L11").await;
    let [gone, ignored] = [p::VISIO_P2, p::POWER_BI_PRO];
    let found = all(&owner, &format!("/v1/findings/{like}/people")).await;
    let of_one = found.iter().filter(|one| one["skus"].as_array().unwrap().len() == 1);
    let ids: Vec<PersonId> = of_one.map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
    for sku in [gone, ignored] {
        free_seats(&app, sku, 2, &ids);
    }
    let has_none = |who: &PersonId| licences(&app, *who).iter().all(|sku| ![gone, ignored].contains(sku));
    let both = [(gone, Vec::new()), (ignored, Vec::new())];
    let mut without = ids.into_iter().filter(has_none);
    let who = without.find(|who| app.microsoft().assign(id, *who, &both, &[]).is_ok()).expect("somebody with neither");
    // By a group and directly, directly, and directly but not to be touched.
    let finding = finding_like(&app, &owner, &like, Remedy::RemoveLicences, |one| {
        for sku in [gone, ignored] {
            one.skus.push(AffectedSku { sku, ..one.skus[0].clone() });
        }
        one.person == who
    })
    .await;
    let settings = json!({ "ignored_skus": [ignored] });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    let shown = preview(&owner, json!({ "finding": finding })).await;
    let rows: Vec<&Value> = shown["items"].as_array().unwrap().iter().collect();
    let why = |item: &&Value| item["blocked"]["reason"].as_str().unwrap_or("goes").to_owned();
    let whys: Vec<String> = rows.iter().map(why).collect();
    assert_eq!(whys, ["goes", "comes_from_a_group", "ignored_licence"], "{shown:#}");
    assert_eq!(rows[0]["change"]["remove"], json!([gone]), "{shown:#}");
    let told = |item: &Value| item["blocked"]["text"].as_str().unwrap().to_owned();
    assert!(told(rows[1]).contains(": They also get it from the group "), "{shown:#}");
    assert_eq!(told(rows[2]), "Power BI Pro: Your settings say that this licence is not to be touched.");
    // Who is left alone in part is changed once, and nothing that stays is counted.
    assert_eq!((&shown["people"], &shown["headline"]), (&json!(1), &json!("Remove 1 licence")));
    assert_eq!((&shown["type_to_confirm"], &shown["saving"]["freed"][0]["seats"]), (&Value::Null, &json!(1)));
    assert_eq!(shown["saving"]["freed"].as_array().unwrap().len(), 1, "{shown:#}");
    let guards = shown["guards"].as_array().unwrap().iter().filter(|guard| guard["level"] == "block");
    let guards: Vec<&Value> = guards.collect();
    assert_eq!(guards.len(), 2, "{guards:#?}");
    for guard in guards {
        let text = guard["text"].as_str().unwrap();
        assert!(guard["people"] == 1 && text.starts_with("1 person is left alone in part: "), "{guard:#}");
    }
    let left: BTreeSet<SkuId> = licences(&app, who).into_iter().filter(|sku| *sku != gone).collect();
    fresh(&app, &mut owner).await;
    let (path, ended) = fix(&app, &mut owner, json!({ "finding": finding })).await;
    assert_eq!((&ended["items"], &ended["tally"]["done"]), (&json!(1), &json!(1)), "{ended:#}");
    assert_eq!(items(&owner, &path).await.len(), 1);
    assert_eq!(licences(&app, who).into_iter().collect::<BTreeSet<_>>(), left);
}

#[tokio::test]
async fn what_is_to_be_left_alone_since_the_approval_is_not_changed() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let chosen = people(&shown["items"]);
    let path = approve(&app, &owner, &shown).await;
    let settings = json!({ "exclusions": { "vips": [chosen[0]] } });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    let exception = json!({ "check": "L3", "person": chosen[1], "reason": "Back in March" });
    owner.post("/v1/exceptions", exception).await.expect::<Value>(201);
    app.microsoft().clear_calls();
    app.pump().await;
    renew(&app, &mut owner).await;
    for item in items(&owner, &path).await {
        let want = match item["person"].as_str() {
            Some(person) if person == chosen[0].to_string() => ("skipped", "excluded"),
            Some(person) if person == chosen[1].to_string() => ("skipped", "accepted"),
            _ => ("done", ""),
        };
        assert_eq!(outcome(&item), want, "{item:#}");
    }
    assert_eq!(writes(&app), chosen.len() - 2);
}

#[tokio::test]
async fn who_is_found_no_more_when_a_planned_fix_begins_is_left_alone() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let finding = finding(&owner, "L6").await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    // From now on only who was away for longer is inactive: the others are, to the checks, as if they had come back.
    let settings = json!({ "review_after_days": 400, "reclaim_after_days": 720 });
    send(&app, &owner, Method::PUT, "/v1/checks/settings", Some("\"0\""), Some(&settings)).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_hours(24));
    fresh(&app, &mut owner).await;
    scan(&app, &mut owner).await;
    let found = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let found: BTreeSet<&str> = found.iter().filter_map(|one| one["person"].as_str()).collect();
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(25));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let (mut taken, mut left) = (0, 0);
    for item in items(&owner, &path).await {
        let stays = !found.contains(item["person"].as_str().unwrap());
        let want = if stays { ("skipped", "no_longer_found") } else { ("done", "") };
        assert_eq!(outcome(&item), want, "{item:#}");
        *if stays { &mut left } else { &mut taken } += 1;
    }
    assert!(taken > 0 && left > 0, "{taken} taken, {left} left alone");
    assert_eq!(writes(&app), taken);
}

#[tokio::test]
async fn who_signed_in_since_the_last_check_is_left_alone_until_the_moment_of_the_write() {
    let app = app(600).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    for (check, action) in [("L6", None), ("L7", None), ("L6", Some("block_sign_in"))] {
        fresh(&app, &mut owner).await;
        let body = json!({ "finding": finding(&owner, check).await, "action": action });
        let first = preview(&owner, body.clone()).await;
        let [at_preview, at_approval, at_write, ..] = people(&first["items"])[..] else { panic!("{check}: {first:#}") };
        app.microsoft().signs_in(id, at_preview).unwrap();
        let shown = preview(&owner, body.clone()).await;
        let why = said(&shown, &json!(at_preview));
        assert_eq!((&why["reason"], &why["guard"]), (&json!("signed_in_since"), &json!("G8")), "{check}");
        assert_eq!(why["text"], "They signed in on 2026-11-21, so somebody may need it.");
        let told = shown["guards"].as_array().unwrap().iter().filter_map(|guard| guard["text"].as_str());
        assert!(told.clone().any(|text| text.contains("left alone: They signed in")), "{shown:#}");
        assert!(!told.clone().any(|text| text.contains("does not tell when")), "{shown:#}");
        // What was looked at is not what would be done.
        app.microsoft().signs_in(id, at_approval).unwrap();
        let key = format!("drift {check} {}", action.unwrap_or("remove"));
        post(&app, &owner, "/v1/fixes", &key, Some(approval(&shown))).await.expect_problem(409, "drift");
        let shown = preview(&owner, body).await;
        let going = people(&shown["items"]);
        assert!(!going.contains(&at_preview) && !going.contains(&at_approval) && going.contains(&at_write));
        let path = approve(&app, &owner, &shown).await;
        app.microsoft().signs_in(id, at_write).unwrap();
        app.microsoft().clear_calls();
        let had = licences(&app, at_write);
        app.pump().await;
        renew(&app, &mut owner).await;
        for item in items(&owner, &path).await {
            let is_back = item["person"] == json!(at_write);
            let want = if is_back { ("skipped", "signed_in_since") } else { ("done", "") };
            assert_eq!(outcome(&item), want, "{check}: {item:#}");
        }
        assert_eq!((writes(&app), licences(&app, at_write)), (going.len() - 1, had), "{check} {action:?}");
        // It is no failure, so there is nothing to try again.
        let ended: Value = owner.get(&path).await.expect(200);
        assert_eq!(ended["can_retry"], false, "{ended:#}");
    }
}

#[tokio::test]
async fn without_sign_in_dates_the_preview_says_so_and_the_last_check_stands() {
    let recipe = Recipe { p1: false, ..Recipe::new(7, BEGIN.parse().unwrap(), 180) };
    let app = app_of(Directory::generate(&recipe)).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let body = json!({ "finding": finding(&owner, "L6").await });
    let before = preview(&owner, body.clone()).await;
    let back = people(&before["items"])[0];
    app.microsoft().signs_in(app.only_directory(), back).unwrap();
    let shown = preview(&owner, body.clone()).await;
    assert!(said(&shown, &json!(back)).is_null(), "nobody can know");
    assert!(shown["to_accept"].as_array().unwrap().contains(&json!("G8")), "{shown:#}");
    let guards = shown["guards"].as_array().unwrap().iter();
    let told = guards.filter(|guard| guard["id"] == "G8" && guard["level"] == "confirm");
    let told: Vec<&str> = told.map(|guard| guard["text"].as_str().unwrap()).collect();
    assert!(told.len() == 1 && told[0].contains("Microsoft Entra ID P1"), "{told:?}");
    // Not read is not approved.
    let unread = json!({ "preview_token": shown["preview_token"], "confirm": shown["type_to_confirm"] });
    post(&app, &owner, "/v1/fixes", "unread", Some(unread)).await.expect_problem(422, "confirmation_needed");
    fresh(&app, &mut owner).await;
    let (path, ended) = fix(&app, &mut owner, body).await;
    assert_eq!(ended["tally"]["done"].as_u64(), shown["people"].as_u64(), "{ended:#}");
    assert!(items(&owner, &path).await.iter().all(|item| outcome(item) == ("done", "")));
}

#[tokio::test]
async fn what_was_approved_by_sign_in_dates_is_not_taken_once_microsoft_tells_none() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    nothing_follows(&app);
    let id = app.only_directory();
    let at = app.clock.clock().now() + SignedDuration::from_hours(48);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L6").await, "at": at.to_string() })).await;
    let number = people(&shown["items"]).len();
    let path = approve(&app, &owner, &shown).await;
    let granted = app.microsoft().granted(READER_APP, id).unwrap();
    let without: Vec<&str> = granted.iter().map(String::as_str).filter(|one| *one != "AuditLog.Read.All").collect();
    app.microsoft().consent_partly(READER_APP, id, &without);
    app.microsoft().clear_calls();
    app.clock.advance(SignedDuration::from_hours(49));
    app.run("fixes-due").await;
    app.pump().await;
    fresh(&app, &mut owner).await;
    let left: Value = owner.get(&path).await.expect(200);
    assert_eq!((&left["stopped"]["code"], &left["can_retry"]), (&json!("sign_ins_not_told"), &json!(true)), "{left:#}");
    let all = items(&owner, &path).await;
    assert!(all.iter().all(|item| outcome(item) == ("skipped", "sign_ins_not_told")), "{all:#?}");
    assert_eq!(writes(&app), 0);
    // Allowed again, with a new token, it goes on, and leaves alone who came back.
    app.microsoft().consent(READER_APP, id);
    app.clock.advance(SignedDuration::from_hours(2));
    let back = people(&shown["items"])[0];
    app.microsoft().signs_in(id, back).unwrap();
    fresh(&app, &mut owner).await;
    post(&app, &owner, &format!("{path}/retry"), "again", None).await.expect::<Value>(202);
    app.pump().await;
    fresh(&app, &mut owner).await;
    for item in items(&owner, &path).await {
        let want = if item["person"] == json!(back) { ("skipped", "signed_in_since") } else { ("done", "") };
        assert_eq!(outcome(&item), want, "{item:#}");
    }
    assert!(number > 1 && writes(&app) == number - 1, "{} writes for {number}", writes(&app));
}
