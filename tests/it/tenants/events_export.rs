//! `tenants-events-export`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::types::AttributeValue;
use http::{Method, header};
use local_aws::{BoxFuture, Target};
use model::{CustomRole, Event, Permissions, Role, RoleId, SessionId, event::OwnProfile};
use serde_json::{Value, json};
use store::Commit;
use tests::{Answer, App};

use crate::table::{delete, scope, set, set_role};

/// The rows of a file by a real parser, without the header.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let mut reader = csv::Reader::from_reader(answer.body.as_slice());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Where the next file is.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get(header::LINK)?.to_str().unwrap();
    let query = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    Some(format!("/v1/events/export{query}"))
}

#[tokio::test]
async fn the_file_holds_what_the_list_holds_and_that_it_was_taken_is_in_the_log() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let listed: Value = owner.get("/v1/events").await.expect(200);
    let listed = listed["items"].as_array().unwrap();
    let answer = owner.get("/v1/events/export").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(next(&answer), None);
    let file = rows(&answer);
    assert_eq!(file.len(), listed.len());
    for (row, entry) in file.iter().zip(listed) {
        assert_eq!(
            (&row[0], &row[2], &row[8]),
            (&text(&entry["id"]), &text(&entry["event"]["kind"]), &text(&entry["text"]))
        );
        assert_eq!(serde_json::from_str::<Value>(&row[9]).unwrap(), entry["event"]);
        assert_eq!(row[10], text(&entry["status"]));
    }
    let only = rows(&owner.get("/v1/events/export?kind=user.signed_in").await);
    assert_eq!(only.len(), 1);
    let newest: Value = owner.get("/v1/events?kind=events.exported").await.expect(200);
    let taken: Vec<_> = newest["items"].as_array().unwrap().iter().map(|e| e["event"]["entries"].clone()).collect();
    assert_eq!(taken, [json!(1), json!(listed.len())]);
    owner.get("/v1/events/export?cursor=junk").await.expect_problem(400, "bad_cursor");
    owner.get("/v1/events/export?limit=7").await.expect_problem(400, "bad_query");
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Developer).await;
    owner.get("/v1/events/export").await.expect_problem(403, "forbidden");
    owner.get("/v1/events").await.expect::<Value>(200);
    app.pump().await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The lines of a file with proofs.
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    std::str::from_utf8(&answer.body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether the hash of a proof is that of what it says, by a computation of one's own.
fn holds(proof: &Value) -> bool {
    let previous = text(&proof["previous"]);
    let pairs = (0..previous.len()).step_by(2);
    let mut bytes: Vec<u8> = pairs.map(|at| u8::from_str_radix(&previous[at..at + 2], 16).unwrap()).collect();
    bytes.extend_from_slice(text(&proof["sealed"]).as_bytes());
    let hash = digest(&SHA256, &bytes).as_ref().iter().fold(String::new(), |mut hash, byte| {
        write!(hash, "{byte:02x}").unwrap();
        hash
    });
    proof["hash"] == hash
}

#[tokio::test]
async fn with_proofs_anybody_sees_without_us_that_entries_are_what_was_sealed() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let listed: Value = owner.get("/v1/events").await.expect(200);
    let listed = listed["items"].as_array().unwrap();
    let verified: Value = owner.get("/v1/events/verify").await.expect(200);
    let answer = owner.get("/v1/events/export?format=ndjson").await;
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    assert!(answer.headers["content-disposition"].to_str().unwrap().ends_with("steward-events.ndjson\""));
    let file = lines(&answer);
    assert!(listed.len() > 1 && file.len() == listed.len());
    let mut proofs = BTreeMap::new();
    for (line, entry) in file.iter().zip(listed) {
        let mut line = line.clone();
        let proof = line.as_object_mut().unwrap().remove("proof").unwrap();
        assert_eq!(line, *entry);
        // What is sealed is this entry.
        assert!(text(&proof["sealed"]).contains(&text(&entry["id"])), "{proof}");
        proofs.insert(proof["sequence"].as_u64().unwrap(), proof);
    }
    let mut before = "0".repeat(64);
    for (place, (sequence, proof)) in (1..).zip(&proofs) {
        assert_eq!((*sequence, text(&proof["previous"])), (place, before), "no gap");
        assert!(holds(proof), "{proof}");
        before = text(&proof["hash"]);
    }
    assert_eq!((&verified["length"], &verified["hash"]), (&json!(proofs.len()), &json!(before)));

    // That the file was taken is an entry, and not sealed yet. Filters are those of the list.
    let newest = lines(&owner.get("/v1/events/export?format=ndjson&kind=events.exported").await);
    assert_eq!((newest.len(), &newest[0]["event"]["entries"]), (1, &json!(listed.len())));
    assert_eq!(newest[0]["proof"], Value::Null);

    // Somebody changes an entry behind our back: its proof does not hold, and the others do.
    let id = text(&listed[0]["id"]);
    let month: String = text(&listed[0]["at"])[..7].replace('-', "");
    let place = (format!("TENANT#{}#EVENTS#{month}", owner.tenant), format!("EVENT#{id}"));
    set(&app, (place.0.as_str(), place.1.as_str()), "ip", AttributeValue::S("198.51.100.9".into())).await;
    let file = lines(&owner.get("/v1/events/export?format=ndjson").await);
    let bad: Vec<&Value> =
        file.iter().filter(|line| !line["proof"].is_null() && !holds(&line["proof"])).map(|line| &line["id"]).collect();
    assert_eq!(bad, [&json!(id)]);

    // Or takes it out: its place is empty, and no other.
    let whole: Vec<u64> = proofs.keys().copied().collect();
    let gone = file.iter().find(|line| line["id"] == id).unwrap()["proof"]["sequence"].as_u64().unwrap();
    delete(&app, &place.0, &place.1).await;
    let file = lines(&owner.get("/v1/events/export?format=ndjson").await);
    let left: BTreeSet<u64> = file.iter().filter_map(|line| line["proof"]["sequence"].as_u64()).collect();
    assert_eq!(whole.into_iter().filter(|place| !left.contains(place)).collect::<Vec<_>>(), [gone]);
    owner.get("/v1/events/export?format=xml").await.expect_problem(400, "bad_query");
    app.pump().await;
}

#[tokio::test]
async fn no_cell_is_a_formula_whatever_a_client_or_a_colleague_calls_itself() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let formula = "=HYPERLINK(\"https://evil.example\",\"x\")";
    let role = CustomRole { id: RoleId::from_bits(1), name: formula.into(), permissions: Permissions::NONE };
    let change = Commit::new().event(Event::RoleChanged { before: None, after: role }).unwrap();
    app.system.store.of(&scope).commit(change).await.unwrap();
    let mut request = http::Request::post("/v1/sign-out").header(header::USER_AGENT, "@SUM(1+1)*cmd|' /C calc'!A0");
    let other = app.sign_in("owner@acme.example").await;
    request = request.header(header::AUTHORIZATION, format!("Bearer {}", other.token));
    assert_eq!(app.send(request.body(axum::body::Body::empty()).unwrap()).await.status, 204);
    let file = rows(&owner.get("/v1/events/export").await);
    for cell in file.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell}");
    }
    let agents: Vec<&String> = file.iter().map(|row| &row[7]).collect();
    assert!(agents.iter().any(|agent| agent.starts_with("'@SUM(1+1)")), "{agents:?}");
    assert!(file.iter().any(|row| row[9].contains("HYPERLINK")));
    app.pump().await;
}

#[tokio::test]
async fn a_long_log_comes_in_files_of_two_thousand_and_misses_and_repeats_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let scope = scope(&app, &owner).await;
    // Nothing of this is about sealing, which would take the longest.
    let nobody: Arc<dyn Target> =
        Arc::new(|_| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Ok(()) }) });
    app.system.bus().rule("tenants-events-seal", &["no.kind"], nobody);
    for number in 0..2_050u32 {
        let session = SessionId::from_bits(number.into());
        let change = Commit::new().event(Event::UserSignedOut { session }).unwrap();
        app.system.store.of(&scope).commit(change).await.unwrap();
    }
    let first = owner.get("/v1/events/export?kind=user.signed_out").await;
    let path = next(&first).expect("more follows");
    let second = owner.get(&path).await;
    assert_eq!(next(&second), None);
    let (first, second) = (rows(&first), rows(&second));
    assert_eq!((first.len(), second.len()), (2_000, 50));
    let mut ids: Vec<&String> = first.iter().chain(&second).map(|row| &row[0]).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2_050);
    // The filter is part of the cursor.
    let without = path.strip_suffix("&kind=user.signed_out").unwrap();
    owner.get(without).await.expect_problem(400, "bad_cursor");
    let answer = app.call(Method::GET, &path, None, None).await;
    answer.expect_problem(401, "missing_credentials");
    // With proofs 500 a file, and what follows is as what was asked for.
    let mut at = Some("/v1/events/export?format=ndjson&kind=user.signed_out".to_owned());
    let mut sizes = Vec::new();
    while let Some(path) = at {
        let answer = owner.get(&path).await;
        sizes.push(lines(&answer).len());
        at = next(&answer);
    }
    assert_eq!(sizes, [500, 500, 500, 500, 50]);
    app.pump().await;
}

#[tokio::test]
async fn files_of_large_entries_end_early_fit_into_an_answer_and_miss_and_repeat_nothing() {
    const LARGE: &str = "/v1/events/export?kind=user.profile_changed";
    const ENTRIES: usize = 60;
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    app.pump().await;
    let scope = scope(&app, &owner).await;
    let named = |letter: &str| Some(OwnProfile { name: letter.repeat(20_000), locale: None });
    let mut wanted = Vec::new();
    for _ in 0..ENTRIES {
        let event = Event::ProfileChanged { user: owner.user, before: named("\""), after: named("é") };
        let change = Commit::new().event(event).unwrap();
        wanted.push(app.system.store.of(&scope).commit(change).await.unwrap().to_string());
    }
    wanted.sort();
    app.pump().await;
    for format in ["csv", "ndjson"] {
        let mut at = Some(format!("{LARGE}&format={format}"));
        let (mut found, mut files) = (Vec::new(), 0);
        while let Some(path) = at {
            let answer = owner.get(&path).await;
            if format == "csv" {
                found.extend(rows(&answer).into_iter().map(|row| row[0].clone()));
            } else {
                let lines = lines(&answer);
                assert!(lines.iter().all(|line| holds(&line["proof"])));
                found.extend(lines.iter().map(|line| text(&line["id"])));
            }
            // As it stands in the JSON that a Lambda answers with.
            let answered = serde_json::to_string(std::str::from_utf8(&answer.body).unwrap()).unwrap().len();
            assert!(answered < 6_000_000, "{format}: {answered}");
            files += 1;
            at = next(&answer);
        }
        found.sort();
        assert_eq!(found, wanted, "{format}");
        assert!(files > 1, "{format}");
    }
    let taken: Value = owner.get("/v1/events?kind=events.exported&limit=100").await.expect(200);
    let entries = taken["items"].as_array().unwrap().iter().map(|entry| entry["event"]["entries"].as_u64().unwrap());
    assert_eq!(entries.sum::<u64>(), 2 * ENTRIES as u64);
    app.pump().await;
}
