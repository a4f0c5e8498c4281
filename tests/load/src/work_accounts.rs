//! What signing in with Microsoft costs at the table, and the rules that go with it.

use axum::body::Body;
use http::{Method, Request, header};
use model::PersonId;
use serde_json::{Value, json};
use tests::{Answer, App, Client, PASSWORD, link_token, query};

/// Measures on a company that is connected to the only directory there is.
///
/// # Panics
/// When a route answers otherwise than it should.
pub async fn measure(app: &App, owner: &Client<'_>, note: &mut impl FnMut(&str, &Answer, u16)) {
    let (microsoft, directory) = (app.microsoft(), app.only_directory());
    let (admin, others) = microsoft
        .directory(directory, |d| {
            let others = d.accounts().filter(|a| !a.global_admin && d.works_here(a.id)).map(|a| a.id);
            (d.administrators()[0].id, others.take(2).collect::<Vec<_>>())
        })
        .expect("the directory");
    let [somebody, mailed] = &others[..] else { panic!("two at work") };
    let policy = owner.get("/v1/policy").await;
    note("tenants-policy", &policy, 200);
    let rules = json!({
        "second_factor": { "is": "optional" },
        "sign_in": { "by": "any" },
        "join": { "who": "directory", "role": "member" },
    });
    let request = Request::builder()
        .method(Method::PUT)
        .uri("/v1/policy")
        .header(header::AUTHORIZATION, format!("Bearer {}", owner.token))
        .header(header::IF_MATCH, policy.headers["etag"].clone())
        .header(header::CONTENT_TYPE, "application/json");
    note("tenants-set-policy", &app.send(request.body(Body::from(rules.to_string())).expect("a request")).await, 200);
    note("microsoft-colleagues", &owner.get("/v1/microsoft/colleagues?search=a").await, 200);

    let url = |answer: &Answer| answer.json()["url"].as_str().expect("a URL").to_owned();
    let begun = owner.act("/v1/me/microsoft").await;
    note("accounts-link-microsoft", &begun, 200);
    let back = query(&microsoft.sign_in_as(&url(&begun), admin).expect("signed in"));
    note("accounts-link-microsoft-callback", &owner.post("/v1/me/microsoft/callback", back).await, 204);
    note("accounts-work-accounts", &owner.get("/v1/me/microsoft").await, 200);
    // Somebody who is linked, and somebody new.
    for person in [admin, *somebody] {
        let (begun, answer) = signed_in(app, person).await;
        note("accounts-sign-in-microsoft", &begun, 200);
        note("accounts-sign-in-microsoft-callback", &answer, 200);
    }
    linked_by_mail(app, owner, *mailed, note).await;
    note("accounts-unlink-microsoft", &owner.delete(&format!("/v1/me/microsoft/{directory}")).await, 204);
    app.pump().await;
}

/// A sign-in with Microsoft: its beginning and its end.
async fn signed_in(app: &App, person: PersonId) -> (Answer, Answer) {
    let begun = app.post("/v1/sign-in/microsoft", json!({})).await;
    let cookie = begun.headers["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default();
    let url = begun.json()["url"].as_str().expect("a URL").to_owned();
    let back: Value = query(&app.microsoft().sign_in_as(&url, person).expect("signed in"));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/sign-in/microsoft/callback")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    let answer = app.send(request.body(Body::from(back.to_string())).expect("a request")).await;
    (begun, answer)
}

/// A member whose address a work account has that signs in for the first time.
async fn linked_by_mail(app: &App, owner: &Client<'_>, person: PersonId, note: &mut impl FnMut(&str, &Answer, u16)) {
    const EMAIL: &str = "mailed@load.example";
    let invited = owner.post("/v1/invitations", json!({ "email": EMAIL, "role": "member" })).await;
    assert_eq!(invited.status, 202, "{}", invited.json());
    app.pump().await;
    let body = json!({ "token": link_token(&app.mail_to(EMAIL)), "name": "Mailed", "password": PASSWORD });
    assert_eq!(app.post("/v1/invitations/accept", body).await.status, 201);
    app.microsoft().set_claim(person, "email", json!(EMAIL));
    note("accounts-sign-in-microsoft-callback", &signed_in(app, person).await.1, 403);
    app.pump().await;
    let body = json!({ "token": link_token(&app.mail_to(EMAIL)) });
    note("accounts-confirm-microsoft", &app.post("/v1/sign-in/microsoft/confirm", body).await, 204);
}
