//! `tenants-events-export`.

use std::sync::Arc;

use http::{Method, header};
use local_aws::{BoxFuture, Target};
use model::{CustomRole, Event, Permissions, Role, RoleId, SessionId};
use serde_json::{Value, json};
use store::Commit;
use tests::{Answer, App};

use crate::table::{scope, set_role};

/// The rows of a file by a real parser, without the header.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let mut reader = csv::Reader::from_reader(answer.body.as_slice());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get(header::LINK)?.to_str().unwrap();
    Some(link.strip_prefix("<?cursor=").unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
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
    let cursor = next(&first).expect("more follows");
    let path = format!("/v1/events/export?kind=user.signed_out&cursor={cursor}");
    let second = owner.get(&path).await;
    assert_eq!(next(&second), None);
    let (first, second) = (rows(&first), rows(&second));
    assert_eq!((first.len(), second.len()), (2_000, 50));
    let mut ids: Vec<&String> = first.iter().chain(&second).map(|row| &row[0]).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2_050);
    // The filter is part of the cursor.
    owner.get(&format!("/v1/events/export?cursor={cursor}")).await.expect_problem(400, "bad_cursor");
    let answer = app.call(Method::GET, &path, None, None).await;
    answer.expect_problem(401, "missing_credentials");
    app.pump().await;
}
