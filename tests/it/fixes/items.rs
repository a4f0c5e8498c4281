//! `fixes-items`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{app, finding, fix, fix_of, items, outcome, owner, preview};
use crate::files::rows;

#[tokio::test]
async fn every_change_says_whom_what_and_how_it_ended() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    let (path, ended) = fix_of(&app, &mut owner, "L3").await;
    let items = items(&owner, &path).await;
    assert_eq!(ended["items"].as_u64(), Some(items.len() as u64));
    for (number, item) in (1..).zip(&items) {
        assert_eq!((item["number"].as_u64(), outcome(item)), (Some(number), ("done", "")), "{item:#}");
        assert!(item["what"].as_str().unwrap().starts_with("Remove ") && item["outcome"]["ended_at"].is_string());
    }
    owner.get("/v1/fixes/fix_00000000000000000000000000/items").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn who_left_a_group_is_told_with_its_name_as_in_the_preview_on_the_page_and_in_the_file() {
    let app = app(400).await;
    let mut owner = owner(&app).await;
    let body = json!({ "finding": finding(&owner, "L6").await, "action": "leave_group" });
    let shown = preview(&owner, body.clone()).await;
    let going = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null());
    let going: Vec<Value> = going.cloned().collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = |items: &[Value]| -> BTreeSet<(String, String)> {
        items.iter().map(|item| (text(&item["person"]), text(&item["what"]))).collect()
    };
    assert!(!going.is_empty());
    for item in &going {
        assert!(!text(&item["what"]).contains(&text(&item["change"]["group"])), "{item:#}");
    }
    let (path, _) = fix(&app, &mut owner, body).await;
    let items = items(&owner, &path).await;
    assert_eq!(told(&items), told(&going));
    let file = rows(&owner.get("/v1/fixes/export").await, "steward-changes");
    assert_eq!(file.len(), items.len());
    for (row, item) in file.iter().zip(&items) {
        let group = text(&item["what"]).strip_prefix("Take out of the group ").unwrap().replace('\0', "");
        assert_eq!(row["change"], format!("Take out of the group {group}"));
        assert!(row["before"].starts_with(&format!("In the group {group}; ")), "{row:#?}");
        assert!(row["after"].starts_with(&format!("Not in the group {group}; ")), "{row:#?}");
        assert!(!row["before"].contains(&text(&item["change"]["group"])), "{row:#?}");
    }
    app.pump().await;
}
