//! `fixes-get`.

use serde_json::{Value, json};

use super::{app, approve, finding, owner, preview};

#[tokio::test]
async fn a_fix_says_where_it_is() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await })).await;
    let path = approve(&app, &owner, &shown).await;
    let queued: Value = owner.get(&path).await.expect(200);
    assert_eq!((&queued["state"], &queued["tally"]["open"]), (&json!("queued"), &shown["people"]), "{queued:#}");
    assert_eq!((&queued["headline"], &queued["check"]), (&shown["headline"], &json!("L3")));
    app.pump().await;
    let ended: Value = owner.get(&path).await.expect(200);
    assert_eq!((&ended["state"], &ended["tally"]["open"]), (&json!("finished"), &json!(0)));
    assert!(ended["undo"]["until"].is_string() && ended["undo"]["possible"] == true, "{ended:#}");
    owner.get("/v1/fixes/fix_00000000000000000000000000").await.expect_problem(404, "not_found");
}
