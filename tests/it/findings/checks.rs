//! `findings-checks`.

use checks::CATALOGUE;
use local_microsoft::{Directory, Recipe};
use serde_json::{Value, json};
use tests::{App, BEGIN};

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
