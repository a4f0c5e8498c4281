mod apply;
mod cancel;
mod due;
mod export;
mod get;
mod items;
mod list;
mod preview;
mod retry;
mod run;
mod undo;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::body::Body;
use checks::outcome::{Affected, Remedy, UndoClass};
use http::{Request, header};
use jiff::SignedDuration;
use local_aws::BoxFuture;
use local_microsoft::{Call, Directory};
use model::{Change, Currency, Event, FindingId, FixId, Money, PersonId, SkuId};
use serde_json::{Value, json};
use store::{
    Action, AffectedPart, Attempt, Commit, Fix, FixEnd, FixItem, FixPart, FixState, Freed, ItemState, StoredFinding,
    Tally,
};
use tests::{Answer, App, Client, Options, directory};

use crate::{scans::renew, table::scope};

/// A company of so many people, scanned, with leave to change licences.
pub async fn app(people: u32) -> App {
    app_of(directory(7, people)).await
}

pub async fn app_of(directory: Directory) -> App {
    App::with(Options { directories: vec![directory], ..Options::default() }).await
}

/// From here on nothing follows from a fix but its being carried out: for tests that look at that alone, and often.
pub fn nothing_follows(app: &App) {
    silence(app, &["scans-begin", "mail-send", "findings-settle", "insights-approve", "tenants-events-seal"]);
}

/// Lets these rules of the bus do nothing.
pub fn silence(app: &App, rules: &[&str]) {
    for rule in rules {
        let nothing = |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Ok(()) }) };
        app.system.bus().rule(rule, &[], Arc::new(nothing));
    }
}

/// Its owner.
pub async fn owner(app: &App) -> Client<'_> {
    let owner = app.scanned("northwind", app.only_directory()).await;
    owner.let_change(app.only_directory()).await;
    app.pump().await;
    owner
}

/// A fix in the table, whatever it does: what tests of other things need to have one.
pub async fn any(app: &App, client: &Client<'_>) -> String {
    let fix = FixId::generate(&app.system.connect().ids, app.system.store.now());
    keep(app, client, fix, Vec::new(), &[]).await;
    fix.to_string()
}

/// A fix that ended with items done that save so much a month each, minor units; the first so many are undone. An
/// event tells of it where one is given.
pub async fn ended(app: &App, client: &Client<'_>, fix: FixId, monthly: &[i64], undone: usize, event: Option<Event>) {
    ended_freeing(app, client, fix, monthly, undone, event, &[]).await;
}

/// The same of one that freed seats.
pub async fn ended_freeing(
    app: &App,
    client: &Client<'_>,
    fix: FixId,
    monthly: &[i64],
    undone: usize,
    event: Option<Event>,
    freed: &[Freed],
) {
    let done = Attempt { state: ItemState::Done, ..Attempt::WAITING };
    let item = |(at, minor): (usize, &i64)| FixItem {
        number: at as u32 + 1,
        person: Some(PersonId(uuid::Uuid::from_u128(at as u128 + 1))),
        name: "Anna".into(),
        change: Change::SignIn { allowed: false },
        before: Default::default(),
        doubts: None,
        monthly: Some(Money::new(*minor, Currency::Usd)),
        attempt: done.clone(),
        undo: (at < undone).then(|| done.clone()),
    };
    keep(app, client, fix, monthly.iter().enumerate().map(item).collect(), freed).await;
    if let Some(event) = event {
        let scope = scope(app, client).await;
        app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    }
}

/// That such a fix ended, as it is told.
pub fn finished(fix: FixId, monthly: &[i64]) -> Event {
    let (done, monthly_minor) = (monthly.len() as u32, monthly.iter().sum());
    Event::FixFinished { fix, done, failed: 0, skipped: 0, pending: 0, monthly_minor, calls: BTreeMap::new() }
}

async fn keep(app: &App, client: &Client<'_>, fix: FixId, items: Vec<FixItem>, freed: &[Freed]) {
    let scope = scope(app, client).await;
    let (now, tenant) = (app.system.store.now(), app.system.store.of(&scope));
    let record = Fix {
        fix,
        directory: None,
        finding: None,
        check: None,
        action: Action::RevealReportNames,
        headline: "Show names in reports".into(),
        state: FixState::Finished,
        items: 1,
        parts: 2,
        tally: Tally { done: 1, ..Tally::default() },
        told: Tally::default(),
        told_minor: 0,
        undo_tally: None,
        requested_by: client.user,
        requested_at: now,
        at: None,
        ended_at: Some(now),
        stopped: None,
        undo: UndoClass::Reversible,
        undo_needs: Vec::new(),
        sign_ins_unknown: None,
        first_done_at: Some(now),
        monthly: None,
        freed: freed.to_vec(),
        pauses: 0,
        go_on_at: None,
        calls: BTreeMap::new(),
        told_writes: 0,
        look_at: None,
    };
    tenant.save(&record).await.unwrap();
    tenant.save(&FixEnd { at: now, fix }).await.unwrap();
    for (part, items) in [(0, items), (1, Vec::new())] {
        tenant.save(&FixPart { fix, part, groups: BTreeMap::new(), items }).await.unwrap();
    }
}

/// The id of a check's finding.
pub async fn finding(client: &Client<'_>, check: &str) -> String {
    let page: Value = client.get("/v1/findings?limit=100").await.expect(200);
    let found = page["items"].as_array().unwrap().iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {page:#}"))["finding"].as_str().unwrap().to_owned()
}

/// A finding like another that is mended in another way, about some of the same people.
pub async fn finding_like(
    app: &App,
    client: &Client<'_>,
    like: &str,
    remedy: Remedy,
    mut each: impl FnMut(&mut Affected) -> bool,
) -> String {
    let scope = scope(app, client).await;
    let tenant = app.system.store.of(&scope);
    let like: FindingId = like.parse().unwrap();
    let mut stored = tenant.get::<StoredFinding>(&like).await.unwrap().unwrap().value;
    let mut people = tenant.affected(like).await.unwrap();
    people.retain_mut(&mut each);
    stored.finding = FindingId::from_bits(like.bits() ^ remedy as u128 ^ 0xf0);
    stored.found.remedy = remedy;
    stored.people = people.len() as u32;
    let part = AffectedPart::pack(stored.finding, 0, &people).unwrap();
    tenant.save(&stored).await.unwrap();
    tenant.save(&part).await.unwrap();
    stored.finding.to_string()
}

/// What a fix would do.
pub async fn preview(client: &Client<'_>, body: Value) -> Value {
    client.post("/v1/fixes/preview", body).await.expect(200)
}

/// Posts with an `Idempotency-Key`.
pub async fn post(app: &App, client: &Client<'_>, path: &str, key: &str, body: Option<Value>) -> Answer {
    let mut request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token))
        .header("idempotency-key", key);
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    app.send(request.body(body).unwrap()).await
}

/// What approves a preview: everything it asks for.
pub fn approval(preview: &Value) -> Value {
    json!({
        "preview_token": preview["preview_token"],
        "accept": preview["to_accept"],
        "confirm": preview["type_to_confirm"],
    })
}

/// Approves a preview. The fix's address.
pub async fn approve(app: &App, client: &Client<'_>, preview: &Value) -> String {
    let token = preview["preview_token"].as_str().unwrap_or_else(|| panic!("nothing to approve: {preview:#}"));
    let key = token[..40].to_owned();
    let answer = post(app, client, "/v1/fixes", &key, Some(approval(preview))).await;
    answer.expect::<Value>(202);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Previews, approves, lets it happen. The fix's address and how it ended.
pub async fn fix(app: &App, client: &mut Client<'_>, body: Value) -> (String, Value) {
    let path = approve(app, client, &preview(client, body).await).await;
    app.pump().await;
    renew(app, client).await;
    let ended = client.get(&path).await.expect(200);
    (path, ended)
}

/// The same for all of a check's finding.
pub async fn fix_of(app: &App, client: &mut Client<'_>, check: &str) -> (String, Value) {
    let body = json!({ "finding": finding(client, check).await });
    fix(app, client, body).await
}

/// Undoes a fix and lets it happen. How it ended.
pub async fn undo(app: &App, client: &mut Client<'_>, path: &str) -> Value {
    app.clock.advance(SignedDuration::from_secs(1));
    fresh(app, client).await;
    let key = format!("undo {}", app.clock.clock().now());
    post(app, client, &format!("{path}/undo"), &key, None).await.expect::<Value>(202);
    app.pump().await;
    renew(app, client).await;
    client.get(path).await.expect(200)
}

/// A session that was proven a moment ago.
pub async fn fresh(app: &App, client: &mut Client<'_>) {
    // Nobody signs in more often than every two seconds.
    app.clock.advance(SignedDuration::from_secs(2));
    let again = app.sign_in("owner@northwind.example").await;
    (client.token, client.refresh) = (again.token, again.refresh);
}

/// All items of a fix.
pub async fn items(client: &Client<'_>, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut address = format!("{path}/items");
    loop {
        let page: Value = client.get(&address).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        address = format!("{path}/items?cursor={cursor}");
    }
}

/// What an item ended in: its state and reason.
pub fn outcome(item: &Value) -> (&str, &str) {
    (item["outcome"]["state"].as_str().unwrap(), item["outcome"]["reason"]["code"].as_str().unwrap_or_default())
}

/// How often the company is told that Steward wrote for a fix, or for its undo, when it last ended.
pub async fn told(client: &Client<'_>, path: &str, of: &str) -> u64 {
    let page: Value = client.get(&format!("/v1/transparency?of={of}&limit=1")).await.expect(200);
    let visit = &page["items"][0];
    assert_eq!(path, format!("/v1/fixes/{}", visit["fix"].as_str().unwrap()));
    let writes = visit["calls"].as_array().unwrap().iter().filter(|call| call["writes"] == true);
    writes.map(|call| call["count"].as_u64().unwrap()).sum()
}

/// The whole directory as bytes.
pub fn fingerprint(app: &App) -> Vec<u8> {
    app.microsoft().fingerprint(app.only_directory())
}

/// People of a preview or a fix that are changed.
pub fn people(items: &Value) -> Vec<PersonId> {
    let going = items.as_array().unwrap().iter().filter(|item| item["blocked"].is_null());
    let people: BTreeSet<PersonId> = going.filter_map(|item| item["person"].as_str()?.parse().ok()).collect();
    people.into_iter().collect()
}

/// People whose mailbox goes by a preview.
pub fn losing_mailbox(shown: &Value) -> Vec<PersonId> {
    let lost = |item: &Value| item["lost"].as_array().unwrap().contains(&json!("mailbox"));
    let going = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null() && lost(item));
    going.map(|item| item["person"].as_str().unwrap().parse().unwrap()).collect()
}

pub fn licences(app: &App, person: PersonId) -> Vec<SkuId> {
    app.microsoft().directory(app.only_directory(), |directory| directory.licenses(person)).unwrap()
}

/// An administrator at Microsoft's own page takes all licences that somebody has directly.
pub fn take_by_hand(app: &App, person: PersonId) {
    let skus = licences(app, person);
    app.microsoft().assign(app.only_directory(), person, &[], &skus).unwrap();
}

/// Calls of Graph that changed something, or tried.
pub fn writes(app: &App) -> usize {
    app.microsoft().calls().iter().filter(|call| is_write(call)).count()
}

/// Whether a call of Graph changed something, or tried.
pub fn is_write(call: &Call) -> bool {
    let changes = ["assignlicense", "members", "reprocesslicenseassignment"];
    call.method == "PATCH"
        || call.method == "DELETE"
        || (call.method == "POST" && changes.iter().any(|name| call.template.to_lowercase().contains(name)))
}
