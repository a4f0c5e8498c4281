//! `scans-get`.

use serde_json::Value;
use tests::{App, Options, directory};

use super::ask;

#[tokio::test]
async fn a_scan_is_followed_live_and_only_ever_goes_forward() {
    let app = App::of(directory(1, 1100)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    // The first scan tells everything it gets to know.
    let follow = async {
        let mut told: Vec<Value> = Vec::new();
        loop {
            let list: Value = owner.get("/v1/scans").await.expect(200);
            let Some(scan) = list["items"][0]["scan"].as_str() else { continue };
            let scan: Value = owner.get(&format!("/v1/scans/{scan}")).await.expect(200);
            let over = matches!(scan["state"].as_str(), Some("finished" | "failed"));
            told.push(scan);
            if over {
                return told;
            }
        }
    };
    let (told, ()) = tokio::join!(follow, app.pump());
    let end = told.last().unwrap();
    assert_eq!(end["state"], "finished", "{end:#}");
    assert_eq!(end["progress"]["phase"], "done");
    assert!(end["ended_at"].is_string() && end["failure"].is_null());
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(end["progress"]["monthly"], overview["totals"]["monthly"]);
    assert_eq!(end["progress"]["people"], 1100);
    assert_eq!(end["findings"], overview["findings"]);
    let order = ["seats", "people", "usage", "evaluating", "done"];
    let numbers = |scan: &Value| {
        let progress = &scan["progress"];
        let phase = order.iter().position(|phase| progress["phase"] == *phase).unwrap();
        (
            phase,
            progress["licence_types"].as_u64().unwrap(),
            progress["people"].as_u64().unwrap(),
            progress["monthly"]["amount_minor"].as_i64().unwrap_or(0),
        )
    };
    for pair in told.windows(2) {
        let (before, after) = (numbers(&pair[0]), numbers(&pair[1]));
        let grows = before.0 <= after.0 && before.1 <= after.1 && before.2 <= after.2 && before.3 <= after.3;
        assert!(grows, "{before:?} and then {after:?}");
    }
    let seen: std::collections::BTreeSet<_> = told.iter().map(|scan| numbers(scan).2).collect();
    assert!(seen.iter().any(|people| (1..1100).contains(people)), "page by page: {seen:?}");
    let first = told.iter().find(|scan| scan["progress"]["monthly"].is_object()).unwrap();
    assert!(numbers(first).2 == 0, "the first number comes before anybody is read: {first:#}");
    // What is running stands still in nobody's way.
    ask(&app, &mut owner).await;
    app.pump().await;
}

#[tokio::test]
async fn a_scan_is_its_companys_own() {
    let directories = vec![directory(1, 30), directory(2, 30)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let scan = owner.get("/v1/scans").await.json()["items"][0]["scan"].as_str().unwrap().to_owned();
    let (own, foreign) = (owner.get(&format!("/v1/scans/{scan}")).await, other.get(&format!("/v1/scans/{scan}")).await);
    assert_eq!(own.status, 200);
    foreign.expect_problem(404, "not_found");
    // The same answer as for a scan that never was.
    let never = other.get("/v1/scans/scn_00000000000000000000000000").await;
    never.expect_problem(404, "not_found");
    let told = |answer: &tests::Answer| {
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    assert_eq!(told(&never), told(&foreign));
    for bad in ["scn_", "1", "ten_00000000000000000000000000", "..", "%00"] {
        let answer = owner.get(&format!("/v1/scans/{bad}")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{bad}: {}", answer.json());
    }
}
