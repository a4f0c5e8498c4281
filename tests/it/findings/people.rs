//! `findings-people`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Options, directory};

use crate::ledger::all;

#[tokio::test]
async fn many_people_come_in_pages_the_dearest_first() {
    let app = App::of(directory(3, 180)).await;
    drop(app.scanned("northwind", app.only_directory()).await);
    // Four months without a sign-in: everybody is inactive.
    app.clock.advance(SignedDuration::from_hours(24 * 120));
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    let findings = all(&owner, "/v1/findings").await;
    let inactive = findings.iter().find(|finding| finding["check"] == "L6").unwrap();
    let path = format!("/v1/findings/{}/people", inactive["finding"].as_str().unwrap());
    let people = inactive["people"].as_u64().unwrap() as usize;
    assert!(people > 100, "{people}");
    let first: Value = owner.get(&path).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 100);
    let everybody = all(&owner, &path).await;
    assert_eq!(everybody.len(), people);
    let ids: BTreeSet<&str> = everybody.iter().map(|one| one["person"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), people, "nobody twice");
    let worth = |one: &Value| -> i64 {
        one["skus"].as_array().unwrap().iter().filter_map(|sku| sku["monthly"]["amount_minor"].as_i64()).sum()
    };
    assert!(everybody.windows(2).all(|pair| worth(&pair[0]) >= worth(&pair[1])), "the dearest first");
    for one in &everybody {
        assert!(!one["evidence"].as_array().unwrap().is_empty() && !one["skus"].as_array().unwrap().is_empty());
    }
    // A cursor is good for one finding.
    let cursor = first["next_cursor"].as_str().unwrap();
    let another = findings.iter().find(|finding| finding["check"] == "L3").unwrap()["finding"].as_str().unwrap();
    owner.get(&format!("/v1/findings/{another}/people?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    owner.get(&format!("/v1/findings?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    // When they are few again, so are the pages.
    for one in everybody.iter().take(people - 30) {
        let person = one["person"].as_str().unwrap().parse().unwrap();
        assert!(app.microsoft().delete_person(app.only_directory(), person));
    }
    app.clock.advance(SignedDuration::from_hours(24));
    app.run("scans-schedule").await;
    app.pump().await;
    let owner = app.sign_in("owner@northwind.example").await;
    let left = all(&owner, &path).await;
    assert!((30..100).contains(&left.len()), "those who are left, and no part of before: {}", left.len());
    let gone: BTreeSet<&str> = everybody[..people - 30].iter().map(|one| one["person"].as_str().unwrap()).collect();
    assert!(left.iter().all(|one| !gone.contains(one["person"].as_str().unwrap())));
}

#[tokio::test]
async fn names_from_the_directory_come_through_as_they_are() {
    let mut strange = BTreeSet::new();
    for seed in 1..=3 {
        let app = App::of(directory(seed, 180)).await;
        let id = app.only_directory();
        let names: BTreeMap<String, (String, String)> = app
            .microsoft()
            .directory(id, |d| d.accounts().map(|a| (a.id.to_string(), (a.name, a.upn))).collect())
            .unwrap();
        let owner = app.scanned("northwind", id).await;
        for finding in all(&owner, "/v1/findings").await {
            let path = format!("/v1/findings/{}/people", finding["finding"].as_str().unwrap());
            let answer = owner.get(&path).await;
            assert_eq!(answer.headers["content-type"], "application/json");
            for one in all(&owner, &path).await {
                let Some((name, upn)) = names.get(one["person"].as_str().unwrap()) else {
                    assert_eq!(finding["check"], "L25", "only the deleted are no accounts");
                    continue;
                };
                // Sign-in names are compared without case, and kept so.
                let upn = upn.to_lowercase();
                assert_eq!((one["name"].as_str(), one["upn"].as_str()), (Some(name.as_str()), Some(upn.as_str())));
                if name.chars().any(|c| !c.is_alphanumeric() && !c.is_ascii_whitespace() && !"-'.".contains(c)) {
                    strange.insert(name.clone());
                }
            }
        }
    }
    assert!(strange.len() >= 3, "hostile names are among them: {strange:?}");
}

#[tokio::test]
async fn the_people_of_a_finding_are_its_companys_own() {
    let directories = vec![directory(1, 60), directory(2, 60)];
    let app = App::with(Options { directories, ..Options::default() }).await;
    let ids = app.microsoft().directories();
    let owner = app.scanned("northwind", ids[0]).await;
    let other = app.scanned("contoso", ids[1]).await;
    let empty = json!({ "items": [], "next_cursor": null });
    let never: Value = other.get("/v1/findings/fnd_00000000000000000000000000/people").await.expect(200);
    assert_eq!(never, empty);
    for finding in all(&owner, "/v1/findings").await {
        let path = format!("/v1/findings/{}/people", finding["finding"].as_str().unwrap());
        assert_eq!(other.get(&path).await.expect::<Value>(200), empty);
        let own = all(&owner, &path).await;
        assert_eq!(finding["people"], own.len());
    }
}
