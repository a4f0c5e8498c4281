//! `fixes-list`.

use serde_json::{Value, json};

use super::{app, fix_of, owner, undo};

#[tokio::test]
async fn fixes_are_listed_newest_first() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let none: Value = owner.get("/v1/fixes").await.expect(200);
    assert_eq!(none["items"], json!([]));
    let (first, _) = fix_of(&app, &mut owner, "L3").await;
    undo(&app, &mut owner, &first).await;
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    let (second, _) = fix_of(&app, &mut owner, "L3").await;
    let list: Value = owner.get("/v1/fixes").await.expect(200);
    let listed: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fix| format!("/v1/fixes/{}", fix["fix"].as_str().unwrap()))
        .collect();
    assert_eq!(listed, [second, first]);
    let states: Vec<&str> = list["items"].as_array().unwrap().iter().filter_map(|fix| fix["state"].as_str()).collect();
    assert_eq!(states, ["finished", "undone"]);
}
