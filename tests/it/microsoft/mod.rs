mod callback;
mod colleagues;
mod connect;
mod disconnect;
mod end_tier;
mod manifest;
mod status;
mod transparency;

use model::{DirectoryId, PersonId};
use serde_json::Value;
use tests::{App, Client, query};

/// Somebody who may consent for the directory.
pub fn administrator(app: &App, directory: DirectoryId) -> PersonId {
    app.microsoft().directory(directory, |d| d.administrators()[0].id).expect("the directory")
}

/// Somebody who may not.
pub fn ordinary(app: &App, directory: DirectoryId) -> PersonId {
    let found = app.microsoft().directory(directory, |d| d.accounts().find(|account| !account.global_admin));
    found.flatten().expect("an ordinary account").id
}

/// The first step done at Microsoft as `person`: what our page posts.
pub async fn signed_in(app: &App, client: &Client<'_>, person: PersonId) -> Value {
    let begun: Value = client.act("/v1/microsoft/connect").await.expect(200);
    query(&app.microsoft().sign_in_as(begun["url"].as_str().expect("a URL"), person).expect("signed in"))
}

/// Both steps done at Microsoft as an administrator: what our page posts the second time.
pub async fn agreed(app: &App, client: &Client<'_>, directory: DirectoryId) -> Value {
    let person = administrator(app, directory);
    let body = signed_in(app, client, person).await;
    let consent: Value = client.post("/v1/microsoft/callback", body).await.expect(200);
    assert_eq!(consent["next"], "consent");
    query(&app.microsoft().consent_as(consent["url"].as_str().expect("a URL"), person, true).expect("consented"))
}

/// The kinds of the newest events, newest first.
pub async fn kinds(client: &Client<'_>) -> Vec<String> {
    let log: Value = client.get("/v1/events?limit=100").await.expect(200);
    let kind = |entry: &Value| entry["event"]["kind"].as_str().expect("a kind").to_owned();
    log["items"].as_array().expect("a list").iter().map(kind).collect()
}

/// How many events of a kind there are.
pub async fn count(client: &Client<'_>, kind: &str) -> usize {
    kinds(client).await.iter().filter(|known| *known == kind).count()
}

/// Where the connection is.
pub async fn state(client: &Client<'_>) -> String {
    let connection: Value = client.get("/v1/microsoft").await.expect(200);
    connection["state"].as_str().expect("a state").to_owned()
}
