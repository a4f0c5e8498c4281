//! `microsoft-transparency`.

use std::collections::BTreeMap;

use model::{Event, FixId};
use serde_json::{Value, json};
use store::Commit;
use tests::{App, directory};

use crate::{findings::attest::people_of, fixes, table::scope};

#[tokio::test]
async fn every_call_of_a_scan_is_told_with_its_permission_and_purpose() {
    let app = App::of(directory(3, 60)).await;
    let owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    app.microsoft().clear_calls();
    app.pump().await;
    // What Microsoft saw: calls of Graph, not those for tokens and not the downloads of reports.
    let seen = app.microsoft().calls().len() as u64;
    let told: Value = owner.get("/v1/transparency").await.expect(200);
    let scan = &told["items"][0];
    assert_eq!((scan["of"].as_str(), scan["changed"].is_null()), (Some("scans"), true));
    let calls = scan["calls"].as_array().unwrap();
    let graph = calls.iter().filter(|call| call["call"] != "download");
    let count: u64 = graph.map(|call| call["count"].as_u64().unwrap()).sum();
    let listed: Value = owner.get("/v1/scans").await.expect(200);
    let all: u64 = calls.iter().map(|call| call["count"].as_u64().unwrap()).sum();
    assert_eq!(listed["items"][0]["microsoft_calls"], all);
    assert!(count > 0 && count <= seen, "{count} of {seen}");
    for call in calls {
        assert_eq!(call["writes"], false, "a scan only reads: {call}");
        assert!(!call["what"].as_str().unwrap().is_empty() && !call["why"].as_str().unwrap().is_empty());
    }
    let people = calls.iter().find(|call| call["path"] == "/v1.0/users").unwrap();
    assert!(people["permissions"].as_array().unwrap().contains(&"User.Read.All".into()));
}

#[tokio::test]
async fn connecting_and_asking_managers_is_told_as_often_as_microsoft_saw_it() {
    let app = App::of(directory(3, 180)).await;
    app.microsoft().clear_calls();
    let owner = app.tenant("northwind").await;
    owner.connect(app.only_directory()).await;
    let seen = |template: &str| {
        let calls = app.microsoft().calls();
        calls.iter().filter(|call| call.template.to_lowercase().ends_with(template)).count()
    };
    let (organizations, page) = (seen("/organization"), "/v1/transparency?of=connections");
    let told: Value = owner.get(page).await.expect(200);
    let [visit] = told["items"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    assert_eq!((&visit["of"], &visit["scheduled"]), (&json!("connections"), &json!(false)));
    assert!(visit["changed"].is_null(), "{visit:#}");
    let [call] = visit["calls"].as_array().unwrap().as_slice() else { panic!("{visit:#}") };
    assert_eq!((&call["path"], &call["writes"]), (&json!("/v1.0/organization"), &json!(false)));
    assert_eq!(call["count"], organizations);

    app.pump().await;
    let (finding, people) = people_of(&owner, "L6", 8).await;
    let path = format!("/v1/findings/{finding}/attestations");
    let page = "/v1/transparency?of=questions";
    // A member who is asked instead is nobody Microsoft has to name.
    let instead = json!({ "people": [people[0]], "deadline_days": 14, "to": "owner@northwind.example" });
    let _: Value = owner.post(&path, instead).await.expect(202);
    let told: Value = owner.get(page).await.expect(200);
    assert_eq!(told["items"], json!([]));
    app.microsoft().clear_calls();
    let asked: Value = owner.post(&path, json!({ "people": people[1..], "deadline_days": 14 })).await.expect(202);
    let first = asked["items"].as_array().unwrap().iter().find(|item| item["outcome"] == "asked").expect("asked");
    let told: Value = owner.get(page).await.expect(200);
    let [visit] = told["items"].as_array().unwrap().as_slice() else { panic!("one for all of them: {told:#}") };
    assert_eq!(visit["question"], first["attestation"]);
    let count = |code: &str| {
        let calls = visit["calls"].as_array().unwrap();
        calls.iter().find(|call| call["call"] == code).and_then(|call| call["count"].as_u64())
    };
    assert_eq!(count("batch"), Some(seen("$batch") as u64));
    assert_eq!(count("manager"), Some(people.len() as u64 - 1));
    for call in visit["calls"].as_array().unwrap() {
        assert!(call["writes"] == false && !call["why"].as_str().unwrap().is_empty(), "{call:#}");
    }
    app.pump().await;
}

#[tokio::test]
async fn what_was_changed_is_told_apart_from_what_was_read() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let fix = FixId::from_bits(7 << 80);
    let none: Value = owner.get("/v1/transparency?of=fixes").await.expect(200);
    assert_eq!(none["items"].as_array().unwrap().len(), 0);
    let calls = BTreeMap::from([("assign_licence".to_owned(), 5), ("batch".to_owned(), 1)]);
    let finished = Event::FixFinished {
        fix,
        done: 4,
        failed: 1,
        skipped: 0,
        pending: 0,
        monthly_minor: 8800,
        calls: calls.clone(),
    };
    for event in [finished, Event::FixUndone { fix, done: 2, failed: 0, calls }] {
        app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
        app.pump().await;
    }
    for (of, changed) in [("fixes", 4), ("undos", 2)] {
        let told: Value = owner.get(&format!("/v1/transparency?of={of}")).await.expect(200);
        let items = told["items"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!((&items[0]["fix"], &items[0]["changed"]), (&fix.to_string().into(), &changed.into()));
    }
    owner.get("/v1/transparency?of=mails").await.expect_problem(400, "bad_query");
    owner.get("/v1/transparency?cursor=junk").await.expect_problem(400, "bad_cursor");
}

#[tokio::test]
async fn every_call_that_changed_something_is_told_with_its_fix_its_permission_and_how_often() {
    let app = App::of(directory(7, 400)).await;
    let mut owner = fixes::owner(&app).await;
    // Licences that are taken, and people who leave a group and join it again.
    let finding = fixes::finding(&owner, "L6").await;
    let bodies = [
        (json!({ "finding": fixes::finding(&owner, "L3").await }), "assign_licence", "assign_licence"),
        (json!({ "finding": finding, "action": "leave_group" }), "leave_group", "join_group"),
    ];
    for (body, doing, undoing) in bodies {
        for (of, code) in [("fixes", doing), ("undos", undoing)] {
            app.microsoft().clear_calls();
            let path = match of {
                "fixes" => fixes::fix(&app, &mut owner, body.clone()).await.0,
                _ => {
                    let newest: Value = owner.get("/v1/fixes?limit=1").await.expect(200);
                    let path = format!("/v1/fixes/{}", newest["items"][0]["fix"].as_str().unwrap());
                    fixes::undo(&app, &mut owner, &path).await;
                    path
                }
            };
            let told: Value = owner.get(&format!("/v1/transparency?of={of}&limit=1")).await.expect(200);
            let visit = &told["items"][0];
            assert_eq!(path, format!("/v1/fixes/{}", visit["fix"].as_str().unwrap()));
            let calls = visit["calls"].as_array().unwrap();
            // What was looked at to approve it is of the fix too; its undo needs no such look.
            let roles = calls.iter().any(|call| call["path"].as_str().unwrap().ends_with("/roleAssignments"));
            assert_eq!(roles, of == "fixes", "{visit:#}");
            let changed: Vec<&Value> = calls.iter().filter(|call| call["writes"] == true).collect();
            let [made] = changed[..] else { panic!("one kind of change: {visit:#}") };
            // As often as Microsoft saw it.
            assert_eq!((&made["call"], &made["count"]), (&json!(code), &json!(fixes::writes(&app))), "{visit:#}");
            assert!(made["count"].as_u64() >= visit["changed"].as_u64() && visit["changed"].as_u64() > Some(0));
            let permission = if code == "assign_licence" { "LicenseAssignment" } else { "GroupMember" };
            assert_eq!(made["permissions"], json!([format!("{permission}.ReadWrite.All")]));
            let (method, path) = (made["method"].as_str().unwrap(), made["path"].as_str().unwrap());
            assert!(["POST", "DELETE"].contains(&method) && path.contains("{id}"), "{made:#}");
        }
    }
}
