//! `accounts-companies`.

use model::{Role, RoleName, TenantState};
use serde_json::{Value, json};
use tests::App;

use crate::links::join;
use crate::table::{scope, set_state};

#[tokio::test]
async fn the_companies_one_is_in_are_listed_and_no_other() {
    let app = App::start().await;
    let (anna, nova, _third) = (app.tenant("acme").await, app.tenant("nova").await, app.tenant("third").await);
    let answer = anna.get("/v1/me/tenants").await;
    let own = json!({ "tenant": anna.tenant, "name": "acme", "role": "owner", "state": "active", "current": true });
    assert_eq!(answer.expect::<Value>(200), json!({ "items": [own] }));
    assert_eq!(answer.cost().0, 3, "{:?}", answer.cost());

    join(&app, &anna, "Anna", "owner@acme.example", &nova, RoleName::System(Role::ReadOnly)).await;
    set_state(&app, &scope(&app, &nova).await, TenantState::Suspended).await;
    let listed: Value = anna.get("/v1/me/tenants").await.expect(200);
    let mut items = listed["items"].as_array().unwrap().clone();
    items.sort_by_key(|item| item["name"].to_string());
    let theirs =
        json!({ "tenant": nova.tenant, "name": "nova", "role": "read_only", "state": "suspended", "current": false });
    assert_eq!(items, [own, theirs]);

    // Deactivated there: no place of theirs any more.
    let there = crate::table::scope_of(&app, nova.tenant);
    let tenant = app.system.store.of(&there);
    let mut member = tenant.get_strong::<store::Member>(&anna.user).await.unwrap().unwrap();
    member.value.active = false;
    tenant.checkpoint(&member).await.unwrap();
    let listed: Value = anna.get("/v1/me/tenants").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
