//! `tenants-events-verify`: whatever is done to the table behind our back, the first broken link is named.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use model::{Event, SessionId};
use serde_json::{Value, json};
use store::Commit;
use tests::{App, Client};

use crate::table::{scope, table};

type Item = HashMap<String, AttributeValue>;

/// A company with so many sealed events, and its items of the chain and the log in order of sealing.
async fn company(app: &App, events: u64) -> (Client<'_>, Vec<Item>, Vec<Item>) {
    let owner = app.tenant("acme").await;
    let scope = scope(app, &owner).await;
    for number in 3..events {
        let session = SessionId::from_bits(number.into());
        let change = Commit::new().event(Event::UserSignedOut { session }).unwrap();
        app.system.store.of(&scope).commit(change).await.unwrap();
    }
    app.pump().await;
    let all = all(app, &owner).await;
    let mut links: Vec<Item> = all.iter().filter(|item| sk(item).starts_with("LINK#")).cloned().collect();
    links.sort_by_key(sk);
    let sealed = links.iter().map(|link| {
        let event = format!("EVENT#{}", link["event"].as_s().unwrap());
        all.iter().find(|item| sk(item) == event).unwrap().clone()
    });
    let sealed = sealed.collect();
    (owner, links, sealed)
}

fn sk(item: &Item) -> String {
    item["SK"].as_s().unwrap().clone()
}

async fn all(app: &App, client: &Client<'_>) -> Vec<Item> {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let mut pages = table(app).scan().table_name(name).into_paginator().items().send();
    let (mut items, own) = (Vec::new(), format!("TENANT#{}", client.tenant));
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        if item["PK"].as_s().unwrap().starts_with(&own) {
            items.push(item);
        }
    }
    items
}

async fn put(app: &App, item: &Item) {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    table(app).put_item().table_name(name).set_item(Some(item.clone())).send().await.unwrap();
}

async fn delete(app: &App, item: &Item) {
    let name = app.system.connect().env.required("STEWARD_TABLE").unwrap();
    let key = |field: &str| item[field].clone();
    table(app).delete_item().table_name(name).key("PK", key("PK")).key("SK", key("SK")).send().await.unwrap();
}

async fn broken(client: &Client<'_>) -> (Value, Value) {
    let told: Value = client.get("/v1/events/verify").await.expect(200);
    let broken = &told["broken"];
    if !broken.is_null() {
        assert_eq!(told["through"].as_u64().unwrap() + 1, broken["sequence"].as_u64().unwrap().max(1), "{told}");
        assert_eq!(told["next_cursor"], Value::Null);
    }
    (broken["sequence"].clone(), broken["flaw"].clone())
}

fn whole() -> (Value, Value) {
    (Value::Null, Value::Null)
}

fn at(sequence: u64, flaw: &str) -> (Value, Value) {
    (json!(sequence), json!(flaw))
}

/// Each value an attribute could have instead: another letter, another type, none, and one attribute more.
fn altered(item: &Item) -> Vec<Item> {
    let mut all = Vec::new();
    for (name, value) in item.iter().filter(|(name, _)| !["PK", "SK"].contains(&name.as_str())) {
        let with = |value: AttributeValue| {
            let mut other = item.clone();
            other.insert(name.clone(), value);
            other
        };
        match value {
            AttributeValue::S(text) => {
                for place in [0, text.len() / 2, text.len() - 1] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[place] = if bytes[place] == b'7' { b'8' } else { b'7' };
                    all.push(with(AttributeValue::S(String::from_utf8(bytes).unwrap())));
                }
            }
            AttributeValue::N(number) => all.push(with(AttributeValue::N(format!("{number}1")))),
            AttributeValue::M(map) => {
                let mut map = map.clone();
                map.insert("type".into(), AttributeValue::S("system".into()));
                map.remove("id");
                if AttributeValue::M(map.clone()) != *value {
                    all.push(with(AttributeValue::M(map)));
                }
            }
            _ => {}
        }
        let mut without = item.clone();
        without.remove(name);
        all.push(without);
    }
    let mut more = item.clone();
    more.insert("note".into(), AttributeValue::S("added".into()));
    all.push(more);
    all
}

#[tokio::test]
async fn an_event_that_was_altered_anywhere_is_named() {
    let app = App::start().await;
    let (owner, _, events) = company(&app, 6).await;
    assert_eq!(broken(&owner).await, whole());
    for (place, event) in events.iter().enumerate() {
        let others = altered(event);
        assert!(others.len() > 10);
        for other in others {
            put(&app, &other).await;
            assert_eq!(broken(&owner).await, at(place as u64 + 1, "altered"), "{other:?}");
        }
        put(&app, event).await;
    }
    assert_eq!(broken(&owner).await, whole());
}

#[tokio::test]
async fn an_event_or_a_link_that_is_gone_is_named() {
    let app = App::start().await;
    let (owner, links, events) = company(&app, 6).await;
    for items in [&links, &events] {
        for (place, item) in items.iter().enumerate() {
            delete(&app, item).await;
            assert_eq!(broken(&owner).await, at(place as u64 + 1, "missing"), "{item:?}");
            put(&app, item).await;
        }
    }
    // The first of several is the one.
    delete(&app, &events[4]).await;
    delete(&app, &events[2]).await;
    assert_eq!(broken(&owner).await, at(3, "missing"));
    put(&app, &events[2]).await;
    put(&app, &events[4]).await;
    // All of the end, links and events, leaves the head; the head alone leaves links.
    let head = all(&app, &owner).await.into_iter().find(|item| sk(item) == "HEAD").unwrap();
    for place in [4, 5] {
        delete(&app, &links[place]).await;
        delete(&app, &events[place]).await;
    }
    assert_eq!(broken(&owner).await, at(5, "missing"));
    delete(&app, &head).await;
    assert_eq!(broken(&owner).await, at(1, "missing"));
    // The stream brings what was put back once more; that it is sealed already is known without a head.
    app.pump().await;
    assert_eq!(broken(&owner).await, at(1, "missing"));
}

#[tokio::test]
async fn links_that_changed_places_or_content_are_named() {
    let app = App::start().await;
    let (owner, links, events) = company(&app, 6).await;
    let moved = |from: &Item, to: &Item| {
        let mut item = from.clone();
        item.insert("SK".into(), to["SK"].clone());
        item
    };
    // Two links changed places, whole, and then with their numbers put right.
    put(&app, &moved(&links[3], &links[2])).await;
    put(&app, &moved(&links[2], &links[3])).await;
    assert_eq!(broken(&owner).await, at(3, "out_of_order"));
    for (from, to) in [(3, 2), (2, 3)] {
        let mut item = moved(&links[from], &links[to]);
        item.insert("sequence".into(), links[to]["sequence"].clone());
        put(&app, &item).await;
    }
    assert_eq!(broken(&owner).await, at(3, "out_of_order"));
    put(&app, &links[2]).await;
    put(&app, &links[3]).await;
    assert_eq!(broken(&owner).await, whole());
    // Two events changed places.
    put(&app, &moved(&events[3], &events[2])).await;
    assert_eq!(broken(&owner).await, at(3, "altered"));
    put(&app, &events[2]).await;
    // A link altered in any of its parts.
    for link in altered(&links[2]) {
        if link.contains_key("note") || !link.contains_key("v") || link["v"] != links[2]["v"] {
            // Neither is sealed nor read.
            continue;
        }
        put(&app, &link).await;
        let (sequence, flaw) = broken(&owner).await;
        assert_eq!(sequence, 3, "{link:?}: {flaw}");
        put(&app, &links[2]).await;
    }
    // The head put back to before: what stands beyond it shows it.
    let head = all(&app, &owner).await.into_iter().find(|item| sk(item) == "HEAD").unwrap();
    let mut back = head.clone();
    back.insert("sequence".into(), links[3]["sequence"].clone());
    back.insert("hash".into(), links[3]["hash"].clone());
    put(&app, &back).await;
    assert_eq!(broken(&owner).await, at(5, "out_of_order"));
    let mut other = head.clone();
    other.insert("hash".into(), links[3]["hash"].clone());
    put(&app, &other).await;
    let told: Value = owner.get("/v1/events/verify").await.expect(200);
    assert_eq!((&told["broken"]["sequence"], &told["broken"]["flaw"]), (&json!(6), &json!("altered")));
    put(&app, &head).await;
    assert_eq!(broken(&owner).await, whole());
}

#[tokio::test]
async fn a_long_chain_is_verified_two_hundred_at_a_time() {
    let app = App::start().await;
    let (owner, _, events) = company(&app, 450).await;
    let mut told: Value = owner.get("/v1/events/verify").await.expect(200);
    let mut through = vec![told["through"].clone()];
    while let Some(cursor) = told["next_cursor"].as_str() {
        let answer = owner.get(&format!("/v1/events/verify?cursor={cursor}")).await;
        told = answer.expect(200);
        assert!(answer.cost().0 <= 5, "{:?}", answer.cost());
        through.push(told["through"].clone());
    }
    assert_eq!((through, &told["broken"]), (vec![json!(200), json!(400), json!(450)], &Value::Null));
    delete(&app, &events[420]).await;
    let first: Value = owner.get("/v1/events/verify").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second: Value = owner.get(&format!("/v1/events/verify?cursor={cursor}")).await.expect(200);
    let cursor = second["next_cursor"].as_str().unwrap();
    let third: Value = owner.get(&format!("/v1/events/verify?cursor={cursor}")).await.expect(200);
    assert_eq!(third["broken"]["sequence"], 421);
    // A cursor of another list or company is none of this one.
    owner.get("/v1/events/verify?cursor=junk").await.expect_problem(400, "bad_cursor");
    let other = app.tenant("nova").await;
    other.get(&format!("/v1/events/verify?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    let page: Value = owner.get("/v1/events?limit=1").await.expect(200);
    let events = page["next_cursor"].as_str().unwrap();
    owner.get(&format!("/v1/events/verify?cursor={events}")).await.expect_problem(400, "bad_cursor");
    app.pump().await;
}
