//! `mail-returned`.

use jiff::SignedDuration;
use local_aws::Chaos;
use model::{Role, RoleName};
use serde_json::{Value, json};
use tests::{App, Client, link_token};

use crate::{
    links,
    members::{invite, join, member},
    table::items,
};

/// Addresses of SES's mailbox simulator, whose mails come back.
const LENA: &str = "bounce+lena@simulator.amazonses.com";
const PAUL: &str = "complaint+paul@simulator.amazonses.com";

/// An invitation as the list shows it.
async fn invitation(by: &Client<'_>, email: &str) -> Value {
    let page: Value = by.get("/v1/invitations?limit=100").await.expect(200);
    page["items"].as_array().unwrap().iter().find(|one| one["email"] == email).expect("an invitation").clone()
}

/// What a company's log says of mails that came back, newest first.
async fn told(by: &Client<'_>) -> Vec<Value> {
    let page: Value = by.get("/v1/events?kind=mail.returned").await.expect(200);
    page["items"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

/// How many mails went to an address.
fn mails_to(app: &App, email: &str) -> usize {
    app.inbox().iter().filter(|mail| mail.to == [email]).count()
}

#[tokio::test]
async fn an_invitation_whose_mail_comes_back_says_so_once_and_another_mail_is_another_try() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.system.bus().chaos(Chaos { duplicate: 1.0, ..Chaos::default() });
    for email in [LENA, PAUL, "anna@acme.example"] {
        invite(&owner, email, "member").await;
    }
    app.pump().await;
    assert_eq!(invitation(&owner, LENA).await["mail_returned"], "bounced");
    assert_eq!(invitation(&owner, PAUL).await["mail_returned"], "complained");
    assert_eq!(invitation(&owner, "anna@acme.example").await.get("mail_returned"), None);
    let log = told(&owner).await;
    assert_eq!(log.len(), 2, "once for a mail, however often SES tells of it: {log:?}");
    for event in &log {
        assert!(event["user"].is_null() && event["invitation"].is_string(), "{event}");
        assert!(!event.to_string().contains('@'), "the log holds no address: {event}");
    }

    app.clock.advance(SignedDuration::from_secs(61));
    let id = invitation(&owner, LENA).await["invitation"].as_str().unwrap().to_owned();
    let again: Value = owner.act(&format!("/v1/invitations/{id}/resend")).await.expect(202);
    assert_eq!(again.get("mail_returned"), None, "nothing is known of the new mail yet");
    app.pump().await;
    assert_eq!(invitation(&owner, LENA).await["mail_returned"], "bounced");
    assert_eq!(told(&owner).await.len(), 3);
}

#[tokio::test]
async fn a_member_whose_mail_comes_back_is_marked_in_each_company_and_gets_only_what_nobody_can_do_without() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let lena = join(&app, &owner, LENA, "admin").await;
    links::join(&app, &lena, "Lena", LENA, &other, RoleName::System(Role::Member)).await;
    app.post("/v1/password-reset", json!({ "email": LENA })).await.expect::<Value>(202);
    app.pump().await;
    for company in [&owner, &other] {
        assert_eq!(member(company, &lena.user.to_string()).await["mail_returned"], "bounced");
        let log = told(company).await;
        assert_eq!(log.len(), 1, "one mark, one entry: {log:?}");
        assert_eq!((&log[0]["user"], &log[0]["returned"]), (&json!(lena.user), &json!("bounced")));
    }
    assert_eq!(member(&owner, &owner.user.to_string()).await.get("mail_returned"), None);

    // That somebody joined whom she invited, she can do without; who invited and has a mailbox is told.
    let (before, told_owner) = (mails_to(&app, LENA), mails_to(&app, "owner@acme.example"));
    join(&app, &lena, "ben@acme.example", "member").await;
    join(&app, &owner, "anna@acme.example", "member").await;
    assert_eq!(mails_to(&app, LENA), before);
    assert_eq!(mails_to(&app, "owner@acme.example"), told_owner + 1);

    // A link she asks for is tried. Whoever uses it has the mailbox: the mark is gone, until the next mail comes back.
    app.clock.advance(SignedDuration::from_hours(1));
    let owner = app.sign_in("owner@acme.example").await;
    app.post("/v1/password-reset", json!({ "email": LENA })).await.expect::<Value>(202);
    app.pump().await;
    assert!(mails_to(&app, LENA) > before);
    let body = json!({ "token": link_token(&app.mail_to(LENA)), "password": "lantern-oyster-gravel-41" });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    assert_eq!(member(&owner, &lena.user.to_string()).await.get("mail_returned"), None);
    app.pump().await;
    assert_eq!(member(&owner, &lena.user.to_string()).await["mail_returned"], "bounced", "so did word of it");
    assert_eq!(told(&owner).await.len(), 2);
}

#[tokio::test]
async fn another_address_is_another_mailbox() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let lena = join(&app, &owner, LENA, "member").await;
    app.post("/v1/password-reset", json!({ "email": LENA })).await.expect::<Value>(202);
    app.pump().await;
    assert_eq!(member(&owner, &lena.user.to_string()).await["mail_returned"], "bounced");
    lena.post("/v1/me/email", json!({ "email": "lena@acme.example" })).await.expect::<Value>(202);
    app.pump().await;
    let body = json!({ "token": link_token(&app.mail_to("lena@acme.example")) });
    assert_eq!(app.post("/v1/email-change/confirm", body).await.status, 204);
    // Word of it goes to the old address and comes back: nobody has that any more.
    app.pump().await;
    let row = member(&owner, &lena.user.to_string()).await;
    assert_eq!((&row["email"], row.get("mail_returned")), (&json!("lena@acme.example"), None));
}

/// The sample, about the owner of a company and one of its events.
fn about(owner: &Client<'_>, event: u32) -> Value {
    let sample: Value = serde_json::from_str(include_str!("../../../events/mail-returned.json")).unwrap();
    let mut detail = sample["detail"].clone();
    detail["mail"]["destination"] = json!(["owner@acme.example"]);
    detail["mail"]["tags"]["tenant"] = json!([owner.tenant]);
    detail["mail"]["tags"]["event"] = json!([format!("evt_01m6drpkbt1wgpsbaa4t6h2vp{event}")]);
    detail
}

async fn tell(app: &App, detail_type: &str, detail: &Value) {
    app.system.bus().publish("aws.ses", detail_type, "a mail", detail).unwrap();
    app.pump().await;
}

fn complaint(of: Value, feedback: &str) -> Value {
    let mut detail = of;
    detail["eventType"] = json!("Complaint");
    detail["complaint"] = json!({ "complainedRecipients": [], "complaintFeedbackType": feedback });
    detail.as_object_mut().unwrap().remove("bounce");
    detail
}

#[tokio::test]
async fn what_says_nothing_of_the_mailbox_marks_nobody_and_a_complaint_outweighs_a_bounce() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    // Of somebody and of a company nobody here knows.
    let sample: Value = serde_json::from_str(include_str!("../../../events/mail-returned.json")).unwrap();
    tell(&app, "Email Bounced", &sample["detail"]).await;
    for kind in ["Transient", "Undetermined"] {
        let mut full = about(&owner, 1);
        full["bounce"]["bounceType"] = json!(kind);
        full["bounce"]["bounceSubType"] = json!("MailboxFull");
        tell(&app, "Email Bounced", &full).await;
    }
    tell(&app, "Email Complaint Received", &complaint(about(&owner, 1), "not-spam")).await;
    let mut untagged = about(&owner, 1);
    untagged["mail"]["tags"] = json!({ "ses:configuration-set": ["transactional"] });
    tell(&app, "Email Bounced", &untagged).await;
    // Other things SES tells of are for nobody here.
    tell(&app, "Email Delivered", &about(&owner, 1)).await;
    assert_eq!(items(&app).await, before);

    let mark = async || member(&owner, &owner.user.to_string()).await["mail_returned"].clone();
    tell(&app, "Email Bounced", &about(&owner, 1)).await;
    assert_eq!(mark().await, "bounced");
    tell(&app, "Email Complaint Received", &complaint(about(&owner, 2), "abuse")).await;
    assert_eq!(mark().await, "complained");
    tell(&app, "Email Bounced", &about(&owner, 3)).await;
    assert_eq!(mark().await, "complained", "who complains has the mailbox");
    assert_eq!(told(&owner).await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_dead_letter_that_says_why_and_quotes_nobody() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.expect_dead_letters();
    let mut to_many = about(&owner, 1);
    to_many["mail"]["destination"] = json!(["owner@acme.example", "anna@acme.example"]);
    let mut of_text = about(&owner, 1);
    of_text["mail"] = json!("owner@acme.example");
    let before = items(&app).await;
    for detail in [json!({}), json!("owner@acme.example"), to_many, of_text] {
        tell(&app, "Email Bounced", &detail).await;
    }
    assert_eq!(items(&app).await, before);
    let dead = app.system.bus().dead_letters().unwrap();
    assert_eq!(dead.len(), 4);
    for letter in dead {
        assert_eq!(letter.rule, "mail-returned");
        assert!(!letter.cause.is_empty() && !letter.cause.contains('@'), "{}", letter.cause);
    }
}
