//! What tests need that no endpoint gives: the table itself, and states that come with later endpoints.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client as Table,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::{Policy, Role, SessionId, TenantId, TenantState};
use serde_json::{Value, json};
use store::{Company, Member, Origin, SessionProof, TenantScope};
use tests::{App, Client};

/// The real SDK against the table.
pub fn table(app: &App) -> Table {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("tests", "tests", None, None, "tests"))
        .http_client(app.system.connect().http.client())
        .endpoint_url(app.system.aws.endpoints().dynamodb);
    Table::from_conf(config.build())
}

/// An item as it is.
pub type Item = HashMap<String, AttributeValue>;

/// Every item of the table.
pub async fn raw(app: &App) -> Vec<Item> {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let mut pages = table(app).scan().table_name(name).into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(item.unwrap());
    }
    items
}

/// Every item of the table as text, sorted.
pub async fn items(app: &App) -> Vec<String> {
    let mut items: Vec<String> = raw(app).await.iter().map(shown).collect();
    items.sort();
    items
}

/// An item as text.
pub fn shown(item: &Item) -> String {
    let mut fields: Vec<String> = item.iter().map(|(name, value)| format!("{name}={}", value_shown(value))).collect();
    fields.sort();
    fields.join("|")
}

fn value_shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(inner) => format!("{{{}}}", shown(inner)),
        AttributeValue::L(list) => format!("[{}]", list.iter().map(value_shown).collect::<Vec<_>>().join(", ")),
        value => format!("{value:?}"),
    }
}

/// How many items of the table hold all of `parts`.
pub async fn count(app: &App, parts: &[&str]) -> usize {
    items(app).await.iter().filter(|item| parts.iter().all(|part| item.contains(part))).count()
}

/// What a token says, unverified.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The session of somebody signed in.
pub fn session(client: &Client<'_>) -> SessionId {
    serde_json::from_value(claims(&client.token)["sid"].clone()).unwrap()
}

/// The right to a company's data, as one of its members has it.
pub async fn scope(app: &App, client: &Client<'_>) -> TenantScope {
    let proof = SessionProof {
        user: client.user,
        tenant: client.tenant,
        session: session(client),
        mver: 1,
        origin: Origin::SYSTEM,
    };
    app.system.store.admit(&proof).await.expect("a member").scope
}

/// The right to the data of any company, there or not, as a consumer of an event has it.
pub fn scope_of(app: &App, tenant: TenantId) -> TenantScope {
    let event = "evt_00000000000000000000000000";
    let detail = json!({ "dynamodb": { "NewImage": {
        "PK": { "S": format!("TENANT#{tenant}#EVENTS#202611") },
        "SK": { "S": format!("EVENT#{event}") },
        "id": { "S": event },
        "tenant": { "S": tenant.to_string() },
        "at": { "S": tests::BEGIN },
        "actor": { "M": { "type": { "S": "system" } } },
        "kind": { "S": "user.signed_out" },
        "session": { "S": "ses_00000000000000000000000000" },
    } } });
    app.system.store.open_event(&detail).expect("an event").0
}

/// Writes a company's state as an operator would.
pub async fn set_state(app: &App, scope: &TenantScope, state: TenantState) {
    let tenant = app.system.store.of(scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().expect("a company");
    company.value.state = state;
    tenant.checkpoint(&company).await.unwrap();
}

/// Writes a company's rules for signing in.
pub async fn set_policy(app: &App, scope: &TenantScope, policy: Policy) {
    let tenant = app.system.store.of(scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().expect("a company");
    company.value.policy = policy;
    tenant.checkpoint(&company).await.unwrap();
}

/// Changes an attribute of an address's login.
pub async fn set_login(app: &App, email: &str, attribute: &str, value: AttributeValue) {
    let (table, name) = (table(app), app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let change = table
        .update_item()
        .table_name(name)
        .key("PK", AttributeValue::S(format!("EMAIL#{email}")))
        .key("SK", AttributeValue::S("EMAIL".into()))
        .update_expression("SET #attribute = :value")
        .condition_expression("attribute_exists(PK)")
        .expression_attribute_names("#attribute", attribute)
        .expression_attribute_values(":value", value);
    change.send().await.unwrap();
}

/// Changes a member as an administrator would.
pub async fn set_member(app: &App, scope: &TenantScope, client: &Client<'_>, change: impl FnOnce(&mut Member)) {
    let tenant = app.system.store.of(scope);
    let mut member = tenant.get_strong::<Member>(&client.user).await.unwrap().expect("a member");
    change(&mut member.value);
    tenant.checkpoint(&member).await.unwrap();
}

/// Gives a member another role.
pub async fn set_role(app: &App, scope: &TenantScope, client: &Client<'_>, role: Role) {
    set_member(app, scope, client, |member| member.role = model::RoleName::System(role)).await;
}

/// Puts every event of a kind into the table once more, under another key: the bus brings it a second time.
pub async fn put_again(app: &App, kind: &str) {
    let (table, name) = (table(app), app.system.connect().env.required("STEWARD_TABLE").unwrap());
    let found = table
        .scan()
        .table_name(name)
        .filter_expression("kind = :kind AND begins_with(SK, :event)")
        .expression_attribute_values(":kind", AttributeValue::S(kind.into()))
        .expression_attribute_values(":event", AttributeValue::S("EVENT#".into()));
    for mut item in found.send().await.unwrap().items.unwrap() {
        let key = item["PK"].as_s().unwrap().rsplit_once('#').unwrap().0.to_owned();
        item.insert("PK".into(), AttributeValue::S(format!("{key}#209912")));
        table.put_item().table_name(name).set_item(Some(item)).send().await.unwrap();
    }
}

/// Changes one attribute of one item, as nothing of ours would.
pub async fn set(app: &App, (pk, sk): (&str, &str), attribute: &str, value: AttributeValue) {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let update = table(app)
        .update_item()
        .table_name(name)
        .key("PK", AttributeValue::S(pk.into()))
        .key("SK", AttributeValue::S(sk.into()))
        .update_expression("SET #it = :it")
        .condition_expression("attribute_exists(PK)")
        .expression_attribute_names("#it", attribute)
        .expression_attribute_values(":it", value);
    update.send().await.expect("the item");
}

/// Writes items over whatever is there, and takes others away by their keys.
pub async fn replace(app: &App, items: Vec<Item>, gone: Vec<Item>) {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let put = |item| PutRequest::builder().set_item(Some(item)).build().unwrap();
    let delete = |key| DeleteRequest::builder().set_key(Some(key)).build().unwrap();
    let puts = items.into_iter().map(|item| WriteRequest::builder().put_request(put(item)).build());
    let deletes = gone.into_iter().map(|key| WriteRequest::builder().delete_request(delete(key)).build());
    let (table, all) = (table(app), puts.chain(deletes).collect::<Vec<_>>());
    // As many as one call takes.
    for some in all.chunks(25) {
        table.batch_write_item().request_items(name, some.to_vec()).send().await.unwrap();
    }
}

/// Takes an item away.
pub async fn delete(app: &App, pk: &str, sk: &str) {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let key = [("PK", pk), ("SK", sk)].map(|(name, text)| (name.to_owned(), AttributeValue::S(text.into())));
    table(app).delete_item().table_name(name).set_key(Some(HashMap::from(key))).send().await.unwrap();
}
