//! `microsoft-end-tier`.

use model::Role;
use serde_json::{Value, json};
use tests::{App, directory};

use crate::{
    microsoft::{count, state},
    table,
};

const TIER: &str = "/v1/microsoft/tiers/licence_writer";

#[tokio::test]
async fn what_is_taken_back_is_taken_back_once_and_reading_goes_on() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    owner.delete(TIER).await.expect_problem(409, "not_connected");
    owner.let_change(id).await;
    let ended: Value = owner.delete(TIER).await.expect(200);
    assert!(ended["remove_at"].as_str().unwrap().starts_with("https://entra.microsoft.com/"), "{ended}");
    let status: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!(status["tiers"][0]["granted"], false);
    assert_eq!(status["state"], "connected");
    owner.delete(TIER).await.expect_problem(409, "not_connected");
    assert_eq!(count(&owner, "connection.tier_ended").await, 1);
    assert_eq!(owner.act("/v1/scans").await.status, 202);
    app.pump().await;
    // And can be given again.
    owner.let_change(id).await;
    app.pump().await;
}

#[tokio::test]
async fn only_owners_and_administrators_take_back_and_only_what_there_is() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    owner.let_change(app.only_directory()).await;
    app.pump().await;
    let scope = table::scope(&app, &owner).await;
    for role in [Role::Developer, Role::Member, Role::ReadOnly] {
        table::set_role(&app, &scope, &owner, role).await;
        owner.delete(TIER).await.expect_problem(403, "forbidden");
    }
    table::set_role(&app, &scope, &owner, Role::Admin).await;
    owner.delete("/v1/microsoft/tiers/security_writer").await.expect_problem(409, "not_connected");
    owner.delete("/v1/microsoft/tiers/reader").await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(TIER).await.status, 200);
}

#[tokio::test]
async fn disconnecting_ends_every_tier() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    owner.let_change(id).await;
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    owner.delete(TIER).await.expect_problem(409, "not_connected");
    let status: Value = owner.connect(id).await;
    assert_eq!(status["connection"]["tiers"][0]["granted"], json!(false), "connecting again grants nothing beside");
    assert_eq!(state(&owner).await, "connected");
    app.pump().await;
}
