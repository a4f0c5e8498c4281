//! `accounts-renew-recovery-codes`.

use serde_json::{Value, json};
use tests::App;

use super::second_factor::{answer, challenge};

const PATH: &str = "/v1/me/recovery-codes";

#[tokio::test]
async fn new_codes_work_once_each_and_the_old_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    owner.act(PATH).await.expect_problem(403, "second_factor_required");
    let old = owner.add_totp(app.clock.clock().now()).await.recovery;
    let made: Value = owner.act(PATH).await.expect(200);
    let new: Vec<String> = serde_json::from_value(made["recovery_codes"].clone()).unwrap();
    assert_eq!(new.iter().collect::<std::collections::BTreeSet<_>>().len(), 10);

    let begun = challenge(&app, "owner@acme.example").await;
    let refused = answer(&app, &begun, json!({ "recovery_code": old[0] })).await;
    refused.expect_problem(401, "second_factor_refused");
    let typed = new[0].to_uppercase().replace('-', " ");
    answer(&app, &begun, json!({ "recovery_code": typed })).await.expect::<Value>(200);
    let begun = challenge(&app, "owner@acme.example").await;
    let again = answer(&app, &begun, json!({ "recovery_code": new[0] })).await;
    again.expect_problem(401, "second_factor_refused");
    let left: Value = owner.get("/v1/me/factors").await.expect(200);
    assert_eq!(left["recovery_codes_left"], 9);
    app.pump().await;
}
