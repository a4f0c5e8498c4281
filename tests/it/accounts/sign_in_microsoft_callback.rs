//! `accounts-sign-in-microsoft-callback`: the right people get in, and every attack changes nothing.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use http::{Method, Request, header};
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Fault, RetryAfter, Spoiled, When};
use model::{
    DirectoryId, PersonId, Policy, Role, RoleName, TenantState,
    policy::{Join, SecondFactor, SignInWays},
};
use serde_json::{Value, json};
use store::{Company, Invitation, Member, Removed, Whom};
use tests::{App, Client, Options, PASSWORD, directory, link_token};

use super::{create_company::in_company, second_factor::answer};
use crate::at_microsoft::{
    BEGIN, CALLBACK, CONFIRM, LINK, begin, client, company_that_lets_join, lasting, link, people, post_back, returned,
    sign_in,
};
use crate::{
    deaths::held_behind,
    links::{ask_change, undo_link},
    microsoft::{administrator, count},
    table,
};

fn all(role: &str) -> Value {
    json!({ "who": "directory", "role": role })
}

/// The company as kept.
async fn company(app: &App, owner: &Client<'_>) -> Company {
    let scope = table::scope_of(app, owner.tenant);
    app.system.store.of(&scope).get_strong::<Company>(&()).await.unwrap().unwrap().value
}

/// Leaves a company so many seats that are free.
async fn leave_seats(app: &App, owner: &Client<'_>, free: u32) {
    let scope = table::scope_of(app, owner.tenant);
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
    company.value.seat_limit = company.value.seats + free;
    tenant.checkpoint(&company).await.unwrap();
}

fn ids(app: &App, directory: DirectoryId, most: usize) -> Vec<PersonId> {
    people(app, directory, most).into_iter().map(|account| account.id).collect()
}

#[tokio::test]
async fn somebody_of_the_connected_directory_joins_once_with_the_role_the_company_gives() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("read_only")).await;
    let anna = people(&app, id, 1).remove(0);
    let first = sign_in(&app, anna.id).await;
    assert!(first.headers["set-cookie"].to_str().unwrap().starts_with("__Host-steward-ceremony=; Max-Age=0"));
    let tokens: Value = first.expect(200);
    let anna_here = app.client(&tokens);
    assert_eq!(anna_here.tenant, owner.tenant);
    let me: Value = anna_here.get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["email"]), (&json!("read_only"), &json!(anna.upn.to_lowercase())));
    anna_here.act("/v1/scans").await.expect_problem(403, "forbidden");
    let log: Value = owner.get("/v1/events?limit=2").await.expect(200);
    assert_eq!(log["items"][0]["event"]["amr"], json!(["fed"]), "Entra said nothing of a second factor");
    let joined = &log["items"][1];
    assert_eq!((&joined["event"]["kind"], &joined["event"]["user"]), (&json!("member.joined"), &me["user"]));
    assert_eq!(joined["actor"], json!({ "type": "user", "id": me["user"] }));
    assert!(!log.to_string().contains(&anna.upn), "no address stands in an event");

    // The same person is the same user, whatever the address says by then.
    app.microsoft().set_claim(anna.id, "email", json!("somebody.else@northwind.example"));
    app.microsoft().set_claim(anna.id, "amr", json!(["pwd", "mfa"]));
    let again = client(&app, anna.id).await;
    assert_eq!(again.user, anna_here.user);
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    assert_eq!(log["items"][0]["event"]["amr"], json!(["fed", "mfa"]));
    assert_eq!((count(&owner, "member.joined").await, company(&app, &owner).await.seats), (1, 2));
    let mail = app.mail_to("owner@northwind.example");
    assert!(mail.subject.ends_with(" joined northwind in Steward"), "{}", mail.subject);
    assert!(
        mail.text.contains("Role: reader") && mail.from.starts_with("\"northwind via Steward\" <"),
        "{}",
        mail.from
    );
    // There is no password to guess, and none can be.
    for password in ["", PASSWORD] {
        let body = json!({ "email": anna.upn, "password": password });
        app.post("/v1/sign-in", body).await.expect_problem(401, "sign_in_refused");
    }
    app.pump().await;
}

#[tokio::test]
async fn no_bad_token_lets_anybody_in_or_changes_anything() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    company_that_lets_join(&app, "northwind", id, all("member")).await;
    let anna = ids(&app, id, 1)[0];
    let before = lasting(&app).await;
    for (how, code) in [
        (Spoiled::Nonce, "microsoft_refused"),
        (Spoiled::Audience, "microsoft_refused"),
        (Spoiled::Issuer, "microsoft_refused"),
        (Spoiled::ConsumerKey, "microsoft_refused"),
        (Spoiled::UnknownKey, "microsoft_refused"),
        (Spoiled::Signature, "microsoft_refused"),
        (Spoiled::AlgNone, "microsoft_refused"),
        (Spoiled::Expired, "microsoft_refused"),
        (Spoiled::NotYet, "microsoft_refused"),
        (Spoiled::Version, "microsoft_refused"),
        // Signed with the key of companies, for the directory of personal accounts.
        (Spoiled::ConsumerDirectory, "personal_account"),
        // Genuine, of a directory nobody here knows: the same `oid` is another person there.
        (Spoiled::OtherDirectory, "directory_unknown"),
    ] {
        app.microsoft().spoil_next_id_token(how);
        let answer = sign_in(&app, anna).await;
        assert_eq!(answer.json()["code"], code, "{how:?}: {}", answer.json());
        assert!(!answer.headers.contains_key("set-cookie"), "{how:?}");
        assert_eq!(lasting(&app).await, before, "{how:?}");
    }
    sign_in(&app, anna).await.expect::<Value>(200);
    app.microsoft().spoil_next_id_token(Spoiled::OtherDirectory);
    sign_in(&app, anna).await.expect_problem(403, "directory_unknown");
    app.pump().await;
}

#[tokio::test]
async fn a_state_is_good_once_for_ten_minutes_in_the_browser_that_began() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let [anna, mallory] = ids(&app, id, 2)[..] else { panic!("two people") };
    let (ours, theirs) = (begin(&app, json!({})).await, begin(&app, json!({})).await);
    let body = returned(&app, &ours.url, anna);
    let before = lasting(&app).await;
    let refused = async |cookie: Option<&str>, body: &Value| {
        post_back(&app, cookie, body).await.expect_problem(400, "state_not_good");
        assert_eq!(lasting(&app).await, before);
    };
    // Whoever sends somebody else the way back they began themselves signs nobody in (login CSRF).
    refused(None, &body).await;
    refused(Some(&theirs.cookie), &body).await;
    refused(Some("__Host-steward-ceremony="), &body).await;
    refused(Some(&format!("{}; {}", theirs.cookie, ours.cookie)), &body).await;
    let mut unknown = body.clone();
    unknown["state"] = json!("unknown");
    refused(Some(&ours.cookie), &unknown).await;
    let mut none = body.clone();
    none.as_object_mut().unwrap().remove("code");
    refused(Some(&ours.cookie), &none).await;
    // A ceremony of another sort.
    let linking: Value = owner.act(LINK).await.expect(200);
    refused(Some(&ours.cookie), &returned(&app, linking["url"].as_str().unwrap(), anna)).await;
    let connecting = returned(&app, linking["url"].as_str().unwrap(), anna);
    owner.post(CALLBACK, connecting).await.expect_problem(400, "state_not_good");

    // A code of another sign-in: PKCE and nonce are of this one. It uses both up.
    let mut injected = body.clone();
    injected["code"] = returned(&app, &theirs.url, mallory)["code"].clone();
    post_back(&app, Some(&ours.cookie), &injected).await.expect_problem(400, "microsoft_refused");
    refused(Some(&ours.cookie), &body).await;

    // Refused at Microsoft: begin again.
    let begun = begin(&app, json!({})).await;
    let mut denied = returned(&app, &begun.url, anna);
    denied["error"] = json!("access_denied");
    post_back(&app, Some(&begun.cookie), &denied).await.expect_problem(400, "microsoft_refused");
    refused(Some(&begun.cookie), &denied).await;

    // Too late, and just in time.
    for (minutes, status) in [(10, 400), (9, 200)] {
        let begun = begin(&app, json!({})).await;
        app.clock.advance(SignedDuration::from_mins(minutes));
        let body = returned(&app, &begun.url, anna);
        assert_eq!(post_back(&app, Some(&begun.cookie), &body).await.status, status, "{minutes}");
        // Used.
        post_back(&app, Some(&begun.cookie), &body).await.expect_problem(400, "state_not_good");
    }
    // Two posts of one at once.
    let begun = begin(&app, json!({})).await;
    let body = returned(&app, &begun.url, anna);
    let (one, two) =
        tokio::join!(post_back(&app, Some(&begun.cookie), &body), post_back(&app, Some(&begun.cookie), &body));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    app.pump().await;
}

#[tokio::test]
async fn an_address_alone_is_nobodys() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [first, second] = app.microsoft().directories()[..] else { panic!("two directories") };
    let victim = company_that_lets_join(&app, "victim", first, all("member")).await;
    let mallory = ids(&app, second, 1)[0];
    let claim = |name: &str, value: Value| app.microsoft().set_claim(mallory, name, value);
    // Mallory runs a directory of their own and writes the victim's address into every field that takes one (nOAuth).
    for field in ["email", "preferred_username", "upn", "unique_name", "verified_primary_email"] {
        claim(field, json!("owner@victim.example"));
    }
    for verified in [Value::Null, json!(false), json!(true)] {
        claim("xms_edov", verified);
        let before = lasting(&app).await;
        sign_in(&app, mallory).await.expect_problem(403, "directory_unknown");
        assert_eq!(lasting(&app).await, before);
    }
    // The directory is connected by a company of Mallory's.
    company_that_lets_join(&app, "mallory", second, all("member")).await;
    for (verified, status, code) in [(json!(false), 403, "address_unverified"), (json!(true), 409, "account_exists")] {
        claim("xms_edov", verified);
        let before = lasting(&app).await;
        sign_in(&app, mallory).await.expect_problem(status, code);
        assert_eq!(lasting(&app).await, before);
    }
    // Nor does the victim's own directory let in as the victim, who is an owner.
    let inside = ids(&app, first, 1)[0];
    app.microsoft().set_claim(inside, "email", json!("owner@victim.example"));
    let before = lasting(&app).await;
    sign_in(&app, inside).await.expect_problem(409, "account_exists");
    assert_eq!(lasting(&app).await, before);
    victim.get("/v1/me").await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn with_microsoft_only_means_by_the_companys_own_and_so_does_its_second_factor() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [first, second] = app.microsoft().directories()[..] else { panic!("two directories") };
    let owner = app.scanned("northwind", first).await;
    let ben = crate::members::join(&app, &owner, "ben@northwind.example", "member").await;
    let (own, foreign) = (ids(&app, first, 1)[0], ids(&app, second, 1)[0]);
    for person in [own, foreign] {
        app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
        assert_eq!(link(&app, &ben, person).await.status, 204);
    }
    app.pump().await;
    let scope = table::scope_of(&app, owner.tenant);
    let (by_own, by_foreign) = (client(&app, own).await, client(&app, foreign).await);
    assert_eq!((by_own.user, by_foreign.user), (ben.user, ben.user));
    by_foreign.get("/v1/tenant").await.expect::<Value>(200);

    // Ben may run the other directory, which says what he likes of a second factor.
    let second_factor = SecondFactor::Required { from: app.clock.clock().now() };
    table::set_policy(&app, &scope, Policy { second_factor, ..Policy::default() }).await;
    by_own.get("/v1/tenant").await.expect::<Value>(200);
    by_foreign.get("/v1/tenant").await.expect_problem(403, "second_factor_required");

    let sign_in_ways = SignInWays::Microsoft { break_glass: owner.user };
    table::set_policy(&app, &scope, Policy { sign_in: sign_in_ways, ..Policy::default() }).await;
    by_own.get("/v1/me").await.expect::<Value>(200);
    by_foreign.get("/v1/me").await.expect_problem(403, "microsoft_only");
    sign_in(&app, foreign).await.expect_problem(403, "microsoft_only");
    client(&app, own).await.get("/v1/tenant").await.expect::<Value>(200);
    // What is left of the connection is enough to know its people by.
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    client(&app, own).await.get("/v1/tenant").await.expect::<Value>(200);
    sign_in(&app, foreign).await.expect_problem(403, "microsoft_only");

    table::set_policy(&app, &scope, Policy::default()).await;
    ben.add_totp(app.clock.clock().now()).await;
    assert_eq!(sign_in(&app, own).await.expect::<Value>(200)["next"], "signed_in");
    assert_eq!(sign_in(&app, foreign).await.expect::<Value>(200)["next"], "second_factor");
    app.pump().await;
}

#[tokio::test]
async fn a_verified_address_links_a_plain_member_of_the_connected_directory_and_no_more_than_that() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let person = ids(&app, id, 1)[0];
    app.microsoft().set_claim(person, "email", json!("Owner@Northwind.example"));
    let scope = table::scope(&app, &owner).await;
    let login = ("EMAIL#owner@northwind.example", "EMAIL");
    // More than a plain member may; a second factor that would be gone round; not active.
    for role in [Role::Owner, Role::Admin, Role::Developer] {
        table::set_role(&app, &scope, &owner, role).await;
        sign_in(&app, person).await.expect_problem(403, "not_a_member");
    }
    table::set_role(&app, &scope, &owner, Role::Member).await;
    table::set(&app, login, "second_factor", AttributeValue::Bool(true)).await;
    sign_in(&app, person).await.expect_problem(403, "not_a_member");
    table::set(&app, login, "second_factor", AttributeValue::Bool(false)).await;
    table::set_member(&app, &scope, &owner, |member| member.active = false).await;
    sign_in(&app, person).await.expect_problem(403, "not_a_member");
    table::set_member(&app, &scope, &owner, |member| member.active = true).await;
    app.microsoft().set_claim(person, "xms_edov", json!(false));
    sign_in(&app, person).await.expect_problem(403, "not_a_member");
    assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0);

    app.microsoft().set_claim(person, "xms_edov", json!("1"));
    sign_in(&app, person).await.expect_problem(403, "confirm_by_mail");
    app.pump().await;
    assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0, "nothing is linked before the mail is answered");
    let body = json!({ "token": link_token(&app.mail_to("owner@northwind.example")) });
    assert_eq!(app.post(CONFIRM, body).await.status, 204);
    let linked = client(&app, person).await;
    assert_eq!((linked.user, linked.tenant), (owner.user, owner.tenant));
    table::set_role(&app, &scope, &owner, Role::Owner).await;
    assert_eq!(count(&owner, "user.identity_linked").await, 1);
    assert_eq!(company(&app, &owner).await.seats, 1);
}

#[tokio::test]
async fn whoever_has_a_second_factor_is_asked_for_it_unless_microsoft_did() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let person = administrator(&app, id);
    assert_eq!(link(&app, &owner, person).await.status, 204);
    let codes = owner.add_totp(app.clock.clock().now()).await;
    app.clock.advance(SignedDuration::from_secs(30));
    let asked = sign_in(&app, person).await;
    assert!(asked.headers["set-cookie"].to_str().unwrap().starts_with("__Host-steward-ceremony=; Max-Age=0"));
    let step: Value = asked.expect(200);
    assert_eq!((&step["next"], &step["methods"]), (&json!("second_factor"), &json!(["totp", "recovery_code"])));
    assert!(step.get("access_token").is_none() && step.get("refresh_token").is_none());
    let wrong = json!({ "totp": "000000" });
    answer(&app, &step, wrong).await.expect_problem(401, "second_factor_refused");
    app.pump().await;
    let told = app.mail_to("owner@northwind.example");
    assert_eq!(told.subject, "Somebody may be in your Microsoft account");

    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    let tokens: Value = answer(&app, &step, code).await.expect(200);
    assert_eq!(table::claims(tokens["access_token"].as_str().unwrap())["amr"], json!(["fed", "otp"]));
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(owner.user), &json!(owner.tenant)));
    let again = json!({ "recovery_code": codes.recovery[0] });
    answer(&app, &step, again).await.expect_problem(401, "sign_in_refused");
    // A challenge is over when what it was made for is no more.
    let step: Value = sign_in(&app, person).await.expect(200);
    table::set_login(&app, "owner@northwind.example", "epoch", AttributeValue::N("99".into())).await;
    let code = json!({ "recovery_code": codes.recovery[1] });
    answer(&app, &step, code).await.expect_problem(401, "sign_in_refused");

    app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
    let tokens: Value = sign_in(&app, person).await.expect(200);
    assert_eq!(tokens["next"], "signed_in");
    assert_eq!(table::claims(tokens["access_token"].as_str().unwrap())["amr"], json!(["fed", "mfa"]));
    app.pump().await;
}

#[tokio::test]
async fn a_sign_in_under_way_lets_nobody_in_once_its_work_account_was_taken_back() {
    let mut refused = 0;
    for call in 1.. {
        let app = App::of(directory(1, 40)).await;
        let (owner, id) = (app.tenant("acme").await, app.only_directory());
        // The company's own, and it says that it asked for a second factor: nothing more is asked for here.
        crate::members::set_company(&app, owner.tenant, |company| company.directory = Some(id)).await;
        let thief = administrator(&app, id);
        app.microsoft().set_claim(thief, "amr", json!(["pwd", "mfa"]));
        assert_eq!(link(&app, &owner, thief).await.status, 204);
        let (change, token) = ask_change(&owner, &app, "thief@evil.example").await;
        assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": token })).await.status, 204);
        let undo = undo_link(&app, change).await;
        let begun = begin(&app, json!({})).await;
        let back = returned(&app, &begun.url, thief);
        let undone = app.post("/v1/email-change/undo", json!({ "token": undo }));
        let held = held_behind(&app, call, post_back(&app, Some(&begun.cookie), &back), undone).await;
        app.pump().await;
        let Some((entered, undone)) = held else { break };
        assert_eq!(undone.status, 204);
        assert_eq!(table::count(&app, &["SK=S(\"SESSION#"]).await, 0, "held back behind call {call}");
        // One that was opened before is ended with the others.
        refused += usize::from(entered.status != 200);
    }
    assert!(refused > 4, "{refused}");
}

#[tokio::test]
async fn where_the_company_needs_a_second_factor_microsoft_alone_is_no_more_than_a_password() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let anna = ids(&app, id, 1)[0];
    let scope = table::scope_of(&app, owner.tenant);
    let now = app.clock.clock().now();
    let from = now + SignedDuration::from_mins(10);
    let needs = |from| Policy { second_factor: SecondFactor::Required { from }, ..Policy::default() };
    let mut policy = needs(from);
    policy.join = company(&app, &owner).await.policy.join;
    table::set_policy(&app, &scope, policy).await;
    let here = client(&app, anna).await;
    here.get("/v1/tenant").await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_mins(10));
    here.get("/v1/tenant").await.expect_problem(403, "second_factor_required");
    // After the grace one can be set up, and nothing else is possible.
    let here = client(&app, anna).await;
    here.get("/v1/tenant").await.expect_problem(403, "second_factor_required");
    here.add_totp(app.clock.clock().now()).await;
    here.get("/v1/tenant").await.expect::<Value>(200);
    assert_eq!(sign_in(&app, anna).await.expect::<Value>(200)["next"], "second_factor");
    app.pump().await;
}

#[tokio::test]
async fn a_session_on_microsofts_word_alone_does_nothing_sensitive_once_there_is_a_second_factor() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let anna = ids(&app, id, 1)[0];
    let (weak, strong) = (client(&app, anna).await, client(&app, anna).await);
    weak.act(LINK).await.expect::<Value>(200);
    let codes = strong.add_totp(app.clock.clock().now()).await;
    weak.act(LINK).await.expect_problem(403, "proof_too_old");
    weak.delete("/v1/me/totp").await.expect_problem(403, "proof_too_old");
    strong.act(LINK).await.expect::<Value>(200);
    weak.get("/v1/me").await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(30));
    let code = json!({ "totp": codes.at(app.clock.clock().now()) });
    assert_eq!(weak.post("/v1/step-up", code).await.status, 204);
    weak.act(LINK).await.expect::<Value>(200);
    assert_eq!(owner.tenant, weak.tenant);
    app.pump().await;
}

#[tokio::test]
async fn a_device_that_the_account_has_not_seen_is_told_of_here_as_well() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let anna = people(&app, id, 1).remove(0);
    let address = anna.upn.to_lowercase();
    // The first device of an account is no news.
    client(&app, anna.id).await;
    let mails = || app.inbox().iter().filter(|mail| mail.to == [address.clone()]).count();
    assert_eq!(mails(), 0);
    let from_browser = async |device: Option<&str>| {
        let begun = begin(&app, json!({})).await;
        let body = returned(&app, &begun.url, anna.id);
        let cookies = device.map_or_else(|| begun.cookie.clone(), |device| format!("{}; {device}", begun.cookie));
        let request = Request::builder().method(Method::POST).uri(CALLBACK).header(header::COOKIE, cookies);
        let request = request.header(header::CONTENT_TYPE, "application/json").header("sec-fetch-site", "same-origin");
        let answer = app.send(request.body(Body::from(body.to_string())).unwrap()).await;
        app.pump().await;
        answer.expect::<Value>(200);
        let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
        let set = answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned());
        let kept = set.into_iter().find(|cookie| cookie.starts_with("__Host-steward-device="));
        let new = log["items"][0]["event"]["new_device"].as_bool().unwrap();
        (new, kept.map(|cookie| cookie.split(';').next().unwrap().to_owned()))
    };
    let (new, kept) = from_browser(None).await;
    assert!(new && kept.is_some());
    assert_eq!(mails(), 1);
    assert_eq!(from_browser(kept.as_deref()).await, (false, None));
    assert_eq!(mails(), 1);
    assert!(from_browser(None).await.0, "another browser");
    app.pump().await;
}

#[tokio::test]
async fn who_is_not_to_join_is_told_what_to_do() {
    let app = App::of(directory(1, 60)).await;
    let id = app.only_directory();
    let guest = app.microsoft().directory(id, |d| d.guests()[0].id).unwrap();
    let [anna, ben] = ids(&app, id, 2)[..] else { panic!("two people") };
    let refused = async |person: PersonId, status, code| {
        let before = lasting(&app).await;
        sign_in(&app, person).await.expect_problem(status, code);
        assert_eq!(lasting(&app).await, before, "{code}");
    };
    refused(anna, 403, "directory_unknown").await;
    let owner = company_that_lets_join(&app, "northwind", id, json!({ "who": "nobody" })).await;
    refused(anna, 403, "not_a_member").await;
    crate::tenants::policy::change_policy(&app, &owner, json!({ "join": { "who": "app_role" } })).await;
    app.pump().await;
    for roles in [json!(null), json!([]), json!(["owner"]), json!(["admin", "Steward.Member"])] {
        app.microsoft().set_claim(anna, "roles", roles);
        refused(anna, 403, "not_a_member").await;
    }
    app.microsoft().set_claim(anna, "roles", json!(["admin", "developer", "read_only"]));
    app.microsoft().set_claim(guest, "roles", json!(["developer"]));
    refused(guest, 403, "guest_account").await;
    for acct in [json!(1), Value::Null, json!("x")] {
        app.microsoft().set_claim(anna, "acct", acct);
        refused(anna, 403, "guest_account").await;
    }
    app.microsoft().set_claim(anna, "acct", json!(0));
    for (claim, value) in [("xms_edov", Value::Null), ("email", json!("not an address"))] {
        app.microsoft().set_claim(anna, claim, value);
        refused(anna, 403, "address_unverified").await;
        app.microsoft().set_claim(anna, "xms_edov", json!(true));
    }
    app.microsoft().set_claim(anna, "email", json!("anna@northwind.example"));
    // What directories call people is hostile: a name that is none is not taken.
    app.microsoft().set_claim(anna, "name", json!("\u{202e}<script>alert(1)</script>"));
    let anna_here = client(&app, anna).await;
    let me: Value = anna_here.get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("developer"), &json!("anna@northwind.example")));

    // A company that is named is the one of the directory, or nobody's business.
    let elsewhere = app.tenant("contoso").await;
    for company in [json!(elsewhere.tenant), json!("ten_00000000000000000000000000")] {
        for person in [anna, ben] {
            let begun = begin(&app, json!({ "company": company })).await;
            let body = returned(&app, &begun.url, person);
            post_back(&app, Some(&begun.cookie), &body).await.expect_problem(403, "not_a_member");
        }
    }
    let begun = begin(&app, json!({ "company": owner.tenant })).await;
    let body = returned(&app, &begun.url, anna);
    post_back(&app, Some(&begun.cookie), &body).await.expect::<Value>(200);
    // Read-only: nobody new.
    let scope = table::scope_of(&app, owner.tenant);
    app.microsoft().set_claim(ben, "roles", json!(["member"]));
    table::set_state(&app, &scope, TenantState::ReadOnly).await;
    refused(ben, 403, "tenant_closed").await;
    table::set_state(&app, &scope, TenantState::Suspended).await;
    sign_in(&app, anna).await.expect_problem(403, "tenant_closed");
    app.pump().await;
}

#[tokio::test]
async fn of_many_who_want_the_last_seat_one_gets_it() {
    for seed in 0..3 {
        let options = Options { directories: vec![directory(1, 40)], seed, ..Options::default() };
        let app = App::with(options).await;
        let id = app.only_directory();
        let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
        leave_seats(&app, &owner, 1).await;
        let people = ids(&app, id, 4);
        let answers = futures::future::join_all(people.iter().map(|person| sign_in(&app, *person))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 402, 402, 402]);
        for answer in answers.iter().filter(|answer| answer.status == 402) {
            answer.expect_problem(402, "plan_limit_reached");
        }
        let company = company(&app, &owner).await;
        assert_eq!((company.seats, company.seat_limit), (2, 2));
        assert_eq!(count(&owner, "member.joined").await, 1);
        assert_eq!(table::count(&app, &["MEMBER#", "joined_at"]).await, 2);
        app.pump().await;
    }
}

#[tokio::test]
async fn one_person_in_two_browsers_at_once_is_one_user() {
    for seed in 0..3 {
        let options = Options { directories: vec![directory(1, 40)], seed, ..Options::default() };
        let app = App::with(options).await;
        let id = app.only_directory();
        let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
        let anna = ids(&app, id, 1)[0];
        let (one, two) = tokio::join!(sign_in(&app, anna), sign_in(&app, anna));
        let (one, two): (Value, Value) = (one.expect(200), two.expect(200));
        assert_eq!(one["user"], two["user"]);
        assert_ne!(one["refresh_token"], two["refresh_token"]);
        assert_eq!((count(&owner, "member.joined").await, company(&app, &owner).await.seats), (1, 2));
        app.pump().await;
    }
}

#[tokio::test]
async fn who_was_removed_or_deactivated_does_not_come_back_by_signing_in() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let [anna, ben] = ids(&app, id, 2)[..] else { panic!("two people") };
    let here = client(&app, anna).await;
    let scope = table::scope_of(&app, owner.tenant);
    table::set_member(&app, &scope, &here, |member| member.active = false).await;
    sign_in(&app, anna).await.expect_problem(403, "not_a_member");
    here.get("/v1/me").await.expect_problem(401, "invalid_token");

    // Removed, as removing does it.
    let tenant = app.system.store.of(&scope);
    let at: Timestamp = tests::BEGIN.parse().unwrap();
    let address = people(&app, id, 1).remove(0).upn.to_lowercase();
    let removed = [
        Whom::User { user: here.user },
        Whom::Address { invitation: Invitation::id_of(owner.tenant, &address) },
        Whom::Person { directory: id, person: anna },
    ];
    let removed = removed.map(|whom| Removed { whom, at, mver: 1 });
    for one in &removed {
        tenant.save(one).await.unwrap();
    }
    tenant.remove::<Member>(&here.user).await.unwrap();
    table::delete(&app, &format!("USER#{}", here.user), &format!("MEMBERSHIP#{}", owner.tenant)).await;
    let before = lasting(&app).await;
    sign_in(&app, anna).await.expect_problem(403, "not_a_member");
    // Each of the three is enough: as a user, by their address, and as a person should the user be gone.
    for only in &removed {
        for other in removed.iter().filter(|one| *one != only) {
            tenant.remove::<Removed>(&other.whom).await.unwrap();
        }
        sign_in(&app, anna).await.expect_problem(403, "not_a_member");
        for other in removed.iter().filter(|one| *one != only) {
            tenant.save(other).await.unwrap();
        }
    }
    assert_eq!(lasting(&app).await, before);
    // Forgiven: the same user comes back.
    for one in &removed {
        tenant.remove::<Removed>(&one.whom).await.unwrap();
    }
    assert_eq!(client(&app, anna).await.user, here.user);
    client(&app, ben).await;
    let member = tenant.get_strong::<Member>(&here.user).await.unwrap().unwrap().value;
    assert_eq!((member.role, member.active), (RoleName::System(Role::Member), true));
}

#[tokio::test]
async fn who_is_in_fifty_companies_does_not_join_a_further_one_by_signing_in() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = company_that_lets_join(&app, "northwind", id, all("member")).await;
    let ben = app.tenant("ben").await;
    let person = ids(&app, id, 1)[0];
    assert_eq!(link(&app, &ben, person).await.status, 204);
    app.microsoft().set_claim(person, "email", json!("owner@ben.example"));
    let into = async || {
        let begun = begin(&app, json!({ "company": owner.tenant })).await;
        post_back(&app, Some(&begun.cookie), &returned(&app, &begun.url, person)).await
    };
    for number in 1..50 {
        in_company(&app, &ben, number).await;
    }
    let before = lasting(&app).await;
    into().await.expect_problem(409, "too_many_companies");
    assert_eq!(lasting(&app).await, before);
    // Where they are a member already they get in as ever.
    assert_eq!(client(&app, person).await.tenant, ben.tenant);
    let left = model::TenantId::from_bits(1);
    table::delete(&app, &format!("USER#{}", ben.user), &format!("MEMBERSHIP#{left}")).await;
    let tokens: Value = into().await.expect(200);
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(ben.user), &json!(owner.tenant)));
    app.pump().await;
}

#[tokio::test]
async fn a_linked_guest_of_the_directory_gets_in() {
    let app = App::of(directory(1, 60)).await;
    let id = app.only_directory();
    let guest = app.microsoft().directory(id, |d| d.guests()[0].id).unwrap();
    let owner = app.tenant("northwind").await;
    assert_eq!(link(&app, &owner, guest).await.status, 204);
    let there = client(&app, guest).await;
    assert_eq!((there.user, there.tenant), (owner.user, owner.tenant));
}

#[tokio::test]
async fn keys_that_microsoft_rolls_are_followed_and_keys_it_does_not_give_let_nobody_in() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let person = administrator(&app, id);
    assert_eq!(link(&app, &owner, person).await.status, 204);
    client(&app, person).await;
    app.microsoft().roll_keys();
    app.clock.advance(SignedDuration::from_mins(6));
    client(&app, person).await;
    // A day later the keys are read again, and Microsoft does not answer.
    app.clock.advance(SignedDuration::from_hours(25));
    let keys = "/organizations/discovery/v2.0/keys";
    app.microsoft().fault(When::path(keys).always(), Fault::Status(503, RetryAfter::Absent));
    let before = lasting(&app).await;
    let answer = sign_in(&app, person).await;
    answer.expect_problem(503, "unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(lasting(&app).await, before);
    app.microsoft().clear_faults();
    client(&app, person).await;
    app.post(BEGIN, json!({})).await.expect::<Value>(200);
}

#[tokio::test]
async fn a_company_that_never_kept_its_directory_does_when_somebody_of_it_signs_in() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [first, second] = app.microsoft().directories()[..] else { panic!("two directories") };
    let owner = app.scanned("northwind", first).await;
    let ben = crate::members::join(&app, &owner, "ben@northwind.example", "member").await;
    let [own, newcomer] = ids(&app, first, 2)[..] else { panic!("two people") };
    let foreign = ids(&app, second, 1)[0];
    for person in [own, foreign] {
        assert_eq!(link(&app, &ben, person).await.status, 204);
    }
    app.pump().await;
    let scope = table::scope_of(&app, owner.tenant);
    let sign_in_ways = SignInWays::Microsoft { break_glass: owner.user };
    let join = Join::Directory { role: RoleName::System(Role::Member) };
    table::set_policy(&app, &scope, Policy { sign_in: sign_in_ways, join, ..Policy::default() }).await;
    // As companies were kept that were connected before.
    let forget = async || crate::members::set_company(&app, owner.tenant, |company| company.directory = None).await;
    forget().await;
    assert_eq!(table::count(&app, &["SK=S(\"META\")", "|directory="]).await, 0);

    sign_in(&app, foreign).await.expect_problem(403, "microsoft_only");
    assert_eq!(company(&app, &owner).await.directory, None, "another directory is not the company's");
    client(&app, own).await.get("/v1/tenant").await.expect::<Value>(200);
    assert_eq!(company(&app, &owner).await.directory, Some(first));
    sign_in(&app, foreign).await.expect_problem(403, "microsoft_only");

    // Who joins by themselves makes it known as well.
    forget().await;
    client(&app, newcomer).await.get("/v1/tenant").await.expect::<Value>(200);
    assert_eq!(company(&app, &owner).await.directory, Some(first));
    // Its second factor counts as the company's own from then on.
    forget().await;
    app.microsoft().set_claim(own, "amr", json!(["pwd", "mfa"]));
    let second_factor = SecondFactor::Required { from: app.clock.clock().now() };
    table::set_policy(&app, &scope, Policy { second_factor, ..Policy::default() }).await;
    client(&app, own).await.get("/v1/tenant").await.expect::<Value>(200);
    app.pump().await;
}
