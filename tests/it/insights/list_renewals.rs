//! `insights-list-renewals`.

use serde_json::Value;
use tests::{App, directory};

use crate::{insights::realise::keep, ledger::all, table::scope};

#[tokio::test]
async fn a_renewal_says_what_to_give_back_by_when_and_in_which_words() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let empty: Value = owner.get("/v1/renewals").await.expect(200);
    assert_eq!(empty["items"].as_array().unwrap().len(), 0);
    let scope = scope(&app, &owner).await;
    keep(&app, &scope, 40, 36, "2026-12-31", true).await;
    let told: Value = owner.get("/v1/renewals").await.expect(200);
    let renewal = &told["items"][0];
    assert_eq!(
        (renewal["renews_on"].as_str(), renewal["reduce_by"].as_str()),
        (Some("2026-12-31"), Some("2026-12-24"))
    );
    // Four are unused; without a finding of the check of unused seats none is said to be one to give back.
    assert_eq!((&renewal["unused"], &renewal["give_back"], renewal["monthly"].is_null()), (&4.into(), &0.into(), true));
    assert_eq!(renewal["through_reseller"], true);
}

#[tokio::test]
async fn what_is_to_be_given_back_is_what_the_findings_say() {
    let mut seen = 0;
    for seed in [3, 5] {
        let app = App::of(directory(seed, 180)).await;
        let owner = app.scanned("northwind", app.only_directory()).await;
        let renewals: Value = owner.get("/v1/renewals").await.expect(200);
        let renewals = renewals["items"].as_array().unwrap();
        assert!(!renewals.is_empty());
        let days: Vec<&str> = renewals.iter().map(|one| one["renews_on"].as_str().unwrap()).collect();
        assert!(days.is_sorted() && days[0] >= "2026-11-21");
        for finding in all(&owner, "/v1/findings").await.iter().filter(|finding| finding["check"] == "L1") {
            let of_it = renewals.iter().filter(|one| one["sku"] == finding["subject"]["sku"]);
            let give_back: u64 = of_it.clone().map(|one| one["give_back"].as_u64().unwrap()).sum();
            assert!(give_back <= finding["seats"].as_u64().unwrap());
            seen += give_back;
            for one in of_it.filter(|one| one["give_back"].as_u64() > Some(0)) {
                let left = one["seats"].as_u64().unwrap() - one["give_back"].as_u64().unwrap();
                assert!(one["text"].as_str().unwrap().contains(&format!("to {left} licences")), "{one}");
            }
        }
    }
    assert!(seen > 0, "no planted case has seats to give back at a renewal");
}
