//! `findings-export-people`.

use model::Role;
use tests::{App, directory};

use crate::{
    files::{is_noted, minor, rows, unquoted},
    ledger::all,
    table::{scope, set_role},
};

#[tokio::test]
async fn the_file_holds_everybody_and_no_name_is_a_formula() {
    let mut hostile = 0;
    for seed in 1..=3 {
        let app = App::of(directory(seed, 180)).await;
        let owner = app.scanned("northwind", app.only_directory()).await;
        let people = all(&owner, "/v1/people").await;
        let answer = owner.get("/v1/people/export").await;
        assert!(answer.headers.get("link").is_none());
        let file = rows(&answer, "steward-people");
        assert_eq!(file.len(), people.len());
        for row in &file {
            let one = people.iter().find(|one| one["person"] == row["person"]).unwrap();
            // Nothing is lost but zero bytes: what was quoted reads back.
            assert_eq!(unquoted(&row["name"]), one["name"].as_str().unwrap().replace('\0', ""));
            assert_eq!(minor(&row["monthly"]), one["monthly"]["amount_minor"].as_i64());
            assert_eq!(row["status"], one["status_text"].as_str().unwrap());
            hostile += usize::from(row["name"].starts_with('\''));
        }
        is_noted(&owner, "people", people.len()).await;
        owner.get("/v1/people/export?cursor=junk").await.expect_problem(400, "bad_cursor");
        app.pump().await;
    }
    assert!(hostile > 0, "no generated name begins like a formula: this test would hold of nothing");
}

#[tokio::test]
async fn who_may_look_may_not_take_away() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    assert_eq!(rows(&owner.get("/v1/people/export").await, "steward-people").len(), 0);
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Member).await;
    for what in ["people", "findings", "licenses", "savings", "trends"] {
        owner.get(&format!("/v1/{what}/export")).await.expect_problem(403, "forbidden");
    }
    app.pump().await;
}
