//! `accounts-undo-email`.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join as both;
use jiff::SignedDuration;
use model::RoleName;
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator, Client, PASSWORD, directory};

use super::{passkey_sign_in, second_factor::answer};
use crate::at_microsoft;
use crate::links::{ask_change, ask_reset, join, undo_link};
use crate::microsoft::administrator;
use crate::table::{count, items, table};

const PATH: &str = "/v1/email-change/undo";
const OLD: &str = "owner@acme.example";
const NEW: &str = "thief@evil.example";
const FRESH: &str = "lantern-oyster-gravel-41";
/// What is this old when a change is asked for, and older than the sign-in it is asked for in, stays.
const OLD_ENOUGH: SignedDuration = SignedDuration::from_hours(72);

async fn undo(app: &App, token: &str) -> Answer {
    app.post(PATH, json!({ "token": token })).await
}

async fn confirm(app: &App, token: &str) {
    assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
}

async fn sign_in(app: &App, email: &str, password: &str) -> u16 {
    app.post("/v1/sign-in", json!({ "email": email, "password": password })).await.status.as_u16()
}

#[tokio::test]
async fn the_old_address_is_back_every_session_is_over_and_a_new_password_comes_by_mail() {
    let app = App::start().await;
    let thief = app.tenant("acme").await;
    let (first, token) = ask_change(&thief, &app, NEW).await;
    confirm(&app, &token).await;
    let link = undo_link(&app, first).await;
    // The thief goes on: another password, another address, another session.
    assert_eq!(thief.post("/v1/me/password", json!({ "password": FRESH })).await.status, 204);
    let (_, token) = ask_change(&thief, &app, "second@evil.example").await;
    confirm(&app, &token).await;
    assert_eq!(sign_in(&app, "second@evil.example", FRESH).await, 200);

    assert_eq!(undo(&app, &link).await.status, 204);
    thief.get("/v1/me").await.expect_problem(401, "invalid_token");
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 0);
    for email in [OLD, NEW, "second@evil.example"] {
        for password in [PASSWORD, FRESH] {
            assert_eq!(sign_in(&app, email, password).await, 401, "{email} {password}");
        }
    }
    let reset = ask_reset(&app, OLD).await;
    let body = json!({ "token": reset, "password": "harbor-whistle-thimble-88" });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    assert_eq!(sign_in(&app, OLD, "harbor-whistle-thimble-88").await, 200);
    app.pump().await;
    assert_eq!(count(&app, &["PK=S(\"EMAIL#"]).await, 1);
    assert_eq!(count(&app, &["MEMBER#", "email=S(\"owner@acme.example\")"]).await, 1);
    assert_eq!(count(&app, &["kind=S(\"user.email_changed\")", "undone=Bool(true)"]).await, 1);
    undo(&app, &link).await.expect_problem(410, "link_not_good");
}

/// Signed in with a passkey, a second after what came before.
async fn by_passkey<'a>(app: &'a App, authenticator: &mut Authenticator) -> Client<'a> {
    app.clock.advance(SignedDuration::from_secs(1));
    let tokens: Value = passkey_sign_in::sign_in(app, authenticator).await.expect(200);
    app.client(&tokens)
}

/// A thief in the owner's session changes the address; the link of the notice to the old one.
async fn changed(app: &App, thief: &Client<'_>) -> String {
    let (change, token) = ask_change(thief, app, NEW).await;
    confirm(app, &token).await;
    undo_link(app, change).await
}

/// Undoes, and sets a new password by mail, as the notice says.
async fn taken_back(app: &App, link: &str) {
    assert_eq!(undo(app, link).await.status, 204);
    let reset = ask_reset(app, OLD).await;
    let body = json!({ "token": reset, "password": FRESH });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
}

#[tokio::test]
async fn a_passkey_of_the_thiefs_lets_nobody_in_whether_added_before_asking_or_after_and_an_older_one_does() {
    for before in [true, false] {
        let app = App::start().await;
        let owner = app.tenant("acme").await;
        let (mut own, mut thiefs) = (Authenticator::new(), Authenticator::new());
        owner.add_passkey(&mut own).await;
        app.clock.advance(OLD_ENOUGH);
        let thief = by_passkey(&app, &mut own).await;
        if before {
            thief.add_passkey(&mut thiefs).await;
            app.clock.advance(SignedDuration::from_secs(60));
        }
        let link = changed(&app, &thief).await;
        if !before {
            thief.add_passkey(&mut thiefs).await;
        }
        passkey_sign_in::sign_in(&app, &mut thiefs).await.expect::<Value>(200);

        assert_eq!(undo(&app, &link).await.status, 204);
        passkey_sign_in::sign_in(&app, &mut thiefs).await.expect_problem(401, "sign_in_refused");
        passkey_sign_in::sign_in(&app, &mut own).await.expect::<Value>(200);
        // Their first codes on paper are older, too.
        let factors = app.system.store.account(owner.user).await.unwrap().factors.value;
        assert_eq!((factors.passkeys.len(), factors.recovery_codes.len()), (1, 10));
        app.pump().await;
    }
}

#[tokio::test]
async fn what_a_thief_added_in_one_session_lets_nobody_in_when_they_asked_in_the_next() {
    for younger in [true, false] {
        let app = App::start().await;
        app.tenant("acme").await;
        // By the password.
        let first = app.sign_in(OLD).await;
        let mut thiefs = Authenticator::new();
        first.add_passkey(&mut thiefs).await;
        if !younger {
            app.clock.advance(OLD_ENOUGH - SignedDuration::from_secs(1));
        }
        let next = by_passkey(&app, &mut thiefs).await;
        let link = changed(&app, &next).await;
        taken_back(&app, &link).await;
        passkey_sign_in::sign_in(&app, &mut thiefs).await.expect_problem(401, "sign_in_refused");
        // Nor is the owner asked for what the thief alone has.
        let step: Value = app.post("/v1/sign-in", json!({ "email": OLD, "password": FRESH })).await.expect(200);
        assert_eq!(step["next"], "signed_in");
        app.pump().await;
    }
}

#[tokio::test]
async fn what_was_added_before_a_switch_to_another_company_is_of_the_same_sign_in() {
    let app = App::start().await;
    let (acme, nova) = (app.tenant("acme").await, app.tenant("nova").await);
    join(&app, &acme, "Acme", OLD, &nova, RoleName::OWNER).await;
    let (mut own, mut thiefs) = (Authenticator::new(), Authenticator::new());
    acme.add_passkey(&mut own).await;
    app.clock.advance(OLD_ENOUGH);
    let thief = by_passkey(&app, &mut own).await;
    thief.add_passkey(&mut thiefs).await;
    // Longer than what is older than the sign-in has to be.
    app.clock.advance(OLD_ENOUGH + SignedDuration::from_hours(1));
    let renewed: Value = app.post("/v1/refresh", json!({ "refresh_token": thief.refresh })).await.expect(200);
    let thief = app.client(&renewed);
    let to = if thief.tenant == acme.tenant { nova.tenant } else { acme.tenant };
    let switched: Value = thief.act(&format!("/v1/me/tenants/{to}/switch")).await.expect(200);
    let switched = app.client(&switched);
    let asked: Value = app.call(http::Method::POST, "/v1/sign-in/passkey/begin", None, None).await.expect(200);
    let credential = thiefs.get(&asked["options"]);
    let proof = json!({ "passkey": { "ceremony": asked["ceremony"], "credential": credential } });
    assert_eq!(switched.post("/v1/step-up", proof).await.status, 204);
    let link = changed(&app, &switched).await;
    assert_eq!(undo(&app, &link).await.status, 204);
    passkey_sign_in::sign_in(&app, &mut thiefs).await.expect_problem(401, "sign_in_refused");
    passkey_sign_in::sign_in(&app, &mut own).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn more_work_accounts_than_there_may_be_keep_nothing_from_being_undone() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    at_microsoft::link_many(&app, &owner, 40).await;
    let link = changed(&app, &owner).await;
    assert_eq!(undo(&app, &link).await.status, 204);
    assert!(app.system.store.work_accounts(owner.user).await.unwrap().is_empty());
    app.pump().await;
}

#[tokio::test]
async fn what_is_linked_while_it_is_undone_lets_nobody_in() {
    let app = App::of(directory(1, 40)).await;
    let person = administrator(&app, app.only_directory());
    for round in 0..8 {
        // Nobody signs up so many companies at once.
        app.clock.advance(SignedDuration::from_mins(10));
        let thief = app.tenant(&format!("acme{round}")).await;
        let begun: Value = thief.act(at_microsoft::LINK).await.expect(200);
        let body = at_microsoft::returned(&app, begun["url"].as_str().unwrap(), person);
        let link = changed(&app, &thief).await;
        let linking = thief.post(at_microsoft::LINK_CALLBACK, body);
        let (undone, _) = if round % 2 == 0 {
            both(undo(&app, &link), linking).await
        } else {
            let (linked, undone) = both(linking, undo(&app, &link)).await;
            (undone, linked)
        };
        assert_eq!(undone.status, 204, "round {round}");
        assert!(app.system.store.work_accounts(thief.user).await.unwrap().is_empty(), "round {round}");
        at_microsoft::sign_in(&app, person).await.expect_problem(403, "directory_unknown");
        app.pump().await;
    }
}

#[tokio::test]
async fn a_passkey_that_is_added_while_it_is_undone_lets_nobody_in() {
    let app = App::start().await;
    for round in 0..8 {
        // Nobody signs up so many companies at once.
        app.clock.advance(SignedDuration::from_mins(10));
        let owner = app.tenant(&format!("acme{round}")).await;
        // One that stays: with another the login does not change.
        let (mut own, mut thiefs) = (Authenticator::new(), Authenticator::new());
        owner.add_passkey(&mut own).await;
        app.clock.advance(OLD_ENOUGH);
        let thief = by_passkey(&app, &mut own).await;
        let begun: Value = thief.act("/v1/me/passkeys/begin").await.expect(200);
        let credential = thiefs.create(&begun["options"]);
        let body = json!({ "ceremony": begun["ceremony"], "name": "Laptop", "credential": credential });
        let link = changed(&app, &thief).await;
        let adding = thief.post("/v1/me/passkeys", body);
        let (undone, _) = if round % 2 == 0 {
            both(undo(&app, &link), adding).await
        } else {
            let (added, undone) = both(adding, undo(&app, &link)).await;
            (undone, added)
        };
        assert_eq!(undone.status, 204, "round {round}");
        passkey_sign_in::sign_in(&app, &mut thiefs).await.expect_problem(401, "sign_in_refused");
        passkey_sign_in::sign_in(&app, &mut own).await.expect::<Value>(200);
        app.pump().await;
    }
}

#[tokio::test]
async fn an_app_that_was_added_since_locks_nobody_out() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let link = changed(&app, &owner).await;
    owner.add_totp(app.clock.clock().now()).await;
    taken_back(&app, &link).await;
    let step: Value = app.post("/v1/sign-in", json!({ "email": OLD, "password": FRESH })).await.expect(200);
    assert_eq!(step["next"], "signed_in");
    let factors: Value = app.client(&step).get("/v1/me/factors").await.expect(200);
    assert_eq!((&factors["totp"], &factors["recovery_codes_left"]), (&Value::Null, &json!(0)));
    app.pump().await;
}

#[tokio::test]
async fn an_older_app_is_asked_for_still_and_recovery_codes_stay_that_are_older() {
    for renewed in [false, true] {
        let app = App::start().await;
        let owner = app.tenant("acme").await;
        let codes = owner.add_totp(app.clock.clock().now()).await;
        app.clock.advance(OLD_ENOUGH);
        let begun: Value = app.post("/v1/sign-in", json!({ "email": OLD, "password": PASSWORD })).await.expect(200);
        let code = json!({ "totp": codes.at(app.clock.clock().now()) });
        let tokens: Value = answer(&app, &begun, code).await.expect(200);
        let thief = app.client(&tokens);
        app.clock.advance(SignedDuration::from_secs(30));
        let link = changed(&app, &thief).await;
        if renewed {
            thief.act("/v1/me/recovery-codes").await.expect::<Value>(200);
        }
        taken_back(&app, &link).await;
        let begun: Value = app.post("/v1/sign-in", json!({ "email": OLD, "password": FRESH })).await.expect(200);
        let methods = if renewed { json!(["totp"]) } else { json!(["totp", "recovery_code"]) };
        assert_eq!((&begun["next"], &begun["methods"]), (&json!("second_factor"), &methods));
        let code = json!({ "totp": codes.at(app.clock.clock().now()) });
        answer(&app, &begun, code).await.expect::<Value>(200);
        app.pump().await;
    }
}

#[tokio::test]
async fn a_work_account_that_was_linked_since_lets_nobody_in_and_an_older_one_does() {
    for older in [true, false] {
        let app = App::of(directory(1, 40)).await;
        let owner = app.tenant("acme").await;
        let person = administrator(&app, app.only_directory());
        if older {
            assert_eq!(at_microsoft::link(&app, &owner, person).await.status, 204);
        }
        app.clock.advance(OLD_ENOUGH + SignedDuration::from_secs(1));
        let thief = app.sign_in(OLD).await;
        if !older {
            assert_eq!(at_microsoft::link(&app, &thief, person).await.status, 204);
            app.clock.advance(SignedDuration::from_secs(1));
        }
        let link = changed(&app, &thief).await;
        assert_eq!(undo(&app, &link).await.status, 204);
        let entered = at_microsoft::sign_in(&app, person).await;
        if older {
            entered.expect::<Value>(200);
        } else {
            // As if it had never been linked.
            entered.expect_problem(403, "directory_unknown");
        }
        app.pump().await;
    }
}

#[tokio::test]
async fn a_change_that_does_not_say_when_its_asker_signed_in_is_undone_and_takes_no_factor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (change, token) = ask_change(&owner, &app, NEW).await;
    confirm(&app, &token).await;
    let link = undo_link(&app, change).await;
    let mut authenticator = Authenticator::new();
    owner.add_passkey(&mut authenticator).await;
    // As changes were kept before they said so.
    let update = table(&app).update_item().table_name(app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let update = update.key("PK", AttributeValue::S(format!("EMAIL_CHANGE#{change}")));
    let update = update.key("SK", AttributeValue::S("EMAIL_CHANGE".into())).update_expression("REMOVE takes_since");
    update.condition_expression("attribute_exists(takes_since)").send().await.unwrap();
    assert_eq!(undo(&app, &link).await.status, 204);
    passkey_sign_in::sign_in(&app, &mut authenticator).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn the_thief_cannot_undo_the_undoing() {
    let app = App::start().await;
    let thief = app.tenant("acme").await;
    // A change kept in reserve; three made, one after the other; and the links to undo them, one in each mailbox.
    let (_, reserve) = ask_change(&thief, &app, "reserve@evil.example").await;
    let (first, token) = ask_change(&thief, &app, NEW).await;
    confirm(&app, &token).await;
    let (second, token) = ask_change(&thief, &app, "second@evil.example").await;
    confirm(&app, &token).await;
    let (third, token) = ask_change(&thief, &app, "third@evil.example").await;
    confirm(&app, &token).await;
    let (owners, thiefs) = (undo_link(&app, first).await, undo_link(&app, second).await);
    // Undoing the last change first does not take the owner's link away.
    let last = undo_link(&app, third).await;
    assert_eq!(undo(&app, &last).await.status, 204);
    assert_eq!(undo(&app, &owners).await.status, 204);
    app.pump().await;
    let before = items(&app).await;
    undo(&app, &thiefs).await.expect_problem(410, "link_not_good");
    app.post("/v1/email-change/confirm", json!({ "token": reserve })).await.expect_problem(410, "link_not_good");
    assert_eq!(items(&app).await, before);
    assert_eq!(count(&app, &[&format!("PK=S(\"EMAIL#{OLD}\")")]).await, 1);
}

#[tokio::test]
async fn a_change_made_later_can_be_undone_again() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (change, token) = ask_change(&owner, &app, NEW).await;
    confirm(&app, &token).await;
    let link = undo_link(&app, change).await;
    assert_eq!(undo(&app, &link).await.status, 204);
    let reset = ask_reset(&app, OLD).await;
    let body = json!({ "token": reset, "password": PASSWORD });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    let owner = app.sign_in(OLD).await;
    let (change, token) = ask_change(&owner, &app, "anna@acme.example").await;
    confirm(&app, &token).await;
    let link = undo_link(&app, change).await;
    assert_eq!(undo(&app, &link).await.status, 204);
    app.pump().await;
}

#[tokio::test]
async fn it_works_for_three_days_after_the_change_and_not_before_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (change, token) = ask_change(&owner, &app, NEW).await;
    let early = undo_link(&app, change).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let before = items(&app).await;
    undo(&app, &early).await.expect_problem(410, "link_not_good");
    undo(&app, &token).await.expect_problem(410, "link_not_good");
    assert_eq!(items(&app).await, before);
    confirm(&app, &token).await;
    let in_time = undo_link(&app, change).await;
    app.clock.advance(SignedDuration::from_hours(72) - SignedDuration::from_secs(1));
    assert_eq!(undo(&app, &in_time).await.status, 204);
    app.pump().await;
    let owner = app.tenant("nova").await;
    let (change, token) = ask_change(&owner, &app, "other@evil.example").await;
    confirm(&app, &token).await;
    let late = undo_link(&app, change).await;
    app.clock.advance(SignedDuration::from_hours(72));
    undo(&app, &late).await.expect_problem(410, "link_not_good");
    app.pump().await;
}

#[tokio::test]
async fn an_old_address_that_somebody_has_by_now_is_not_taken_from_them() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (change, token) = ask_change(&owner, &app, NEW).await;
    confirm(&app, &token).await;
    let link = undo_link(&app, change).await;
    let verify = app.sign_up(OLD, "Another").await;
    let body = json!({ "token": verify, "name": "Another", "password": PASSWORD });
    app.post("/v1/verify-email", body).await.expect::<Value>(201);
    app.pump().await;
    let before = items(&app).await;
    undo(&app, &link).await.expect_problem(410, "link_not_good");
    assert_eq!(items(&app).await, before);
}
