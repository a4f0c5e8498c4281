//! `microsoft-callback`.

use jiff::SignedDuration;
use local_aws::Fault as TableFault;
use local_microsoft::{Fault, RetryAfter, Spoiled, When};
use serde_json::{Value, json};
use tests::{App, Options, READER_APP, directory, query};

use crate::microsoft::{administrator, agreed, count, kinds, ordinary, signed_in, state};

const CALLBACK: &str = "/v1/microsoft/callback";

#[tokio::test]
async fn the_whole_ceremony_connects_and_is_told_once() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let connected = owner.connect(id).await;
    let connection = &connected["connection"];
    assert_eq!(connection["state"], "connected");
    assert_eq!(connection["directory"], json!(id));
    assert_eq!(connection["name"], json!(app.microsoft().directory(id, |d| d.name().to_owned()).unwrap()));
    assert_eq!(connection["missing"], json!([]));
    let status: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!(status, *connection);
    app.pump().await;
    let told = kinds(&owner).await;
    for kind in ["connection.connected", "scan.requested", "scan.finished"] {
        assert_eq!(told.iter().filter(|known| *known == kind).count(), 1, "{kind}: {told:?}");
    }
}

/// A post that is no answer of ours: refused, and what was begun goes on as if nothing had been.
#[tokio::test]
async fn a_forged_callback_is_refused_and_changes_nothing() {
    let app = App::with(Options { directories: vec![directory(1, 30), directory(2, 30)], ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.tenant("northwind").await;
    let stranger = app.tenant("contoso").await;
    let again = app.sign_in("owner@northwind.example").await;

    // Step one.
    let honest = signed_in(&app, &owner, administrator(&app, ids[0])).await;
    let with = |name: &str, value: Value| {
        let mut body = honest.clone();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = honest.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    owner.post(CALLBACK, with("state", json!("unknown"))).await.expect_problem(400, "state_not_good");
    owner.post(CALLBACK, with("state", json!(""))).await.expect_problem(400, "state_not_good");
    owner.post(CALLBACK, without("code")).await.expect_problem(400, "state_not_good");
    owner
        .post(CALLBACK, json!({ "state": honest["state"], "admin_consent": "True", "tenant": ids[0] }))
        .await
        .expect_problem(400, "state_not_good");
    stranger.post(CALLBACK, honest.clone()).await.expect_problem(400, "state_not_good");
    again.post(CALLBACK, honest.clone()).await.expect_problem(400, "state_not_good");
    for (body, status, code) in [
        (without("state"), 400, "bad_body"),
        (with("surprise", json!(1)), 400, "bad_body"),
        (with("tenant", json!("not a GUID")), 400, "bad_body"),
        (with("state", json!(7)), 400, "bad_body"),
        (json!([]), 400, "bad_body"),
    ] {
        owner.post(CALLBACK, body).await.expect_problem(status, code);
    }
    // Step two.
    let consent: Value = owner.post(CALLBACK, honest.clone()).await.expect(200);
    owner.post(CALLBACK, honest.clone()).await.expect_problem(400, "state_not_good");
    let url = consent["url"].as_str().unwrap();
    let honest = query(&app.microsoft().consent_as(url, administrator(&app, ids[0]), true).unwrap());
    assert_eq!(honest["admin_consent"], "True");
    let with = |name: &str, value: Value| {
        let mut body = honest.clone();
        body[name] = value;
        body
    };
    for body in [
        with("tenant", json!(ids[1])),
        with("tenant", Value::Null),
        with("admin_consent", json!("False")),
        with("admin_consent", Value::Null),
        with("state", json!("unknown")),
        json!({ "state": honest["state"], "code": "0.code" }),
    ] {
        owner.post(CALLBACK, body).await.expect_problem(400, "state_not_good");
    }
    stranger.post(CALLBACK, honest.clone()).await.expect_problem(400, "state_not_good");
    again.post(CALLBACK, honest.clone()).await.expect_problem(400, "state_not_good");
    assert_eq!(state(&owner).await, "disconnected");
    assert_eq!(state(&stranger).await, "disconnected");
    assert_eq!(count(&owner, "connection.connected").await, 0);

    // None of it used up what was honestly begun.
    let done: Value = owner.post(CALLBACK, honest.clone()).await.expect(200);
    assert_eq!(done["next"], "connected");
    owner.post(CALLBACK, honest).await.expect_problem(400, "state_not_good");
    assert_eq!(count(&owner, "connection.connected").await, 1);
    app.pump().await;
}

#[tokio::test]
async fn each_step_is_good_for_ten_minutes() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let person = administrator(&app, id);
    for (wait, good) in [(599, true), (600, false), (840, false)] {
        let wait = SignedDuration::from_secs(wait);
        let owner = app.sign_in("owner@northwind.example").await;
        let begun: Value = owner.act("/v1/microsoft/connect").await.expect(200);
        app.clock.advance(wait);
        let back = query(&app.microsoft().sign_in_as(begun["url"].as_str().unwrap(), person).unwrap());
        let answer = owner.post(CALLBACK, back).await;
        if good {
            assert_eq!(answer.json()["next"], "consent", "{}", answer.json());
        } else {
            answer.expect_problem(400, "state_not_good");
        }
    }
    for (wait, good) in [(600, false), (599, true)] {
        let owner = app.sign_in("owner@northwind.example").await;
        let back = agreed(&app, &owner, id).await;
        app.clock.advance(SignedDuration::from_secs(wait));
        let answer = owner.post(CALLBACK, back).await;
        if good {
            assert_eq!(answer.json()["next"], "connected", "{}", answer.json());
        } else {
            answer.expect_problem(400, "state_not_good");
        }
    }
    drop(owner);
    app.pump().await;
}

#[tokio::test]
async fn whoever_refuses_at_microsoft_uses_the_ceremony_up() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let person = administrator(&app, id);
    // At the sign-in page.
    let honest = signed_in(&app, &owner, person).await;
    let refused =
        json!({ "state": honest["state"], "error": "access_denied", "error_description": "AADSTS65004: <b>no</b>" });
    let answer = owner.post(CALLBACK, refused).await;
    answer.expect_problem(400, "microsoft_refused");
    assert!(!answer.json().to_string().contains("AADSTS"), "Microsoft's words are not shown: {}", answer.json());
    owner.post(CALLBACK, honest).await.expect_problem(400, "state_not_good");
    // At the consent page, by its own cancel button.
    let body = signed_in(&app, &owner, person).await;
    let consent: Value = owner.post(CALLBACK, body).await.expect(200);
    let url = consent["url"].as_str().unwrap();
    let cancelled = query(&app.microsoft().consent_as(url, person, false).unwrap());
    assert_eq!(cancelled["error"], "access_denied");
    owner.post(CALLBACK, cancelled.clone()).await.expect_problem(400, "microsoft_refused");
    owner.post(CALLBACK, cancelled).await.expect_problem(400, "state_not_good");
    let late = query(&app.microsoft().consent_as(url, person, true).unwrap());
    owner.post(CALLBACK, late).await.expect_problem(400, "state_not_good");
    // Any other error of Microsoft's.
    let honest = signed_in(&app, &owner, person).await;
    let failed = json!({ "state": honest["state"], "error": "server_error" });
    owner.post(CALLBACK, failed).await.expect_problem(400, "microsoft_refused");
    assert_eq!(state(&owner).await, "disconnected");
    assert_eq!(count(&owner, "connection.connected").await, 0);
}

#[tokio::test]
async fn an_id_token_that_is_wrong_in_any_way_is_refused() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let person = administrator(&app, id);
    for how in [
        Spoiled::Nonce,
        Spoiled::Audience,
        Spoiled::Issuer,
        Spoiled::ConsumerDirectory,
        Spoiled::Expired,
        Spoiled::Signature,
        Spoiled::AlgNone,
        Spoiled::ConsumerKey,
        Spoiled::UnknownKey,
    ] {
        let body = signed_in(&app, &owner, person).await;
        app.microsoft().spoil_next_id_token(how);
        let answer = owner.post(CALLBACK, body.clone()).await;
        answer.expect_problem(400, "microsoft_refused");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail.contains("personal"), how == Spoiled::ConsumerDirectory, "{how:?}: {detail}");
        owner.post(CALLBACK, body).await.expect_problem(400, "state_not_good");
    }
    // A code that Microsoft does not know, or knows as used.
    let mut body = signed_in(&app, &owner, person).await;
    body["code"] = json!("0.never-given-out");
    owner.post(CALLBACK, body).await.expect_problem(400, "microsoft_refused");
    assert_eq!(state(&owner).await, "disconnected");
    owner.connect(id).await;
    app.pump().await;
}

#[tokio::test]
async fn somebody_who_may_not_consent_is_told_to_ask_an_administrator() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let body = signed_in(&app, &owner, ordinary(&app, id)).await;
    owner.post(CALLBACK, body).await.expect_problem(403, "not_an_administrator");
    assert_eq!(state(&owner).await, "disconnected");
    owner.connect(id).await;
    app.pump().await;
}

#[tokio::test]
async fn a_directory_belongs_to_one_company() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let [first, second] = [app.tenant("northwind").await, app.tenant("contoso").await];
    // Both get as far as consenting: nobody is connected yet.
    let [one, two] = [agreed(&app, &first, id).await, agreed(&app, &second, id).await];
    assert_eq!(first.post(CALLBACK, one).await.status, 200);
    second.post(CALLBACK, two.clone()).await.expect_problem(409, "directory_taken");
    assert_eq!(state(&second).await, "disconnected");
    assert_eq!(count(&second, "connection.connected").await, 0);
    // From then on it is told before consenting.
    let body = signed_in(&app, &second, administrator(&app, id)).await;
    second.post(CALLBACK, body).await.expect_problem(409, "directory_taken");
    app.pump().await;
    // Once it is free the other may have it, with a consent that is still young.
    assert_eq!(first.delete("/v1/microsoft").await.status, 204);
    assert_eq!(second.post(CALLBACK, two).await.status, 200);
    assert_eq!((state(&first).await, state(&second).await), ("disconnected".into(), "connected".into()));
    app.pump().await;
}

#[tokio::test]
async fn of_two_at_the_same_moment_one_connects() {
    for seed in 0..4 {
        let options = Options { directories: vec![directory(1, 30)], seed, ..Options::default() };
        let app = App::with(options).await;
        let id = app.only_directory();
        let [first, second] = [app.tenant("northwind").await, app.tenant("contoso").await];
        let [one, two] = [agreed(&app, &first, id).await, agreed(&app, &second, id).await];
        let (one, two) = tokio::join!(first.post(CALLBACK, one), second.post(CALLBACK, two));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.json(), two.json());
        let told = count(&first, "connection.connected").await + count(&second, "connection.connected").await;
        assert_eq!(told, 1);
        app.pump().await;
    }
}

#[tokio::test]
async fn the_same_step_posted_twice_at_once_goes_on_once() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let body = signed_in(&app, &owner, administrator(&app, id)).await;
    let (one, two) = tokio::join!(owner.post(CALLBACK, body.clone()), owner.post(CALLBACK, body));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{} {}", one.json(), two.json());
    let body = agreed(&app, &owner, id).await;
    let (one, two) = tokio::join!(owner.post(CALLBACK, body.clone()), owner.post(CALLBACK, body));
    let good = [&one, &two].into_iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1, "{} {}", one.json(), two.json());
    assert_eq!(count(&owner, "connection.connected").await, 1);
    app.pump().await;
    assert_eq!(count(&owner, "scan.requested").await, 1);
}

#[tokio::test]
async fn a_partial_grant_connects_and_shows_what_is_missing() {
    let app = App::of(directory(1, 40)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let body = agreed(&app, &owner, id).await;
    let granted = app.microsoft().granted(READER_APP, id).unwrap();
    let kept: Vec<&str> = granted.iter().map(String::as_str).filter(|name| *name != "Reports.Read.All").collect();
    app.microsoft().consent_partly(READER_APP, id, &kept);
    let connected: Value = owner.post(CALLBACK, body).await.expect(200);
    assert_eq!(connected["connection"]["missing"], json!(["Reports.Read.All"]));
    let shown = connected["connection"]["granted"].as_array().unwrap();
    assert_eq!(shown.len(), kept.len(), "{shown:?}");
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    assert_eq!(log["items"][0]["event"]["missing"], json!(["Reports.Read.All"]), "{log:#}");
    app.pump().await;
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["scan"]["state"], "finished");
    let told = overview["not_evaluated"].as_array().unwrap();
    assert!(told.iter().any(|not| not["reason"] == "permission"), "{told:#?}");
}

#[tokio::test]
async fn consent_that_is_slow_to_arrive_is_waited_for_and_consent_that_is_gone_is_not() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let microsoft = app.microsoft();
    // Withdrawn between the page and us.
    let body = agreed(&app, &owner, id).await;
    microsoft.revoke_consent(READER_APP, id);
    owner.post(CALLBACK, body).await.expect_problem(400, "microsoft_refused");
    assert_eq!(state(&owner).await, "disconnected");
    // Microsoft is busy: the same post is good again in a moment.
    let body = agreed(&app, &owner, id).await;
    microsoft.fault(When::path("/v1.0/organization").always(), Fault::Status(503, RetryAfter::Absent));
    let answer = owner.post(CALLBACK, body.clone()).await;
    answer.expect_problem(503, "unavailable");
    assert_eq!((answer.json()["retryable"].clone(), answer.headers.contains_key("retry-after")), (json!(true), true));
    microsoft.clear_faults();
    // A part of Entra does not know of it yet.
    microsoft.fault(When::path("/v1.0/organization").times(2), Fault::Status(403, RetryAfter::Absent));
    let connected: Value = owner.post(CALLBACK, body).await.expect(200);
    assert_eq!((connected["next"].as_str(), microsoft.faults_left()), (Some("connected"), 0));
    app.pump().await;
}

#[tokio::test]
async fn an_answer_of_the_table_that_is_lost_changes_nothing_for_anybody() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let body = agreed(&app, &owner, id).await;
    app.system.aws.faults().next_of("TransactWriteItems", TableFault::AnswerLost);
    let connected: Value = owner.post(CALLBACK, body).await.expect(200);
    assert_eq!(connected["next"], "connected");
    assert_eq!(count(&owner, "connection.connected").await, 1);
    app.pump().await;
}

#[tokio::test]
async fn a_company_connects_again_the_same_directory_or_another() {
    let directories = vec![directory(1, 30), directory(2, 40)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.tenant("contoso").await;
    let shown = async || owner.get("/v1/microsoft").await.expect::<Value>(200)["directory"].clone();

    // After disconnecting: the same, then another.
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    owner.connect(ids[0]).await;
    app.pump().await;
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    owner.connect(ids[1]).await;
    app.pump().await;
    assert_eq!(shown().await, json!(ids[1]));

    // After consent was lost: the same.
    let lose = async |id| {
        app.clock.advance(SignedDuration::from_secs(1));
        app.microsoft().revoke_consent(READER_APP, id);
        owner.act("/v1/scans").await.expect::<Value>(202);
        app.pump().await;
        assert_eq!(state(&owner).await, "consent_lost");
        app.clock.advance(SignedDuration::from_secs(1));
    };
    lose(ids[1]).await;
    // Nobody else gets the directory by that.
    let body = signed_in(&app, &other, administrator(&app, ids[1])).await;
    other.post(CALLBACK, body).await.expect_problem(409, "directory_taken");
    owner.connect(ids[1]).await;
    app.pump().await;
    let status: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!((status["state"].as_str(), status["reason"].clone()), (Some("connected"), Value::Null));

    // And another: the one before is free for anybody.
    lose(ids[1]).await;
    owner.connect(ids[0]).await;
    app.pump().await;
    assert_eq!((shown().await, state(&owner).await), (json!(ids[0]), "connected".into()));
    other.connect(ids[1]).await;
    app.pump().await;
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["scan"]["state"], "finished");
    assert_eq!(overview["totals"]["people"], 30, "the numbers are of the directory that is connected now");
    assert_eq!(count(&owner, "connection.connected").await, 5);
    assert_eq!(count(&owner, "connection.lost").await, 2);
}
