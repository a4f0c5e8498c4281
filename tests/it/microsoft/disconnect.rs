//! `microsoft-disconnect`.

use http::Method;
use jiff::SignedDuration;
use model::Role;
use serde_json::Value;
use tests::{App, READER_APP, directory};

use crate::{
    ledger::told,
    microsoft::{count, state},
    table,
};

#[tokio::test]
async fn it_ends_the_connection_and_the_schedule_and_keeps_what_was_found() {
    let app = App::of(directory(1, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let mut before = told(&owner).await;
    assert!(!before.findings.is_empty());
    let answer = owner.delete("/v1/microsoft").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    app.pump().await;
    assert_eq!(state(&owner).await, "disconnected");
    before.overview["connection"] = "disconnected".into();
    before.overview["next_check_at"] = Value::Null;
    assert_eq!(told(&owner).await, before);
    owner.act("/v1/scans").await.expect_problem(409, "not_connected");
    let calls = app.microsoft().calls().len();
    for _ in 0..3 {
        app.clock.advance(SignedDuration::from_hours(25));
        app.run("scans-schedule").await;
        app.pump().await;
    }
    let owner = app.sign_in("owner@northwind.example").await;
    assert_eq!((count(&owner, "scan.requested").await, app.microsoft().calls().len()), (1, calls));
    // A second time there is nothing to end.
    owner.delete("/v1/microsoft").await.expect_problem(409, "not_connected");
    assert_eq!(count(&owner, "connection.disconnected").await, 1);
}

#[tokio::test]
async fn a_lost_connection_can_be_ended_too() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    app.microsoft().revoke_consent(READER_APP, id);
    owner.act("/v1/scans").await.expect::<Value>(202);
    app.pump().await;
    assert_eq!(state(&owner).await, "consent_lost");
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    let other = app.tenant("contoso").await;
    other.connect(id).await;
    app.pump().await;
    assert_eq!((state(&owner).await, state(&other).await), ("disconnected".into(), "connected".into()));
}

#[tokio::test]
async fn only_owners_and_administrators_disconnect() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.tenant("northwind").await;
    owner.delete("/v1/microsoft").await.expect_problem(409, "not_connected");
    owner.connect(app.only_directory()).await;
    app.pump().await;
    let scope = table::scope(&app, &owner).await;
    for role in [Role::Developer, Role::Member, Role::ReadOnly] {
        table::set_role(&app, &scope, &owner, role).await;
        owner.delete("/v1/microsoft").await.expect_problem(403, "forbidden");
    }
    app.call(Method::DELETE, "/v1/microsoft", None, None).await.expect_problem(401, "missing_credentials");
    let other = app.tenant("contoso").await;
    other.delete("/v1/microsoft").await.expect_problem(409, "not_connected");
    assert_eq!(state(&owner).await, "connected");
    table::set_role(&app, &scope, &owner, Role::Admin).await;
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
}

#[tokio::test]
async fn ended_twice_at_once_it_is_told_once() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (one, two) = tokio::join!(owner.delete("/v1/microsoft"), owner.delete("/v1/microsoft"));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 204, "{statuses:?}");
    assert!(matches!(statuses[1], 409 | 412), "{} {}", one.json(), two.json());
    assert_eq!(count(&owner, "connection.disconnected").await, 1);
    app.pump().await;
}
