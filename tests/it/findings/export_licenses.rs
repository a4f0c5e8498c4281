//! `findings-export-licenses`.

use serde_json::Value;
use tests::{App, directory};

use crate::files::{is_noted, minor, rows};

#[tokio::test]
async fn the_file_holds_what_the_page_of_licences_shows() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let shown: Value = owner.get("/v1/licenses").await.expect(200);
    let shown = shown["items"].as_array().unwrap();
    let file = rows(&owner.get("/v1/licenses/export").await, "steward-licences");
    assert_eq!(file.len(), shown.len());
    for (row, licence) in file.iter().zip(shown) {
        assert_eq!(row["licence_type"], licence["sku"].as_str().unwrap());
        assert_eq!(row["unassigned"], licence["unassigned"].to_string());
        assert_eq!(minor(&row["price_monthly"]), licence["price"]["monthly"]["amount_minor"].as_i64());
    }
    assert!(file.iter().any(|row| row["price_monthly"].is_empty()), "a missing price is no zero");
    is_noted(&owner, "licences", file.len()).await;
    app.pump().await;
}
