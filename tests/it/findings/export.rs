//! `findings-export`.

use tests::{App, directory};

use crate::{
    files::{is_noted, minor, rows},
    ledger::all,
};

#[tokio::test]
async fn the_file_holds_every_finding_with_its_money_the_dearest_first() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let findings = all(&owner, "/v1/findings").await;
    let file = rows(&owner.get("/v1/findings/export").await, "steward-findings");
    assert_eq!(file.len(), findings.len());
    for row in &file {
        let finding = findings.iter().find(|finding| finding["finding"] == row["finding"]).unwrap();
        assert_eq!((&row["check"], &row["headline"]), (&text(&finding["check"]), &text(&finding["headline"])));
        assert_eq!(minor(&row["saving_monthly"]), finding["saving"]["monthly"]["amount_minor"].as_i64());
        assert_eq!(row["people"], finding["people"].to_string());
    }
    let worth: Vec<i64> = file.iter().map(|row| minor(&row["saving_monthly"]).unwrap_or(0)).collect();
    assert!(worth.windows(2).all(|pair| pair[0] >= pair[1]), "{worth:?}");
    is_noted(&owner, "findings", file.len()).await;
    app.pump().await;
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}
