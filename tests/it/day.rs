//! What every scan leaves beside its findings: the day in numbers, and its calls by name.

use jiff::SignedDuration;
use local_microsoft::Directory;
use serde_json::Value;
use store::{Scan, Snapshot};
use tests::{App, READER_APP, directory};

use crate::{
    ledger::told,
    scans::{calls, renew, scan},
    table,
};

#[tokio::test]
async fn a_day_is_kept_once_in_numbers() {
    let app = App::of(directory(3, 60)).await;
    let id = app.only_directory();
    let mut owner = app.scanned("northwind", id).await;
    let scope = table::scope(&app, &owner).await;
    let days = || async {
        let days = app.system.store.of(&scope).all::<Snapshot>().await.unwrap();
        days.into_iter().map(|day| day.value).collect::<Vec<_>>()
    };
    let first = days().await;
    let [day] = first.as_slice() else { panic!("{first:?}") };
    let overview: Value = owner.get("/v1/overview").await.expect(200);
    let total = |name: &str| overview["totals"][name]["amount_minor"].as_i64().unwrap();
    assert_eq!(day.day, app.clock.clock().today());
    assert_eq!(Some(day.people as usize), app.microsoft().directory(id, Directory::len));
    assert_eq!(
        (day.spend_monthly.amount_minor, day.certain_monthly.amount_minor, day.likely_monthly.amount_minor),
        (total("spend_monthly"), total("certain_monthly"), total("likely_monthly"))
    );
    assert!(!day.seats.is_empty());
    for seats in &day.seats {
        let consumed = app.microsoft().directory(id, |directory| directory.consumed(seats.sku)).flatten();
        assert_eq!(consumed, Some(seats.consumed), "{seats:?}");
    }

    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(days().await, first, "the same day again");
    app.clock.advance(SignedDuration::from_hours(24));
    app.run("scans-schedule").await;
    app.pump().await;
    let both = days().await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
}

#[tokio::test]
async fn a_scan_says_what_it_called_and_how_often() {
    let app = App::of(directory(3, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    app.microsoft().clear_calls();
    let ended = scan(&app, &mut owner).await;
    let made = app.microsoft().calls().iter().filter(|call| !call.template.ends_with("/token")).count();
    renew(&app, &mut owner).await;
    let scope = table::scope(&app, &owner).await;
    let id = ended["scan"].as_str().unwrap().parse().unwrap();
    let kept = app.system.store.of(&scope).get::<Scan>(&id).await.unwrap().unwrap().value;
    assert_eq!(kept.calls.values().sum::<u32>() as usize, made, "{:?}", kept.calls);
    assert_eq!(ended["microsoft_calls"], made);
    for code in kept.calls.keys() {
        let endpoint = graph::endpoint(code).unwrap_or_else(|| panic!("{code} is no call"));
        assert!(code == "download" || !endpoint.permissions.is_empty(), "{code}");
    }
    let once = ["licence_types", "subscriptions", "people_sign_ins", "roles", "deleted_people"];
    for code in once {
        assert_eq!(kept.calls.get(code), Some(&1), "{code}: {:?}", kept.calls);
    }
    assert_eq!(kept.calls.get("mailbox_purpose"), None, "nobody granted it");
}

#[tokio::test]
async fn what_a_mailbox_is_for_is_asked_of_few_and_only_where_it_is_allowed() {
    let app = App::of(directory(3, 60)).await;
    let id = app.only_directory();
    let mut owner = app.scanned("northwind", id).await;
    let before = told(&owner).await;
    assert_eq!(calls(&app, "/v1.0/$batch"), 0, "nobody granted it");
    let mut permissions = graph::reader_permissions();
    permissions.push("MailboxSettings.Read");
    app.microsoft().consent_partly(READER_APP, id, &permissions);
    app.microsoft().clear_calls();
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let asked = calls(&app, "/v1.0/users/{id}/mailboxsettings");
    assert!((1..30).contains(&asked), "{asked} of 60");
    assert_eq!(calls(&app, "/v1.0/$batch"), asked.div_ceil(20));
    assert_eq!(told(&owner).await.entries, before.entries, "Microsoft says what its report says");
}
