//! `insights-watch-renewals`.

use store::RenewalWatch;
use tests::{App, directory};

use crate::{
    insights::realise::{finished, keep},
    table::scope,
};

#[tokio::test]
async fn a_scan_says_when_to_look_at_renewals_and_the_next_one_writes_nothing() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = scope(&app, &owner).await;
    let watch = app.system.store.of(&scope).get::<RenewalWatch>(&()).await.unwrap().expect("a watch");
    assert!(watch.value.next.is_some(), "seats to give back are planted");
    assert_eq!(owner.act("/v1/scans").await.status, 202);
    app.pump().await;
    let after = app.system.store.of(&scope).get::<RenewalWatch>(&()).await.unwrap().expect("a watch");
    assert_eq!(after.version, watch.version);
}

#[tokio::test]
async fn with_nothing_to_give_back_there_is_nothing_to_look_at() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 40, "2026-12-01", false).await;
    finished(&app, &scope).await;
    let watch = app.system.store.of(&scope).get::<RenewalWatch>(&()).await.unwrap();
    assert!(watch.is_none_or(|watch| watch.value.next.is_none()));
    drop(owner);
}
