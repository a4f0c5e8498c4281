//! `tenants-get`.

use serde_json::{Value, json};
use tests::{App, BEGIN};

use crate::table::{scope, set_state};

#[tokio::test]
async fn a_company_reads_itself_in_two_round_trips_with_its_version() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let answer = owner.get("/v1/tenant").await;
    let wanted = json!({
        "tenant": owner.tenant, "name": "acme", "slug": "acme", "state": "active",
        "currency": "USD", "plan": "free", "created_at": BEGIN,
    });
    assert_eq!(answer.expect::<Value>(200), wanted);
    assert_eq!(answer.headers["etag"], "\"1\"");
    assert!(answer.cost().0 <= 2, "{:?}", answer.cost());
    assert_eq!(other.get("/v1/tenant").await.expect::<Value>(200)["name"], "nova");

    let scope = scope(&app, &owner).await;
    for (version, state) in [(2, model::TenantState::PastDue), (3, model::TenantState::ReadOnly)] {
        set_state(&app, &scope, state).await;
        let answer = owner.get("/v1/tenant").await;
        assert_eq!(answer.headers["etag"], format!("\"{version}\""));
        assert_eq!(answer.expect::<Value>(200)["state"], json!(state));
    }
}
