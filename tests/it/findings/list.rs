//! `findings-list`.

use checks::CheckId;
use local_microsoft::{Bought, Directory, Standing};
use model::{PersonId, SkuId};
use serde_json::{Value, json};
use tests::{App, Client, Options, directory};

use super::text;
use crate::{
    ledger::{all, price},
    scans::scan,
};

#[tokio::test]
async fn findings_come_in_pages_of_the_wanted_size() {
    let directories = vec![directory(3, 180), directory(4, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let whole = all(&owner, "/v1/findings").await;
    assert!(whole.len() >= 5, "{}", whole.len());
    for limit in [1, 2, 3, 100] {
        let (mut seen, mut address) = (Vec::new(), format!("/v1/findings?limit={limit}"));
        loop {
            let page: Value = owner.get(&address).await.expect(200);
            assert!(page["items"].as_array().unwrap().len() <= limit);
            seen.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => address = format!("/v1/findings?limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, whole, "{limit} a page");
    }
    let cursor = owner.get("/v1/findings?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
    other.get(&format!("/v1/findings?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    owner.get(&format!("/v1/scans?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    let foreign = all(&other, "/v1/findings").await;
    assert!(foreign.iter().all(|finding| whole.iter().all(|own| own["finding"] != finding["finding"])));
}

#[tokio::test]
async fn a_finding_says_what_it_is_and_what_acting_on_it_saves() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let mut checks = std::collections::BTreeSet::new();
    for finding in all(&owner, "/v1/findings").await {
        let text = |name: &str| finding[name].as_str().unwrap_or_else(|| panic!("{name} of {finding:#}")).to_owned();
        checks.insert(text("check"));
        assert!(text("headline").starts_with(|c: char| c.is_ascii_digit()), "number first: {}", text("headline"));
        assert!(text("why_it_matters").len() > 30);
        assert_eq!(finding["first_found"], "2026-11-21T08:00:00Z");
        assert!(finding["affected"].is_null(), "people are read page by page");
        let saving = &finding["saving"];
        if saving.is_null() {
            let unpriced = !finding["price_missing"].as_array().unwrap().is_empty();
            assert!(finding["stake"]["type"] != "saving" || unpriced, "{finding:#}");
            continue;
        }
        let minor = |name: &str| saving[name]["amount_minor"].as_i64().unwrap();
        assert_eq!(minor("annual"), 12 * minor("monthly"));
        assert!(minor("certain_monthly") <= minor("monthly"));
        let parts = saving["parts"].as_array().unwrap();
        assert_eq!(
            parts.iter().map(|part| part["monthly"]["amount_minor"].as_i64().unwrap()).sum::<i64>(),
            minor("monthly")
        );
        assert_eq!(saving["realisable_on"], parts.first().map_or(Value::Null, |part| part["on"].clone()));
    }
    for check in ["L1", "L10", "L12", "L19", "L20", "L21", "L27", "L3", "L6", "L7", "L9"] {
        assert!(checks.contains(check), "{check} of {checks:?}");
    }
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names_and_its_cursor_is_good_for_nothing_else() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let everything = all(&owner, "/v1/findings").await;
    for (filter, field, value) in
        [("check=L1", "check", "L1"), ("remedy=guided", "remedy", "guided"), ("state=open", "state", "open")]
    {
        let page: Value = owner.get(&format!("/v1/findings?limit=100&{filter}")).await.expect(200);
        let wanted: Vec<&Value> = everything.iter().filter(|finding| finding[field] == value).collect();
        assert!(!wanted.is_empty(), "{filter}");
        assert_eq!(page["items"].as_array().unwrap().iter().collect::<Vec<_>>(), wanted, "{filter}");
    }
    let page: Value = owner.get("/v1/findings?state=accepted").await.expect(200);
    assert_eq!(page["items"], serde_json::json!([]));
    let page: Value = owner.get("/v1/findings?limit=1&state=open").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more follows");
    let _: Value = owner.get(&format!("/v1/findings?limit=1&state=open&cursor={cursor}")).await.expect(200);
    owner.get(&format!("/v1/findings?limit=1&cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    for wrong in ["check=L0", "remedy=magic", "state=closed", "kind=L1"] {
        owner.get(&format!("/v1/findings?{wrong}")).await.expect_problem(400, "bad_query");
    }
}

#[tokio::test]
async fn before_the_first_scan_the_list_is_empty() {
    let app = App::start().await;
    let owner = app.tenant("northwind").await;
    let page: Value = owner.get("/v1/findings").await.expect(200);
    assert_eq!(page, serde_json::json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn a_guided_finding_is_gone_once_its_step_is_done_at_microsoft_and_it_is_checked_again() {
    let app = App::of(directory(3, 180)).await;
    let (id, microsoft) = (app.only_directory(), app.microsoft());
    // A licence type that somebody who was blocked still has.
    let planted = |d: &Directory| -> (SkuId, Vec<String>) {
        let paid = |sku: &SkuId| {
            let bought = d.bought(*sku);
            price(*sku).is_some() && bought.iter().all(|(_, one)| one.standing == Standing::Enabled)
        };
        let sku = d.ledger().of("L3").map(|entry| entry.sku).find(paid).expect("a blocked account with a licence");
        let blocked = d.ledger().of("L3").filter(|entry| entry.sku == sku).filter_map(|entry| entry.person);
        let blocked: Vec<PersonId> = blocked.collect();
        (sku, d.accounts().filter(|one| blocked.contains(&one.id)).map(|one| one.upn.to_lowercase()).collect())
    };
    let (sku, blocked) = microsoft.directory(id, planted).unwrap();
    let (mut bought, held) = microsoft.directory(id, |d| (d.bought(sku), d.consumed(sku).unwrap())).unwrap();
    bought.sort_by_key(|(_, one)| one.seats);
    let (subscription, largest) = bought.pop().unwrap();
    let beside: u32 = bought.iter().map(|(_, one)| one.seats).sum();
    let seats = |all: u32| Bought { seats: all - beside, ..largest };
    let mut owner = app.scanned("northwind", id).await;
    let found = async |owner: &Client<'_>, check: CheckId| {
        let told = all(owner, "/v1/findings").await;
        told.into_iter().find(|one| one["check"] == json!(check) && one["subject"]["sku"] == json!(sku))
    };
    let steps = [
        // Too many are bought, and given back.
        (CheckId::L1, seats(held + 30), seats(held + 2)),
        // The subscription lapses, and is renewed.
        (CheckId::L20, Bought { standing: Standing::Warning, ..seats(held) }, seats(held)),
        // One fewer is bought than is assigned, and then as many.
        (CheckId::L2, seats(held - 1), seats(held)),
    ];
    for (check, before, after) in steps {
        microsoft.set_subscription(id, &subscription, before).unwrap();
        assert_eq!(scan(&app, &mut owner).await["state"], "finished");
        let finding = found(&owner, check).await.unwrap_or_else(|| panic!("no {check}"));
        let detail: Value = owner.get(&format!("/v1/findings/{}", text(&finding, "finding"))).await.expect(200);
        assert!(!detail["steps"].as_array().unwrap().is_empty(), "{check}");
        if check == CheckId::L2 {
            // Whose licence it could be, and which finding takes it back.
            let evidence = detail["evidence"].as_array().unwrap();
            let rows = evidence.iter().filter(|row| row["source"] == CheckId::L3.check().text.title);
            let named: Vec<String> = rows.map(|row| text(row, "value").to_lowercase()).collect();
            for upn in &blocked {
                assert!(named.iter().any(|one| one.ends_with(&format!("({upn})"))), "{upn} in {named:?}");
            }
        }
        microsoft.set_subscription(id, &subscription, after).unwrap();
        assert!(found(&owner, check).await.is_some(), "{check} stays until it is checked again");
        assert_eq!(scan(&app, &mut owner).await["state"], "finished");
        assert!(found(&owner, check).await.is_none(), "{check} is gone");
    }
}
