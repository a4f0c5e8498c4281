//! Scanners of mail open every link before its reader does. Opening one does nothing: what a link is for happens when
//! the page behind it is told to.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use tests::{App, PASSWORD, directory, link_token};

use crate::{
    at_microsoft::{CONFIRM, people, sign_in},
    findings::attest,
    members::{accept, invite},
    table::items,
};

const APP: &str = "http://127.0.0.1:8700";
const OWNER: &str = "owner@northwind.example";
const BEN: &str = "ben@northwind.example";
const MOVED: &str = "ben.dahl@northwind.example";

/// Every link of every mail there is, HTML and text.
fn links(app: &App) -> BTreeSet<String> {
    let mut links = BTreeSet::new();
    for mail in app.inbox() {
        let html = mail.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.extend(html.map(|link| link.replace("&amp;", "&")));
        let text = mail.text.split_whitespace().filter(|word| word.contains("://"));
        links.extend(text.map(str::to_owned));
    }
    links
}

/// Opens every link of every mail: as a browser does, and with the secret where a careless scanner puts it.
async fn opened_by_a_scanner(app: &App) {
    let before = items(app).await;
    for link in links(app) {
        let path = link.strip_prefix(APP).unwrap_or_else(|| panic!("{link} leads elsewhere"));
        let (page, secret) = path.split_once('#').unwrap_or((path, ""));
        let page = if page.is_empty() { "/" } else { page };
        for address in [page.to_owned(), format!("{page}?{secret}"), format!("{page}%23{secret}")] {
            for method in [Method::GET, Method::HEAD] {
                let request = Request::builder().method(method.clone()).uri(&address);
                let answer = app.send(request.body(Body::empty()).unwrap()).await;
                // 503 says that the dashboard was not built into this program.
                assert!([200, 503].contains(&answer.status.as_u16()), "{method} {page}: {}", answer.status);
            }
        }
    }
    assert_eq!(items(app).await, before, "opening a link writes nothing and uses nothing up");
}

#[tokio::test]
async fn a_scanner_that_opens_every_link_of_every_mail_uses_none_of_them_up() {
    let app = App::of(directory(3, 180)).await;

    // Sign-up.
    let token = app.sign_up(OWNER, "northwind").await;
    opened_by_a_scanner(&app).await;
    let body = json!({ "token": token, "name": "Anna Berg", "password": PASSWORD });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    let owner = app.sign_in(OWNER).await;
    owner.connect(app.only_directory()).await;
    app.pump().await;

    // Invitation.
    invite(&owner, BEN, "member").await;
    app.pump().await;
    opened_by_a_scanner(&app).await;
    accept(&app, &link_token(&app.mail_to(BEN))).await.expect::<Value>(201);
    app.pump().await;

    // Another address, and back.
    let ben = app.sign_in(BEN).await;
    ben.post("/v1/me/email", json!({ "email": MOVED })).await.expect::<Value>(202);
    app.pump().await;
    opened_by_a_scanner(&app).await;
    let body = json!({ "token": link_token(&app.mail_to(MOVED)) });
    assert_eq!(app.post("/v1/email-change/confirm", body).await.status, 204);
    app.pump().await;
    opened_by_a_scanner(&app).await;
    let body = json!({ "token": link_token(&app.mail_to(BEN)) });
    assert_eq!(app.post("/v1/email-change/undo", body).await.status, 204);
    app.pump().await;

    // A new password.
    app.post("/v1/password-reset", json!({ "email": BEN })).await.expect::<Value>(202);
    app.pump().await;
    opened_by_a_scanner(&app).await;
    let body = json!({ "token": link_token(&app.mail_to(BEN)), "password": PASSWORD });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    app.pump().await;

    // A work account.
    let person = people(&app, app.only_directory(), 1)[0].id;
    app.microsoft().set_claim(person, "email", json!(BEN));
    sign_in(&app, person).await.expect_problem(403, "confirm_by_mail");
    app.pump().await;
    opened_by_a_scanner(&app).await;
    assert_eq!(app.post(CONFIRM, json!({ "token": link_token(&app.mail_to(BEN)) })).await.status, 204);
    app.pump().await;

    // A question about somebody's licence.
    let (_, _, token) = attest::asked(&app, &owner).await;
    opened_by_a_scanner(&app).await;
    let body = json!({ "token": token, "answer": "still_needed" });
    app.post("/v1/attestations/answer", body).await.expect::<Value>(200);
    app.pump().await;

    opened_by_a_scanner(&app).await;
    let secrets: BTreeSet<String> =
        links(&app).iter().filter_map(|link| Some(link.split_once("#token=")?.1[..4].to_owned())).collect();
    let every = ["sat_", "sct_", "sit_", "slt_", "spt_", "sut_", "svt_"];
    assert_eq!(secrets, BTreeSet::from(every.map(str::to_owned)), "every sort of link was opened");
}
