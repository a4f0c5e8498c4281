//! Accepting an invitation with a work account (C2, C8): from the link to Microsoft and back. The link proves the
//! mailbox, Microsoft the work account and that its address is the invited one; an address alone is nobody's.

use std::collections::HashMap;

use http::Method;
use jiff::SignedDuration;
use local_microsoft::Spoiled;
use model::{
    DirectoryId, PersonId, Policy, TenantId, TenantState,
    policy::{SecondFactor, SignInWays},
};
use serde_json::{Value, json};
use store::{Conflict, Joining, Newcomer, Origin, TokenHash};
use tests::{Answer, App, Client, Options, PASSWORD, directory};
use url::Url;

use crate::{
    accounts::create_company::in_company,
    at_microsoft::{
        BEGIN, begin, client, company_that_lets_join, link as link_account, people, post_back, returned, sign_in,
    },
    members::{self, assert_counts, company, invite, newest_event, set_company},
    microsoft::count,
    table,
};

const PREVIEW: &str = "/v1/invitations/preview";

pub fn ids(app: &App, directory: DirectoryId, most: usize) -> Vec<PersonId> {
    people(app, directory, most).into_iter().map(|account| account.id).collect()
}

/// A link to join, for an address that is invited to a role.
pub async fn invited(app: &App, by: &Client<'_>, email: &str, role: &str) -> String {
    invite(by, email, role).await;
    members::link(app, by.tenant, email).await
}

/// Goes on from the link's page to Microsoft, signs in there as `person`, and comes back.
pub async fn accept(app: &App, link: &str, person: PersonId) -> Answer {
    let begun = begin(app, json!({ "invitation": link })).await;
    post_back(app, Some(&begun.cookie), &returned(app, &begun.url, person)).await
}

/// Has Microsoft vouch for the address of a work account.
pub fn vouch(app: &App, person: PersonId, email: &str) {
    app.microsoft().set_claim(person, "email", json!(email));
}

/// Comes back from Microsoft in several browsers at once.
async fn together(app: &App, begun: &[(String, Value)]) -> Vec<Answer> {
    futures::future::join_all(begun.iter().map(|(cookie, body)| post_back(app, Some(cookie), body))).await
}

/// Begins where that is refused.
async fn refused(app: &App, link: &str, status: u16, code: &str) {
    let answer = app.post(BEGIN, json!({ "invitation": link })).await;
    answer.expect_problem(status, code);
    assert!(!answer.headers.contains_key("set-cookie"));
}

/// Lets in with Microsoft only, but for the owner.
async fn microsoft_only(app: &App, owner: &Client<'_>) {
    let sign_in = SignInWays::Microsoft { break_glass: owner.user };
    table::set_policy(app, &table::scope_of(app, owner.tenant), Policy { sign_in, ..Policy::default() }).await;
}

/// The table without states of ceremonies and what limits count.
async fn lasting(app: &App) -> Vec<String> {
    let all = crate::at_microsoft::lasting(app).await.into_iter();
    all.filter(|item| !item.contains("LIMIT#")).collect()
}

#[tokio::test]
async fn in_a_company_with_microsoft_only_who_is_invited_joins_with_their_work_account() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    microsoft_only(&app, &owner).await;
    let ben = ids(&app, id, 1)[0];
    // Microsoft vouches for no address: the company knows the people of its own directory.
    app.microsoft().set_claim(ben, "xms_edov", json!(false));
    app.microsoft().set_claim(ben, "name", json!("Ben Dahl"));
    let link = invited(&app, &owner, "ben@northwind.example", "admin").await;
    let preview: Value = app.post(PREVIEW, json!({ "token": link })).await.expect(200);
    assert_eq!((&preview["microsoft_only"], &preview["has_account"]), (&json!(true), &json!(false)));
    // A password would let them in nowhere.
    let before = lasting(&app).await;
    members::accept(&app, &link).await.expect_problem(403, "microsoft_only");

    let begun = begin(&app, json!({ "invitation": link })).await;
    let url: Url = begun.url.parse().unwrap();
    let own_page = format!("/{id}/oauth2/v2.0/authorize");
    assert_eq!(url.path(), own_page, "where the company's guests are guests");
    let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(query["login_hint"], "ben@northwind.example");
    assert!(!query.contains_key("prompt"), "Entra takes the hint or the choice, not both");
    assert_eq!(table::count(&app, &[&link]).await, 0, "the link is kept by its hash");
    assert_eq!(lasting(&app).await, before, "beginning changes nothing");

    let answer = post_back(&app, Some(&begun.cookie), &returned(&app, &begun.url, ben)).await;
    assert!(answer.headers["set-cookie"].to_str().unwrap().starts_with("__Host-steward-ceremony=; Max-Age=0"));
    let tokens: Value = answer.expect(200);
    let here = app.client(&tokens);
    assert_eq!((here.tenant, &tokens["next"]), (owner.tenant, &json!("signed_in")));
    let me: Value = here.get("/v1/me").await.expect(200);
    let wanted = (json!("admin"), json!("ben@northwind.example"), json!("Ben Dahl"));
    assert_eq!((me["role"].clone(), me["email"].clone(), me["name"].clone()), wanted);
    let log: Value = owner.get("/v1/events?limit=2").await.expect(200);
    let [signed_in, joined] = [0_usize, 1].map(|at| &log["items"][at]);
    assert_eq!(signed_in["event"]["amr"], json!(["fed"]));
    assert_eq!((&joined["event"]["kind"], &joined["event"]["role"]), (&json!("member.joined"), &json!("admin")));
    assert!(joined["event"]["invitation"].is_string());
    assert_eq!(joined["actor"], json!({ "type": "user", "id": me["user"] }));
    assert_counts(&app, owner.tenant).await;

    // From then on the work account signs them in, and no password ever did.
    assert_eq!(client(&app, ben).await.user, here.user);
    let password = json!({ "email": "ben@northwind.example", "password": PASSWORD });
    app.post("/v1/sign-in", password).await.expect_problem(401, "sign_in_refused");
    refused(&app, &link, 410, "link_not_good").await;
    assert_eq!(count(&owner, "member.joined").await, 1);
    app.pump().await;
}

#[tokio::test]
async fn where_every_way_is_open_any_work_account_does_and_a_password_as_well() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let ben = ids(&app, app.only_directory(), 1)[0];
    // What directories call people is hostile: a name that is none is not taken.
    app.microsoft().set_claim(ben, "name", json!("\u{202e}nimda"));
    vouch(&app, ben, "Ben@ACME.example");
    let link = invited(&app, &owner, "ben@acme.example", "developer").await;
    let begun = begin(&app, json!({ "invitation": link })).await;
    let url: Url = begun.url.parse().unwrap();
    assert_eq!(url.path(), "/organizations/oauth2/v2.0/authorize");
    let tokens: Value = post_back(&app, Some(&begun.cookie), &returned(&app, &begun.url, ben)).await.expect(200);
    let here = app.client(&tokens);
    let me: Value = here.get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("developer"), &json!("ben@acme.example")));
    // Nobody connected their directory: they are who they are all the same.
    assert_eq!(client(&app, ben).await.user, here.user);
    let other = invited(&app, &owner, "eve@acme.example", "member").await;
    members::accept(&app, &other).await.expect::<Value>(201);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn guests_of_the_companys_directory_join_and_nobody_of_another_does() {
    let directories = vec![directory(1, 60), directory(2, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let [own, other] = app.microsoft().directories()[..] else { panic!("two directories") };
    let owner = app.scanned("northwind", own).await;
    microsoft_only(&app, &owner).await;
    let guest = app.microsoft().directory(own, |d| d.guests()[0].id).unwrap();
    let link = invited(&app, &owner, "books@elsewhere.example", "member").await;

    let begun = begin(&app, json!({ "invitation": link })).await;
    let stranger = ids(&app, other, 1)[0];
    assert_eq!(app.microsoft().sign_in_as(&begun.url, stranger).unwrap_err().code, 50_020, "Microsoft turns them away");
    // And so do we, whatever the page was.
    let before = lasting(&app).await;
    app.microsoft().spoil_next_id_token(Spoiled::OtherDirectory);
    let answer = accept(&app, &link, guest).await;
    answer.expect_problem(403, "microsoft_only");
    assert!(answer.json()["detail"].as_str().unwrap().contains("is of another"), "{}", answer.json());
    assert_eq!(lasting(&app).await, before);

    let tokens: Value = accept(&app, &link, guest).await.expect(200);
    assert_eq!(app.client(&tokens).get("/v1/me").await.json()["role"], "member");
    client(&app, guest).await.get("/v1/tenant").await.expect::<Value>(200);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn with_a_personal_microsoft_account_nobody_accepts_and_the_link_stays_good() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let ben = ids(&app, app.only_directory(), 1)[0];
    vouch(&app, ben, "ben@acme.example");
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    let before = lasting(&app).await;
    // Whatever address Microsoft vouches for, and though it is the invited one.
    app.microsoft().spoil_next_id_token(Spoiled::ConsumerDirectory);
    let answer = accept(&app, &link, ben).await;
    answer.expect_problem(403, "personal_account");
    assert!(answer.json()["detail"].as_str().unwrap().contains("accepts with a password"), "{}", answer.json());
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(lasting(&app).await, before, "nobody is a member, and no account was made");
    assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0);
    // As the text says.
    members::accept(&app, &link).await.expect::<Value>(201);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn who_is_in_fifty_companies_joins_no_further_one_at_either_end_of_microsoft() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let ben = app.tenant("ben").await;
    let person = ids(&app, app.only_directory(), 1)[0];
    assert_eq!(link_account(&app, &ben, person).await.status, 204);
    let link = invited(&app, &owner, "owner@ben.example", "member").await;
    for number in 1..49 {
        in_company(&app, &ben, number).await;
    }
    let begun = begin(&app, json!({ "invitation": link })).await;
    in_company(&app, &ben, 49).await;
    let back = returned(&app, &begun.url, person);
    post_back(&app, Some(&begun.cookie), &back).await.expect_problem(409, "too_many_companies");
    refused(&app, &link, 409, "too_many_companies").await;
    assert_eq!(table::count(&app, &["kind=S(\"member.joined\")"]).await, 0);
    // A place that became free is one.
    let left = TenantId::from_bits(1);
    table::delete(&app, &format!("USER#{}", ben.user), &format!("MEMBERSHIP#{left}")).await;
    let tokens: Value = accept(&app, &link, person).await.expect(200);
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(ben.user), &json!(owner.tenant)));
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn of_two_invitations_accepted_with_a_work_account_at_one_instant_one_takes_the_last_place() {
    let app = App::of(directory(1, 40)).await;
    let (one, two) = (app.tenant("one").await, app.tenant("two").await);
    let ben = app.tenant("ben").await;
    let person = ids(&app, app.only_directory(), 1)[0];
    assert_eq!(link_account(&app, &ben, person).await.status, 204);
    let first = invited(&app, &one, "owner@ben.example", "member").await;
    let second = invited(&app, &two, "owner@ben.example", "member").await;
    for number in 1..49 {
        in_company(&app, &ben, number).await;
    }
    let begun = [begin(&app, json!({ "invitation": first })).await, begin(&app, json!({ "invitation": second })).await];
    let back = [returned(&app, &begun[0].url, person), returned(&app, &begun[1].url, person)];
    let (a, b) = tokio::join!(
        post_back(&app, Some(&begun[0].cookie), &back[0]),
        post_back(&app, Some(&begun[1].cookie), &back[1]),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", a.json(), b.json());
    let refused = if a.status == 409 { &a } else { &b };
    refused.expect_problem(409, "too_many_companies");
    assert_eq!(table::count(&app, &["kind=S(\"member.joined\")"]).await, 1);
    app.pump().await;
}

#[tokio::test]
async fn who_has_an_account_joins_with_a_work_account_that_is_linked_to_it_and_with_no_other() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    microsoft_only(&app, &owner).await;
    let (victim, mallory) = (app.tenant("victim").await, app.tenant("mallory").await);
    let [ben, eve] = ids(&app, id, 2)[..] else { panic!("two people") };
    let link = invited(&app, &owner, "owner@victim.example", "developer").await;
    assert_eq!(app.post(PREVIEW, json!({ "token": link })).await.json()["has_account"], true);
    app.pump().await;
    // Not by the address, not even one that Microsoft vouches for.
    for verified in [json!(false), json!(true)] {
        app.microsoft().set_claim(ben, "email", json!("owner@victim.example"));
        app.microsoft().set_claim(ben, "xms_edov", verified);
        let before = lasting(&app).await;
        accept(&app, &link, ben).await.expect_problem(409, "account_exists");
        assert_eq!(lasting(&app).await, before);
    }
    // Nor by somebody else's.
    assert_eq!(link_account(&app, &mallory, eve).await.status, 204);
    app.pump().await;
    let before = lasting(&app).await;
    let answer = accept(&app, &link, eve).await;
    answer.expect_problem(403, "wrong_account");
    assert!(!String::from_utf8_lossy(&answer.body).contains("victim.example"), "the address is not told");
    assert_eq!(lasting(&app).await, before);
    let new = invited(&app, &owner, "new@northwind.example", "member").await;
    accept(&app, &new, eve).await.expect_problem(403, "wrong_account");
    assert_eq!(table::count(&app, &["SK=S(\"MEMBER#", &owner.tenant.to_string()]).await, 1);

    // Linked by its owner, it does.
    assert_eq!(link_account(&app, &victim, ben).await.status, 204);
    let tokens: Value = accept(&app, &link, ben).await.expect(200);
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(victim.user), &json!(owner.tenant)));
    let me: Value = app.client(&tokens).get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("developer"), &json!("Owner of victim")));
    // Where they were before they are as they were, with the password they had.
    assert_eq!(victim.get("/v1/me").await.json()["role"], "owner");
    app.sign_in("owner@victim.example").await;
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn an_account_that_no_company_lets_in_gets_the_work_account_in_place_of_its_password() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let ben = members::join(&app, &owner, "ben@northwind.example", "member").await;
    assert_eq!(members::remove(&app, &owner, &ben).await.status, 204);
    app.clock.advance(SignedDuration::from_secs(61));
    microsoft_only(&app, &owner).await;
    let link = invited(&app, &owner, "ben@northwind.example", "read_only").await;
    let person = ids(&app, id, 1)[0];
    vouch(&app, person, "ben@northwind.example");
    let tokens: Value = accept(&app, &link, person).await.expect(200);
    assert_eq!(tokens["user"], json!(ben.user), "the same account");
    assert_eq!(table::count(&app, &["REMOVED#"]).await, 0);
    assert_counts(&app, owner.tenant).await;
    // Whoever had the password had the mailbox then; who has it now decided otherwise.
    table::set_policy(&app, &table::scope_of(&app, owner.tenant), Policy::default()).await;
    let password = json!({ "email": "ben@northwind.example", "password": PASSWORD });
    app.post("/v1/sign-in", password).await.expect_problem(401, "sign_in_refused");
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", json!({ "refresh_token": ben.refresh })).await.expect_problem(401, "invalid_token");
    assert_eq!(client(&app, person).await.user, ben.user);
    app.pump().await;
}

#[tokio::test]
async fn who_was_removed_or_unlinked_their_work_account_comes_back_by_an_invitation() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let join = json!({ "who": "directory", "role": "member" });
    let owner = company_that_lets_join(&app, "northwind", id, join).await;
    let anna = people(&app, id, 1).remove(0);
    let (address, here) = (anna.upn.to_lowercase(), client(&app, anna.id).await);
    assert_eq!(members::remove(&app, &owner, &here).await.status, 204);
    sign_in(&app, anna.id).await.expect_problem(403, "not_a_member");
    let link = invited(&app, &owner, &address, "admin").await;
    let tokens: Value = accept(&app, &link, anna.id).await.expect(200);
    assert_eq!(tokens["user"], json!(here.user));
    assert_eq!(table::count(&app, &["REMOVED#"]).await, 0);
    here.get("/v1/me").await.expect_problem(401, "invalid_token");
    let again = client(&app, anna.id).await;
    assert_eq!((again.user, again.get("/v1/me").await.json()["role"].clone()), (here.user, json!("admin")));

    // A work account that was unlinked never links itself; an invitation that is accepted with it does.
    let ben = members::join(&app, &owner, "ben@northwind.example", "member").await;
    let person = ids(&app, id, 2)[1];
    assert_eq!(link_account(&app, &ben, person).await.status, 204);
    assert_eq!(ben.delete(&format!("/v1/me/microsoft/{id}")).await.status, 204);
    assert_eq!(members::remove(&app, &owner, &ben).await.status, 204);
    sign_in(&app, person).await.expect_problem(409, "account_exists");
    app.clock.advance(SignedDuration::from_secs(61));
    let link = invited(&app, &owner, "ben@northwind.example", "member").await;
    vouch(&app, person, "ben@northwind.example");
    let tokens: Value = accept(&app, &link, person).await.expect(200);
    assert_eq!(tokens["user"], json!(ben.user));
    assert_eq!(table::count(&app, &["REMOVED#"]).await, 0);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn a_link_that_is_not_good_is_refused_before_microsoft_and_after() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let ben = ids(&app, app.only_directory(), 1)[0];
    vouch(&app, ben, "ben@acme.example");
    for bad in ["", "sit_", "sit_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &owner.token] {
        refused(&app, bad, 410, "link_not_good").await;
    }
    // Declined while somebody is at Microsoft.
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    let begun = begin(&app, json!({ "invitation": link })).await;
    let body = returned(&app, &begun.url, ben);
    assert_eq!(app.post("/v1/invitations/decline", json!({ "token": link })).await.status, 204);
    let before = lasting(&app).await;
    post_back(&app, Some(&begun.cookie), &body).await.expect_problem(410, "link_not_good");
    refused(&app, &link, 410, "link_not_good").await;
    assert_eq!(lasting(&app).await, before);

    // Too old when they come back.
    app.clock.advance(SignedDuration::from_secs(61));
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_hours(48) - SignedDuration::from_mins(5));
    let begun = begin(&app, json!({ "invitation": link })).await;
    let body = returned(&app, &begun.url, ben);
    app.clock.advance(SignedDuration::from_mins(6));
    post_back(&app, Some(&begun.cookie), &body).await.expect_problem(410, "link_not_good");

    // Taken back, and sent again: the link of before is dead.
    let owner = app.sign_in("owner@acme.example").await;
    let old = invited(&app, &owner, "ben@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_secs(61));
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    refused(&app, &old, 410, "link_not_good").await;

    // What closes the door closes it here as well, at either end.
    let scope = table::scope_of(&app, owner.tenant);
    let begun = begin(&app, json!({ "invitation": link })).await;
    table::set_state(&app, &scope, TenantState::ReadOnly).await;
    refused(&app, &link, 403, "tenant_closed").await;
    let back = returned(&app, &begun.url, ben);
    post_back(&app, Some(&begun.cookie), &back).await.expect_problem(403, "tenant_closed");
    table::set_state(&app, &scope, TenantState::Active).await;
    set_company(&app, owner.tenant, |company| company.seat_limit = 1).await;
    refused(&app, &link, 402, "plan_limit_reached").await;
    set_company(&app, owner.tenant, |company| company.seat_limit = 2).await;
    assert_eq!(table::count(&app, &["kind=S(\"member.joined\")"]).await, 0);
    assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0);
    accept(&app, &link, ben).await.expect::<Value>(200);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn opening_the_link_uses_nothing_up_and_one_link_is_tried_so_often() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    let before = table::items(&app).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for path in [format!("{BEGIN}?invitation={link}"), format!("{BEGIN}/callback?invitation={link}")] {
            let answer = app.call(method.clone(), &path, None, None).await;
            assert!(matches!(answer.status.as_u16(), 404 | 405), "{method} {path}: {}", answer.status);
        }
        app.call(method.clone(), &format!("/invitation?token={link}"), None, None).await;
    }
    assert_eq!(table::items(&app).await, before);
    for _ in 0..10 {
        begin(&app, json!({ "invitation": link })).await;
    }
    let more = app.post(BEGIN, json!({ "invitation": link })).await;
    more.expect_problem(429, "too_many_requests");
    assert_eq!(more.json()["violated-policies"], json!(["microsoft-invitation"]));
    begin(&app, json!({})).await;
    app.clock.advance(SignedDuration::from_mins(1));
    let ben = ids(&app, app.only_directory(), 1)[0];
    vouch(&app, ben, "ben@acme.example");
    accept(&app, &link, ben).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn of_two_who_accept_at_once_one_joins_and_what_microsoft_sent_back_is_good_once() {
    for seed in 0..3 {
        let options = Options { directories: vec![directory(1, 40)], seed, ..Options::default() };
        let app = App::with(options).await;
        let id = app.only_directory();
        let owner = app.scanned("northwind", id).await;
        microsoft_only(&app, &owner).await;
        let link = invited(&app, &owner, "ben@northwind.example", "member").await;
        let mut begun = Vec::new();
        for person in ids(&app, id, 2) {
            vouch(&app, person, "ben@northwind.example");
            let one = begin(&app, json!({ "invitation": link })).await;
            let body = returned(&app, &one.url, person);
            begun.push((one.cookie, body));
        }
        let answers = together(&app, &begun).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        // Who comes late finds the link used, or the account that the first one made.
        assert!(statuses[0] == 200 && matches!(statuses[1], 409 | 410), "{statuses:?}");
        let before = lasting(&app).await;
        for again in together(&app, &begun).await {
            again.expect_problem(400, "state_not_good");
        }
        assert_eq!(lasting(&app).await, before);
        assert_eq!(count(&owner, "member.joined").await, 1);
        assert_eq!(table::count(&app, &["SK=S(\"PROFILE\")"]).await, 2);
        assert_eq!(table::count(&app, &["PK=S(\"IDENTITY#"]).await, 1);
        assert_counts(&app, owner.tenant).await;
        app.pump().await;
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_as_with_every_sign_in() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    let [ben, eve] = ids(&app, id, 2)[..] else { panic!("two people") };
    vouch(&app, ben, "ben@northwind.example");
    let now = || app.clock.clock().now();
    let policy = Policy {
        sign_in: SignInWays::Microsoft { break_glass: owner.user },
        second_factor: SecondFactor::Required { from: now() },
        ..Policy::default()
    };
    let (link, other) = (
        invited(&app, &owner, "ben@northwind.example", "member").await,
        invited(&app, &owner, "owner@elsewhere.example", "member").await,
    );
    let elsewhere = app.tenant("elsewhere").await;
    assert_eq!(link_account(&app, &elsewhere, eve).await.status, 204);
    let codes = elsewhere.add_totp(now()).await;
    table::set_policy(&app, &table::scope_of(&app, owner.tenant), policy).await;
    app.clock.advance(SignedDuration::from_secs(30));

    // Somebody new sets one up before anything else.
    let tokens: Value = accept(&app, &link, ben).await.expect(200);
    let here = app.client(&tokens);
    here.get("/v1/tenant").await.expect_problem(403, "second_factor_required");
    here.add_totp(now()).await;
    here.get("/v1/tenant").await.expect::<Value>(200);

    // Who has one is a member, and asked for it.
    let step: Value = accept(&app, &other, eve).await.expect(200);
    assert_eq!((&step["next"], &step["access_token"]), (&json!("second_factor"), &Value::Null));
    assert_counts(&app, owner.tenant).await;
    let body = json!({ "challenge": step["challenge"], "totp": codes.at(now()) });
    let tokens: Value = app.post("/v1/sign-in/second-factor", body).await.expect(200);
    assert_eq!((&tokens["user"], &tokens["tenant"]), (&json!(elsewhere.user), &json!(owner.tenant)));
    app.client(&tokens).get("/v1/tenant").await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn an_invitation_to_a_company_that_never_kept_its_directory_finds_that_of_its_connection() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.scanned("northwind", id).await;
    microsoft_only(&app, &owner).await;
    // As companies were kept that were connected before.
    set_company(&app, owner.tenant, |company| company.directory = None).await;
    let link = invited(&app, &owner, "ben@northwind.example", "member").await;
    let begun = begin(&app, json!({ "invitation": link })).await;
    assert!(begun.url.contains(&format!("/{id}/oauth2/")), "{}", begun.url);
    let ben = ids(&app, id, 1)[0];
    vouch(&app, ben, "ben@northwind.example");
    let back = returned(&app, &begun.url, ben);
    let tokens: Value = post_back(&app, Some(&begun.cookie), &back).await.expect(200);
    assert_eq!(company(&app, owner.tenant).await.directory, Some(id), "kept from here on");
    app.client(&tokens).get("/v1/tenant").await.expect::<Value>(200);
    assert_eq!(newest_event(&owner).await["kind"], "user.signed_in");
    app.pump().await;
}

#[tokio::test]
async fn an_inviter_who_is_put_out_while_somebody_is_at_microsoft_lets_nobody_in() {
    let app = App::of(directory(1, 40)).await;
    let owner = app.tenant("acme").await;
    let ben = ids(&app, app.only_directory(), 1)[0];
    vouch(&app, ben, "ben@acme.example");
    for how in ["removed", "deactivated", "demoted"] {
        let admin = members::join(&app, &owner, &format!("{how}@acme.example"), "admin").await;
        let link = invited(&app, &admin, "ben@acme.example", "admin").await;
        let begun = begin(&app, json!({ "invitation": link })).await;
        let back = returned(&app, &begun.url, ben);
        let answer = match how {
            "removed" => members::remove(&app, &owner, &admin).await,
            "deactivated" => members::change(&app, &owner, &admin, json!({ "active": false })).await,
            _ => members::change(&app, &owner, &admin, json!({ "role": "developer" })).await,
        };
        assert!(answer.status.is_success(), "{how}: {}", answer.status);
        post_back(&app, Some(&begun.cookie), &back).await.expect_problem(410, "link_not_good");
        refused(&app, &link, 410, "link_not_good").await;
        app.pump().await;
        refused(&app, &link, 410, "link_not_good").await;
        assert_counts(&app, owner.tenant).await;
        // The same address once more.
        app.clock.advance(SignedDuration::from_secs(61));
    }
    assert_eq!(table::count(&app, &["IDENTITY#"]).await, 0);
    // Between looking and joining.
    let admin = members::join(&app, &owner, "admin@acme.example", "admin").await;
    let link = invited(&app, &admin, "ben@acme.example", "member").await;
    let store = &app.system.store;
    let looked = store.invited(&TokenHash::of(&link), Origin::SYSTEM).await.unwrap().expect("a good link");
    let newcomer = Newcomer {
        directory: app.only_directory(),
        person: ben,
        user: None,
        name: "Ben".into(),
        email: Some("ben@acme.example".into()),
        app_roles: Vec::new(),
        second_factor: false,
    };
    assert_eq!(members::remove(&app, &owner, &admin).await.status, 204);
    let error = store.accept(looked, Joining::WorkAccount(newcomer)).await.unwrap_err();
    assert_eq!(error.conflict(), Some(Conflict::Version));
    // One whose inviter is there is good.
    app.clock.advance(SignedDuration::from_secs(61));
    let link = invited(&app, &owner, "ben@acme.example", "member").await;
    accept(&app, &link, ben).await.expect::<Value>(200);
    app.pump().await;
    assert_counts(&app, owner.tenant).await;
}
