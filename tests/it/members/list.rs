//! `members-list`.

use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn a_company_lists_its_own_members_and_nobody_elses() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    for (client, name) in [(&acme, "acme"), (&other, "other")] {
        let page: Value = client.get("/v1/members").await.expect(200);
        let [only] = page["items"].as_array().unwrap().as_slice() else { panic!("{page}") };
        assert_eq!(only["user"], json!(client.user));
        assert_eq!(only["email"], json!(format!("owner@{name}.example")));
        assert_eq!((&only["role"], &only["active"]), (&json!("owner"), &json!(true)));
    }
}
