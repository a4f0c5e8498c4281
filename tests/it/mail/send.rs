//! `mail-send`.

use http::Method;
use local_aws::{Chaos, MailFault};
use model::{Event, UserId};
use serde_json::{Value, json};
use store::{Commit, Member, Versioned};
use tests::{App, PASSWORD, link_token};

use crate::{
    members::join,
    table::{put_again, scope, set_member},
};

async fn ask(app: &App, email: &str, company: &str) {
    app.post("/v1/sign-up", json!({ "email": email, "company": company })).await.expect::<Value>(202);
}

#[tokio::test]
async fn an_event_delivered_twice_is_one_mail() {
    let app = App::start().await;
    app.system.bus().chaos(Chaos { duplicate: 1.0, ..Chaos::default() });
    for number in 0..5 {
        ask(&app, &format!("person{number}@acme.example"), "Acme").await;
    }
    app.pump().await;
    assert_eq!(app.inbox().len(), 5);
    for number in 0..5 {
        let mail = app.mail_to(&format!("person{number}@acme.example"));
        let body = json!({ "token": link_token(&mail), "name": "Anna", "password": PASSWORD });
        app.post("/v1/verify-email", body).await.expect::<Value>(201);
    }
    app.pump().await;
}

#[tokio::test]
async fn a_mail_ses_does_not_take_is_tried_again_until_it_does() {
    let app = App::start().await;
    let faults = [MailFault::TooManyRequests, MailFault::Unavailable, MailFault::Paused, MailFault::Rejected];
    for (number, fault) in faults.into_iter().enumerate() {
        let email = format!("person{number}@acme.example");
        app.system.aws.fail_next_mail(fault);
        ask(&app, &email, "Acme").await;
        app.pump().await;
        assert_eq!(app.inbox().iter().filter(|mail| mail.to == [email.clone()]).count(), 1, "{fault:?}");
    }
    // When only the answer is lost nobody can know: twice at most, and every link that came works, once.
    app.system.aws.fail_next_mail(MailFault::AnswerLost);
    ask(&app, "lost@acme.example", "Acme").await;
    app.pump().await;
    let mails: Vec<_> = app.inbox().into_iter().filter(|mail| mail.to == ["lost@acme.example"]).collect();
    assert!((1..=2).contains(&mails.len()), "{}", mails.len());
    assert!(mails.iter().all(|mail| mail.header("x-steward-event") == mails[0].header("x-steward-event")));
    let mut created = 0;
    for mail in &mails {
        let body = json!({ "token": link_token(mail), "name": "Anna", "password": PASSWORD });
        created += u32::from(app.post("/v1/verify-email", body).await.status == 201);
    }
    assert_eq!(created, 1);
    app.pump().await;
    assert!(app.system.bus().dead_letters().unwrap().is_empty());
}

#[tokio::test]
async fn what_one_can_do_without_goes_to_who_wants_it_and_what_is_about_safety_to_everybody() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mails = || app.inbox().iter().filter(|mail| mail.to == ["owner@acme.example"]).count();
    let choose = async |wanted: bool| {
        let sorts = ["checks", "changes", "renewals", "answers", "team", "keys"];
        let choice: Value = sorts.iter().map(|sort| ((*sort).to_owned(), json!(wanted))).collect();
        let body = json!({ "notifications": choice });
        assert_eq!(app.call(Method::PATCH, "/v1/me", Some(&owner.token), Some(&body)).await.status, 204);
    };
    choose(false).await;
    let before = mails();
    join(&app, &owner, "ben@acme.example", "member").await;
    assert_eq!(mails(), before, "who joined is no news to who wants none");
    app.post("/v1/password-reset", json!({ "email": "owner@acme.example" })).await.expect::<Value>(202);
    app.pump().await;
    assert_eq!(mails(), before + 1);
    choose(true).await;
    join(&app, &owner, "anna@acme.example", "member").await;
    assert_eq!(mails(), before + 2);
    let mail = app.mail_to("owner@acme.example");
    assert!(mail.text.contains("Choose which mails you get: http://127.0.0.1:8700/account/notifications"));
}

#[tokio::test]
async fn a_mail_that_never_goes_out_becomes_a_dead_letter_and_goes_out_when_redriven() {
    let app = App::start().await;
    for _ in 0..5 {
        app.system.aws.fail_next_mail(MailFault::Paused);
    }
    ask(&app, "anna@acme.example", "Acme").await;
    app.pump().await;
    assert!(app.inbox().is_empty());
    let dead = app.system.bus().dead_letters().unwrap();
    assert_eq!((dead.len(), &*dead[0].rule, dead[0].attempts), (1, "mail-send", 5));
    assert!(dead[0].cause.contains("SendingPaused"), "{}", dead[0].cause);
    assert!(!dead[0].event.to_string().contains("anna@"), "no address in what operators read");
    assert_eq!(app.system.bus().redrive_all().unwrap(), 1);
    app.pump().await;
    assert_eq!(app.inbox().len(), 1);
    assert_eq!(app.system.bus().redrive_all().unwrap(), 0);
}

#[tokio::test]
async fn an_address_no_mail_can_be_sent_to_is_done_with() {
    let app = App::start().await;
    // Well-formed, and SES takes ASCII only.
    ask(&app, "jürgen@acme.example", "Acme").await;
    ask(&app, "anna@bücher.example", "Acme").await;
    let pumped = app.system.aws.pump().await.unwrap();
    assert_eq!((pumped.failed, pumped.dead), (0, 0), "no retry makes an address good");
    assert_eq!(app.inbox().len(), 1);
    app.mail_to("anna@xn--bcher-kva.example");
}

#[tokio::test]
async fn a_hostile_name_stays_a_name() {
    let app = App::start().await;
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "Win at http://evil.example/login now",
        "evil.example",
        "</mj-text><mj-raw><b>x</b></mj-raw>",
        "{{ 7 * 7 }}{% include \"layout.txt.j2\" %}",
        "Acme\r\nBcc: everybody@evil.example",
        "javascript:alert(1)//",
        "&lt;b&gt; &amp; Söhne",
        "a@evil.example",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let email = format!("person{number}@acme.example");
        ask(&app, &email, name).await;
        app.pump().await;
        let mail = app.mail_to(&email);
        assert_eq!(mail.to, [email]);
        for bad in ["<script", "<img src=x", "<b>x</b>", ">evil.example"] {
            assert!(!mail.html.contains(bad), "{name}: {bad}");
        }
        for bad in ["://evil", "evil.example", "{{ 49", " 49 "] {
            assert!(!mail.text.contains(bad) && !mail.subject.contains(bad), "{name}: {bad}");
        }
        assert!(!mail.subject.contains(['\r', '\n']));
        assert!(mail.headers.iter().all(|(known, _)| !known.eq_ignore_ascii_case("bcc")));
        // All links are ours.
        for link in mail.html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(link.starts_with("http://127.0.0.1:8700") || link.starts_with("mailto:help@"), "{name}: {link}");
        }
        assert!(link_token(&mail).starts_with("svt_"));
        let body = json!({ "token": link_token(&mail), "name": "Anna", "password": PASSWORD });
        app.post("/v1/verify-email", body).await.expect::<Value>(201);
    }
    app.pump().await;
}

#[tokio::test]
async fn a_mail_of_an_ended_session_goes_to_the_member_and_of_a_used_sign_up_to_nobody() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect::<Value>(200);
    app.clock.advance(jiff::SignedDuration::from_mins(1));
    let scope = scope(&app, &owner).await;
    set_member(&app, &scope, &owner, |member| member.email = "moved@acme.example".into()).await;
    app.post("/v1/refresh", json!({ "refresh_token": owner.refresh })).await.expect_problem(401, "invalid_token");
    app.pump().await;
    let mail = app.mail_to("moved@acme.example");
    assert!(mail.text.contains("http://127.0.0.1:8700/sign-in"), "{}", mail.text);
    assert!(!mail.text.contains("srt_"), "{}", mail.text);
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    assert!(mail.header("x-steward-event").is_some_and(|event| event.starts_with("evt_")));

    // The event comes again long after the link was used.
    let before = app.inbox().len();
    app.system.bus().chaos(Chaos {
        duplicate: 1.0,
        delay: jiff::SignedDuration::from_hours(1),
        seed: 4,
        ..Chaos::default()
    });
    ask(&app, "late@acme.example", "Late").await;
    app.pump().await;
    assert_eq!(app.inbox().len(), before + 1);
}

#[tokio::test]
async fn who_got_the_mail_of_an_event_gets_it_once_whoever_joined_meanwhile() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let directory = "5eead000-0000-4000-8000-00000000000d".parse().unwrap();
    let lost = Event::ConnectionLost { directory, reason: "AADSTS700016".into() };
    tenant.commit(Commit::new().event(lost).unwrap()).await.unwrap();
    app.pump().await;
    let to = |address: &str| app.inbox().iter().filter(|mail| mail.to == [address]).count();
    let before = to("owner@acme.example");
    // Members are read in the order of their ids: this one stands before the owner.
    let mut second = tenant.get::<Member>(&owner.user).await.unwrap().unwrap().value;
    (second.user, second.email) = (UserId::from_bits(0), "second@acme.example".into());
    tenant.checkpoint(&Versioned { value: second, version: 0 }).await.unwrap();
    put_again(&app, "connection.lost").await;
    app.pump().await;
    assert_eq!((to("owner@acme.example"), to("second@acme.example")), (before, 1));
}
