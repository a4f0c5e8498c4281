use std::{fs, path::Path};

use checks::facts::{Missing, SignIn, Usage};
use graph::folder::{self, Folder, Part};
use jiff::civil::date;
use serde_json::{Value, json};
use tempfile::TempDir;

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#";
const SKU: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";

fn id(n: u32) -> String {
    format!("00000000-0000-0000-0000-{n:012}")
}

fn save(dir: &TempDir, name: &str, body: impl AsRef<[u8]>) {
    fs::write(dir.path().join(name), body).unwrap();
}

fn answer(set: &str, items: Value, next: Option<&str>) -> String {
    let mut body = json!({"@odata.context": format!("{CONTEXT}{set}"), "value": items});
    if let Some(next) = next {
        body["@odata.nextLink"] = next.into();
    }
    body.to_string()
}

fn user(n: u32) -> Value {
    json!({"id": id(n), "userPrincipalName": format!("P{n}@contoso.com"), "displayName": format!("Person {n}"),
        "accountEnabled": true, "createdDateTime": "2024-05-06T23:59:59Z",
        "assignedLicenses": [{"skuId": SKU, "disabledPlans": []}],
        "signInActivity": {"lastSignInDateTime": "2026-11-01T23:00:00Z", "lastSuccessfulSignInDateTime": null}})
}

fn skus() -> String {
    let plans = json!([{"servicePlanId": id(9), "servicePlanName": "EXCHANGE", "appliesTo": "User"},
        {"servicePlanName": "without an id"}]);
    let sku = json!({"skuId": SKU, "skuPartNumber": "PART", "appliesTo": "User", "capabilityStatus": "Enabled",
        "consumedUnits": 3, "prepaidUnits": {"enabled": 5, "warning": 1}, "servicePlans": plans});
    let uncounted = json!({"skuId": id(1), "prepaidUnits": {"enabled": 25}});
    answer("subscribedSkus", json!([sku, uncounted]), None)
}

const REPORT: &str = "\u{feff}Report Refresh Date,User Principal Name,Display Name,Is Deleted,Has Exchange License,\
    Exchange Last Activity Date\n2026-11-19,p1@contoso.com,P,False,True,2026-11-05\n";

fn full() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    save(&dir, "a", answer("organization", json!([{"id": id(7), "displayName": "Contoso"}]), None));
    save(&dir, "b.txt", skus());
    save(&dir, "u1.json", answer("users", json!([user(1), user(2)]), Some("https://graph.microsoft.com/v1.0/users?2")));
    save(&dir, "u2.json", answer("users", json!([user(3), user(1)]), None));
    let subscription = json!({"id": "s1", "skuId": SKU, "status": "Enabled", "totalLicenses": 5, "isTrial": false,
        "nextLifecycleDateTime": "2027-02-01T00:00:00Z", "createdDateTime": "0001-01-01T00:00:00Z",
        "ownerTenantId": id(8)});
    save(&dir, "s.json", answer("directory/subscriptions", json!([subscription]), None));
    save(&dir, "r.csv", REPORT);
    dir
}

fn read(dir: &TempDir) -> Folder {
    folder::read(dir.path()).unwrap()
}

fn gaps(folder: &Folder) -> Vec<Part> {
    folder.missing.iter().map(|gap| gap.part).collect()
}

fn why(folder: &Folder, file: &str) -> String {
    let ignored = folder.ignored.iter().find(|ignored| ignored.file == file);
    ignored.unwrap_or_else(|| panic!("{file} was used: {:?}", folder.ignored)).why.clone()
}

#[test]
fn a_full_folder_becomes_facts() {
    let folder = read(&full());
    assert_eq!((gaps(&folder), &folder.ignored), (vec![], &vec![]));
    assert_eq!(folder.organization.as_deref(), Some("Contoso"));
    let skus = folder.skus.unwrap();
    assert_eq!(skus.len(), 1, "a licence type without a count of used seats is not guessed at");
    assert_eq!((skus[0].consumed, skus[0].seats.enabled, skus[0].seats.warning, skus[0].plans.len()), (3, 5, 1, 1));
    let people = folder.people.unwrap();
    assert_eq!(
        people.iter().map(|p| p.upn.as_str()).collect::<Vec<_>>(),
        ["p1@contoso.com", "p2@contoso.com", "p3@contoso.com"]
    );
    assert_eq!(people[0].created, Some(date(2024, 5, 6)));
    let known = SignIn::Known { successful: None, interactive: Some(date(2026, 11, 1)), non_interactive: None };
    assert_eq!(people[0].sign_in, known);
    assert!(people[0].licenses[0].direct && people[0].licenses[0].groups.is_empty());
    let subscription = &folder.subscriptions.unwrap()[0];
    assert_eq!((subscription.created, subscription.through_partner, subscription.seats), (None, true, 5));
    let usage = Usage::Known { last: Some(date(2026, 11, 5)), refreshed: date(2026, 11, 19) };
    assert_eq!(folder.activity.usage(&people[0].upn), usage);
}

#[test]
fn an_empty_folder_lacks_everything() {
    let folder = read(&tempfile::tempdir().unwrap());
    assert_eq!(gaps(&folder), [Part::LicenceTypes, Part::People, Part::ActivityReport, Part::Subscriptions]);
    assert!(folder.skus.is_none() && folder.people.is_none() && folder.subscriptions.is_none());
    assert_eq!(folder.activity.usage("a@b"), Usage::Unavailable(Missing::Error));
}

#[test]
fn a_missing_part_says_which_call_gives_it() {
    let calls = [Part::SignInDates, Part::ActivityReport, Part::Subscriptions].map(Part::call);
    assert!(calls[0].starts_with("GET /v1.0/users?$select=id,") && calls[0].contains("signInActivity&$top=500"));
    assert_eq!(calls[1], "GET /v1.0/reports/getOffice365ActiveUserDetail(period='D90')");
    assert_eq!(calls[2], "GET /v1.0/directory/subscriptions");
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = folder::read(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the folder /no/such/folder");
}

#[test]
fn people_without_their_last_page_are_not_taken_for_all() {
    let dir = full();
    fs::remove_file(dir.path().join("u2.json")).unwrap();
    let folder = read(&dir);
    assert_eq!(gaps(&folder), [Part::People]);
    assert!(folder.people.is_none());
    assert!(folder.missing[0].why.contains("@odata.nextLink"));
}

#[test]
fn people_without_licences_or_sign_in_dates_are_told() {
    let dir = full();
    fs::remove_file(dir.path().join("u2.json")).unwrap();
    let bare = json!([{"id": id(1), "userPrincipalName": "p1@contoso.com"}]);
    save(&dir, "u1.json", answer("users(id,userPrincipalName)", bare, None));
    let folder = read(&dir);
    assert_eq!(gaps(&folder), [Part::People]);
    assert!(folder.missing[0].why.contains("assignedLicenses"));

    let mut licensed = user(1);
    licensed.as_object_mut().unwrap().remove("signInActivity");
    save(&dir, "u1.json", answer("users(id,assignedLicenses)", json!([licensed.clone()]), None));
    let folder = read(&dir);
    assert_eq!(gaps(&folder), [Part::SignInDates]);
    assert_eq!(folder.people.unwrap()[0].sign_in, SignIn::Unavailable);

    // Asked for and not there: never.
    save(&dir, "u1.json", answer("users(id,assignedLicenses,signInActivity)", json!([licensed]), None));
    let folder = read(&dir);
    assert_eq!(gaps(&folder), []);
    let never = SignIn::Known { successful: None, interactive: None, non_interactive: None };
    assert_eq!(folder.people.unwrap()[0].sign_in, never);
}

#[test]
fn two_answers_about_one_person_are_put_together() {
    let dir = full();
    let mut department = user(2);
    department.as_object_mut().unwrap().remove("assignedLicenses");
    department["department"] = "Sales".into();
    save(&dir, "a-users.json", answer("users(id,department)", json!([department]), None));
    let people = read(&dir).people.unwrap();
    assert_eq!((people[1].department.as_deref(), people[1].licenses.len()), (Some("Sales"), 1));
}

#[test]
fn junk_is_ignored_and_says_why() {
    let dir = full();
    save(&dir, "empty", "");
    save(&dir, "list.json", "[1,2]");
    save(&dir, "page.html", "<html>");
    save(&dir, "photo.png", b"\x89PNG\r\n\x1a\n");
    save(&dir, "wide.json", b"\xff\xfe{\0}\0");
    save(&dir, "cut.json", &skus()[..40]);
    save(&dir, "plain.json", r#"{"value": []}"#);
    save(&dir, "other.json", answer("applications", json!([]), None));
    save(&dir, "denied.json", r#"{"error": {"code": "Authorization_RequestDenied", "message": "no"}}"#);
    save(&dir, "short.csv", REPORT.replace("Is Deleted", "Report Period").replace("False", "7"));
    save(&dir, "ragged.csv", "Report Refresh Date,User Principal Name\n2026-11-19\n");
    save(&dir, "unknown.csv", "Report Refresh Date,Site\n2026-11-19,x\n");
    fs::create_dir(dir.path().join("inner")).unwrap();
    let folder = read(&dir);
    assert_eq!(gaps(&folder), []);
    assert_eq!(folder.ignored.len(), 13);
    for (file, part) in [
        ("empty", "empty"),
        ("list.json", "neither"),
        ("page.html", "neither"),
        ("photo.png", "neither"),
        ("wide.json", "UTF-16"),
        ("cut.json", "cut short"),
        ("plain.json", "@odata.context"),
        ("other.json", "not needed"),
        ("denied.json", "Authorization_RequestDenied"),
        ("short.csv", "90 days"),
        ("ragged.csv", "1 cells under 2 titles"),
        ("unknown.csv", "not needed"),
        ("inner", "not a file"),
    ] {
        assert!(why(&folder, file).contains(part), "{file}: {}", why(&folder, file));
    }
}

#[test]
fn licences_by_group_and_in_error_are_told_apart() {
    let dir = full();
    let mut person = user(1);
    let group = id(42);
    let row = |group: Option<&str>, state: &str, at: &str| {
        let assigned = json!({"skuId": SKU, "assignedByGroup": group});
        let mut row = assigned.as_object().unwrap().clone();
        row.insert("state".to_owned(), state.into());
        row.insert("lastUpdatedDateTime".to_owned(), at.into());
        Value::from(row)
    };
    person["licenseAssignmentStates"] = json!([
        row(Some(&group), "Active", "2025-01-01T00:00:00Z"),
        row(Some(&group), "ActiveWithError", "2025-03-01T00:00:00Z"),
        {"skuId": id(5), "assignedByGroup": group, "state": "Error", "error": "CountViolation"},
    ]);
    person["assignedLicenses"] = json!([{"skuId": SKU, "disabledPlans": [id(9)]}, {"disabledPlans": []}]);
    save(&dir, "u1.json", answer("users", json!([person]), None));
    fs::remove_file(dir.path().join("u2.json")).unwrap();
    let people = read(&dir).people.unwrap();
    let [license] = people[0].licenses.as_slice() else { panic!("{:?}", people[0].licenses) };
    assert_eq!((license.direct, license.in_error(), license.changed), (false, true, Some(date(2025, 3, 1))));
    assert_eq!((license.groups.len(), license.disabled_plans.len()), (1, 1));
}
