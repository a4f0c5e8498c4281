//! `accounts-verify-email`.

use futures::future::join_all;
use jiff::SignedDuration;
use local_aws::Fault;
use serde_json::{Value, json};
use tests::{App, PASSWORD, link_token};

use super::second_factor::{answer, challenge};
use super::sign_up::opened_by_a_scanner;
use crate::links::ask_reset;
use crate::members;
use crate::table::{count, items};

const PATH: &str = "/v1/verify-email";

fn body(token: &str) -> Value {
    json!({ "token": token, "name": "Anna Berg", "password": PASSWORD })
}

#[tokio::test]
async fn opening_the_link_uses_nothing_up() {
    let app = App::start().await;
    let token = app.sign_up("anna@acme.example", "Acme").await;
    let before = items(&app).await;
    opened_by_a_scanner(&app, &[PATH, "/verify", &format!("{PATH}?token={token}"), &format!("/verify?token={token}")])
        .await;
    assert_eq!(items(&app).await, before);
    app.post(PATH, body(&token)).await.expect::<Value>(201);
}

#[tokio::test]
async fn a_link_works_once_for_a_day_and_for_nothing_else() {
    let app = App::start().await;
    let used = app.sign_up("used@acme.example", "Acme").await;
    app.post(PATH, body(&used)).await.expect::<Value>(201);
    let (late, last) = (app.sign_up("late@acme.example", "Acme").await, app.sign_up("last@acme.example", "Acme").await);
    let owner = app.sign_in("used@acme.example").await;

    // A ceremony's state lies beside it and is no link; a link is no state.
    let begun: Value = owner.act("/v1/microsoft/connect").await.expect(200);
    let url: url::Url = begun["url"].as_str().unwrap().parse().unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    owner
        .post("/v1/microsoft/callback", json!({ "state": late, "code": "x" }))
        .await
        .expect_problem(400, "state_not_good");

    let bad = [
        used.as_str(),
        &state,
        &owner.refresh,
        &owner.token,
        "",
        " ",
        "svt_",
        "svt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &late[..late.len() - 1],
        &format!(" {late}"),
        &late.to_uppercase(),
        &"x".repeat(60_000),
    ];
    let before = items(&app).await;
    for token in bad {
        app.post(PATH, body(token)).await.expect_problem(410, "link_not_good");
    }
    assert_eq!(items(&app).await, before, "a refused link changes nothing");

    app.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    app.post(PATH, body(&last)).await.expect::<Value>(201);
    app.clock.advance(SignedDuration::from_secs(1));
    app.post(PATH, body(&late)).await.expect_problem(410, "link_not_good");
    app.pump().await;
    // The address is as free as before.
    let again = app.sign_up("late@acme.example", "Acme").await;
    app.post(PATH, body(&again)).await.expect::<Value>(201);
}

#[tokio::test]
async fn a_weak_password_is_refused_with_the_reason_and_the_link_stays_good() {
    let app = App::start().await;
    let token = app.sign_up("annabergstrom@northwindtraders.example", "Northwind Traders").await;
    let long = "correct horse battery staple ".repeat(5);
    let weak = [
        ("", "too_short"),
        ("elevenchars", "too_short"),
        ("åäöåäöåäöåä", "too_short"),
        (&long, "too_long"),
        ("aaaaaaaaaaaaaaaa", "easy_to_guess"),
        ("password1234", "easy_to_guess"),
        ("qwertyuiop[]", "easy_to_guess"),
        ("123456789012", "easy_to_guess"),
        ("Northwind Traders", "easy_to_guess"),
        ("annabergstrom@northwindtraders.example", "easy_to_guess"),
        ("stewardsteward", "easy_to_guess"),
    ];
    let before = items(&app).await;
    for (password, code) in weak {
        let answer = app.post(PATH, json!({ "token": token, "name": "Anna", "password": password })).await;
        answer.expect_problem(422, "invalid");
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/password"), &json!(code)), "{password}");
        assert!(error["message"].as_str().unwrap().len() > 20, "{error}");
        assert!(password.is_empty() || !answer.json().to_string().contains(password), "the password is told back");
    }
    let both = app.post(PATH, json!({ "token": token, "name": "\u{202e}", "password": "short" })).await.json();
    let told: Vec<_> =
        both["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/name", "/password"]);
    assert_eq!(items(&app).await, before);
    app.post(PATH, json!({ "token": token, "name": "Anna", "password": PASSWORD, "currency": "NOK" }))
        .await
        .expect_problem(400, "bad_body");
    app.post(PATH, json!({ "token": token, "name": "Anna", "password": PASSWORD, "currency": "EUR" }))
        .await
        .expect::<Value>(201);
    app.pump().await;
    let anna = app.sign_in("annabergstrom@northwindtraders.example").await;
    assert_eq!(anna.get("/v1/tenant").await.expect::<Value>(200)["currency"], "EUR");
}

#[tokio::test]
async fn a_stranger_who_signs_up_with_my_address_first_gets_nothing() {
    let app = App::start().await;
    let victim = "victim@northwind.example";
    let strangers = app.sign_up(victim, "Strangers Inc").await;
    let planted = json!({ "email": victim, "company": "Strangers Inc", "password": PASSWORD, "name": "Stranger" });
    app.post("/v1/sign-up", planted).await.expect_problem(400, "bad_body");
    let signing_in = json!({ "email": victim, "password": PASSWORD });
    app.post("/v1/sign-in", signing_in.clone()).await.expect_problem(401, "sign_in_refused");

    let mine = app.sign_up(victim, "Northwind").await;
    assert_ne!(strangers, mine);
    assert_eq!(app.inbox().iter().filter(|mail| mail.to == [victim]).count(), 2, "both go to the owner of the address");
    app.post(PATH, body(&mine)).await.expect::<Value>(201);
    app.post(PATH, body(&strangers)).await.expect_problem(409, "account_exists");
    let me = app.sign_in(victim).await;
    assert_eq!(me.get("/v1/tenant").await.expect::<Value>(200)["name"], "Northwind");
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 1);
    assert_eq!(count(&app, &["SK=S(\"SLUG\")"]).await, 1, "what was refused takes no slug");
    app.pump().await;
}

#[tokio::test]
async fn companies_of_one_name_get_different_slugs_and_none_gets_a_reserved_one() {
    let app = App::start().await;
    let mut slugs = Vec::new();
    for (number, company) in
        ["Northwind", "Northwind", "northwind!", "NORTH WIND", "Admin", "東京", "'; DROP TABLE--"].iter().enumerate()
    {
        let email = format!("owner{number}@acme.example");
        let token = app.sign_up(&email, company).await;
        app.post(PATH, body(&token)).await.expect::<Value>(201);
        let tenant: Value = app.sign_in(&email).await.get("/v1/tenant").await.expect(200);
        assert_eq!(tenant["name"], *company);
        slugs.push(tenant["slug"].as_str().unwrap().to_owned());
    }
    assert_eq!(slugs[0], "northwind");
    assert!(slugs[1].starts_with("northwind-") && slugs[2].starts_with("northwind-"), "{slugs:?}");
    assert_eq!(slugs[3], "north-wind");
    assert!(slugs[4].starts_with("admin-"), "{slugs:?}");
    assert!(slugs.iter().all(|slug| model::tenant::is_slug(slug)), "{slugs:?}");
    let mut unique = slugs.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), slugs.len(), "{slugs:?}");
    app.pump().await;
}

#[tokio::test]
async fn of_racing_activations_exactly_one_wins() {
    let app = App::start().await;
    let one = app.sign_up("one@acme.example", "Acme").await;
    let answers = join_all((0..6).map(|_| app.post(PATH, body(&one)))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410, 410, 410, 410, 410]);

    // Several links for one address; each is good by itself.
    let mut links = Vec::new();
    for _ in 0..4 {
        links.push(app.sign_up("two@acme.example", "Acme").await);
    }
    let answers = join_all(links.iter().map(|link| app.post(PATH, body(link)))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        answer.expect_problem(409, "account_exists");
    }
    app.pump().await;
    assert_eq!(count(&app, &["SK=S(\"META\")"]).await, 2);
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")"]).await, 2);
    assert_eq!(count(&app, &["kind=S(\"tenant.created\")"]).await, 2);
    app.sign_in("two@acme.example").await;
}

#[tokio::test]
async fn an_activation_whose_answer_is_lost_or_that_meets_others_happens_once() {
    let app = App::start().await;
    let faults = app.system.aws.faults();
    for (number, fault) in
        [Fault::AnswerLost, Fault::TransactionConflict, Fault::TransactionInProgress].into_iter().enumerate()
    {
        let email = format!("owner{number}@acme.example");
        let token = app.sign_up(&email, "Acme").await;
        faults.next_of("TransactWriteItems", fault);
        app.post(PATH, body(&token)).await.expect::<Value>(201);
        app.pump().await;
        app.sign_in(&email).await;
        assert_eq!(count(&app, &["SK=S(\"META\")"]).await, number + 1);
    }
    faults.clear();
}

#[tokio::test]
async fn a_link_stands_in_the_fragment_and_the_table_keeps_its_hash_only() {
    let app = App::start().await;
    let token = app.sign_up("anna@acme.example", "Acme").await;
    let mail = app.mail_to("anna@acme.example");
    assert_eq!(link_token(&mail), token);
    assert!(!mail.text.contains(&format!("?token={token}")) && !mail.html.contains(&format!("?token={token}")));
    assert_eq!(count(&app, &[&token]).await, 0);
    assert_eq!(count(&app, &["SK=S(\"TOKEN\")"]).await, 1);
}

/// The companies that who signs in to this one is in, by name.
async fn companies(client: &tests::Client<'_>) -> Vec<String> {
    let listed: Value = client.get("/v1/me/tenants").await.expect(200);
    listed["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_sign_up_with_an_address_that_has_an_account_makes_a_second_company_for_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let token = app.sign_up("owner@acme.example", "Second Ltd").await;
    let before = items(&app).await;
    opened_by_a_scanner(&app, &[PATH, "/verify", &format!("{PATH}?token={token}")]).await;
    assert_eq!(items(&app).await, before);
    app.clock.advance(SignedDuration::from_mins(1));
    let accounts = count(&app, &["SK=S(\"PROFILE\")"]).await;
    let created: Value = app.post(PATH, json!({ "token": token, "currency": "EUR" })).await.expect(201);
    assert_eq!(created["user"], json!(owner.user), "of the account there is");
    assert_eq!(created.as_object().unwrap().len(), 2, "no token comes with it: {created}");
    app.pump().await;
    assert_eq!(count(&app, &["SK=S(\"PROFILE\")"]).await, accounts);
    assert_eq!(count(&app, &["SK=S(\"SESSION#"]).await, 1, "nobody is signed in by it");
    app.post(PATH, json!({ "token": token })).await.expect_problem(410, "link_not_good");

    // Nothing of the account changed: the session goes on, the password is what it was.
    owner.get("/v1/me").await.expect::<Value>(200);
    let again = app.sign_in("owner@acme.example").await;
    assert_eq!(again.tenant, owner.tenant, "the oldest company is the first");
    assert_eq!(companies(&again).await, ["acme", "Second Ltd"]);
    let tokens: Value =
        again.act(&format!("/v1/me/tenants/{}/switch", created["tenant"].as_str().unwrap())).await.expect(200);
    let there = app.client(&tokens);
    let tenant: Value = there.get("/v1/tenant").await.expect(200);
    assert_eq!((&tenant["name"], &tenant["currency"]), (&json!("Second Ltd"), &json!("EUR")));
    let me: Value = there.get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("owner"), &json!("Owner of acme")));
    members::assert_counts(&app, there.tenant).await;
    // Its log begins with it, and the first company's says nothing of it.
    let log: Value = there.get("/v1/events").await.expect(200);
    let event = json!({ "kind": "tenant.created", "owner": owner.user, "role": "owner" });
    let made = log["items"].as_array().unwrap().iter().find(|item| item["event"] == event).expect("the event");
    assert_eq!(made["actor"], json!({ "type": "user", "id": owner.user }));
    assert_eq!(count(&app, &["kind=S(\"tenant.created\")", &owner.tenant.to_string()]).await, 1);
    app.pump().await;
}

#[tokio::test]
async fn somebody_who_was_removed_from_their_only_company_comes_back_by_signing_up() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = members::join(&app, &owner, "ben@acme.example", "member").await;
    assert_eq!(members::remove(&app, &owner, &ben).await.status, 204);
    app.pump().await;
    let signing_in = json!({ "email": "ben@acme.example", "password": PASSWORD });
    app.post("/v1/sign-in", signing_in.clone()).await.expect_problem(401, "sign_in_refused");

    let token = app.sign_up("ben@acme.example", "Ben Ltd").await;
    let created: Value = app.post(PATH, json!({ "token": token })).await.expect(201);
    assert_eq!(created["user"], json!(ben.user));
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    let back = app.sign_in("ben@acme.example").await;
    assert_eq!((json!(back.tenant), companies(&back).await), (created["tenant"].clone(), vec!["Ben Ltd".to_owned()]));
    // Who forgot the password meanwhile has a company again that a new one gets in to.
    let link = ask_reset(&app, "ben@acme.example").await;
    let body = json!({ "token": link, "password": "lantern-oyster-gravel-41" });
    assert_eq!(app.post("/v1/password-reset/confirm", body).await.status, 204);
    let signing_in = json!({ "email": "ben@acme.example", "password": "lantern-oyster-gravel-41" });
    app.post("/v1/sign-in", signing_in).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_company_by_mail_is_no_way_round_the_second_factor() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let codes = owner.add_totp(app.clock.clock().now()).await;
    let token = app.sign_up("owner@acme.example", "Second Ltd").await;
    app.clock.advance(SignedDuration::from_mins(1));
    let created: Value = app.post(PATH, json!({ "token": token })).await.expect(201);
    let named = json!({ "email": "owner@acme.example", "password": PASSWORD, "tenant": created["tenant"] });
    let step: Value = app.post("/v1/sign-in", named).await.expect(200);
    assert_eq!(step["next"], "second_factor");
    let begun = challenge(&app, "owner@acme.example").await;
    let code = codes.at(app.clock.clock().now());
    answer(&app, &begun, json!({ "totp": code })).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_name_and_a_password_are_for_an_address_without_an_account_and_nothing_else_is() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (mine, new) =
        (app.sign_up("owner@acme.example", "Second Ltd").await, app.sign_up("new@acme.example", "New Ltd").await);
    let before = items(&app).await;
    let with_password = json!({ "token": mine, "name": "Anna Berg", "password": "lantern-oyster-gravel-41" });
    app.post(PATH, with_password).await.expect_problem(409, "account_exists");
    for part in [json!({ "name": "Anna" }), json!({ "password": PASSWORD })] {
        for token in [&mine, &new] {
            let mut body = part.clone();
            body["token"] = json!(token);
            app.post(PATH, body).await.expect_problem(422, "invalid");
        }
    }
    let neither = app.post(PATH, json!({ "token": new })).await;
    neither.expect_problem(422, "invalid");
    let told: Vec<Value> =
        neither.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(told, ["/name", "/password"]);
    assert_eq!(items(&app).await, before, "each link is as good as before");

    // What the owner of the address has is what counts when the link is used, not when it was sent.
    app.post(PATH, json!({ "token": mine })).await.expect::<Value>(201);
    app.post(PATH, body(&new)).await.expect::<Value>(201);
    app.pump().await;
    owner.get("/v1/me").await.expect::<Value>(200);
    let signing_in = json!({ "email": "owner@acme.example", "password": "lantern-oyster-gravel-41" });
    app.post("/v1/sign-in", signing_in).await.expect_problem(401, "sign_in_refused");
    app.pump().await;
}

#[tokio::test]
async fn a_link_goes_with_the_address_and_not_with_who_had_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let token = app.sign_up("owner@acme.example", "Second Ltd").await;
    let (_, confirm) = crate::links::ask_change(&owner, &app, "anna@elsewhere.example").await;
    assert_eq!(app.post("/v1/email-change/confirm", json!({ "token": confirm })).await.status, 204);
    app.pump().await;
    // The address is nobody's now: whoever reads its mail makes an account of their own.
    app.post(PATH, json!({ "token": token })).await.expect_problem(422, "invalid");
    let created: Value = app.post(PATH, body(&token)).await.expect(201);
    assert_ne!(created["user"], json!(owner.user));
    app.pump().await;
    let anna = app.sign_in("anna@elsewhere.example").await;
    assert_eq!(companies(&anna).await, ["acme"]);
}

#[tokio::test]
async fn of_racing_uses_of_one_link_exactly_one_makes_the_company_and_several_links_make_several() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let one = app.sign_up("owner@acme.example", "Acme").await;
    let answers = join_all((0..6).map(|_| app.post(PATH, json!({ "token": one })))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410, 410, 410, 410, 410]);
    let mut links = Vec::new();
    for _ in 0..3 {
        links.push(app.sign_up("owner@acme.example", "Acme").await);
    }
    for answer in join_all(links.iter().map(|link| app.post(PATH, json!({ "token": link })))).await {
        answer.expect::<Value>(201);
    }
    app.pump().await;
    assert_eq!(companies(&app.sign_in("owner@acme.example").await).await.len(), 5);
    assert_eq!(count(&app, &["SK=S(\"SLUG\")"]).await, 5, "each has a short name of its own");
    assert_eq!(count(&app, &["kind=S(\"tenant.created\")"]).await, 5);
    owner.get("/v1/me").await.expect::<Value>(200);
}

#[tokio::test]
async fn a_company_by_mail_whose_answer_is_lost_or_that_meets_others_is_made_once() {
    let app = App::start().await;
    app.tenant("acme").await;
    let faults = app.system.aws.faults();
    for (number, fault) in
        [Fault::AnswerLost, Fault::TransactionConflict, Fault::TransactionInProgress].into_iter().enumerate()
    {
        let token = app.sign_up("owner@acme.example", "Second").await;
        faults.next_of("TransactWriteItems", fault);
        app.post(PATH, json!({ "token": token })).await.expect::<Value>(201);
        app.pump().await;
        assert_eq!(count(&app, &["SK=S(\"META\")"]).await, number + 2);
    }
    faults.clear();
}

#[tokio::test]
async fn who_is_in_fifty_companies_makes_no_further_one_by_mail() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for number in 1..50u128 {
        super::create_company::in_company(&app, &owner, number).await;
    }
    let token = app.sign_up("owner@acme.example", "One too many").await;
    let before = items(&app).await;
    app.post(PATH, json!({ "token": token })).await.expect_problem(409, "too_many_companies");
    assert_eq!(items(&app).await, before);
    // A place that became free is one.
    let left = model::TenantId::from_bits(1);
    crate::table::delete(&app, &format!("USER#{}", owner.user), &format!("MEMBERSHIP#{left}")).await;
    app.post(PATH, json!({ "token": token })).await.expect::<Value>(201);
    app.pump().await;
}
