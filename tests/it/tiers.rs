//! Consent to change things, tier by tier: `microsoft-connect` and `microsoft-callback` with a tier.

use jiff::SignedDuration;
use model::Role;
use serde_json::{Value, json};
use tests::{App, Client, LICENCE_WRITER_APP, Options, READER_APP, directory, query};
use url::Url;

use crate::{
    microsoft::{administrator, count, kinds, ordinary, state},
    table,
};

const CONNECT: &str = "/v1/microsoft/connect";
const CALLBACK: &str = "/v1/microsoft/callback";

fn asked() -> Value {
    json!({ "tier": "licence_writer" })
}

/// Signed in as `person` for the tier: what our page posts.
async fn signed_in(app: &App, client: &Client<'_>, person: model::PersonId) -> Value {
    let begun: Value = client.post(CONNECT, asked()).await.expect(200);
    query(&app.microsoft().sign_in_as(begun["url"].as_str().unwrap(), person).unwrap())
}

/// Where the administrator is sent to consent.
async fn consent_page(app: &App, client: &Client<'_>, directory: model::DirectoryId) -> Url {
    let body = signed_in(app, client, administrator(app, directory)).await;
    let consent: Value = client.post(CALLBACK, body).await.expect(200);
    consent["url"].as_str().unwrap().parse().unwrap()
}

async fn tier(client: &Client<'_>) -> Value {
    client.get("/v1/microsoft").await.expect::<Value>(200)["tiers"][0].clone()
}

#[tokio::test]
async fn a_tier_is_consented_to_by_itself_and_told_once() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    assert_eq!(tier(&owner).await["granted"], false);
    assert_eq!(app.microsoft().granted(LICENCE_WRITER_APP, id), None, "whoever only reads grants no writing");
    let reads = app.microsoft().granted(READER_APP, id);
    assert!(reads.as_ref().unwrap().iter().all(|permission| !permission.contains("Write")), "{reads:?}");

    let url = consent_page(&app, &owner, id).await;
    assert!(url.path().starts_with(&format!("/{id}/")), "of the directory that is connected and no other: {url}");
    let app_asked = url.query_pairs().find(|(name, _)| name == "client_id").unwrap().1.into_owned();
    assert_eq!(app_asked, LICENCE_WRITER_APP.to_string());
    let back = query(&app.microsoft().consent_as(url.as_str(), administrator(&app, id), true).unwrap());
    let granted: Value = owner.post(CALLBACK, back.clone()).await.expect(200);
    assert_eq!((granted["next"].as_str(), granted["tier"].as_str()), (Some("granted"), Some("licence_writer")));
    owner.post(CALLBACK, back).await.expect_problem(400, "state_not_good");

    let tier = tier(&owner).await;
    assert_eq!((tier["tier"].as_str(), tier["granted"].as_bool()), (Some("licence_writer"), Some(true)));
    assert_eq!(granted["connection"]["tiers"][0], tier);
    for permission in tier["permissions"].as_array().unwrap() {
        assert_eq!(permission["granted"], true, "{permission}");
        assert!(permission["purpose"].as_str().unwrap().len() > 20, "{permission}");
    }
    assert_eq!(app.microsoft().granted(READER_APP, id), reads, "the reader is as it was");
    assert_eq!(count(&owner, "connection.tier_granted").await, 1);
    assert_eq!(count(&owner, "connection.connected").await, 1);
    owner.post(CONNECT, asked()).await.expect_problem(409, "taken");
    app.pump().await;
}

#[tokio::test]
async fn nothing_is_to_be_changed_before_it_is_read() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.tenant("northwind").await;
    owner.post(CONNECT, asked()).await.expect_problem(409, "not_connected");
    owner.post(CONNECT, json!({ "tier": "security_writer" })).await.expect_problem(400, "bad_body");
    owner.post(CONNECT, json!({ "tier": "reader" })).await.expect_problem(400, "bad_body");
    owner.post(CONNECT, json!({ "surprise": 1 })).await.expect_problem(400, "bad_body");
    assert_eq!(owner.post(CONNECT, json!({})).await.status, 200, "no tier is reading");
    assert_eq!(kinds(&owner).await.iter().filter(|kind| kind.starts_with("connection")).count(), 0);
}

#[tokio::test]
async fn only_owners_and_administrators_have_a_tier_granted() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let scope = table::scope(&app, &owner).await;
    let url = consent_page(&app, &owner, id).await;
    let back = query(&app.microsoft().consent_as(url.as_str(), administrator(&app, id), true).unwrap());
    for role in [Role::Developer, Role::Member, Role::ReadOnly] {
        table::set_role(&app, &scope, &owner, role).await;
        owner.post(CONNECT, asked()).await.expect_problem(403, "forbidden");
        owner.post(CALLBACK, back.clone()).await.expect_problem(403, "forbidden");
    }
    table::set_role(&app, &scope, &owner, Role::Owner).await;
    assert_eq!(count(&owner, "connection.tier_granted").await, 0);
    assert_eq!(owner.post(CALLBACK, back).await.status, 200, "none of it used up what was begun");
    app.pump().await;
}

#[tokio::test]
async fn the_directory_that_is_connected_is_the_one_that_is_consented_for() {
    let app = App::with(Options { directories: vec![directory(1, 30), directory(2, 30)], ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    // An administrator of another directory.
    let body = signed_in(&app, &owner, administrator(&app, ids[1])).await;
    owner.post(CALLBACK, body).await.expect_problem(400, "microsoft_refused");
    // Somebody of the right one who may not consent.
    let body = signed_in(&app, &owner, ordinary(&app, ids[0])).await;
    owner.post(CALLBACK, body).await.expect_problem(403, "not_an_administrator");
    // The redirect names another directory, or was for nobody's consent.
    let url = consent_page(&app, &owner, ids[0]).await;
    let honest = query(&app.microsoft().consent_as(url.as_str(), administrator(&app, ids[0]), true).unwrap());
    let mut forged = honest.clone();
    forged["tenant"] = json!(ids[1]);
    owner.post(CALLBACK, forged).await.expect_problem(400, "state_not_good");
    // Disconnected between the page and us.
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    owner.post(CALLBACK, honest).await.expect_problem(409, "not_connected");
    assert_eq!(count(&owner, "connection.tier_granted").await, 0);
    app.pump().await;
}

#[tokio::test]
async fn a_grant_is_what_the_token_says_and_not_what_the_redirect_says() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let microsoft = app.microsoft();
    // Never consented, and the redirect says so.
    let url = consent_page(&app, &owner, id).await;
    let state_given = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let forged = json!({ "state": state_given, "admin_consent": "True", "tenant": id });
    owner.post(CALLBACK, forged).await.expect_problem(400, "microsoft_refused");
    assert_eq!(tier(&owner).await["granted"], false);
    // A part of it.
    let url = consent_page(&app, &owner, id).await;
    let back = query(&microsoft.consent_as(url.as_str(), administrator(&app, id), true).unwrap());
    microsoft.consent_partly(LICENCE_WRITER_APP, id, &["LicenseAssignment.ReadWrite.All"]);
    let granted: Value = owner.post(CALLBACK, back).await.expect(200);
    let permissions = granted["connection"]["tiers"][0]["permissions"].as_array().unwrap();
    let names: Vec<_> =
        permissions.iter().filter(|permission| permission["granted"] == true).map(|p| p["name"].clone()).collect();
    assert_eq!(names, ["LicenseAssignment.ReadWrite.All"]);
    // The rest can be asked for again; then all of it is there, although an older token was still good.
    app.clock.advance(SignedDuration::from_secs(1));
    owner.let_change(id).await;
    let all = tier(&owner).await;
    assert!(all["permissions"].as_array().unwrap().iter().all(|permission| permission["granted"] == true), "{all}");
    app.pump().await;
}

#[tokio::test]
async fn lost_consent_to_read_leaves_the_tier_to_be_used_once_reading_is_back() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    owner.let_change(id).await;
    app.clock.advance(SignedDuration::from_secs(1));
    app.microsoft().revoke_consent(READER_APP, id);
    owner.act("/v1/scans").await.expect::<Value>(202);
    app.pump().await;
    assert_eq!(state(&owner).await, "consent_lost");
    owner.connect(id).await;
    app.pump().await;
    assert_eq!(tier(&owner).await["granted"], true);
}
