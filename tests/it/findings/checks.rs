//! `findings-checks`.

use checks::CATALOGUE;
use local_microsoft::{Directory, Fault, Recipe, RetryAfter, When};
use serde_json::{Value, json};
use tests::{App, BEGIN, Client, directory};

use super::text;
use crate::scans::scan;

/// A check, as the catalogue tells of it.
async fn check(owner: &Client<'_>, id: &str) -> Value {
    let catalogue: Value = owner.get("/v1/checks").await.expect(200);
    let mut items = catalogue["items"].as_array().unwrap().iter();
    items.find(|item| item["check"] == id).unwrap_or_else(|| panic!("no {id}")).clone()
}

#[tokio::test]
async fn the_catalogue_says_of_each_check_whether_it_could_be_evaluated_and_why_not() {
    // No Entra ID P1 and concealed names: nobody's activity is known.
    let recipe = Recipe { p1: false, concealed: true, ..Recipe::new(6, BEGIN.parse().unwrap(), 80) };
    let app = App::of(Directory::generate(&recipe)).await;
    let fresh = app.tenant("contoso").await;
    let catalogue: Value = fresh.get("/v1/checks").await.expect(200);
    let items = catalogue["items"].as_array().unwrap();
    assert_eq!(items.len(), CATALOGUE.len());
    for (item, check) in items.iter().zip(CATALOGUE) {
        assert_eq!((&item["check"], &item["title"]), (&json!(check.id), &json!(check.text.title)));
        assert_eq!((&item["evaluated"], &item["reason"]), (&json!("not_yet"), &Value::Null));
    }
    let owner = app.scanned("northwind", app.only_directory()).await;
    let catalogue: Value = owner.get("/v1/checks").await.expect(200);
    let of = |check: &str| catalogue["items"].as_array().unwrap().iter().find(|item| item["check"] == check).unwrap();
    for check in ["L6", "L7"] {
        assert_eq!((&of(check)["evaluated"], &of(check)["reason"]), (&json!("not"), &json!("names_concealed")));
        assert!(of(check)["detail"].as_str().unwrap().len() > 20);
    }
    assert_eq!((&of("L1")["evaluated"], &of("L1")["detail"]), (&json!("fully"), &Value::Null));
}

#[tokio::test]
async fn a_check_whose_source_microsoft_refuses_has_neither_passed_nor_failed() {
    let app = App::of(directory(3, 60)).await;
    let mut owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    for path in ["/v1.0/rolemanagement/directory/roleassignments", "/v1.0/directory/deleteditems/microsoft.graph.user"]
    {
        app.microsoft().fault(When::path(path).always(), Fault::Status(403, RetryAfter::Absent));
    }
    app.pump().await;
    for (id, list) in [("L18", "your administrators"), ("L25", "your deleted people")] {
        let told = check(&owner, id).await;
        assert_eq!((&told["evaluated"], &told["reason"]), (&json!("not"), &json!("permission")), "{told:#}");
        let detail = text(&told, "detail");
        assert!(detail.contains(list), "{detail}");
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        let notes = overview["not_evaluated"].as_array().unwrap();
        assert!(notes.iter().any(|note| note["check"] == id && note["detail"] == detail), "{notes:#?}");
    }
    // Who is in which group stands with each person, and which seats there are needs neither.
    for id in ["L1", "L11", "L12"] {
        assert_eq!(check(&owner, id).await["evaluated"], "fully", "{id}");
    }
    app.microsoft().clear_faults();
    scan(&app, &mut owner).await;
    assert_ne!(check(&owner, "L18").await["evaluated"], "not");
    assert_eq!(check(&owner, "L25").await["evaluated"], "fully");
}

#[tokio::test]
async fn a_check_that_needs_a_year_of_our_own_says_so_where_it_has_something_to_look_at() {
    let recipe = Recipe::new(60, BEGIN.parse().unwrap(), 120);
    for aged in [true, false] {
        let app = App::of(Directory::generate(&Recipe { aged, ..recipe.clone() })).await;
        let owner = app.scanned("northwind", app.only_directory()).await;
        let told = check(&owner, "L22").await;
        if aged {
            assert_eq!((&told["evaluated"], &told["reason"]), (&json!("not"), &json!("not_covered")), "{told:#}");
            assert!(text(&told, "detail").contains("a year of our own daily checks"), "{told:#}");
        } else {
            assert_eq!((&told["evaluated"], &told["detail"]), (&json!("fully"), &Value::Null), "nothing by the month");
        }
    }
}
