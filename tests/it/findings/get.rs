//! `findings-get`.

use checks::CATALOGUE;
use serde_json::{Value, json};
use tests::{App, Options, directory};

use super::{finding, set_price, text};
use crate::ledger::all;

#[tokio::test]
async fn a_finding_brings_the_catalogues_words_its_evidence_and_its_guards() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    for listed in all(&owner, "/v1/findings").await {
        let finding: Value =
            owner.get(&format!("/v1/findings/{}", listed["finding"].as_str().unwrap())).await.expect(200);
        for (name, value) in listed.as_object().unwrap() {
            assert_eq!(&finding[name], value, "{name}");
        }
        let check =
            CATALOGUE.iter().find(|check| json!(check.id) == finding["check"]).expect("a check of the catalogue");
        for (name, text) in [
            ("why_it_matters", check.text.why_it_matters),
            ("what_changes", check.text.what_changes),
            ("what_people_notice", check.text.what_people_notice),
            ("undo_text", check.text.undo),
            ("technical_detail", check.text.technical_detail),
        ] {
            assert_eq!(finding[name], text, "{name}");
            assert!(!text.is_empty(), "{name}");
        }
        assert_eq!(finding["steps"], json!(check.steps));
        let evidence = finding["evidence"].as_array().unwrap();
        assert!(!evidence.is_empty(), "{finding:#}");
        assert!(evidence.iter().all(|one| one["what"].is_string() && one["source"].is_string()), "{evidence:#?}");
        if finding["remedy"] == "remove_licences" {
            let guards: Vec<&str> =
                finding["guards"].as_array().unwrap().iter().filter_map(|g| g["id"].as_str()).collect();
            assert!(guards.contains(&"G8"), "the state may have changed since: {guards:?}");
        }
    }
}

#[tokio::test]
async fn amounts_say_whose_prices_they_rest_on_where_those_are_from_and_how_old_they_are() {
    let app = App::of(directory(3, 60)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    for listed in all(&owner, "/v1/findings").await {
        let basis = &listed["price_basis"];
        if listed["saving"].is_object() {
            assert_eq!((&basis["whose"], &basis["currency"]), (&json!("list"), &json!("USD")));
            assert_eq!(basis["excludes_tax"], true);
            assert!(!text(basis, "source").is_empty() && text(basis, "as_of").len() == 10, "{listed:#}");
        }
    }
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["totals"]["price_basis"]["whose"], "list");

    // Of one licence type its company says what it pays: what is about that alone rests on it, everything on both.
    let unassigned = finding(&owner, "L1").await;
    set_price(&app, &owner, &text(&unassigned["subject"], "sku"), json!({ "amount_minor": 1234 })).await;
    let found = all(&owner, "/v1/findings").await;
    let own = found.iter().find(|one| one["finding"] == unassigned["finding"]).expect("still there");
    assert_eq!((&own["price_basis"]["whose"], own["price_basis"].get("source")), (&json!("own"), None));
    assert_eq!(text(&own["price_basis"], "as_of"), app.clock.clock().today().to_string());
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    assert_eq!(overview["totals"]["price_basis"]["whose"], "mixed");
}

#[tokio::test]
async fn a_finding_is_its_companys_own() {
    let directories = vec![directory(1, 60), directory(2, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let told = |answer: &tests::Answer| {
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("instance");
        (answer.status, body)
    };
    let never = other.get("/v1/findings/fnd_00000000000000000000000000").await;
    never.expect_problem(404, "not_found");
    for finding in all(&owner, "/v1/findings").await {
        let foreign = other.get(&format!("/v1/findings/{}", finding["finding"].as_str().unwrap())).await;
        assert_eq!(told(&foreign), told(&never));
    }
    for bad in ["fnd_", "1", "scn_00000000000000000000000000", "%2e%2e", "fnd_0000000000000000000000000%00"] {
        let answer = owner.get(&format!("/v1/findings/{bad}")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{bad}: {}", answer.json());
    }
}
