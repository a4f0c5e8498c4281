//! `findings-attest`.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::Role;
use serde_json::{Value, json};
use tests::{App, Client, directory, link_token};

use crate::{
    ledger::all,
    table::{items, scope, set_role},
};

/// A finding about people, and some of its people.
pub async fn people_of(owner: &Client<'_>, check: &str, most: usize) -> (String, Vec<String>) {
    let findings = all(owner, "/v1/findings").await;
    let finding = findings.iter().find(|finding| finding["check"] == check).expect("planted");
    let finding = finding["finding"].as_str().unwrap().to_owned();
    let people = all(owner, &format!("/v1/findings/{finding}/people")).await;
    let people = people.iter().take(most).map(|one| one["person"].as_str().unwrap().to_owned()).collect();
    (finding, people)
}

/// Asks a member, the owner, about one person of a finding; finding, person and the token of the mail's link.
pub async fn asked(app: &App, owner: &Client<'_>) -> (String, String, String) {
    let (finding, people) = people_of(owner, "L6", 1).await;
    let body = json!({ "people": people, "deadline_days": 14, "to": "owner@northwind.example" });
    let told: Value = owner.post(&format!("/v1/findings/{finding}/attestations"), body).await.expect(202);
    assert_eq!(told["items"][0]["outcome"], "asked");
    app.pump().await;
    let mail = app.mail_to("owner@northwind.example");
    (finding, people[0].clone(), link_token(&mail))
}

#[tokio::test]
async fn each_ones_manager_is_asked_once_by_a_mail_whose_link_is_kept_nowhere() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, people) = people_of(&owner, "L6", 8).await;
    let before = app.inbox().len();
    app.microsoft().clear_calls();
    let path = format!("/v1/findings/{finding}/attestations");
    let told: Value = owner.post(&path, json!({ "people": people, "deadline_days": 14 })).await.expect(202);
    // One batch asks for all of them.
    assert_eq!(app.microsoft().calls().iter().filter(|call| call.template.ends_with("$batch")).count(), 1);
    app.pump().await;
    let outcomes: Vec<&str> =
        told["items"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    let questions = outcomes.iter().filter(|outcome| **outcome == "asked").count();
    assert!(questions > 0, "{told}");
    let mails = &app.inbox()[before..];
    assert_eq!(mails.len(), questions, "a mail a question");
    let addresses: BTreeSet<String> = app
        .microsoft()
        .directory(app.only_directory(), |d| d.accounts().map(|a| a.upn.to_lowercase()).collect())
        .unwrap();
    let table = items(&app).await;
    for mail in mails {
        assert!(addresses.contains(&mail.to[0]), "{:?} is of the directory", mail.to);
        let token = link_token(mail);
        assert!(token.starts_with("sat_") && table.iter().all(|item| !item.contains(&token)), "only its hash is kept");
    }
    // No event names an address.
    for item in table.iter().filter(|item| item.contains("kind=S(\"attestation.requested\")")) {
        assert!(!item.contains('@'), "{item}");
    }
    // Asked again, nobody is asked twice.
    let again: Value = owner.post(&path, json!({ "people": people, "deadline_days": 14 })).await.expect(202);
    for (first, second) in told["items"].as_array().unwrap().iter().zip(again["items"].as_array().unwrap()) {
        match first["outcome"].as_str().unwrap() {
            "asked" => assert_eq!(
                (second["outcome"].as_str(), &second["attestation"]),
                (Some("asked_before"), &first["attestation"])
            ),
            other => assert_eq!(second["outcome"], other),
        }
    }
    app.pump().await;
    assert_eq!(app.inbox().len(), before + questions);
}

#[tokio::test]
async fn nobody_is_written_to_at_a_domain_that_microsoft_does_not_know_to_be_the_companys() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, people) = people_of(&owner, "L6", 8).await;
    let (path, before) = (format!("/v1/findings/{finding}/attestations"), app.inbox().len());
    let (microsoft, id) = (app.microsoft(), app.only_directory());
    let accounts: Vec<_> = microsoft.directory(id, |d| d.accounts().collect()).unwrap();
    let domain = accounts.iter().find(|one| !one.upn.contains('#')).unwrap().upn.rsplit_once('@').unwrap().1;
    // Whoever administers a directory writes to it what they want; what each of the people came to.
    let asked_of = async |address: &str| -> Vec<String> {
        for account in &accounts {
            microsoft.set_mail(id, account.id, address).unwrap();
        }
        let told: Value = owner.post(&path, json!({ "people": people, "deadline_days": 14 })).await.expect(202);
        app.pump().await;
        let items = told["items"].as_array().unwrap().iter();
        items.map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
    };
    for foreign in [
        "somebody@elsewhere.example".to_owned(),
        format!("somebody@elsewhere{domain}"),
        format!("somebody@elsewhere.{domain}"),
        format!("somebody@{domain}.elsewhere.example"),
        format!("somebody@{domain}@elsewhere.example"),
        format!("somebody%{domain}@elsewhere.example"),
    ] {
        let outcomes = asked_of(&foreign).await;
        assert!(outcomes.iter().all(|outcome| outcome == "no_manager"), "{foreign}: {outcomes:?}");
    }
    assert_eq!(app.inbox().len(), before);
    let outcomes = asked_of(&format!("Chief@{}", domain.to_uppercase())).await;
    let asked = outcomes.iter().filter(|outcome| *outcome == "asked").count();
    let mails = app.inbox().split_off(before);
    assert!(asked > 0 && mails.len() == asked, "{outcomes:?}");
    assert!(mails.iter().all(|mail| mail.to == [format!("chief@{domain}")]), "{:?}", mails[0].to);
}

#[tokio::test]
async fn who_put_it_off_can_be_asked_again_at_once_and_the_old_link_is_over() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, person, old) = asked(&app, &owner).await;
    let say = async |token: &str, answer: &str| {
        app.post("/v1/attestations/answer", json!({ "token": token, "answer": answer })).await
    };
    say(&old, "ask_later").await.expect::<Value>(200);
    app.pump().await;
    app.clock.advance(SignedDuration::from_secs(5));
    let path = format!("/v1/findings/{finding}/attestations");
    let body = json!({ "people": [person], "deadline_days": 14, "to": "owner@northwind.example" });
    let told: Value = owner.post(&path, body.clone()).await.expect(202);
    assert_eq!(told["items"][0]["outcome"], "asked");
    app.pump().await;
    let new = link_token(&app.mail_to("owner@northwind.example"));
    // There is one question about a person at a time.
    say(&old, "not_needed").await.expect_problem(410, "link_not_good");
    app.post("/v1/attestations/preview", json!({ "token": old })).await.expect_problem(410, "link_not_good");
    let again: Value = owner.post(&path, body).await.expect(202);
    assert_eq!(again["items"][0]["outcome"], "asked_before");
    say(&new, "not_needed").await.expect::<Value>(200);
    app.pump().await;
    let people = all(&owner, &format!("/v1/findings/{finding}/people")).await;
    let one = people.iter().find(|one| one["person"] == person.as_str()).unwrap();
    assert_eq!(one["attestation"]["answer"], "not_needed");
    // What was put off and asked again runs out unsaid.
    app.clock.advance(SignedDuration::from_hours(24 * 15));
    app.run("findings-attestations-expire").await;
    app.pump().await;
    assert!(app.inbox().iter().all(|mail| !mail.subject.starts_with("Time to ask again")));
}

#[tokio::test]
async fn without_a_manager_it_is_told_and_a_member_can_be_asked() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let mut without = None;
    for check in ["L6", "L7", "L3"] {
        let (finding, people) = people_of(&owner, check, 20).await;
        let body = json!({ "people": people, "deadline_days": 3 });
        let told: Value = owner.post(&format!("/v1/findings/{finding}/attestations"), body).await.expect(202);
        let found = told["items"].as_array().unwrap().iter().find(|one| one["outcome"] == "no_manager");
        if let Some(one) = found {
            assert!(one["attestation"].is_null() && one["manager"].is_null());
            without = Some((finding, one["person"].clone()));
        }
    }
    app.pump().await;
    let Some((finding, person)) = without else { return };
    let body = json!({ "people": [person], "deadline_days": 3, "to": " Owner@Northwind.example " });
    let told: Value = owner.post(&format!("/v1/findings/{finding}/attestations"), body).await.expect(202);
    assert_eq!(
        (&told["items"][0]["outcome"], &told["items"][0]["manager"]),
        (&"asked".into(), &"Owner of northwind".into())
    );
    app.pump().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_field_by_field_and_nobody_is_written_to() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, people) = people_of(&owner, "L6", 1).await;
    let path = format!("/v1/findings/{finding}/attestations");
    let before = app.inbox().len();
    let stranger = "00000000-0000-4000-8000-000000000000";
    for (body, pointer) in [
        (json!({ "people": [], "deadline_days": 14 }), "/people"),
        (json!({ "people": people, "deadline_days": 2 }), "/deadline_days"),
        (json!({ "people": people, "deadline_days": 61 }), "/deadline_days"),
        (json!({ "people": [stranger], "deadline_days": 14 }), "/people/0"),
        (json!({ "people": [people[0], people[0]], "deadline_days": 14 }), "/people/1"),
        (json!({ "people": people, "deadline_days": 14, "to": "anybody@elsewhere.example" }), "/to"),
        (json!({ "people": people, "deadline_days": 14, "to": "nobody" }), "/to"),
    ] {
        let answer = owner.post(&path, body).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    let nothing = "/v1/findings/fnd_00000000000000000000000000/attestations";
    owner.post(nothing, json!({ "people": people, "deadline_days": 14 })).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    owner.post(&path, json!({ "people": people, "deadline_days": 14 })).await.expect_problem(409, "not_connected");
    set_role(&app, &scope(&app, &owner).await, &owner, Role::ReadOnly).await;
    owner.post(&path, json!({ "people": people, "deadline_days": 14 })).await.expect_problem(403, "forbidden");
    app.pump().await;
    assert!(app.inbox()[before..].iter().all(|mail| !mail.text.contains("/attestation#")));
}
