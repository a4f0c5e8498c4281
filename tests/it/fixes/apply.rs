//! `fixes-apply`.

use checks::outcome::Remedy;
use jiff::SignedDuration;
use local_microsoft::{Bought, Directory};
use model::SkuId;
use serde_json::{Value, json};

use super::{
    app, approval, approve, finding, finding_like, fingerprint, fix, items, licences, outcome, owner, people, post,
    preview, take_by_hand, undo, writes,
};
use crate::{
    ledger::all,
    microsoft::count,
    scans::{renew, scan},
};

#[tokio::test]
async fn licences_are_removed_told_and_put_back_to_the_byte() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let people = people(&shown["items"]);
    assert!(people.len() > 1, "{shown:#}");
    assert_eq!(shown["headline"], format!("Remove {} licences", people.len()), "{shown:#}");
    let path = approve(&app, &owner, &shown).await;
    assert_eq!(writes(&app), 0, "nothing is written in the request");
    app.pump().await;
    renew(&app, &mut owner).await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!(
        (ended["state"].as_str(), ended["tally"]["done"].as_u64()),
        (Some("finished"), Some(people.len() as u64))
    );
    assert_eq!(ended["saving"]["monthly"], shown["saving"]["monthly"], "{ended:#}");
    assert!(
        ended["saving"]["freed"]
            .as_array()
            .unwrap()
            .iter()
            .any(|freed| freed["text"].as_str().unwrap().contains("free"))
    );
    for freed in ended["saving"]["freed"].as_array().unwrap() {
        let (text, by) = (freed["text"].as_str().unwrap(), freed["reduce_by"].as_str());
        let noun = if freed["seats"] == 1 { "1 licence of " } else { " licences of " };
        assert!(text.contains(noun) && by.is_none_or(|by| text.ends_with(&format!("Reduce by {by}."))), "{text}");
    }
    // The log says it in the words of the page, without what there is none of.
    let told: Value = owner.get("/v1/events?limit=100").await.expect(200);
    let of = |kind: &str| {
        let one = told["items"].as_array().unwrap().iter().find(|one| one["event"]["kind"] == kind);
        one.expect(kind)["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(of("fix.requested"), format!("A change of {} things was approved.", people.len()));
    assert_eq!(of("fix.finished"), format!("A change ended: {} done.", people.len()));
    assert!(of("scan.finished").starts_with("A check finished with "), "{}", of("scan.finished"));
    assert!(people.iter().all(|person| licences(&app, *person).is_empty()));
    assert!(items(&owner, &path).await.iter().all(|item| outcome(item) == ("done", "")));
    // The receipt says until when, and a scan sees what was done.
    let mail = app.mail_to("owner@northwind.example");
    assert!(
        mail.subject.contains(&format!("{} changes done", people.len())) && mail.text.contains("undo this until"),
        "{}",
        mail.text
    );
    let left: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    assert!(
        left["items"].as_array().unwrap().iter().all(|finding| finding["check"] != "L3"
            || finding["people"].as_u64().unwrap() < shown["items"].as_array().unwrap().len() as u64),
        "{left:#}"
    );

    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!(
        (undone["state"].as_str(), undone["undo_tally"]["done"].as_u64()),
        (Some("undone"), Some(people.len() as u64))
    );
    assert_eq!(fingerprint(&app), before);
    assert_eq!(undone["undo"]["possible"], false);
    assert_eq!(undone["undo"]["text"], "There is nothing of it to put back.");
    assert!(app.mail_to("owner@northwind.example").subject.contains("put back"));
    assert_eq!((count(&owner, "fix.requested").await, count(&owner, "fix.finished").await), (1, 1));
    assert_eq!((count(&owner, "fix.undo_requested").await, count(&owner, "fix.undone").await), (1, 1));
}

#[tokio::test]
async fn one_key_is_one_fix() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let body = approval(&shown);
    owner.post("/v1/fixes", body.clone()).await.expect_problem(400, "idempotency_key_needed");
    for bad in ["", &"x".repeat(201)] {
        post(&app, &owner, "/v1/fixes", bad, Some(body.clone())).await.expect_problem(400, "idempotency_key_needed");
    }
    // Twice at the same moment, and once more.
    let (first, second) = tokio::join!(
        post(&app, &owner, "/v1/fixes", "click", Some(body.clone())),
        post(&app, &owner, "/v1/fixes", "click", Some(body.clone())),
    );
    let (done, other) = if first.status == 202 { (first, second) } else { (second, first) };
    let made: Value = done.expect(202);
    if other.status == 202 {
        assert_eq!(other.expect::<Value>(202), made);
    } else {
        other.expect_problem(409, "idempotency_key_in_use");
        assert!(other.headers.contains_key("retry-after"));
    }
    let again = post(&app, &owner, "/v1/fixes", "click", Some(body.clone())).await;
    assert_eq!(again.expect::<Value>(202), made);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], done.headers["location"]);
    let otherwise = json!({ "preview_token": shown["preview_token"], "accept": [] });
    post(&app, &owner, "/v1/fixes", "click", Some(otherwise)).await.expect_problem(422, "idempotency_key_reused");
    app.pump().await;
    // Long after it was done the same request still has the same answer.
    app.clock.advance(SignedDuration::from_hours(1));
    super::fresh(&app, &mut owner).await;
    assert_eq!(post(&app, &owner, "/v1/fixes", "click", Some(body.clone())).await.expect::<Value>(202), made);
    app.pump().await;
    let list: Value = owner.get("/v1/fixes").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(count(&owner, "fix.requested").await, 1);
}

#[tokio::test]
async fn what_changed_since_the_preview_is_shown_anew() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let person = people(&shown["items"])[0];
    take_by_hand(&app, person);
    let before = writes(&app);
    let answer = post(&app, &owner, "/v1/fixes", "drift", Some(approval(&shown))).await;
    answer.expect_problem(409, "drift");
    let fresh = answer.json()["preview"].clone();
    assert_eq!(fresh["people"].as_u64(), shown["people"].as_u64().map(|people| people - 1), "{fresh:#}");
    app.pump().await;
    assert_eq!(writes(&app), before);
    // The new preview can be approved, with the same key: nothing had happened.
    post(&app, &owner, "/v1/fixes", "drift", Some(approval(&fresh))).await.expect::<Value>(202);
    app.pump().await;
}

#[tokio::test]
async fn who_is_found_no_more_since_the_preview_is_not_in_the_new_one() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (id, finding) = (app.only_directory(), finding(&owner, "L3").await);
    let whole = preview(&owner, json!({ "finding": finding })).await;
    let [first, second, ..] = people(&whole["items"])[..] else { panic!("two people: {whole:#}") };
    let shown = preview(&owner, json!({ "finding": finding, "people": [first, second] })).await;
    assert_eq!(people(&shown["items"]), [first, second]);
    let before = writes(&app);
    take_by_hand(&app, first);
    scan(&app, &mut owner).await;
    super::fresh(&app, &mut owner).await;
    let answer = post(&app, &owner, "/v1/fixes", "one is left", Some(approval(&shown))).await;
    answer.expect_problem(409, "drift");
    let left = answer.json()["preview"].clone();
    assert_eq!((people(&left["items"]), &left["people"]), (vec![second], &json!(1)), "{left:#}");
    take_by_hand(&app, second);
    scan(&app, &mut owner).await;
    super::fresh(&app, &mut owner).await;
    for (key, old) in [("both are gone", &shown), ("the other is gone", &left)] {
        let answer = post(&app, &owner, "/v1/fixes", key, Some(approval(old))).await;
        answer.expect_problem(422, "nothing_to_do");
    }
    // The finding itself is gone.
    for one in all(&owner, &format!("/v1/findings/{finding}/people")).await {
        assert!(app.microsoft().delete_person(id, one["person"].as_str().unwrap().parse().unwrap()));
    }
    scan(&app, &mut owner).await;
    super::fresh(&app, &mut owner).await;
    owner.get(&format!("/v1/findings/{finding}")).await.expect_problem(404, "not_found");
    let answer = post(&app, &owner, "/v1/fixes", "nothing is left", Some(approval(&whole))).await;
    answer.expect_problem(422, "nothing_to_do");
    assert_eq!(writes(&app), before);
}

#[tokio::test]
async fn what_could_no_longer_be_put_back_since_the_preview_is_shown_anew() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let id = app.only_directory();
    let finding = finding(&owner, "L3").await;
    let all = preview(&owner, json!({ "finding": finding })).await;
    let free = app.microsoft().directory(id, Directory::free).unwrap();
    let skus = |item: &Value| -> Vec<SkuId> {
        let taken = item["change"]["remove"].as_array().into_iter().flatten();
        taken.map(|sku| sku.as_str().unwrap().parse().unwrap()).collect()
    };
    let comes_back = |item: &&Value| item["undo_need"] == "free_licence" && skus(item).iter().all(|sku| free[sku] >= 0);
    let one = all["items"].as_array().unwrap().iter().find(comes_back).expect("somebody whose licence can come back");
    let shown = preview(&owner, json!({ "finding": finding, "people": [one["person"]] })).await;
    assert_eq!((&shown["people"], &shown["undo"]["possible"]), (&json!(1), &json!(true)), "{shown:#}");
    // The company gives its seats back: who loses one now does not get it again.
    let sku = skus(one)[0];
    for (subscription, bought) in app.microsoft().directory(id, |directory| directory.bought(sku)).unwrap() {
        app.microsoft().set_subscription(id, &subscription, Bought { seats: 0, ..bought }).unwrap();
    }
    let answer = post(&app, &owner, "/v1/fixes", "fewer seats", Some(approval(&shown))).await;
    answer.expect_problem(409, "drift");
    let fresh = answer.json()["preview"].clone();
    assert_eq!((&fresh["people"], &fresh["undo"]["possible"]), (&json!(1), &json!(false)), "{fresh:#}");
    assert_eq!(fresh["items"][0]["undo_need"], "more_licences");
    // It is the company's to decide.
    post(&app, &owner, "/v1/fixes", "fewer seats", Some(approval(&fresh))).await.expect::<Value>(202);
    app.pump().await;
}

#[tokio::test]
async fn a_token_is_good_for_a_quarter_of_an_hour_and_for_one_person() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    for bad in ["", "x", "3q2-7w", &owner.token] {
        let body = json!({ "preview_token": bad });
        post(&app, &owner, "/v1/fixes", "bad", Some(body)).await.expect_problem(410, "preview_not_good");
    }
    // An administrator of the same company looked at nothing.
    let other = crate::members::join(&app, &owner, "admin@northwind.example", "admin").await;
    post(&app, &other, "/v1/fixes", "other", Some(approval(&shown))).await.expect_problem(410, "preview_not_good");
    app.clock.advance(SignedDuration::from_mins(16));
    super::fresh(&app, &mut owner).await;
    post(&app, &owner, "/v1/fixes", "late", Some(approval(&shown))).await.expect_problem(410, "preview_not_good");
    app.pump().await;
    assert_eq!(writes(&app), 0);
}

#[tokio::test]
async fn a_proof_older_than_ten_minutes_is_asked_for_again() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    app.clock.advance(SignedDuration::from_mins(11));
    post(&app, &owner, "/v1/fixes", "old", Some(approval(&shown))).await.expect_problem(403, "proof_too_old");
}

#[tokio::test]
async fn guards_are_to_be_accepted_and_many_people_typed() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    assert!(shown["to_accept"].as_array().unwrap().iter().any(|guard| guard == "G3"), "{:#}", shown["guards"]);
    let none = json!({ "preview_token": shown["preview_token"], "confirm": shown["type_to_confirm"] });
    let answer = post(&app, &owner, "/v1/fixes", "none", Some(none)).await;
    answer.expect_problem(422, "confirmation_needed");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/accept");
    if let Some(number) = shown["type_to_confirm"].as_str() {
        assert_eq!(Some(number.to_owned()), shown["people"].as_u64().map(|people| people.to_string()));
        let wrong = json!({ "preview_token": shown["preview_token"], "accept": shown["to_accept"], "confirm": "1000" });
        let answer = post(&app, &owner, "/v1/fixes", "wrong", Some(wrong)).await;
        answer.expect_problem(422, "confirmation_needed");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/confirm");
    }
    app.pump().await;
    assert_eq!(writes(&app), 0);
}

#[tokio::test]
async fn a_company_that_lets_steward_only_read_is_never_written_to() {
    let app = app(180).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    assert_eq!(shown["needs"]["tier"], "licence_writer");
    post(&app, &owner, "/v1/fixes", "may not", Some(approval(&shown))).await.expect_problem(409, "consent_needed");
    app.pump().await;
    assert_eq!(writes(&app), 0);
    // Allowed since: the same preview, the same key.
    owner.let_change(app.only_directory()).await;
    post(&app, &owner, "/v1/fixes", "may not", Some(approval(&shown))).await.expect::<Value>(202);
    app.pump().await;
}

#[tokio::test]
async fn of_two_who_approve_at_once_each_licence_is_taken_once() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let again = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let (first, second) = (approve(&app, &owner, &shown).await, approve(&app, &owner, &again).await);
    app.pump().await;
    let (first, second): (Value, Value) = (owner.get(&first).await.expect(200), owner.get(&second).await.expect(200));
    let number = people(&shown["items"]).len() as u64;
    let done = |fix: &Value| fix["tally"]["done"].as_u64().unwrap();
    assert_eq!(
        (done(&first) + done(&second), first["state"].as_str(), second["state"].as_str()),
        (number, Some("finished"), Some("finished"))
    );
    assert_eq!(writes(&app), number as usize, "each once");
}

#[tokio::test]
async fn sign_in_is_blocked_and_allowed_again_to_the_byte() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let body = json!({ "finding": finding(&owner, "L6").await, "action": "block_sign_in" });
    let (path, ended) = fix(&app, &mut owner, body).await;
    assert!(ended["tally"]["done"].as_u64().unwrap() > 0 && ended["tally"]["failed"] == 0, "{ended:#}");
    assert_eq!(ended["undo"]["class"]["type"], "reversible");
    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!(undone["undo_tally"]["done"], ended["tally"]["done"]);
    assert_eq!(fingerprint(&app), before);
}

#[tokio::test]
async fn people_leave_groups_and_join_them_again_to_the_byte() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let mut left = 0;
    for check in ["L3", "L6", "L7"] {
        let page: Value = owner.get("/v1/findings?limit=100").await.expect(200);
        if page["items"].as_array().unwrap().iter().all(|finding| finding["check"] != check) {
            continue;
        }
        let body = json!({ "finding": finding(&owner, check).await, "action": "leave_group" });
        let shown = preview(&owner, body.clone()).await;
        for item in shown["items"].as_array().unwrap() {
            let reason = item["blocked"]["reason"].as_str().unwrap_or("goes");
            let known =
                ["goes", "not_assigned", "group_has_a_rule", "kept_in_active_directory", "changed_since_preview"];
            assert!(known.contains(&reason), "{item:#}");
        }
        if shown["people"] == 0 {
            continue;
        }
        let (path, ended) = fix(&app, &mut owner, body).await;
        assert_eq!(ended["tally"]["failed"], 0, "{ended:#}");
        left += ended["tally"]["done"].as_u64().unwrap();
        let undone = undo(&app, &mut owner, &path).await;
        assert_eq!(undone["undo_tally"]["done"], ended["tally"]["done"], "{:#?}", items(&owner, &path).await);
        assert_eq!(fingerprint(&app), before);
    }
    assert!(left > 0, "nobody was in a group");
}

#[tokio::test]
async fn names_are_shown_in_reports_and_hidden_again() {
    let recipe = local_microsoft::Recipe {
        concealed: true,
        ..local_microsoft::Recipe::new(7, tests::BEGIN.parse().unwrap(), 60)
    };
    let app = super::app_of(local_microsoft::Directory::generate(&recipe)).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let (path, ended) = fix(&app, &mut owner, json!({ "action": "reveal_report_names" })).await;
    assert_eq!((ended["tally"]["done"].as_u64(), ended["headline"].as_str()), (Some(1), Some("Show names in reports")));
    assert_ne!(fingerprint(&app), before);
    undo(&app, &mut owner, &path).await;
    assert_eq!(fingerprint(&app), before);
}

#[tokio::test]
async fn licences_are_exchanged_in_one_call_and_back_to_the_byte() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let before = fingerprint(&app);
    let types: Value = owner.get("/v1/licenses").await.expect(200);
    let seats = |kind: &Value, name: &str| kind[name].as_u64().unwrap_or_default();
    let free = types["items"].as_array().unwrap().iter();
    let free =
        free.filter(|kind| seats(kind, "assigned") < seats(kind, "bought")).map(|kind| kind["sku"].as_str().unwrap());
    let free: Vec<SkuId> = free.map(|sku| sku.parse().unwrap()).collect();
    let like = finding(&owner, "L6").await;
    let swap = finding_like(&app, &owner, &like, Remedy::SwapLicences, |person| {
        let held = licences(&app, person.person);
        person.skus.truncate(1);
        person.skus[0].to = free.iter().copied().find(|sku| !held.contains(sku));
        person.skus[0].to.is_some()
    })
    .await;
    let shown = preview(&owner, json!({ "finding": swap })).await;
    assert!(shown["people"].as_u64().unwrap() > 0, "{shown:#}");
    for item in shown["items"].as_array().unwrap() {
        let reason = item["blocked"]["reason"].as_str().unwrap_or("goes");
        let known = ["goes", "no_free_licence", "comes_from_a_group", "not_in_this_country"];
        assert!(known.contains(&reason), "{item:#}");
    }
    app.microsoft().clear_calls();
    let (path, ended) = fix(&app, &mut owner, json!({ "finding": swap })).await;
    let done = ended["tally"]["done"].as_u64().unwrap();
    assert_eq!(
        (ended["tally"]["failed"].as_u64(), writes(&app) as u64),
        (Some(0), done),
        "{:#?}",
        items(&owner, &path).await
    );
    assert_ne!(fingerprint(&app), before);
    let undone = undo(&app, &mut owner, &path).await;
    assert_eq!(undone["undo_tally"]["done"].as_u64(), Some(done), "{:#?}", items(&owner, &path).await);
    assert_eq!(fingerprint(&app), before);
}
