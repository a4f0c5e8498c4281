//! `findings-overview`.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Fault, RetryAfter, When};
use model::Role;
use serde_json::{Value, json};
use tests::{App, Client, Options, directory};

use crate::{
    scans::{ask, renew, scan},
    table,
};

async fn overview(client: &Client<'_>) -> Value {
    let answer = client.get("/v1/overview").await;
    // One round trip to be let in, one for everything on the screen (P-4).
    assert_eq!(answer.cost().0, 2);
    answer.expect(200)
}

#[tokio::test]
async fn before_the_first_result_there_are_no_numbers_which_is_not_zero() {
    let app = App::of(directory(1, 60)).await;
    let mut owner = app.tenant("northwind").await;
    let nothing = json!({
        "directory": null, "checked_at": null, "totals": null, "saved": null, "course": [], "top": [], "findings": 0,
        "accepted": 0, "not_evaluated": [], "connection": "disconnected", "next_check_at": null, "scan": null,
    });
    assert_eq!(overview(&owner).await, nothing);

    // A first scan that fails leaves none either, and says why.
    app.microsoft().fault(When::path("/v1.0/subscribedskus").always(), Fault::Status(400, RetryAfter::Absent));
    owner.connect(app.only_directory()).await;
    app.pump().await;
    app.microsoft().clear_faults();
    let failed = overview(&owner).await;
    assert_eq!(
        (failed["scan"]["state"].as_str(), failed["scan"]["failure"].as_str()),
        (Some("failed"), Some("refused"))
    );
    assert_eq!((&failed["totals"], &failed["checked_at"]), (&Value::Null, &Value::Null));

    // Asked for and not begun.
    ask(&app, &mut owner).await;
    let queued = overview(&owner).await;
    assert_eq!((queued["scan"]["state"].as_str(), &queued["totals"]), (Some("queued"), &Value::Null));
    assert_eq!(queued["scan"]["progress"]["phase"], "seats");
    assert_eq!(queued["scan"]["progress"]["monthly"], Value::Null);
    app.pump().await;
    let finished = overview(&owner).await;
    assert_eq!(finished["scan"]["state"], "finished");
    assert!(finished["totals"]["monthly"]["amount_minor"].as_i64().unwrap() > 0);
    assert!(finished["checked_at"].is_string());
}

#[tokio::test]
async fn it_shows_the_three_things_worth_most_and_what_is_known_of_all() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let shown = overview(&owner).await;
    let findings: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let findings = findings["items"].as_array().unwrap();
    assert_eq!(shown["findings"], findings.len());
    let money = |finding: &Value| finding["saving"]["monthly"]["amount_minor"].as_i64().unwrap_or(0);
    let mut dearest: Vec<&Value> = findings.iter().collect();
    dearest.sort_by_key(|finding| std::cmp::Reverse(money(finding)));
    let top = shown["top"].as_array().unwrap();
    assert_eq!(top.len(), 3);
    for (action, finding) in top.iter().zip(dearest) {
        assert_eq!(action["monthly"]["amount_minor"], money(finding), "{action:#}");
        let own = findings.iter().find(|finding| finding["finding"] == action["finding"]).expect("a finding there is");
        let people = own["people"].as_u64().unwrap();
        assert_eq!(action["count"].as_u64(), if people > 0 { Some(people) } else { own["seats"].as_u64() });
        assert!(!action["title"].as_str().unwrap().is_empty());
        assert_eq!((&action["remedy"], &action["undo"]), (&own["remedy"], &own["undo"]));
    }
    let next: Timestamp = shown["next_check_at"].as_str().unwrap().parse().unwrap();
    let ahead = next.duration_since(app.clock.clock().now());
    assert!(ahead > SignedDuration::ZERO && ahead <= SignedDuration::from_hours(24), "{next}");
    let total = |name: &str| shown["totals"][name]["amount_minor"].as_i64().unwrap();
    assert_eq!(total("monthly"), findings.iter().map(money).sum::<i64>());
    assert_eq!(total("monthly"), total("certain_monthly") + total("likely_monthly"));
    assert_eq!(total("annual"), 12 * total("monthly"));
    assert!(total("this_year") <= total("monthly") && total("spend_monthly") > total("monthly"));
}

#[tokio::test]
async fn what_is_given_back_at_microsoft_says_by_when_as_the_renewals_do() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let found: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let found = found["items"].as_array().unwrap();
    let money = |finding: &Value| finding["saving"]["monthly"]["amount_minor"].as_i64().unwrap_or(0);
    let unused = found.iter().filter(|one| one["check"] == "L1" && one["saving"]["realisable_on"].is_string());
    let unused = unused.max_by_key(|one| money(one)).expect("unused seats that renew on a known day");
    for dearer in found.iter().filter(|one| money(one) >= money(unused) && one["finding"] != unused["finding"]) {
        let path = format!("/v1/findings/{}/dismiss", dearer["finding"].as_str().unwrap());
        owner.post(&path, json!({ "reason": "So be it" })).await.expect::<Value>(201);
    }
    app.pump().await;
    let shown = overview(&owner).await;
    let top = shown["top"].as_array().unwrap();
    let action = top.iter().find(|action| action["finding"] == unused["finding"]).expect("it is worth most now");
    let renewals: Value = owner.get("/v1/renewals").await.expect(200);
    let renewals = renewals["items"].as_array().unwrap().iter();
    let mut of_it = renewals.filter(|one| one["sku"] == unused["subject"]["sku"]);
    let renewal = of_it.find(|one| one["renews_on"] == action["realisable_on"]).expect("its renewal");
    assert_eq!((&action["reduce_by"], action["reduce_by"].is_string()), (&renewal["reduce_by"], true), "{action:#}");
    // What Steward does itself has no such day.
    for action in top.iter().filter(|action| action["remedy"] == "remove_licences") {
        assert!(action["reduce_by"].is_null(), "{action:#}");
    }
}

#[tokio::test]
async fn how_the_saving_came_about_is_told_by_the_days_on_which_it_changed() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let first = overview(&owner).await;
    let totals = &first["totals"];
    let unassigned = totals["paid_seats_bought"].as_u64().unwrap() - totals["assigned"].as_u64().unwrap();
    let begin = json!([{
        "day": "2026-11-21", "monthly": totals["monthly"], "findings": first["findings"], "unassigned": unassigned,
    }]);
    assert_eq!(first["course"], begin);
    assert_eq!(first["saved"], json!({ "amount_minor": 0, "currency": "USD" }));

    // A check that finds the same changes nothing.
    let mut owner = owner;
    scan(&app, &mut owner).await;
    assert_eq!(overview(&owner).await["course"], begin);

    app.clock.advance(SignedDuration::from_hours(24));
    let owner = app.sign_in("owner@northwind.example").await;
    let top = first["top"][0]["finding"].as_str().unwrap();
    owner.post(&format!("/v1/findings/{top}/dismiss"), json!({ "reason": "So be it" })).await.expect::<Value>(201);
    app.pump().await;
    let after = overview(&owner).await;
    let course = after["course"].as_array().unwrap();
    assert_eq!((course.len(), &course[0]), (2, &begin[0]));
    assert_eq!((&course[1]["day"], &course[1]["monthly"]), (&json!("2026-11-22"), &after["totals"]["monthly"]));
    assert_eq!(course[1]["findings"], after["findings"]);
}

#[tokio::test]
async fn a_rescan_that_runs_or_fails_leaves_the_last_result_in_its_place() {
    let app = App::of(directory(1, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let first = overview(&owner).await;
    ask(&app, &mut owner).await;
    let queued = overview(&owner).await;
    assert_eq!(queued["scan"]["state"], "queued");
    for same in ["totals", "top", "findings", "not_evaluated", "directory", "checked_at"] {
        assert_eq!(queued[same], first[same], "{same} while the next is queued");
    }
    app.pump().await;
    let second = overview(&owner).await;
    assert_ne!(second["checked_at"], first["checked_at"], "confirmed again");
    app.microsoft().fault(When::path("/v1.0/users").always(), Fault::Status(403, RetryAfter::Absent));
    // More failures than the newest scans hold the last success among.
    for _ in 0..5 {
        let failed = scan(&app, &mut owner).await;
        assert_eq!(failed["failure"], "permission_missing");
        let shown = overview(&owner).await;
        assert_eq!(shown["scan"]["failure"], "permission_missing");
        for same in ["totals", "top", "findings", "not_evaluated", "directory"] {
            assert_eq!(shown[same], second[same], "{same} after a failure");
        }
        assert!(shown["checked_at"].is_string());
    }
    app.microsoft().clear_faults();
    scan(&app, &mut owner).await;
    renew(&app, &mut owner).await;
    assert_eq!(overview(&owner).await["totals"], first["totals"]);
}

#[tokio::test]
async fn every_role_reads_it_and_no_other_company() {
    let directories = vec![directory(1, 60), directory(2, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.tenant("contoso").await;
    assert_eq!(overview(&other).await["totals"], Value::Null);
    let mine = overview(&owner).await;
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        assert_eq!(overview(&owner).await, mine, "{role:?}");
    }
    app.call(Method::GET, "/v1/overview", None, None).await.expect_problem(401, "missing_credentials");
}
