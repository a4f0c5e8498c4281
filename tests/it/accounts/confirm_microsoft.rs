//! `accounts-confirm-microsoft`.

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use jiff::SignedDuration;
use model::{PersonId, Role};
use serde_json::{Value, json};
use tests::{App, Client, directory, link_token};

use crate::at_microsoft::{CONFIRM, client, lasting, link, people, sign_in};
use crate::links::{ask_change, undo_link};
use crate::{microsoft::count, table};

const EMAIL: &str = "owner@northwind.example";

/// A plain member of a connected company, and a work account there that has their address.
async fn member(app: &App) -> (Client<'_>, PersonId) {
    let id = app.only_directory();
    let member = app.scanned("northwind", id).await;
    let person = people(app, id, 1)[0].id;
    app.microsoft().set_claim(person, "email", json!(EMAIL));
    let scope = table::scope(app, &member).await;
    table::set_role(app, &scope, &member, Role::Member).await;
    (member, person)
}

/// Signs in at Microsoft and opens the mail that asks.
async fn asked(app: &App, person: PersonId) -> Value {
    sign_in(app, person).await.expect_problem(403, "confirm_by_mail");
    app.pump().await;
    let mail = app.mail_to(EMAIL);
    assert_eq!(mail.subject, "Is this Microsoft account yours? Confirm within 60 minutes");
    json!({ "token": link_token(&mail) })
}

#[tokio::test]
async fn the_link_of_the_mail_links_once_and_only_when_it_is_posted() {
    let app = App::of(directory(1, 30)).await;
    let (member, person) = member(&app).await;
    let body = asked(&app, person).await;
    let token = body["token"].as_str().unwrap();
    assert!(token.starts_with("slt_"));
    assert_eq!(table::count(&app, &[token]).await, 0, "kept by its hash, and in no event");
    let before = lasting(&app).await;
    for method in [Method::GET, Method::HEAD] {
        assert_eq!(app.call(method, CONFIRM, None, None).await.status, 405);
    }
    app.post(CONFIRM, json!({ "token": "slt_unknown" })).await.expect_problem(410, "link_not_good");
    app.post("/v1/password-reset/confirm", json!({ "token": token, "password": tests::PASSWORD }))
        .await
        .expect_problem(410, "link_not_good");
    let still: Vec<String> = lasting(&app).await.into_iter().filter(|item| !item.contains("LIMIT#")).collect();
    let before: Vec<String> = before.into_iter().filter(|item| !item.contains("LIMIT#")).collect();
    assert_eq!(still, before);

    // Posted twice at once it links once.
    let (one, two) = tokio::join!(app.post(CONFIRM, body.clone()), app.post(CONFIRM, body.clone()));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410]);
    app.post(CONFIRM, body).await.expect_problem(410, "link_not_good");
    let here = client(&app, person).await;
    assert_eq!((here.user, here.tenant), (member.user, member.tenant));
    let scope = table::scope(&app, &member).await;
    table::set_role(&app, &scope, &member, Role::Owner).await;
    assert_eq!(count(&member, "user.identity_linked").await, 1);
    assert_eq!(count(&member, "user.identity_link_requested").await, 1);
}

#[tokio::test]
async fn one_that_went_with_an_undone_change_of_address_is_asked_about_again() {
    let app = App::of(directory(1, 30)).await;
    let (member, person) = member(&app).await;
    assert_eq!(link(&app, &member, person).await.status, 204);
    let (change, token) = ask_change(&member, &app, "thief@evil.example").await;
    assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
    let token = undo_link(&app, change).await;
    assert_eq!(app.post("/v1/email-change/undo", json!({ "token": token })).await.status, 204);
    app.pump().await;
    let body = asked(&app, person).await;
    assert_eq!(app.post(CONFIRM, body).await.status, 204);
    assert_eq!(client(&app, person).await.user, member.user);
}

#[tokio::test]
async fn a_link_is_no_good_once_what_it_was_sent_for_has_changed() {
    let app = App::of(directory(1, 30)).await;
    let (member, person) = member(&app).await;
    let scope = table::scope(&app, &member).await;
    let refused = async |body: Value| {
        app.post(CONFIRM, body).await.expect_problem(410, "link_not_good");
        assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0);
    };
    // More than a plain member by now.
    let body = asked(&app, person).await;
    table::set_role(&app, &scope, &member, Role::Admin).await;
    refused(body).await;
    table::set_role(&app, &scope, &member, Role::Member).await;
    // Out of the company.
    let body = asked(&app, person).await;
    table::set_member(&app, &scope, &member, |member| member.active = false).await;
    refused(body).await;
    table::set_member(&app, &scope, &member, |member| member.active = true).await;
    // Another password, another address, a second factor: each moves the epoch.
    let body = asked(&app, person).await;
    table::set_login(&app, EMAIL, "epoch", AttributeValue::N("7".into())).await;
    refused(body).await;
    // The company's Microsoft 365 is another's.
    let body = asked(&app, person).await;
    let link = format!("DIRECTORY#{}", app.only_directory());
    let other = AttributeValue::S("ten_00000000000000000000000000".into());
    table::set(&app, (&link, "DIRECTORY"), "tenant", other).await;
    refused(body).await;
    table::set(&app, (&link, "DIRECTORY"), "tenant", AttributeValue::S(member.tenant.to_string())).await;
    // Too late.
    let body = asked(&app, person).await;
    app.clock.advance(SignedDuration::from_hours(1));
    refused(body).await;
    // And so that nobody's mailbox is filled.
    for _ in 0..5 {
        asked(&app, person).await;
    }
    let waits = sign_in(&app, person).await;
    waits.expect_problem(429, "too_many_requests");
    assert!(waits.headers.contains_key("retry-after"));
    app.pump().await;
}
