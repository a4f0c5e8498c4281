//! `accounts-link-microsoft-callback`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{NotAdmitted, StoreError};
use tests::{App, directory};

use crate::at_microsoft::{LINK, LINK_CALLBACK, begin, client, lasting, link, people, returned};
use crate::microsoft::{administrator, count};
use crate::table::scope;

#[tokio::test]
async fn a_linked_work_account_signs_its_user_in_and_nobody_else() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let (owner, other) = (app.tenant("northwind").await, app.tenant("contoso").await);
    let person = administrator(&app, id);
    assert_eq!(link(&app, &owner, person).await.status, 204);
    assert_eq!(count(&owner, "user.identity_linked").await, 1);
    assert_eq!(client(&app, person).await.user, owner.user);
    // It is one user's.
    let before = lasting(&app).await;
    link(&app, &other, person).await.expect_problem(409, "taken");
    // And a user has one of a directory.
    link(&app, &owner, people(&app, id, 1)[0].id).await.expect_problem(409, "taken");
    assert_eq!(lasting(&app).await, before);
    // Linking it again changes nothing for anybody.
    assert_eq!(link(&app, &owner, person).await.status, 204);
    assert_eq!(client(&app, person).await.user, owner.user);
}

#[tokio::test]
async fn two_users_who_link_one_work_account_at_once_do_not_both_have_it() {
    let app = App::of(directory(1, 40)).await;
    let person = administrator(&app, app.only_directory());
    let (a, b) = (app.tenant("northwind").await, app.tenant("contoso").await);
    let (one, two) = tokio::join!(link(&app, &a, person), link(&app, &b, person));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    app.pump().await;
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_links_nothing() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let store = &app.system.store;
    let (session, scope) = (store.sessions(owner.user).await.unwrap().remove(0), scope(&app, &owner).await);
    assert_eq!(owner.act("/v1/sign-out").await.status, 204);
    let late = store.link_work_account(&scope, &session, id, administrator(&app, id)).await;
    assert!(matches!(late, Err(StoreError::NotAdmitted(NotAdmitted::Session))), "{late:?}");
    app.pump().await;
}

#[tokio::test]
async fn it_ends_in_the_session_it_began_in_once_and_in_time() {
    let app = App::of(directory(1, 40)).await;
    let person = administrator(&app, app.only_directory());
    let (owner, other) = (app.tenant("northwind").await, app.tenant("contoso").await);
    let begun: Value = owner.act(LINK).await.expect(200);
    let body = returned(&app, begun["url"].as_str().unwrap(), person);
    let before = lasting(&app).await;
    // Whoever gets somebody to open the way back of their own ceremony does not get their account linked.
    other.post(LINK_CALLBACK, body.clone()).await.expect_problem(400, "state_not_good");
    assert_eq!(lasting(&app).await, before);
    let elsewhere = app.sign_in("owner@northwind.example").await;
    elsewhere.post(LINK_CALLBACK, body.clone()).await.expect_problem(400, "state_not_good");
    let signing_in = begin(&app, json!({})).await;
    let foreign = returned(&app, &signing_in.url, person);
    owner.post(LINK_CALLBACK, foreign).await.expect_problem(400, "state_not_good");
    assert_eq!(owner.post(LINK_CALLBACK, body.clone()).await.status, 204);
    owner.post(LINK_CALLBACK, body).await.expect_problem(400, "state_not_good");

    let begun: Value = owner.act(LINK).await.expect(200);
    app.clock.advance(SignedDuration::from_mins(10));
    let late = returned(&app, begun["url"].as_str().unwrap(), person);
    owner.post(LINK_CALLBACK, late).await.expect_problem(400, "state_not_good");
    app.pump().await;
}
