//! `findings-person`.

use serde_json::Value;
use tests::{App, directory};

use crate::ledger::all;

#[tokio::test]
async fn a_person_comes_with_their_findings_and_what_happened() {
    // More than one bucket of people.
    let app = App::of(directory(5, 600)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let findings = all(&owner, "/v1/findings").await;
    let inactive = findings.iter().find(|finding| finding["check"] == "L3").unwrap();
    let path = format!("/v1/findings/{}/people", inactive["finding"].as_str().unwrap());
    for one in all(&owner, &path).await.iter().take(5) {
        let told: Value = owner.get(&format!("/v1/people/{}", one["person"].as_str().unwrap())).await.expect(200);
        assert_eq!((&told["name"], &told["address"]), (&one["name"], &one["upn"]));
        assert_eq!(told["status"], "left");
        let found = told["findings"].as_array().unwrap();
        let same = found.iter().find(|finding| finding["finding"] == inactive["finding"]).unwrap();
        assert_eq!((&same["licences"], &same["evidence"]), (&one["skus"], &one["evidence"]));
        assert!(!same["title"].as_str().unwrap().is_empty());
        let history = told["history"].as_array().unwrap();
        assert!(history.iter().any(|one| one["what"] == "Steward first saw the account blocked"), "{history:?}");
        let days: Vec<&str> = history.iter().map(|one| one["on"].as_str().unwrap()).collect();
        assert!(days.windows(2).all(|pair| pair[0] >= pair[1]), "newest first: {days:?}");
    }
    // Everybody of the list is there, in whatever bucket.
    for one in all(&owner, "/v1/people").await.iter().step_by(37) {
        let mut told: Value = owner.get(&format!("/v1/people/{}", one["person"].as_str().unwrap())).await.expect(200);
        let fields = told.as_object_mut().unwrap();
        fields.remove("findings");
        fields.remove("history");
        assert_eq!(&told, one);
    }
}

#[tokio::test]
async fn who_is_not_in_the_directory_is_not_found() {
    let app = App::of(directory(5, 40)).await;
    let owner = app.tenant("northwind").await;
    let nobody = "/v1/people/00000000-0000-4000-8000-000000000000";
    owner.get(nobody).await.expect_problem(404, "not_found");
    owner.connect(app.only_directory()).await;
    app.pump().await;
    owner.get(nobody).await.expect_problem(404, "not_found");
    owner.get("/v1/people/anna").await.expect_problem(404, "not_found");
}
