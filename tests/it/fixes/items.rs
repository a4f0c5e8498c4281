//! `fixes-items`.

use super::{app, fix_of, items, outcome, owner};

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
