//! What fixes cost: preview, approval, reading, undo at the table; many removals at Microsoft.

use anyhow::{Context, ensure};
use axum::body::Body;
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Call, Fault, RetryAfter, When};
use model::DirectoryId;
use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::{report::table, scan};

/// A directory of so many accounts has a finding of more people than one fix changes.
const PEOPLE: u32 = 12_000;
/// Most writes at Microsoft to a change.
const CALLS_A_CHANGE: f64 = 1.05;

/// Notes the cost of each route of fixes once, on a company that is connected to `directory`.
pub(crate) async fn measure(
    app: &App,
    owner: &Client<'_>,
    directory: DirectoryId,
    note: &mut impl FnMut(&str, &Answer, u16),
) {
    owner.let_change(directory).await;
    app.pump().await;
    let page: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let found = page["items"].as_array().and_then(|found| found.iter().find(|finding| finding["check"] == "L3"));
    let finding = found.map(|finding| finding["finding"].clone()).unwrap_or_default();
    // One that waits for its day, to be called off.
    let at = app.clock.clock().now() + SignedDuration::from_hours(24);
    let later = owner.post("/v1/fixes/preview", json!({ "finding": finding, "at": at.to_string() })).await;
    note("fixes-preview", &later, 200);
    let planned = post(app, owner, "/v1/fixes", "planned", Some(approval(&later.json()))).await;
    note("fixes-apply", &planned, 202);
    note("fixes-cancel", &owner.delete(&location(&planned)).await, 204);
    // One of which an item fails.
    let shown = owner.post("/v1/fixes/preview", json!({ "finding": finding })).await;
    note("fixes-preview", &shown, 200);
    let fault = Fault::Status(400, RetryAfter::Absent);
    app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense"), fault);
    let made = post(app, owner, "/v1/fixes", "now", Some(approval(&shown.json()))).await;
    note("fixes-apply", &made, 202);
    app.pump().await;
    let path = location(&made);
    note("fixes-list", &owner.get("/v1/fixes").await, 200);
    note("fixes-get", &owner.get(&path).await, 200);
    note("fixes-items", &owner.get(&format!("{path}/items")).await, 200);
    note("fixes-export", &owner.get("/v1/fixes/export").await, 200);
    note("fixes-retry", &post(app, owner, &format!("{path}/retry"), "retry", None).await, 202);
    app.pump().await;
    note("fixes-undo", &post(app, owner, &format!("{path}/undo"), "undo", None).await, 202);
    app.pump().await;
}

fn approval(shown: &Value) -> Value {
    json!({
        "preview_token": shown["preview_token"],
        "accept": shown["to_accept"],
        "confirm": shown["type_to_confirm"],
    })
}

fn location(answer: &Answer) -> String {
    answer.headers.get("location").and_then(|location| location.to_str().ok()).unwrap_or_default().to_owned()
}

/// Posts with an `Idempotency-Key`.
pub(crate) async fn post(app: &App, owner: &Client<'_>, path: &str, key: &str, body: Option<Value>) -> Answer {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", owner.token))
        .header("idempotency-key", key);
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    app.send(request.expect("a request")).await
}

/// The owner, signed in anew: a long run outlives a session's proof, and its access token.
async fn lately(app: &App) -> Client<'_> {
    app.clock.advance(SignedDuration::from_secs(2));
    app.sign_in("owner@bench.example").await
}

/// Takes licences from as many as one fix changes and gives them back, each call taking as long as in a scan, on a virtual
/// clock; tells as Markdown what it asked of Microsoft.
///
/// # Errors
/// When a change is not done or not undone.
pub async fn many() -> anyhow::Result<String> {
    let app = scan::connected(PEOPLE, true).await?;
    let directory = app.only_directory();
    let owner = app.scanned("bench", directory).await;
    owner.let_change(directory).await;
    app.pump().await;
    let found: Value = owner.get("/v1/findings?limit=100").await.expect(200);
    let removals = found["items"].as_array().context("findings")?.iter();
    let largest =
        removals.filter(|finding| finding["remedy"] == "remove_licences").max_by_key(|f| f["people"].as_u64());
    let finding = largest.and_then(|finding| finding["finding"].as_str()).context("a finding")?;
    let microsoft = app.microsoft();
    microsoft.page_latency(scan::PAGE);
    let shown: Value = owner.post("/v1/fixes/preview", json!({ "finding": finding })).await.expect(200);
    ensure!(shown["beyond"].as_u64() > Some(0), "the finding is of no more people than one fix takes");
    let going = usize::try_from(shown["people"].as_u64().context("people")?)?;
    let mut rows = Vec::new();
    let made = post(&app, &owner, "/v1/fixes", "many", Some(approval(&shown))).await;
    let path = location(&made);
    for what in ["Apply", "Undo"] {
        microsoft.clear_calls();
        if what == "Undo" {
            let answer = post(&app, &lately(&app).await, &format!("{path}/undo"), "back", None).await;
            ensure!(answer.status == 202, "{}", String::from_utf8_lossy(&answer.body));
        }
        app.pump().await;
        let calls: Vec<Call> = microsoft.calls();
        let fix: Value = lately(&app).await.get(&path).await.expect(200);
        let tally = if what == "Undo" { &fix["undo_tally"] } else { &fix["tally"] };
        let changes = usize::try_from(tally["done"].as_u64().context("a tally")?)?;
        ensure!(changes == going, "{what}: {changes} of {going}: {fix:#}");
        let writes = calls.iter().filter(|call| call.template.ends_with("/assignlicense")).count();
        let travelled = calls.iter().filter(|call| !call.batched).count();
        let took =
            |at: fn(&[Call]) -> Option<&Call>| -> anyhow::Result<Timestamp> { Ok(at(&calls).context("no call")?.at) };
        let took = took(<[Call]>::last)?.duration_since(took(<[Call]>::first)?);
        ensure!(writes as f64 <= CALLS_A_CHANGE * changes as f64, "{what}: {writes} writes of {changes}");
        rows.push(vec![
            what.to_owned(),
            changes.to_string(),
            writes.to_string(),
            format!("{:.2}", writes as f64 / changes as f64),
            travelled.to_string(),
            format!("{:.0}", took.as_secs_f64()),
        ]);
    }
    let head = ["", "Changes", "Writes", "To a change", "Requests that travelled", "Seconds"];
    Ok(format!("{}\nWithin the goal of {CALLS_A_CHANGE} writes to a change.\n", table(&head, &rows)))
}
