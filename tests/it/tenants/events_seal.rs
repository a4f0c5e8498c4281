//! `tenants-events-seal`.

use jiff::SignedDuration;
use local_aws::{Chaos, Fault};
use model::{Event, SessionId};
use serde_json::{Value, json};
use store::{ChainHead, Commit, Link};
use tests::{App, Client};

use crate::table::{count, put_again, scope};

async fn sign_outs(app: &App, client: &Client<'_>, number: u128) {
    let scope = scope(app, client).await;
    for bits in 0..number {
        let change = Commit::new().event(Event::UserSignedOut { session: SessionId::from_bits(bits) }).unwrap();
        app.system.store.of(&scope).commit(change).await.unwrap();
    }
}

async fn verified(client: &Client<'_>) -> Value {
    client.get("/v1/events/verify").await.expect(200)
}

#[tokio::test]
async fn every_event_is_sealed_once_in_a_chain_of_its_own_company() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    sign_outs(&app, &owner, 5).await;
    app.pump().await;
    // Sign-up, creation, sign-in, and five.
    let told = verified(&owner).await;
    assert_eq!((&told["length"], &told["through"], &told["broken"]), (&json!(8), &json!(8), &Value::Null));
    assert_eq!(verified(&other).await["length"], 3);
    put_again(&app, "user.signed_out").await;
    app.pump().await;
    assert_eq!(verified(&owner).await["length"], 8);
    let scope = scope(&app, &owner).await;
    let links = app.system.store.of(&scope).all::<Link>().await.unwrap();
    let head = app.system.store.of(&scope).get::<ChainHead>(&()).await.unwrap().unwrap().value;
    assert_eq!((head.sequence, &head.hash), (8, &links[7].value.hash));
    assert_eq!(links[0].value.previous, "0".repeat(64));
    assert!(links.windows(2).all(|two| two[0].value.hash == two[1].value.previous));
}

#[tokio::test]
async fn events_that_come_twice_late_and_in_any_order_make_one_chain() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.system.bus().chaos(Chaos { seed: 7, duplicate: 0.5, shuffle: true, delay: SignedDuration::from_secs(60) });
    sign_outs(&app, &owner, 40).await;
    // Writes that are refused for a while are tried again.
    app.system.aws.faults().next_of("TransactWriteItems", Fault::InternalServerError);
    app.pump().await;
    let owner = app.sign_in("owner@acme.example").await;
    let told = verified(&owner).await;
    assert_eq!((&told["length"], &told["broken"]), (&json!(44), &Value::Null));
    assert_eq!(count(&app, &["SEALED#", &owner.tenant.to_string()]).await, 44);
}

#[tokio::test]
async fn many_at_once_follow_one_another() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let scope = scope(&app, &owner).await;
    let seal = (0..8u128).map(|bits| {
        let (store, scope) = (app.system.store.clone(), scope.clone());
        async move { store.of(&scope).seal(model::EventId::from_bits(bits), b"an event").await }
    });
    for sealed in futures::future::join_all(seal).await {
        assert_eq!(sealed.unwrap(), None, "where the chain stands is told once an hour");
    }
    let links = app.system.store.of(&scope).all::<Link>().await.unwrap();
    assert_eq!(links.iter().map(|link| link.value.sequence).collect::<Vec<_>>(), (1..=11).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_first_link_of_an_hour_and_each_hundredth_is_one_to_tell_outside_of_the_table() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let scope = scope(&app, &owner).await;
    let mut told = Vec::new();
    for bits in 0..100u128 {
        if bits == 50 {
            app.clock.advance(SignedDuration::from_hours(1));
        }
        let head = app.system.store.of(&scope).seal(model::EventId::from_bits(bits), b"an event").await.unwrap();
        told.extend(head);
    }
    assert_eq!(told.iter().map(|head| head.sequence).collect::<Vec<_>>(), [54, 100]);
    let links = app.system.store.of(&scope).all::<Link>().await.unwrap();
    // What is told is what `verify` tells of the same place.
    assert_eq!(told[1].hash, links[99].value.hash);
}

#[tokio::test]
async fn sealing_is_one_read_and_one_transaction() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let scope = scope(&app, &owner).await;
    let meter = store::Meter::default();
    let tenant = app.system.store.of(&scope);
    store::metered(&meter, tenant.seal(model::EventId::from_bits(1), b"an event")).await.unwrap();
    let spent = meter.spent();
    assert_eq!((spent.trips, spent.read_units), (2, 1.0), "{spent:?}");
    assert!(spent.write_units <= 6.0, "{spent:?}");
    // A second delivery reads, finds it sealed, and writes nothing.
    tenant.seal(model::EventId::from_bits(1), b"an event").await.unwrap();
    assert_eq!(tenant.all::<Link>().await.unwrap().len(), 4);
}
