//! Signing in at the simulated Microsoft, as a browser does it.

use axum::body::Body;
use http::{Method, Request, header};
use local_microsoft::Account;
use model::{DirectoryId, PersonId};
use serde_json::{Value, json};
use store::WorkAccount;
use tests::{Answer, App, Client, query};

use crate::{
    table::{items, scope},
    tenants::policy::change_policy,
};

pub const BEGIN: &str = "/v1/sign-in/microsoft";
pub const CALLBACK: &str = "/v1/sign-in/microsoft/callback";
pub const CONFIRM: &str = "/v1/sign-in/microsoft/confirm";
pub const LINK: &str = "/v1/me/microsoft";
pub const LINK_CALLBACK: &str = "/v1/me/microsoft/callback";

/// A sign-in that was begun: Microsoft's page, and the browser's cookie.
pub struct Begun {
    pub url: String,
    pub cookie: String,
}

/// Begins in a new browser.
pub async fn begin(app: &App, body: Value) -> Begun {
    let answer = app.post(BEGIN, body).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    Begun { url: answer.expect::<Value>(200)["url"].as_str().unwrap().to_owned(), cookie }
}

/// What our page posts after `person` signed in there.
pub fn returned(app: &App, url: &str, person: PersonId) -> Value {
    query(&app.microsoft().sign_in_as(url, person).expect("signed in"))
}

/// Posts what Microsoft sent back, from a browser with these cookies.
pub async fn post_back(app: &App, cookie: Option<&str>, body: &Value) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri(CALLBACK).header(header::USER_AGENT, "tests");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Signs in as `person` in a new browser.
pub async fn sign_in(app: &App, person: PersonId) -> Answer {
    let begun = begin(app, json!({})).await;
    post_back(app, Some(&begun.cookie), &returned(app, &begun.url, person)).await
}

/// Somebody whom Microsoft signed in.
pub async fn client(app: &App, person: PersonId) -> Client<'_> {
    let tokens: Value = sign_in(app, person).await.expect(200);
    app.pump().await;
    app.client(&tokens)
}

/// Links the work account of `person` to whoever `client` is.
pub async fn link(app: &App, client: &Client<'_>, person: PersonId) -> Answer {
    let begun: Value = client.act(LINK).await.expect(200);
    client.post(LINK_CALLBACK, returned(app, begun["url"].as_str().unwrap(), person)).await
}

/// Links as many work accounts as are said, each of a directory of its own, as when all were begun at once.
pub async fn link_many(app: &App, client: &Client<'_>, most: u128) {
    let store = &app.system.store;
    let (session, scope) = (store.sessions(client.user).await.unwrap().remove(0), scope(app, client).await);
    for number in 1..=most {
        let id = uuid::Uuid::from_u128(number);
        store.link_work_account(&scope, &session, DirectoryId(id), PersonId(id)).await.unwrap();
    }
    app.pump().await;
    assert!(store.work_accounts(client.user).await.unwrap().len() > WorkAccount::MOST);
}

/// People at work who are no administrators.
pub fn people(app: &App, directory: DirectoryId, most: usize) -> Vec<Account> {
    let ordinary = |account: &Account| !account.global_admin && !account.upn.contains("#EXT#");
    let found = app.microsoft().directory(directory, |d| {
        let licensed = d.accounts().filter(|account| ordinary(account) && d.works_here(account.id));
        licensed.collect::<Vec<_>>()
    });
    let mut found = found.expect("the directory");
    found.truncate(most);
    found
}

/// A company whose Microsoft 365 is connected and whose people join as `join` says.
pub async fn company_that_lets_join<'a>(app: &'a App, name: &str, directory: DirectoryId, join: Value) -> Client<'a> {
    let owner = app.scanned(name, directory).await;
    change_policy(app, &owner, json!({ "join": join })).await.expect::<Value>(200);
    app.pump().await;
    owner
}

/// The table without what every sign-in leaves behind: states of ceremonies.
pub async fn lasting(app: &App) -> Vec<String> {
    items(app).await.into_iter().filter(|item| !item.contains("TOKEN#")).collect()
}
