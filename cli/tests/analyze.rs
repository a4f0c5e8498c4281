//! `steward analyze` as it is called.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#";
const STANDARD: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";
const EXCHANGE: &str = "4b9405b0-7788-4568-add1-99614e613b69";

fn steward(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_steward"));
    command.args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn run(dir: &TempDir, arguments: &[&str]) -> Output {
    let mut all = vec!["analyze", dir.path().to_str().unwrap(), "--as-of", "2026-11-21"];
    all.extend(arguments);
    steward(&all).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn save(dir: &TempDir, name: &str, body: &str) {
    fs::write(dir.path().join(name), body).unwrap();
}

fn answer(set: &str, items: &str) -> String {
    format!(r#"{{"@odata.context": "{CONTEXT}{set}", "value": [{items}]}}"#)
}

fn sku(id: &str, part: &str, bought: u32, used: u32, plans: &[&str]) -> String {
    let plans: Vec<String> =
        plans.iter().map(|plan| format!(r#"{{"servicePlanId": "{plan}", "appliesTo": "User"}}"#)).collect();
    format!(
        r#"{{"skuId": "{id}", "skuPartNumber": "{part}", "appliesTo": "User", "capabilityStatus": "Enabled",
            "consumedUnits": {used}, "prepaidUnits": {{"enabled": {bought}}}, "servicePlans": [{}]}}"#,
        plans.join(",")
    )
}

fn user(n: u32, name: &str, licences: &[&str], signed_in: &str) -> String {
    let licences: Vec<String> =
        licences.iter().map(|sku| format!(r#"{{"skuId": "{sku}", "disabledPlans": []}}"#)).collect();
    format!(
        r#"{{"id": "00000000-0000-0000-0000-{n:012}", "userPrincipalName": "p{n}@contoso.com", "displayName": "{name}",
            "accountEnabled": true, "userType": "Member", "createdDateTime": "2023-01-01T00:00:00Z",
            "assignedLicenses": [{}], "licenseAssignmentStates": [],
            "signInActivity": {{"lastSuccessfulSignInDateTime": {signed_in}}}}}"#,
        licences.join(",")
    )
}

const MAIL: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
const OFFICE: &str = "094e7854-93fc-4d55-b2c0-3ab5369ebdc1";

/// Contoso: two spare seats too many, somebody away for long, somebody with mail twice.
fn contoso() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    save(&dir, "org.json", &answer("organization", r#"{"displayName": "Contoso"}"#));
    let skus = [
        sku(STANDARD, "O365_BUSINESS_PREMIUM", 12, 8, &[MAIL, OFFICE]),
        sku(EXCHANGE, "EXCHANGESTANDARD", 3, 1, &[MAIL]),
        sku("00000000-0000-0000-0000-0000000000ff", "NEW_THING", 4, 4, &[]),
    ];
    save(&dir, "skus.json", &answer("subscribedSkus", &skus.join(",")));
    let people = [
        user(1, "Ada Lovelace", &[STANDARD], r#""2026-11-18T00:00:00Z""#),
        user(2, "Long Away", &[STANDARD], r#""2026-02-01T00:00:00Z""#),
        user(3, "Mail Twice", &[STANDARD, EXCHANGE], r#""2026-11-19T00:00:00Z""#),
    ];
    save(&dir, "users.json", &answer("users", &people.join(",")));
    save(
        &dir,
        "subscriptions.json",
        &answer(
            "directory/subscriptions",
            &format!(
                r#"{{"id": "s1", "skuId": "{STANDARD}", "status": "Enabled", "totalLicenses": 12,
                    "nextLifecycleDateTime": "2027-02-01T00:00:00Z"}},
                   {{"id": "s2", "skuId": "{EXCHANGE}", "status": "Enabled", "totalLicenses": 3,
                    "nextLifecycleDateTime": "2026-12-01T00:00:00Z"}}"#
            ),
        ),
    );
    save(
        &dir,
        "report.csv",
        "Report Refresh Date,User Principal Name,Has Exchange License,Exchange Last Activity Date\n\
         2026-11-19,p1@contoso.com,True,2026-11-18\n2026-11-19,p2@contoso.com,True,\n\
         2026-11-19,p3@contoso.com,True,2026-11-19\n",
    );
    dir
}

#[test]
fn a_full_folder_is_a_short_page() {
    insta::assert_snapshot!(stdout(&run(&contoso(), &[])));
}

#[test]
fn people_are_listed_when_asked_for() {
    insta::assert_snapshot!(stdout(&run(&contoso(), &["--people"])));
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let dir = contoso();
    for file in ["users.json", "report.csv", "subscriptions.json"] {
        fs::remove_file(dir.path().join(file)).unwrap();
    }
    save(&dir, "notes.txt", "buy milk");
    insta::assert_snapshot!(stdout(&run(&dir, &[])));
}

#[test]
fn json_is_one_document_and_notes_go_to_standard_error() {
    let dir = contoso();
    save(&dir, "notes.txt", "buy milk");
    let output = run(&dir, &["--json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let mut keys: Vec<_> = document.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["findings", "not_evaluated", "totals"]);
    assert_eq!(document["totals"]["monthly"]["currency"], "USD");
    assert!(document["totals"]["monthly"]["amount_minor"].as_i64().unwrap() > 0);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("note: notes.txt was not used"), "{notes}");
}

#[test]
fn another_currency_has_other_prices_or_none() {
    let text = stdout(&run(&contoso(), &["--currency", "eur"]));
    assert!(!text.contains('$'), "{text}");
    let wrong = run(&contoso(), &["--currency", "XYZ"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let dir = contoso();
    let evil = user(2, r"\u001b[2J\u202eevil\u0007\u200b\nYou owe $1", &[STANDARD], r#""2026-02-01T00:00:00Z""#);
    save(&dir, "users.json", &answer("users", &evil));
    save(&dir, "org.json", &answer("organization", r#"{"displayName": "\u001b]0;title\u0007Contoso"}"#));
    save(&dir, "bad\u{1b}[31m\u{202e}name", "x");
    let text = stdout(&run(&dir, &["--people", "--color", "never"]));
    assert!(text.contains("evil") && text.contains("Contoso") && text.contains("name"));
    let hostile = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{200b}' | '\u{202e}');
    assert!(!text.contains(hostile), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("You owe")), "{text}");
}

#[test]
fn colour_is_for_terminals_and_no_color_is_obeyed() {
    let dir = contoso();
    assert!(!stdout(&run(&dir, &[])).contains('\u{1b}'), "not a terminal");
    assert!(stdout(&run(&dir, &["--color", "always"])).contains('\u{1b}'));
    assert!(!stdout(&run(&dir, &["--color", "never"])).contains('\u{1b}'));
}

#[test]
fn a_failure_says_what_happened_what_it_means_and_what_to_do() {
    let missing = steward(&["analyze", "/no/such/folder"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.stdout.is_empty());
    insta::assert_snapshot!("no_folder", String::from_utf8(missing.stderr).unwrap());

    let empty = run(&tempfile::tempdir().unwrap(), &[]);
    assert_eq!(empty.status.code(), Some(1));
    insta::assert_snapshot!("empty_folder", String::from_utf8(empty.stderr).unwrap());
}

#[test]
fn wrong_use_is_2() {
    assert_eq!(steward(&["analyze"]).output().unwrap().status.code(), Some(2));
    assert_eq!(steward(&["nonsense"]).output().unwrap().status.code(), Some(2));
    assert_eq!(steward(&["analyze", ".", "--json", "--people"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let dir = contoso();
    let mut child = steward(&["analyze", dir.path().to_str().unwrap(), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn help_is_short() {
    let output = steward(&["analyze", "-h"]).env("COLUMNS", "100").output().unwrap();
    insta::assert_snapshot!(stdout(&output));
}
