//! `accounts-unlink-microsoft`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Conflict, StoreError, WayIn};
use tests::{App, Authenticator, Options, directory};

use crate::at_microsoft::{client, company_that_lets_join, lasting, link, people, sign_in};
use crate::microsoft::{administrator, count};
use crate::table::scope;

#[tokio::test]
async fn an_unlinked_work_account_signs_in_no_more_and_does_not_link_itself_again() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let join = json!({ "who": "directory", "role": "member" });
    let owner = company_that_lets_join(&app, "northwind", id, join).await;
    let other = app.tenant("contoso").await;
    let person = administrator(&app, id);
    assert_eq!(link(&app, &owner, person).await.status, 204);
    let path = format!("/v1/me/microsoft/{id}");
    other.delete(&path).await.expect_problem(404, "not_found");
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(count(&owner, "user.identity_unlinked").await, 1);
    owner.delete(&path).await.expect_problem(404, "not_found");
    // Not by its address, and not as somebody new either.
    app.microsoft().set_claim(person, "email", json!("owner@northwind.example"));
    let before = lasting(&app).await;
    sign_in(&app, person).await.expect_problem(409, "account_exists");
    app.microsoft().set_claim(person, "email", json!("new@northwind.example"));
    sign_in(&app, person).await.expect_problem(409, "account_exists");
    assert_eq!(lasting(&app).await, before);
    // From a session it is linked again, and by then it may be another user's.
    assert_eq!(link(&app, &other, person).await.status, 204);
    assert_eq!(client(&app, person).await.user, other.user);
    link(&app, &owner, person).await.expect_problem(409, "taken");
}

#[tokio::test]
async fn an_unlinking_that_comes_late_takes_nothing_of_what_was_linked_since() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let (ben, other) = (app.tenant("ben").await, app.tenant("other").await);
    let [first, second] = [0, 1].map(|place| people(&app, id, 2)[place].id);
    assert_eq!(link(&app, &ben, first).await.status, 204);
    let store = &app.system.store;
    let late = store.work_accounts(ben.user).await.unwrap().remove(0);
    assert_eq!(ben.delete(&format!("/v1/me/microsoft/{id}")).await.status, 204);
    assert_eq!(link(&app, &ben, second).await.status, 204);
    assert_eq!(link(&app, &other, first).await.status, 204);
    let email = "owner@ben.example".to_owned();
    let epoch = store.sign_in_facts(&email).await.unwrap().login.unwrap().epoch;
    let refused = store.unlink_work_account(&scope(&app, &ben).await, &late, &WayIn::Password { email, epoch }).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Missing(_)))), "{refused:?}");
    assert_eq!(client(&app, first).await.user, other.user);
    assert_eq!(client(&app, second).await.user, ben.user);
    app.pump().await;
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let directories = vec![directory(1, 40), directory(2, 40)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [first, second] = app.microsoft().directories()[..] else { panic!("two directories") };
    let join = json!({ "who": "directory", "role": "member" });
    company_that_lets_join(&app, "northwind", first, join).await;
    // Joined with Microsoft: there is no password.
    let anna = client(&app, people(&app, first, 1)[0].id).await;
    let [one, two] = [first, second].map(|id| format!("/v1/me/microsoft/{id}"));
    anna.delete(&one).await.expect_problem(409, "last_way_in");
    assert_eq!(link(&app, &anna, people(&app, second, 1)[0].id).await.status, 204);
    // Both at once: one stays.
    let (a, b) = tokio::join!(anna.delete(&one), anna.delete(&two));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{} {}", a.json(), b.json());
    let left: Value = anna.get("/v1/me/microsoft").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    app.clock.advance(SignedDuration::from_mins(11));
    anna.delete(&one).await.expect_problem(403, "proof_too_old");
    app.pump().await;
}

#[tokio::test]
async fn a_passkey_is_another_way_in_and_the_last_way_in_stays_in_whatever_order_they_are_removed() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let join = json!({ "who": "directory", "role": "member" });
    company_that_lets_join(&app, "northwind", id, join).await;
    // Joined with Microsoft: there is no password.
    let person = people(&app, id, 1)[0].id;
    let anna = client(&app, person).await;
    let work_account = format!("/v1/me/microsoft/{id}");
    let mut authenticator = Authenticator::new();
    let added = anna.add_passkey(&mut authenticator).await;
    let passkey = format!("/v1/me/passkeys/{}", added["passkey"]["passkey"].as_str().unwrap());

    assert_eq!(anna.delete(&work_account).await.status, 204);
    anna.delete(&passkey).await.expect_problem(409, "last_way_in");
    // Codes are no way in.
    anna.add_totp(app.clock.clock().now()).await;
    anna.delete(&passkey).await.expect_problem(409, "last_way_in");
    let step = crate::accounts::passkey_sign_in::sign_in(&app, &mut authenticator).await;
    assert_eq!(step.status, 200);
    assert_eq!(anna.delete("/v1/me/totp").await.status, 204);

    // The other way about.
    assert_eq!(link(&app, &anna, person).await.status, 204);
    assert_eq!(anna.delete(&passkey).await.status, 204);
    anna.delete(&work_account).await.expect_problem(409, "last_way_in");
    app.pump().await;
}

#[tokio::test]
async fn of_two_ways_in_removed_at_once_one_stays() {
    for seed in 0..4 {
        let app = App::with(Options { directories: vec![directory(1, 40)], seed, ..Options::default() }).await;
        let id = app.only_directory();
        let join = json!({ "who": "directory", "role": "member" });
        company_that_lets_join(&app, "northwind", id, join).await;
        let anna = client(&app, people(&app, id, 1)[0].id).await;
        let added = anna.add_passkey(&mut Authenticator::new()).await;
        let passkey = format!("/v1/me/passkeys/{}", added["passkey"]["passkey"].as_str().unwrap());
        let work_account = format!("/v1/me/microsoft/{id}");
        let (a, b) = tokio::join!(anna.delete(&work_account), anna.delete(&passkey));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", a.json(), b.json());
        let accounts: Value = anna.get("/v1/me/microsoft").await.expect(200);
        let factors: Value = anna.get("/v1/me/factors").await.expect(200);
        let left = [&accounts["items"], &factors["passkeys"]].map(|list| list.as_array().unwrap().len());
        assert_eq!(left.iter().sum::<usize>(), 1, "{left:?}");
        app.pump().await;
    }
}
