//! What signing in with Microsoft costs at the table, and the rules that go with it.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tests::{Answer, App, Client, query};

/// Measures on a company that is connected to the only directory there is.
///
/// # Panics
/// When a route answers otherwise than it should.
pub async fn measure(app: &App, owner: &Client<'_>, note: &mut impl FnMut(&str, &Answer, u16)) {
    let (microsoft, directory) = (app.microsoft(), app.only_directory());
    let (admin, somebody) = microsoft
        .directory(directory, |d| {
            (d.administrators()[0].id, d.accounts().find(|a| !a.global_admin && d.works_here(a.id)).map(|a| a.id))
        })
        .expect("the directory");
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
    for person in [admin, somebody.expect("somebody at work")] {
        let begun = app.post("/v1/sign-in/microsoft", json!({})).await;
        note("accounts-sign-in-microsoft", &begun, 200);
        let cookie = begun.headers["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default();
        let back: Value = query(&microsoft.sign_in_as(&url(&begun), person).expect("signed in"));
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/sign-in/microsoft/callback")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json");
        let answer = app.send(request.body(Body::from(back.to_string())).expect("a request")).await;
        note("accounts-sign-in-microsoft-callback", &answer, 200);
    }
    note("accounts-unlink-microsoft", &owner.delete(&format!("/v1/me/microsoft/{directory}")).await, 204);
    app.pump().await;
}
