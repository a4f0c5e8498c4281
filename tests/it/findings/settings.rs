//! `findings-settings`.

use checks::Settings;
use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn what_nobody_changed_is_as_steward_sets_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = owner.get("/v1/checks/settings").await;
    assert_eq!(answer.headers["etag"], "\"0\"");
    let settings: Value = answer.expect(200);
    assert_eq!(settings, json!(Settings::default()));
    assert_eq!((&settings["review_after_days"], &settings["grace_days"]), (&json!(90), &json!(30)));
    assert!(settings.get("currency").is_none(), "the currency is the company's");
}
