//! `accounts-companies`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use model::{Role, RoleName, TenantState};
use serde_json::{Value, json};
use tests::App;

use crate::links::join;
use crate::members::change;
use crate::table::{scope, set, set_state};

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

#[tokio::test]
async fn the_company_one_is_in_longest_comes_first_in_the_list_and_at_a_sign_in_that_names_none() {
    let app = App::start().await;
    let mut tenants = Vec::new();
    for name in ["fourth", "third", "second", "first"] {
        tenants.push(app.tenant(name).await);
        app.clock.advance(SignedDuration::from_mins(1));
    }
    let anna = tenants.remove(0);
    for tenant in tenants.iter().rev() {
        app.clock.advance(SignedDuration::from_mins(1));
        let member = RoleName::System(Role::Member);
        join(&app, &anna, "Anna", "owner@fourth.example", tenant, member).await;
    }
    let names = async || -> Vec<String> {
        let anna = app.sign_in("owner@fourth.example").await;
        let listed: Value = anna.get("/v1/me/tenants").await.expect(200);
        let items = listed["items"].as_array().unwrap().clone();
        assert_eq!(items[0]["current"], true, "signed in to the first of the list: {items:?}");
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names().await, ["fourth", "first", "second", "third"]);

    // A membership of before its beginning was kept is older than all of them.
    let (pk, sk) = (format!("USER#{}", anna.user), format!("MEMBERSHIP#{}", tenants[1].tenant));
    set(&app, (&pk, &sk), "since", AttributeValue::S("1970-01-01T00:00:00Z".into())).await;
    assert_eq!(names().await, ["second", "fourth", "first", "third"]);

    // Another role is no other beginning.
    change(&app, &tenants[0], &anna, json!({ "role": "read_only" })).await.expect::<Value>(200);
    app.pump().await;
    assert_eq!(names().await, ["second", "fourth", "first", "third"]);
}
