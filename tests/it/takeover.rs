//! Ways to somebody else's place: a second account after having been put out, a link that was passed on, an account
//! whose mailbox changed hands (C2, C8).

use jiff::SignedDuration;
use model::{PersonId, TenantState};
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator, Client, PASSWORD, directory};

use crate::{
    accounts::passkey_sign_in,
    at_microsoft::{begin, client, company_that_lets_join, link, post_back, returned, sign_in},
    invited::{accept, ids, invited, vouch},
    links::ask_change,
    members::{self, assert_counts},
    table::{count, scope_of, set_state},
};

/// Items that keep somebody out.
async fn tombstones(app: &App) -> usize {
    count(app, &["SK=S(\"REMOVED#"]).await
}

/// A company that lets everybody of the only directory join.
async fn open_company(app: &App) -> Client<'_> {
    let join = json!({ "who": "directory", "role": "member" });
    company_that_lets_join(app, "northwind", app.only_directory(), join).await
}

/// Somebody with a company of their own becomes a member of another as well.
async fn join_too(app: &App, who: &Client<'_>, email: &str, owner: &Client<'_>) {
    let link = invited(app, owner, email, "member").await;
    who.post("/v1/invitations/accept", json!({ "token": link })).await.expect::<Value>(201);
    app.pump().await;
}

/// Signs in at Microsoft to get into the company of `owner`.
async fn into(app: &App, owner: &Client<'_>, person: PersonId) -> Answer {
    let begun = begin(app, json!({ "company": owner.tenant })).await;
    post_back(app, Some(&begun.cookie), &returned(app, &begun.url, person)).await
}

async fn put_out(app: &App, owner: &Client<'_>, who: &Client<'_>, for_good: bool) {
    if for_good {
        assert_eq!(members::remove(app, owner, who).await.status, 204);
    } else {
        assert_eq!(members::change(app, owner, who, json!({ "active": false })).await.status, 200);
    }
    app.pump().await;
}

#[tokio::test]
async fn who_was_put_out_does_not_join_again_as_another_user_with_the_work_account_they_had() {
    for for_good in [false, true] {
        let app = App::of(directory(1, 40)).await;
        let owner = open_company(&app).await;
        let person = ids(&app, app.only_directory(), 1)[0];
        let ben = app.tenant("ben").await;
        join_too(&app, &ben, "owner@ben.example", &owner).await;
        assert_eq!(link(&app, &ben, person).await.status, 204);
        put_out(&app, &owner, &ben, for_good).await;
        assert_eq!(tombstones(&app).await, 3, "user, address and work account");

        // The work account moves to an account that nobody knows, whose address Microsoft verified.
        let unlinked = ben.delete(&format!("/v1/me/microsoft/{}", app.only_directory())).await;
        assert_eq!(unlinked.status, 204);
        let again = app.tenant("again").await;
        vouch(&app, person, "owner@again.example");
        assert_eq!(link(&app, &again, person).await.status, 204);
        into(&app, &owner, person).await.expect_problem(403, "not_a_member");
        assert_eq!(count(&app, &["SK=S(\"MEMBER#", &again.user.to_string()]).await, 1, "their own company's");
        assert_counts(&app, owner.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn a_work_account_that_was_unlinked_before_is_no_way_back_for_who_is_put_out() {
    for for_good in [false, true] {
        let app = App::of(directory(1, 40)).await;
        let owner = open_company(&app).await;
        let person = ids(&app, app.only_directory(), 1)[0];
        let ben = app.tenant("ben").await;
        join_too(&app, &ben, "owner@ben.example", &owner).await;
        assert_eq!(link(&app, &ben, person).await.status, 204);
        let unlinked = ben.delete(&format!("/v1/me/microsoft/{}", app.only_directory())).await;
        assert_eq!(unlinked.status, 204);
        put_out(&app, &owner, &ben, for_good).await;
        assert_eq!(tombstones(&app).await, 3, "user, address and the work account they had");

        let again = app.tenant("again").await;
        vouch(&app, person, "owner@again.example");
        assert_eq!(link(&app, &again, person).await.status, 204);
        into(&app, &owner, person).await.expect_problem(403, "not_a_member");

        // Whoever lets them in again leaves nothing that keeps it out.
        app.clock.advance(SignedDuration::from_secs(61));
        if for_good {
            join_too(&app, &ben, "owner@ben.example", &owner).await;
        } else {
            assert_eq!(members::change(&app, &owner, &ben, json!({ "active": true })).await.status, 200);
        }
        is_in_again(&app, &owner, person).await;
    }
}

/// Nothing keeps whoever was put out from coming in with the work account of this person.
async fn is_in_again(app: &App, owner: &Client<'_>, person: PersonId) {
    assert_eq!(tombstones(app).await, 0);
    into(app, owner, person).await.expect::<Value>(200);
    assert_counts(app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn no_work_account_of_before_is_a_way_back_for_who_links_another_of_its_directory() {
    let app = App::of(directory(1, 40)).await;
    let owner = open_company(&app).await;
    let [before, after] = ids(&app, app.only_directory(), 2)[..] else { panic!("two people") };
    let ben = app.tenant("ben").await;
    join_too(&app, &ben, "owner@ben.example", &owner).await;
    assert_eq!(link(&app, &ben, before).await.status, 204);
    let unlinked = ben.delete(&format!("/v1/me/microsoft/{}", app.only_directory())).await;
    assert_eq!(unlinked.status, 204);
    assert_eq!(link(&app, &ben, after).await.status, 204);
    let accounts: Value = ben.get("/v1/me/microsoft").await.expect(200);
    assert_eq!(accounts["items"].as_array().unwrap().len(), 1, "what was unlinked is not shown");
    put_out(&app, &owner, &ben, false).await;
    assert_eq!(tombstones(&app).await, 4, "user, address and both work accounts");

    let again = app.tenant("again").await;
    vouch(&app, before, "owner@again.example");
    assert_eq!(link(&app, &again, before).await.status, 204);
    into(&app, &owner, before).await.expect_problem(403, "not_a_member");

    // Whoever lets them in again leaves nothing that keeps either out.
    assert_eq!(members::change(&app, &owner, &ben, json!({ "active": true })).await.status, 200);
    is_in_again(&app, &owner, before).await;
}

#[tokio::test]
async fn whose_ways_in_an_operator_took_does_not_join_again_with_the_work_account_they_had() {
    let app = App::of(directory(1, 40)).await;
    let owner = open_company(&app).await;
    let person = ids(&app, app.only_directory(), 1)[0];
    let ben = app.tenant("ben").await;
    join_too(&app, &ben, "owner@ben.example", &owner).await;
    assert_eq!(link(&app, &ben, person).await.status, 204);
    let order = json!({
        "user": ben.user, "operator": "j.weber", "reason": "The account is in wrong hands.", "take_ways_in": true,
    });
    let told = app.invoke("operators-end-person", order.clone()).await.unwrap();
    assert_eq!(told["ways_in_left"]["work_accounts"], 0);
    assert_eq!(tombstones(&app).await, 3, "user, address and the work account that was taken");
    app.pump().await;

    // Neither by itself, in the directory that the company is linked to, nor with an account that nobody knows.
    sign_in(&app, person).await.expect_problem(409, "account_exists");
    let again = app.tenant("again").await;
    vouch(&app, person, "owner@again.example");
    assert_eq!(link(&app, &again, person).await.status, 204);
    into(&app, &owner, person).await.expect_problem(403, "not_a_member");
    assert_eq!(count(&app, &["SK=S(\"MEMBER#", &again.user.to_string()]).await, 1, "their own company's");
    // The same order again loses nothing.
    app.invoke("operators-end-person", order).await.unwrap();
    assert_eq!(tombstones(&app).await, 3);
    into(&app, &owner, person).await.expect_problem(403, "not_a_member");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn who_was_put_out_does_not_join_again_with_the_address_they_had() {
    for for_good in [false, true] {
        let app = App::of(directory(1, 40)).await;
        let owner = open_company(&app).await;
        let [person, other] = ids(&app, app.only_directory(), 2)[..] else { panic!("two people") };
        let ben = app.tenant("ben").await;
        join_too(&app, &ben, "owner@ben.example", &owner).await;
        put_out(&app, &owner, &ben, for_good).await;
        assert_eq!(tombstones(&app).await, 2, "user and address");
        assert_eq!(count(&app, &["SK=S(\"REMOVED#", "ben.example"]).await, 0, "no address is kept in them");
        // The address is free again, for somebody new and for somebody who signs up with it.
        let (_, token) = ask_change(&ben, &app, "elsewhere@ben.example").await;
        assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
        vouch(&app, person, "owner@ben.example");
        sign_in(&app, person).await.expect_problem(403, "not_a_member");
        let link_of_sign_up = app.sign_up("owner@ben.example", "again").await;
        let body = json!({ "token": link_of_sign_up, "name": "Ben", "password": PASSWORD });
        app.post("/v1/verify-email", body).await.expect::<Value>(201);
        let again = app.sign_in("owner@ben.example").await;
        assert_ne!(again.user, ben.user);
        assert_eq!(link(&app, &again, person).await.status, 204);
        into(&app, &owner, person).await.expect_problem(403, "not_a_member");

        // An invitation to the address lets it in, and everybody else joins as ever.
        app.clock.advance(SignedDuration::from_secs(61));
        join_too(&app, &again, "owner@ben.example", &owner).await;
        into(&app, &owner, person).await.expect::<Value>(200);
        client(&app, other).await.get("/v1/tenant").await.expect::<Value>(200);
        assert_counts(&app, owner.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn an_address_that_was_given_up_before_is_no_way_back_for_who_is_put_out() {
    for for_good in [false, true] {
        let app = App::of(directory(1, 40)).await;
        let owner = open_company(&app).await;
        let person = ids(&app, app.only_directory(), 1)[0];
        let ben = app.tenant("ben").await;
        join_too(&app, &ben, "owner@ben.example", &owner).await;
        let (_, token) = ask_change(&ben, &app, "elsewhere@ben.example").await;
        assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
        put_out(&app, &owner, &ben, for_good).await;
        assert_eq!(tombstones(&app).await, 3, "user, address and the one before");

        // Nobody knew their work account, and its address is free: by that they would be somebody new.
        vouch(&app, person, "owner@ben.example");
        sign_in(&app, person).await.expect_problem(403, "not_a_member");
        assert_eq!(count(&app, &["IDENTITY#"]).await, 0);
        if !for_good {
            assert_eq!(members::change(&app, &owner, &ben, json!({ "active": true })).await.status, 200);
            assert_eq!(tombstones(&app).await, 0);
        }
        assert_counts(&app, owner.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn who_is_let_in_again_leaves_nothing_that_keeps_them_out() {
    let app = App::of(directory(1, 40)).await;
    let owner = open_company(&app).await;
    let anna = ids(&app, app.only_directory(), 1)[0];
    let here = client(&app, anna).await;
    put_out(&app, &owner, &here, false).await;
    assert_eq!(tombstones(&app).await, 3);
    sign_in(&app, anna).await.expect_problem(403, "not_a_member");
    assert_eq!(members::change(&app, &owner, &here, json!({ "active": true })).await.status, 200);
    assert_eq!(tombstones(&app).await, 0);
    assert_eq!(client(&app, anna).await.user, here.user);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn an_account_joins_by_a_linked_work_account_where_microsoft_verified_that_its_address_is_theirs() {
    let app = App::of(directory(1, 40)).await;
    let owner = open_company(&app).await;
    let person = ids(&app, app.only_directory(), 1)[0];
    let ben = app.tenant("ben").await;
    assert_eq!(link(&app, &ben, person).await.status, 204);
    into(&app, &owner, person).await.expect_problem(403, "not_a_member");
    vouch(&app, person, "owner@ben.example");
    app.microsoft().set_claim(person, "xms_edov", json!(false));
    into(&app, &owner, person).await.expect_problem(403, "not_a_member");
    app.microsoft().set_claim(person, "xms_edov", json!(true));
    let tokens: Value = into(&app, &owner, person).await.expect(200);
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(ben.user), &json!(owner.tenant)));
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn a_link_that_was_passed_on_links_nobody_elses_work_account() {
    let app = App::of(directory(1, 40)).await;
    let mallory = app.tenant("mallory").await;
    let victim = ids(&app, app.only_directory(), 1)[0];
    let link = invited(&app, &mallory, "evil@mallory.example", "member").await;
    let answer = accept(&app, &link, victim).await;
    answer.expect_problem(403, "wrong_account");
    assert!(!String::from_utf8_lossy(&answer.body).contains("mallory.example"), "the address is not told");
    // No word of Microsoft's on the address, and not a directory of the company's.
    app.microsoft().set_claim(victim, "xms_edov", json!(false));
    let answer = accept(&app, &link, victim).await;
    answer.expect_problem(403, "address_unverified");
    assert!(answer.json()["detail"].as_str().unwrap().contains("accept with a password"), "{}", answer.json());
    assert_eq!(count(&app, &["IDENTITY#"]).await, 0);
    assert_eq!(count(&app, &["PK=S(\"EMAIL#evil@"]).await, 0);
    // Nothing was used up: whoever has the mailbox joins.
    members::accept(&app, &link).await.expect::<Value>(201);
    assert_counts(&app, mallory.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn an_account_in_no_company_loses_what_whoever_had_its_mailbox_before_signs_in_with() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let [before, after] = ids(&app, app.only_directory(), 2)[..] else { panic!("two people") };
    let ben = members::join(&app, &owner, "ben@northwind.example", "member").await;
    let mut authenticator = Authenticator::new();
    assert_eq!(link(&app, &ben, before).await.status, 204);
    ben.add_passkey(&mut authenticator).await;
    put_out(&app, &owner, &ben, true).await;
    app.clock.advance(SignedDuration::from_secs(61));
    let invitation = invited(&app, &owner, "ben@northwind.example", "member").await;
    // Of the same directory: an address that is somebody else's now.
    vouch(&app, after, "ben@northwind.example");
    let tokens: Value = accept(&app, &invitation, after).await.expect(200);
    assert_eq!((&tokens["user"], &tokens["next"]), (&json!(ben.user), &json!("signed_in")));
    app.pump().await;

    let here = app.client(&tokens);
    let accounts: Value = here.get("/v1/me/microsoft").await.expect(200);
    assert_eq!(accounts["items"].as_array().unwrap().len(), 1);
    assert_eq!(here.get("/v1/me/factors").await.expect::<Value>(200)["passkeys"], json!([]));
    sign_in(&app, before).await.expect_problem(409, "account_exists");
    passkey_sign_in::sign_in(&app, &mut authenticator).await.expect_problem(401, "sign_in_refused");
    assert_eq!(client(&app, after).await.user, ben.user);
    assert_eq!(tombstones(&app).await, 1, "whoever had it before stays out");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn a_second_factor_that_lets_nobody_in_alone_stays_and_so_does_what_protects_another_company() {
    let app = App::of(directory(1, 40)).await;
    let now = || app.clock.clock().now();
    let (owner, other) = (app.tenant("northwind").await, app.tenant("other").await);
    let ben = members::join(&app, &owner, "ben@northwind.example", "member").await;
    let mut authenticator = Authenticator::new();
    ben.add_passkey(&mut authenticator).await;
    ben.add_totp(now()).await;
    put_out(&app, &owner, &ben, true).await;
    other.add_passkey(&mut Authenticator::new()).await;
    set_state(&app, &scope_of(&app, other.tenant), TenantState::Suspended).await;
    app.clock.advance(SignedDuration::from_secs(61));
    for (email, methods) in [
        ("ben@northwind.example", json!(["totp", "recovery_code"])),
        ("owner@other.example", json!(["passkey", "recovery_code"])),
    ] {
        let link = invited(&app, &owner, email, "member").await;
        members::accept(&app, &link).await.expect::<Value>(201);
        let step: Value = app.post("/v1/sign-in", json!({ "email": email, "password": PASSWORD })).await.expect(200);
        assert_eq!((&step["next"], &step["methods"]), (&json!("second_factor"), &methods), "{email}");
    }
    passkey_sign_in::sign_in(&app, &mut authenticator).await.expect_problem(401, "sign_in_refused");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}
