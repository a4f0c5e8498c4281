//! One company never sees another's data (S-1): every operation of the API, generated from its document, against
//! nobody, bad tokens, too little right, closed companies and everything of another company that can be named.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use futures::future::join_all;
use http::{Method, Request, header};
use jiff::SignedDuration;
use local::openapi;
use model::{Permission, Role, TenantState};
use serde_json::{Value, json};
use tests::{Answer, App, Authenticator, Client, Options, directory};

use crate::{
    public::PUBLIC,
    table::{items, scope, session, set_role, set_state},
};

/// Operations that change something and that every member may call, in any state that lets members in.
const OWN_SESSION: &[&str] = &[
    "accounts-add-passkey",
    "accounts-begin-passkey",
    "accounts-begin-totp",
    "accounts-change-email",
    "accounts-change-password",
    "accounts-confirm-totp",
    "accounts-create-company",
    "accounts-end-session",
    "accounts-link-microsoft",
    "accounts-link-microsoft-callback",
    "accounts-remove-passkey",
    "accounts-remove-totp",
    "accounts-renew-recovery-codes",
    "accounts-sign-out",
    "accounts-sign-out-everywhere",
    "accounts-step-up",
    "accounts-switch-company",
    "accounts-unlink-microsoft",
    "accounts-update-me",
    "members-leave",
];

/// Reads that are themselves noted in the log, and so change the table.
const NOTED: [&str; 7] = [
    "findings-export",
    "findings-export-licenses",
    "findings-export-people",
    "fixes-export",
    "insights-export-savings",
    "insights-export-trends",
    "tenants-events-export",
];

/// Reads that are sent by `POST`, because they say at length what they want to know.
const ASKED: [&str; 1] = ["fixes-preview"];

/// An operation of the API's document.
struct Operation {
    id: String,
    method: Method,
    path: String,
    public: bool,
    /// Names of parameters in the path.
    places: Vec<String>,
    pages: bool,
    takes_body: bool,
}

impl Operation {
    fn changes(&self) -> bool {
        self.method != Method::GET && !ASKED.contains(&self.id.as_str())
    }
    /// Its address, with these values in the path.
    fn at(&self, values: &BTreeMap<&str, String>) -> String {
        self.places.iter().fold(self.path.clone(), |path, name| {
            path.replace(
                &format!("{{{name}}}"),
                values.get(name.as_str()).unwrap_or_else(|| panic!("no value of {name}")),
            )
        })
    }
}

fn operations() -> Vec<Operation> {
    let api = serde_json::to_value(openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = |place: &str| {
                let here = parameters.iter().filter(|parameter| parameter["in"] == place);
                here.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let security = operation["security"].as_array().expect("every operation says who may call it");
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method,
                path: path.clone(),
                public: security.iter().any(|way| way.as_object().unwrap().is_empty()),
                places: named("path"),
                pages: ["cursor", "limit"].iter().all(|name| named("query").contains(&(*name).to_owned())),
                takes_body: operation.get("requestBody").is_some(),
            });
        }
    }
    operations
}

/// Operations that need a token.
fn guarded() -> Vec<Operation> {
    operations().into_iter().filter(|operation| !operation.public).collect()
}

async fn send(
    app: &App,
    operation: &Operation,
    path: &str,
    token: Option<&str>,
    extra: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(operation.method.clone()).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    for (name, value) in extra {
        request = request.header(*name, *value);
    }
    // Whatever is changed, the version that is there is meant: what refuses is not that.
    request = request.header(header::IF_MATCH, "*");
    request = request.header("idempotency-key", "isolation");
    // A body that would do something to what the path names; otherwise one that is well-formed and means nothing.
    let empty = match operation.id.as_str() {
        "members-change" => json!({ "active": false }),
        "fixes-preview" => json!({ "finding": of_nothing()["finding"] }),
        "members-replace-role" => json!({ "name": "Other", "permissions": [] }),
        _ => json!({ "state": "nothing", "code": "nothing" }),
    };
    let body = match body.or(operation.takes_body.then_some(&empty)) {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
        None => Body::empty(),
    };
    app.send(request.body(body).unwrap()).await
}

/// All of an answer but the name of its request.
fn told(answer: &Answer) -> (u16, Value, Vec<(String, String)>) {
    // A file is told as its text.
    let text = || json!(String::from_utf8_lossy(&answer.body));
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| text());
    if let Some(problem) = body.as_object_mut() {
        problem.remove("instance");
    }
    let ours = |name: &str| name != "x-request-id";
    let headers = answer.headers.iter().filter(|(name, _)| ours(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status.as_u16(), body, headers)
}

/// Ids that are well-formed and of nothing.
fn of_nothing() -> BTreeMap<&'static str, String> {
    let zero = "0".repeat(26);
    BTreeMap::from([
        ("directory", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("exception", format!("exc_{zero}")),
        ("feed", format!("fed_{zero}")),
        ("finding", format!("fnd_{zero}")),
        ("fix", format!("fix_{zero}")),
        ("invitation", format!("inv_{zero}")),
        ("key", format!("key_{zero}")),
        ("passkey", format!("pky_{zero}")),
        ("person", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("role", format!("rol_{zero}")),
        ("scan", format!("scn_{zero}")),
        ("session", format!("ses_{zero}")),
        ("tier", "security_writer".to_owned()),
        ("sku", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("tenant", format!("ten_{zero}")),
        ("user", format!("usr_{zero}")),
    ])
}

/// A list as the API shows it, whole.
async fn list(client: &Client<'_>, path: &str) -> Vec<Value> {
    let page: Value = client.get(&format!("{path}?limit=100")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// Everything that only a company's own answers may hold.
async fn canaries(client: &Client<'_>, name: &str) -> BTreeSet<String> {
    let mut canaries = BTreeSet::from([
        name.to_owned(),
        client.tenant.to_string(),
        client.user.to_string(),
        session(client).to_string(),
        client.token.clone(),
        client.refresh.clone(),
    ]);
    let mut take = |value: &Value| canaries.extend(value.as_str().map(str::to_owned));
    let connection: Value = client.get("/v1/microsoft").await.expect(200);
    take(&connection["directory"]);
    for scan in list(client, "/v1/scans").await {
        take(&scan["scan"]);
    }
    for event in list(client, "/v1/events").await {
        take(&event["id"]);
    }
    for finding in list(client, "/v1/findings").await {
        take(&finding["finding"]);
        for person in list(client, &format!("/v1/findings/{}/people", finding["finding"].as_str().unwrap())).await {
            for value in person.as_object().unwrap().values() {
                // Ids and addresses; words such as a reason are everybody's.
                let address = |text: &str| text.contains('@') && !text.contains(' ');
                let own = value.as_str().filter(|text| text.parse::<uuid::Uuid>().is_ok() || address(text));
                take(&json!(own));
            }
        }
    }
    canaries
}

fn text_of(answer: &Answer) -> String {
    format!("{:?}\n{}", answer.headers, String::from_utf8_lossy(&answer.body))
}

#[test]
fn the_public_operations_are_these_and_no_more() {
    let public: Vec<String> = operations().into_iter().filter(|o| o.public).map(|o| o.id).collect();
    let public: BTreeSet<&str> = public.iter().map(String::as_str).collect();
    assert_eq!(public, PUBLIC.iter().copied().collect::<BTreeSet<_>>());
    assert!(guarded().len() >= 14);
}

#[tokio::test]
async fn nobody_and_no_bad_token_gets_anything_from_any_operation() {
    let app = App::start().await;
    let (owner, gone) = (app.tenant("acme").await, app.tenant("gone").await);
    gone.act("/v1/sign-out").await;
    app.pump().await;
    let before = items(&app).await;
    let operations = guarded();
    let taken: BTreeSet<(&str, &Method)> = operations.iter().map(|o| (o.path.as_str(), &o.method)).collect();
    for operation in &operations {
        let path = operation.at(&of_nothing());
        send(&app, operation, &path, None, &[], None).await.expect_problem(401, "missing_credentials");
        let unsigned = format!("{}.AAAA", &owner.token[..owner.token.rfind('.').unwrap()]);
        for token in ["garbage", &owner.refresh, &unsigned, &gone.token, &owner.tenant.to_string()] {
            let answer = send(&app, operation, &path, Some(token), &[], None).await;
            answer.expect_problem(401, "invalid_token");
            assert!(!text_of(&answer).contains("acme"), "{}", operation.id);
        }
        // A method the address does not take is no way round.
        let others = [Method::PUT, Method::PATCH, Method::OPTIONS, Method::TRACE];
        for method in others.into_iter().filter(|method| !taken.contains(&(operation.path.as_str(), method))) {
            let answer = app.call(method, &path, None, None).await;
            answer.expect_problem(405, "method_not_allowed");
        }
    }
    app.clock.advance(SignedDuration::from_mins(16));
    for operation in &operations {
        let path = operation.at(&of_nothing());
        send(&app, operation, &path, Some(&owner.token), &[], None).await.expect_problem(401, "token_expired");
    }
    assert_eq!(items(&app).await, before, "nothing changed");
}

#[tokio::test]
async fn a_role_does_what_its_permissions_say_and_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let mut forbidden = BTreeMap::new();
    for &role in Role::ALL {
        set_role(&app, &scope, &owner, role).await;
        let mut before = items(&app).await;
        for operation in guarded().iter().filter(|operation| !OWN_SESSION.contains(&operation.id.as_str())) {
            let answer = send(&app, operation, &operation.at(&of_nothing()), Some(&owner.token), &[], None).await;
            let after = items(&app).await;
            if answer.status == 403 {
                answer.expect_problem(403, "forbidden");
                let lacking: Permission = serde_json::from_value(answer.json()["required_permission"].clone()).unwrap();
                assert!(!role.permissions().holds(lacking), "{role:?} {}", operation.id);
                assert_eq!(after, before, "{} changed something all the same", operation.id);
                forbidden.entry(operation.id.clone()).or_insert(lacking);
            } else {
                assert!(answer.status != 401, "{role:?} {}", operation.id);
                assert!(
                    role != Role::ReadOnly || !operation.changes(),
                    "{} lets anybody who looks change",
                    operation.id
                );
                assert!(
                    forbidden.get(&operation.id).is_none_or(|right| role.permissions().holds(*right)),
                    "{role:?} {}",
                    operation.id
                );
            }
            before = after;
        }
        app.pump().await;
    }
    // What is refused to some role at all: every operation that changes, and the log.
    let refused: BTreeSet<&str> = forbidden.keys().map(String::as_str).collect();
    let all = guarded();
    let changing = all.iter().filter(|o| o.changes() && !OWN_SESSION.contains(&o.id.as_str())).map(|o| o.id.as_str());
    let reading = [
        "fixes-preview",
        "findings-export",
        "findings-export-licenses",
        "findings-export-people",
        "fixes-export",
        "insights-export-savings",
        "insights-export-trends",
        "insights-feeds",
        "members-key-list",
        "microsoft-colleagues",
        "tenants-events",
        "tenants-events-export",
        "tenants-events-verify",
    ];
    let wanted: BTreeSet<&str> = changing.chain(reading).collect();
    assert_eq!(refused, wanted);
}

#[tokio::test]
async fn a_closed_company_lets_nobody_in_and_a_read_only_one_changes_nothing() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let closed = [
        TenantState::Pending,
        TenantState::Provisioning,
        TenantState::Failed,
        TenantState::Suspended,
        TenantState::Cancelled,
        TenantState::Purging,
        TenantState::Purged,
    ];
    for state in closed {
        set_state(&app, &scope, state).await;
        let before = items(&app).await;
        for operation in guarded() {
            let answer = send(&app, &operation, &operation.at(&of_nothing()), Some(&owner.token), &[], None).await;
            answer.expect_problem(403, "tenant_closed");
        }
        assert_eq!(items(&app).await, before);
    }
    set_state(&app, &scope, TenantState::ReadOnly).await;
    let before = items(&app).await;
    let unnoted = |operation: &&Operation| !NOTED.contains(&operation.id.as_str());
    for operation in guarded().iter().filter(|operation| !OWN_SESSION.contains(&operation.id.as_str())).filter(unnoted)
    {
        let answer = send(&app, operation, &operation.at(&of_nothing()), Some(&owner.token), &[], None).await;
        // Looking for whom to invite is of no use where nobody is invited.
        if operation.changes() || operation.id == "microsoft-colleagues" {
            answer.expect_problem(403, "tenant_closed");
        } else {
            assert!(matches!(answer.status.as_u16(), 200 | 404), "{}: {}", operation.id, answer.status);
        }
    }
    assert_eq!(items(&app).await, before);
    assert_eq!(owner.act("/v1/sign-out").await.status, 204);
    app.pump().await;
}

#[tokio::test]
async fn what_belongs_to_another_company_reads_like_what_does_not_exist() {
    let app = App::with(Options { directories: vec![directory(1, 40), directory(2, 40)], ..Options::default() }).await;
    let [first, second] = app.microsoft().directories()[..] else { panic!("two directories") };
    let a = app.scanned("alphaventures", first).await;
    let b = app.scanned("canarybirds", second).await;
    let fix = crate::fixes::any(&app, &b).await;
    // B is in the middle of a ceremony, too.
    assert_eq!(b.delete("/v1/microsoft").await.status, 204);
    let begun: Value = b.act("/v1/microsoft/connect").await.expect(200);
    let new = json!({ "name": "canarybirds", "scopes": ["findings:read"] });
    let key: Value = app.sign_in("owner@canarybirds.example").await.post("/v1/keys", new).await.expect(201);
    let key = key["key"]["key"].as_str().unwrap().to_owned();
    let passkey = b.add_passkey(&mut Authenticator::new()).await["passkey"]["passkey"].as_str().unwrap().to_owned();
    let url: url::Url = begun["url"].as_str().unwrap().parse().unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let asked = json!({ "email": "guest@canarybirds.example", "role": "member" });
    let invitation: Value = b.post("/v1/invitations", asked).await.expect(202);
    let role: Value = b.post("/v1/roles", json!({ "name": "Canary keepers", "permissions": [] })).await.expect(201);
    let wanted = json!({ "check": "L6", "reason": "Canary keepers know" });
    let exception: Value = b.post("/v1/exceptions", wanted).await.expect(201);
    let prices: Value = b.get("/v1/prices").await.expect(200);
    let feed: Value = b.post("/v1/feeds", json!({ "name": "Canary keepers" })).await.expect(201);
    let person: Value = b.get("/v1/people?limit=1").await.expect(200);
    let person = person["items"][0]["person"].as_str().unwrap().to_owned();
    app.pump().await;
    let named = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();

    let mut canaries = canaries(&b, "canarybirds").await;
    canaries.extend([named(&invitation, "invitation"), named(&role, "role"), "Canary keepers".into()]);
    canaries.insert(state.clone());
    canaries.insert(second.to_string());
    assert!(canaries.len() > 30, "{}", canaries.len());
    let clean = |why: &str, answer: &Answer| {
        let text = text_of(answer);
        let found: Vec<_> = canaries.iter().filter(|canary| text.contains(*canary)).collect();
        assert!(found.is_empty(), "{why}: {found:?} in {text}");
    };
    // B's own answers do hold them: the canaries sing.
    let sung: Value = b.get("/v1/tenant").await.expect(200);
    assert!(canaries.iter().any(|canary| sung.to_string().contains(canary)));

    let mut ids: Vec<BTreeMap<&str, String>> = Vec::new();
    let scans = list(&b, "/v1/scans").await;
    for finding in list(&b, "/v1/findings").await {
        ids.push(BTreeMap::from([
            ("directory", second.to_string()),
            ("exception", named(&exception, "exception")),
            ("feed", named(&feed["feed"], "feed")),
            ("finding", named(&finding, "finding")),
            ("fix", fix.clone()),
            ("invitation", named(&invitation, "invitation")),
            ("key", key.clone()),
            ("passkey", passkey.clone()),
            ("person", person.clone()),
            ("role", named(&role, "role")),
            ("scan", named(&scans[0], "scan")),
            ("session", session(&b).to_string()),
            ("tier", "licence_writer".to_owned()),
            ("sku", named(&prices["items"][0], "sku")),
            ("tenant", b.tenant.to_string()),
            ("user", b.user.to_string()),
        ]));
    }
    assert!(!ids.is_empty());
    let nobody = "ten_00000000000000000000000000";
    let of_b = b.tenant.to_string();
    let table = items(&app).await;
    for operation in guarded() {
        let own = OWN_SESSION.contains(&operation.id.as_str());
        // In the path.
        if !operation.places.is_empty() {
            let nothing = send(&app, &operation, &operation.at(&of_nothing()), Some(&a.token), &[], None).await;
            // They differ by the finding.
            let differing = if operation.places.iter().any(|place| place == "finding") { &ids[..] } else { &ids[..1] };
            for ids in differing {
                let answer = send(&app, &operation, &operation.at(ids), Some(&a.token), &[], None).await;
                assert_eq!(told(&answer), told(&nothing), "{}", operation.id);
                clean(&operation.id, &answer);
            }
            for wrong in ["x", "..", "%2e%2e", "*", "fnd_", &of_b, &b.user.to_string(), "%00", "fnd_%30"] {
                let wrong = operation.places.iter().map(|name| (name.as_str(), wrong.to_owned())).collect();
                let answer = send(&app, &operation, &operation.at(&wrong), Some(&a.token), &[], None).await;
                assert_eq!(answer.status, 404, "{}", operation.id);
            }
        }
        let path = operation.at(&of_nothing());
        // As a cursor.
        if operation.pages {
            let theirs: Value = b.get("/v1/events?limit=1").await.expect(200);
            let mut cursors = vec![theirs["next_cursor"].as_str().unwrap().to_owned()];
            if let Some(ids) = ids.first() {
                let page: Value = b.get(&format!("{}?limit=1", operation.at(ids))).await.expect(200);
                cursors.extend(page["next_cursor"].as_str().map(str::to_owned));
            }
            let junk = send(&app, &operation, &format!("{path}?cursor=junk"), Some(&a.token), &[], None).await;
            junk.expect_problem(400, "bad_cursor");
            for cursor in cursors {
                let answer =
                    send(&app, &operation, &format!("{path}?cursor={cursor}"), Some(&a.token), &[], None).await;
                assert_eq!(told(&answer), told(&junk), "{}", operation.id);
            }
        }
        if own {
            continue;
        }
        // In a header: refused where it is compared, without effect anywhere else.
        let named = send(&app, &operation, &path, Some(&a.token), &[("x-tenant-id", &of_b)], None).await;
        let nowhere = send(&app, &operation, &path, Some(&a.token), &[("x-tenant-id", nobody)], None).await;
        named.expect_problem(403, "tenant_mismatch");
        assert_eq!(told(&named), told(&nowhere), "{}", operation.id);
        if operation.id == "microsoft-disconnect"
            || operation.id == "scans-start"
            || NOTED.contains(&operation.id.as_str())
        {
            // Does what it says, to A alone; see below.
            continue;
        }
        let plain = send(&app, &operation, &path, Some(&a.token), &[], None).await;
        clean(&operation.id, &plain);
        for (name, value) in
            [("x-tenant", &of_b), ("x-original-url", &of_b), ("x-user-id", &b.user.to_string()), ("cookie", &b.token)]
        {
            let answer = send(&app, &operation, &path, Some(&a.token), &[(name, value)], None).await;
            assert_eq!(told(&answer), told(&plain), "{} {name}", operation.id);
        }
        // In the query and in a body: of no use whatever they are called.
        for name in ["tenant", "tenant_id", "tid", "user", "as", "filter"] {
            let answer = send(&app, &operation, &format!("{path}?{name}={of_b}"), Some(&a.token), &[], None).await;
            let same = send(&app, &operation, &format!("{path}?{name}={nobody}"), Some(&a.token), &[], None).await;
            clean(&operation.id, &answer);
            assert_eq!(told(&answer).0, told(&same).0, "{} {name}", operation.id);
        }
        let answer = send(&app, &operation, &path, Some(&a.token), &[], Some(&json!({ "tenant": of_b }))).await;
        clean(&operation.id, &answer);
    }
    // B's ceremony is not A's to finish; nor is a directory that B gave free A's by naming it.
    let unknown = a.post("/v1/microsoft/callback", json!({ "state": "unknown", "code": "x" })).await;
    for body in [
        json!({ "state": state, "code": "x" }),
        json!({ "state": state, "error": "access_denied" }),
        json!({ "state": state, "admin_consent": "True", "tenant": second }),
    ] {
        assert_eq!(told(&a.post("/v1/microsoft/callback", body).await), told(&unknown));
    }
    assert_eq!(items(&app).await, table, "nothing changed");

    // What A may change changes A alone.
    let others = |items: Vec<String>| items.into_iter().filter(|item| item.contains(&of_b)).collect::<Vec<_>>();
    let before = others(items(&app).await);
    assert_eq!(a.act("/v1/scans").await.status, 202);
    app.pump().await;
    assert_eq!(a.delete("/v1/microsoft").await.status, 204);
    assert_eq!(a.act("/v1/sign-out").await.status, 204);
    app.pump().await;
    assert_eq!(others(items(&app).await), before);
    b.get("/v1/me").await.expect::<Value>(200);
}

#[tokio::test]
async fn ten_companies_at_once_each_see_their_own_only() {
    let app = App::start().await;
    let names: Vec<String> = (0..10).map(|number| format!("company{number}zz")).collect();
    let mut clients = Vec::new();
    for name in &names {
        clients.push(app.tenant(name).await);
    }
    let own: Vec<[String; 4]> = clients
        .iter()
        .zip(&names)
        .map(|(client, name)| {
            [client.tenant.to_string(), client.user.to_string(), session(client).to_string(), name.clone()]
        })
        .collect();
    let calls =
        ["/v1/me", "/v1/tenant", "/v1/events?limit=2", "/v1/overview", "/v1/microsoft", "/v1/scans", "/v1/findings"];
    let work = (0..clients.len()).flat_map(|who| {
        // Each in an order of its own.
        (0..2 * calls.len()).map(move |turn| (who, calls[(turn * (who % 3 + 1) + who) % calls.len()]))
    });
    let mut work: Vec<_> = work.collect();
    work.sort_by_key(|(who, path)| (path.len() * 7 + who * 13) % 11);
    let mut answers = Vec::new();
    // Twenty at once, of all ten: more wait for one another longer than a request may on a busy machine.
    for wave in work.chunks(20) {
        answers.extend(join_all(wave.iter().map(|(who, path)| clients[*who].get(path))).await);
    }
    for ((who, path), answer) in work.iter().zip(&answers) {
        assert_eq!(answer.status, 200, "{path}");
        let text = text_of(answer);
        if matches!(*path, "/v1/me" | "/v1/tenant") {
            assert!(text.contains(&own[*who][0]), "{path}");
        }
        for (other, canaries) in own.iter().enumerate().filter(|(other, _)| other != who) {
            assert!(!canaries.iter().any(|canary| text.contains(canary)), "{path}: {other} in {who}'s answer");
        }
    }
    // Ten sign out at once; each ends itself.
    let (leave, stay) = clients.split_at(5);
    assert!(join_all(leave.iter().map(|client| client.act("/v1/sign-out"))).await.iter().all(|a| a.status == 204));
    for client in leave {
        client.get("/v1/me").await.expect_problem(401, "invalid_token");
    }
    for client in stay {
        client.get("/v1/me").await.expect::<Value>(200);
    }
    app.pump().await;
}
