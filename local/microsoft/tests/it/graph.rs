use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use jiff::SignedDuration;
use local_microsoft::{Bought, Directory, Recipe, Simulation, Standing, products as p};
use serde_json::{Value, json};

use crate::client::{Graph, Hands, READER, WRITER, World};

fn ids(users: &[Value]) -> Vec<String> {
    users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn paging_walks_everybody_once_whatever_the_page() {
    let world = World::new(1_203, &READER);
    let graph = world.graph().await;
    let mut walks = Vec::new();
    for top in ["", "&$top=1000", "&$top=0"] {
        let reply = graph.get(&format!("/users?$select=id{top}")).await;
        assert_eq!(reply.status, if top.is_empty() { 200 } else { 400 }, "{top}");
    }
    for top in ["", "&$top=7", "&$top=100", "&$top=601", "&$top=999"] {
        let walk = ids(&graph.all(&format!("/users?$select=id{top}")).await);
        assert_eq!(walk.len(), 1_203, "{top}");
        walks.push(walk.into_iter().collect::<BTreeSet<_>>());
    }
    assert!(walks.iter().all(|walk| walk.len() == 1_203 && *walk == walks[0]));
    let page = graph.get("/users?$select=id,signInActivity&$top=999").await;
    assert_eq!(page.values().len(), 500, "with sign-ins a page holds no more");
    world.microsoft.clear_calls();
    graph.all("/users?$select=id&$top=999").await;
    assert_eq!(world.microsoft.calls().len(), 2);
    assert!(world.microsoft.calls().iter().all(|call| call.template == "/v1.0/users" && call.status == 200));
}

#[tokio::test]
async fn page_tokens_belong_to_their_query_and_grow_old() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    let next = graph.get("/users?$select=id&$top=20").await.next().unwrap();
    assert_eq!(graph.get(&next).await.values().len(), 20);
    let (_, token) = next.split_once("$skiptoken=").unwrap();
    for path in [
        format!("/users?$select=id,mail&$top=20&$skiptoken={token}"),
        format!("/users?$select=id&$top=21&$skiptoken={token}"),
        format!("/groups?$select=id&$top=20&$skiptoken={token}"),
        "/users?$select=id&$top=20&$skiptoken=AAAA".to_owned(),
    ] {
        assert_eq!(graph.get(&path).await.status, 400, "{path}");
    }
    world.hands.advance(SignedDuration::from_mins(61));
    let graph = world.graph().await;
    assert_eq!(graph.get(&next).await.code(), "Directory_ExpiredPageToken");
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let world = World::new(300, &READER);
    let graph = world.graph().await;
    let all = graph.all("/users?$select=id,accountEnabled,assignedLicenses,userType&$top=999").await;
    let by = |test: &dyn Fn(&Value) -> bool| ids(&all.iter().filter(|u| test(u)).cloned().collect::<Vec<_>>());
    let sku = p::BUSINESS_PREMIUM.to_string();
    let holds = |user: &Value| user["assignedLicenses"].as_array().unwrap().iter().any(|l| l["skuId"] == sku);
    let licensed = |user: &Value| !user["assignedLicenses"].as_array().unwrap().is_empty();
    let blocked = format!("accountEnabled eq false and assignedLicenses/any(u:u/skuId eq {sku})");
    for (filter, wanted) in [
        ("accountEnabled eq false".to_owned(), by(&|u| u["accountEnabled"] == false)),
        (format!("assignedLicenses/any(x:x/skuId eq {sku})"), by(&holds)),
        (blocked, by(&|u| holds(u) && u["accountEnabled"] == false)),
        ("userType eq 'Guest'".to_owned(), by(&|u| u["userType"] == "Guest")),
    ] {
        let found = ids(&graph.all(&format!("/users?$select=id&$top=50&$filter={filter}")).await);
        assert_eq!(found, wanted, "{filter}");
        assert!(!found.is_empty() || filter.contains(" and "), "{filter} shows nothing");
    }
    let path = "/users?$select=id&$filter=assignedLicenses/$count ne 0&$count=true&$top=100";
    assert_eq!(graph.get(path).await.code(), "Request_UnsupportedQuery", "without ConsistencyLevel");
    let first = graph.call("GET", path, true, None).await;
    assert_eq!(first.json()["@odata.count"], by(&licensed).len());
    let next = first.next().unwrap();
    assert_eq!(graph.get(&next).await.status, 400, "the header goes with every page");
    assert!(graph.call("GET", &next, true, None).await.json().get("@odata.count").is_none());
    assert_eq!(ids(&graph.all(path).await), by(&licensed));
    for (path, code) in [
        ("/users?$filter=nonsense eq 1", "Request_UnsupportedQuery"),
        ("/users?$filter=accountEnabled eq", "BadRequest"),
        ("/users?$search=x", "Request_UnsupportedQuery"),
        ("/users?$select=nonsense", "BadRequest"),
        ("/subscribedSkus?$filter=skuId eq 1", "Request_UnsupportedQuery"),
        ("/nonsense", "BadRequest"),
        ("/users/a/b/c", "BadRequest"),
    ] {
        let reply = graph.get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{path}");
    }
    let missing = graph.get("/users/00000000-0000-4000-8000-000000000001").await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "Request_ResourceNotFound"));
}

#[tokio::test]
async fn a_permission_that_was_not_granted_is_missed_in_graphs_words() {
    let paths = [
        ("GET", "/organization", "Organization.Read.All"),
        ("GET", "/subscribedSkus", "LicenseAssignment.Read.All"),
        ("GET", "/directory/subscriptions", "Organization.Read.All"),
        ("GET", "/users", "User.Read.All"),
        ("GET", "/groups", "Group.Read.All"),
        ("GET", "/admin/reportSettings", "ReportSettings.Read.All"),
        ("GET", "/reports/getMailboxUsageDetail(period='D7')", "Reports.Read.All"),
        ("GET", "/identity/conditionalAccess/policies", "Policy.Read.All"),
    ];
    for (method, path, permission) in paths {
        let without = World::new(20, &["Device.Read.All"]);
        let reply = without.graph().await.call(method, path, false, None).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "Authorization_RequestDenied"), "{path}");
        assert!(reply.json()["error"]["innerError"]["request-id"].is_string());
        let with = World::new(20, &[permission]);
        let reply = with.graph().await.call(method, path, false, None).await;
        assert!([200, 302].contains(&reply.status), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn sign_in_dates_need_a_permission_and_a_licence() {
    let path = "/users?$select=id,signInActivity";
    let without = World::new(20, &["User.Read.All"]);
    assert_eq!(without.graph().await.get(path).await.code(), "Authorization_RequestDenied");
    let hands = Hands::new();
    let recipe = Recipe { p1: false, ..Recipe::new(7, hands.clock().now(), 20) };
    let plain = World::with(hands, recipe, &READER);
    let reply = plain.graph().await.get(path).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"));
    assert_eq!(plain.graph().await.get("/users?$select=id").await.status, 200);
    let basic = World::new(20, &["User.ReadBasic.All"]);
    let user = &basic.graph().await.get("/users?$select=id,displayName,accountEnabled").await.values()[0];
    assert!(user["displayName"].is_string() && user["accountEnabled"].is_null());
}

#[tokio::test]
async fn the_directorys_bucket_empties_and_fills() {
    let world = World::new(40, &READER);
    let graph = world.graph().await;
    // Without $select and with a full page a list of people costs two units, of 3,500 in ten seconds.
    let mut warned = false;
    for _ in 0..1_750 {
        let reply = graph.get("/users?$top=20").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-ms-resource-unit"), Some("2"));
        warned |= reply.header("x-ms-throttle-limit-percentage").is_some();
    }
    assert!(warned);
    let reply = graph.get("/users?$select=id").await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "TooManyRequests"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert!(reply.header("x-ms-throttle-scope").unwrap().starts_with("Tenant_Application/"));
    world.hands.advance(SignedDuration::from_secs(1));
    assert_eq!(graph.get("/users?$select=id").await.status, 200);
    let skus = graph.get("/subscribedSkus?$select=skuId").await;
    assert_eq!(skus.header("x-ms-resource-unit"), Some("2"));
}

#[tokio::test]
async fn reports_come_fourteen_times_in_ten_minutes() {
    let world = World::new(20, &READER);
    let graph = world.graph().await;
    for _ in 0..14 {
        assert_eq!(graph.get("/reports/getM365AppUserDetail(period='D30')").await.status, 302);
        world.hands.advance(SignedDuration::from_secs(2));
    }
    let refused = graph.get("/reports/getM365AppUserDetail(period='D90')").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("572")));
    assert_eq!(graph.get("/reports/getMailboxUsageDetail(period='D90')").await.status, 302, "each report by itself");
    world.hands.advance(SignedDuration::from_secs(572));
    assert_eq!(graph.get("/reports/getM365AppUserDetail(period='D90')").await.status, 302);
}

#[tokio::test]
async fn conditional_access_answers_once_a_second_and_does_not_say_when() {
    let world = World::new(20, &["Policy.Read.All"]);
    let graph = world.graph().await;
    let path = "/identity/conditionalAccess/policies";
    assert_eq!(graph.get(path).await.values(), Vec::<Value>::new());
    let refused = graph.get(path).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    world.hands.advance(SignedDuration::from_secs(1));
    assert_eq!(graph.get(path).await.status, 200);
}

#[tokio::test]
async fn a_report_is_fetched_without_the_token_and_soon() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    let redirect = graph.get("/reports/getOffice365ActiveUserDetail(period='D90')").await;
    let location = redirect.header("location").unwrap().to_owned();
    let path = location[location.find("/downloads/").unwrap()..].to_owned();
    let bearer = Request::get(&path).header("authorization", format!("Bearer {}", graph.token));
    assert_eq!(world.send(bearer.body(Body::empty()).unwrap()).await.status, 401);
    let csv = world.send(Request::get(&path).body(Body::empty()).unwrap()).await;
    assert!(csv.text.starts_with("\u{feff}Report Refresh Date,User Principal Name,Display Name,"));
    world.hands.advance(SignedDuration::from_mins(5));
    assert_eq!(world.send(Request::get(&path).body(Body::empty()).unwrap()).await.status, 403);
    for wrong in ["getMailboxUsageDetail(period='D5')", "getMailboxUsageDetail", "getNothing(period='D7')"] {
        let reply = graph.get(&format!("/reports/{wrong}")).await;
        assert!([400, 404].contains(&reply.status), "{wrong}");
    }
    assert!(!graph.report("getOffice365ActivationsUserDetail").await.is_empty());
}

#[tokio::test]
async fn concealed_names_join_nobody_until_they_are_shown() {
    let hands = Hands::new();
    let recipe = Recipe { concealed: true, ..Recipe::new(7, hands.clock().now(), 50) };
    let world = World::with(hands, recipe, &[READER.as_slice(), &WRITER].concat());
    let graph = world.graph().await;
    let settings = graph.get("/admin/reportSettings").await;
    assert_eq!(settings.json()["displayConcealedNames"], true);
    let column = |rows: Vec<std::collections::BTreeMap<String, String>>| -> Vec<String> {
        rows.into_iter().map(|row| row["User Principal Name"].clone()).collect()
    };
    let report = "getEmailActivityUserDetail(period='D90')";
    let hidden = column(graph.report(report).await);
    assert!(hidden.iter().all(|name| name.len() == 32 && !name.contains('@')));
    assert_eq!(hidden, column(graph.report(report).await), "the same stand-in every time");
    let body = json!({"displayConcealedNames": false});
    assert_eq!(graph.call("PATCH", "/admin/reportSettings", false, Some(body)).await.status, 204);
    assert!(column(graph.report(report).await).iter().all(|name| name.contains('@')));
    let wrong = graph.call("PATCH", "/admin/reportSettings", false, Some(json!({"x": 1}))).await;
    assert_eq!(wrong.status, 400);
}

async fn user(graph: &Graph<'_>, id: &str) -> Value {
    graph.get(&format!("/users/{id}?$select=id,accountEnabled,assignedLicenses,licenseAssignmentStates")).await.json()
}

async fn sku(graph: &Graph<'_>, id: &str) -> Value {
    let skus = graph.get("/subscribedSkus").await.values();
    skus.into_iter().find(|sku| sku["skuId"] == id).unwrap()
}

fn writer() -> World {
    World::new(120, &[READER.as_slice(), &WRITER].concat())
}

/// Somebody with this licence, assigned directly or by a group.
async fn holder(graph: &Graph<'_>, sku: &str, direct: bool) -> Value {
    let users = graph.all("/users?$select=id,displayName,licenseAssignmentStates,assignedLicenses&$top=500").await;
    let row = |state: &Value| state["skuId"] == sku;
    let found = users.into_iter().find(|user| {
        let mut rows = user["licenseAssignmentStates"].as_array().unwrap().iter().filter(|s| row(s)).peekable();
        rows.peek().is_some() && rows.all(|state| state["assignedByGroup"].is_null() == direct)
    });
    found.expect("somebody holds it")
}

#[tokio::test]
async fn taking_a_licence_away_and_giving_it_back_sticks() {
    let world = writer();
    let graph = world.graph().await;
    let premium = p::BUSINESS_PREMIUM.to_string();
    let before = holder(&graph, &premium, true).await;
    let path = format!("/users/{}/assignLicense", before["id"].as_str().unwrap());
    let consumed = sku(&graph, &premium).await["consumedUnits"].as_u64().unwrap();
    let remove = json!({"addLicenses": [], "removeLicenses": [premium]});
    let reply = graph.call("POST", &path, false, Some(remove.clone())).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(sku(&graph, &premium).await["consumedUnits"], consumed - 1);
    let again = graph.call("POST", &path, false, Some(remove)).await;
    assert_eq!(again.json()["error"]["message"], "User does not have a corresponding license.");
    let off = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
    let add = json!({"addLicenses": [{"skuId": premium, "disabledPlans": [off]}], "removeLicenses": []});
    assert_eq!(graph.call("POST", &path, false, Some(add)).await.status, 200);
    let after = user(&graph, before["id"].as_str().unwrap()).await;
    let license = after["assignedLicenses"].as_array().unwrap().iter().find(|l| l["skuId"] == premium).unwrap();
    assert_eq!(license["disabledPlans"], json!([off]));
    assert_eq!(sku(&graph, &premium).await["consumedUnits"], consumed);
}

#[tokio::test]
async fn assignments_that_break_a_rule_are_refused_whole() {
    let world = writer();
    let graph = world.graph().await;
    let (premium, standard) = (p::BUSINESS_PREMIUM.to_string(), p::BUSINESS_STANDARD.to_string());
    let (phone, exchange) = (p::TEAMS_PHONE.to_string(), p::EXCHANGE_P1.to_string());
    let post = async |id: &Value, body: Value| {
        let path = format!("/users/{}/assignLicense", id.as_str().unwrap());
        graph.call("POST", &path, false, Some(body)).await
    };
    let inherited = holder(&graph, &premium, false).await;
    let reply = post(&inherited["id"], json!({"addLicenses": [], "removeLicenses": [premium]})).await;
    assert!(reply.json()["error"]["message"].as_str().unwrap().contains("inherited from a group"), "{}", reply.text);

    // A product without a free seat; the licence taken in the same call stays.
    let skus = graph.get("/subscribedSkus").await.values();
    let full = skus
        .iter()
        .find(|sku| sku["capabilityStatus"] == "Enabled" && sku["prepaidUnits"]["enabled"] == sku["consumedUnits"]);
    let full = full.expect("a product is used up")["skuId"].as_str().unwrap().to_owned();
    let direct = holder(&graph, &premium, true).await;
    let body = json!({"addLicenses": [{"skuId": full, "disabledPlans": []}], "removeLicenses": [premium]});
    let reply = post(&direct["id"], body).await;
    assert_eq!(reply.json()["error"]["details"][0]["code"], "CountViolation", "{}", reply.text);
    assert_eq!(user(&graph, direct["id"].as_str().unwrap()).await["assignedLicenses"], direct["assignedLicenses"]);

    let nobody = post(&direct["id"], json!({"addLicenses": [], "removeLicenses": [standard]})).await;
    assert_eq!(nobody.status, 400);
    let unknown = json!({"addLicenses": [{"skuId": "00000000-0000-4000-8000-000000000001"}], "removeLicenses": []});
    assert_eq!(post(&direct["id"], unknown).await.status, 400);
    let plan = json!({"addLicenses": [{"skuId": premium, "disabledPlans": [exchange]}], "removeLicenses": []});
    assert_eq!(post(&direct["id"], plan).await.status, 400);
    assert_eq!(post(&direct["id"], json!({"addLicenses": []})).await.status, 400, "both lists are required");

    // Teams Phone hangs on Teams.
    let users = graph.all("/users?$select=id,licenseAssignmentStates&$top=500").await;
    let caller = users.iter().find(|user| {
        let states = user["licenseAssignmentStates"].as_array().unwrap();
        states.iter().any(|s| s["skuId"] == phone) && states.iter().all(|s| s["assignedByGroup"].is_null())
    });
    let caller = caller.expect("somebody has Teams Phone");
    let suites = [p::BUSINESS_BASIC, p::BUSINESS_STANDARD, p::BUSINESS_PREMIUM].map(|id| id.to_string());
    let held: Vec<String> = caller["licenseAssignmentStates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["skuId"].as_str().unwrap().to_owned())
        .filter(|sku| suites.contains(sku))
        .collect();
    let reply = post(&caller["id"], json!({"addLicenses": [], "removeLicenses": held})).await;
    assert_eq!(reply.json()["error"]["details"][0]["code"], "DependencyViolation", "{}", reply.text);
    let both = [held.as_slice(), &[phone]].concat();
    assert_eq!(post(&caller["id"], json!({"addLicenses": [], "removeLicenses": both})).await.status, 200);
}

#[tokio::test]
async fn an_account_is_blocked_and_unblocked() {
    let world = writer();
    let graph = world.graph().await;
    let person = holder(&graph, &p::BUSINESS_PREMIUM.to_string(), true).await;
    let path = format!("/users/{}", person["id"].as_str().unwrap());
    for enabled in [false, true] {
        let reply = graph.call("PATCH", &path, false, Some(json!({"accountEnabled": enabled}))).await;
        let admins = world.microsoft.directory(world.directory, Directory::administrators).unwrap();
        assert!(!admins.iter().any(|admin| person["id"] == admin.id.to_string()));
        assert_eq!(reply.status, 204, "{}", reply.text);
        assert_eq!(user(&graph, person["id"].as_str().unwrap()).await["accountEnabled"], enabled);
    }
    let reply = graph.call("PATCH", &path, false, Some(json!({"department": "x"}))).await;
    assert_eq!(reply.status, 400);
    let admin = world.microsoft.directory(world.directory, |d| d.administrators()[0].id).unwrap();
    let body = json!({"accountEnabled": false});
    let reply = graph.call("PATCH", &format!("/users/{admin}"), false, Some(body.clone())).await;
    assert_eq!(reply.code(), "Authorization_RequestDenied", "an app may not block an administrator");
    let hands = Hands::new();
    let hybrid = Recipe { hybrid: true, ..Recipe::new(7, hands.clock().now(), 50) };
    let hybrid = World::with(hands, hybrid, &WRITER);
    let graph = hybrid.graph().await;
    let users = graph.all("/users?$select=id,onPremisesSyncEnabled").await;
    let synced = users.iter().find(|user| user["onPremisesSyncEnabled"] == true).unwrap();
    let reply = graph.call("PATCH", &format!("/users/{}", synced["id"].as_str().unwrap()), false, Some(body)).await;
    assert_eq!(reply.status, 400, "a synchronised account is blocked on premises");
}

#[tokio::test]
async fn leaving_a_group_gives_its_licence_back() {
    let world = writer();
    let graph = world.graph().await;
    let filter = "assignedLicenses/$count ne 0&$count=true&$select=id,displayName,groupTypes,assignedLicenses";
    let groups = graph.call("GET", &format!("/groups?$filter={filter}"), true, None).await.values();
    assert!(groups.len() >= 3);
    let dynamic = groups.iter().find(|g| g["groupTypes"] == json!(["DynamicMembership"])).unwrap();
    let plain = groups.iter().find(|g| g["displayName"] == "Licence pilots").unwrap();
    let members = |group: &Value| format!("/groups/{}/members", group["id"].as_str().unwrap());
    let held = graph.all(&format!("{}?$select=id", members(dynamic))).await;
    let path = format!("{}/{}/$ref", members(dynamic), held[0]["id"].as_str().unwrap());
    assert_eq!(graph.call("DELETE", &path, false, None).await.status, 400, "a rule decides who is in");

    let id = graph.all(&members(plain)).await[0]["id"].as_str().unwrap().to_owned();
    let before = user(&graph, &id).await;
    let path = format!("{}/{id}/$ref", members(plain));
    assert_eq!(graph.call("DELETE", &path, false, None).await.status, 204);
    assert_eq!(graph.call("DELETE", &path, false, None).await.status, 404);
    let group = &plain["id"];
    let states = user(&graph, &id).await["licenseAssignmentStates"].clone();
    assert!(!states.as_array().unwrap().iter().any(|state| state["assignedByGroup"] == *group));
    let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
    let path = format!("{}/$ref", members(plain));
    assert_eq!(graph.call("POST", &path, false, Some(reference.clone())).await.status, 204);
    assert_eq!(graph.call("POST", &path, false, Some(reference)).await.status, 400);
    assert_eq!(user(&graph, &id).await["assignedLicenses"], before["assignedLicenses"]);
}

#[tokio::test]
async fn a_batch_answers_each_request_for_itself() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    let request = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let mut after = request("4", "/organization");
    after["dependsOn"] = json!(["3"]);
    let body = json!({"requests": [
        request("1", "/organization"), request("2", "/users?$select=id&$top=5"), request("3", "/nonsense"), after,
        request("5", "/identity/conditionalAccess/policies"),
    ]});
    let reply = graph.call("POST", "/$batch", false, Some(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let responses = reply.json()["responses"].as_array().unwrap().clone();
    let of = |id: &str| responses.iter().find(|r| r["id"] == id).unwrap().clone();
    let statuses: Vec<u64> = ["1", "2", "3", "4", "5"].iter().map(|id| of(id)["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 400, 424, 403]);
    assert_eq!(of("2")["body"]["value"].as_array().unwrap().len(), 5);
    assert_ne!(responses[0]["id"], "1", "not in the order asked");
    assert_eq!(world.microsoft.calls().iter().filter(|call| call.batched).count(), 4);
    let many: Vec<Value> = (0..21).map(|n| request(&n.to_string(), "/organization")).collect();
    assert_eq!(graph.call("POST", "/$batch", false, Some(json!({"requests": many}))).await.status, 400);
    let twice = json!({"requests": [request("1", "/organization"), request("1", "/organization")]});
    assert_eq!(graph.call("POST", "/$batch", false, Some(twice)).await.status, 400);
}

#[tokio::test]
async fn a_subscription_that_is_renewed_or_lapses_takes_the_seats_of_its_licence_type_along() {
    let world = World::new(120, &READER);
    let graph = world.graph().await;
    let id = graph.get("/directory/subscriptions").await.values()[0]["skuId"].as_str().unwrap().to_owned();
    let bought = world.microsoft.directory(world.directory, |d| d.bought(id.parse().unwrap())).unwrap();
    let [(one, before), (other, beside)] = &bought[..] else { panic!("the first suite was bought twice: {bought:?}") };
    let day = "2027-02-01".parse().unwrap();
    let set = |subscription: &str, standing, seats| {
        let to = Bought { seats, standing, next: Some(day) };
        world.microsoft.set_subscription(world.directory, subscription, to)
    };
    set(one, Standing::Enabled, before.seats - 1).unwrap();
    let now = sku(&graph, &id).await;
    assert_eq!(now["prepaidUnits"]["enabled"], before.seats - 1 + beside.seats);
    let all = graph.get("/directory/subscriptions").await.values();
    let row = all.iter().find(|row| row["id"] == **one).unwrap();
    assert_eq!(row["totalLicenses"], before.seats - 1);
    assert!(row["nextLifecycleDateTime"].as_str().unwrap().starts_with("2027-02-01T"), "{row:#}");
    let after = [
        (Standing::Warning, "warning", "Warning"),
        (Standing::Suspended, "suspended", "Suspended"),
        (Standing::LockedOut, "lockedOut", "LockedOut"),
    ];
    for (standing, unit, status) in after {
        set(one, standing, before.seats).unwrap();
        set(other, Standing::Enabled, beside.seats).unwrap();
        let now = sku(&graph, &id).await;
        assert_eq!(now["prepaidUnits"]["enabled"], beside.seats, "{status}");
        assert_eq!(now["prepaidUnits"][unit], before.seats, "{status}");
        assert_eq!(now["capabilityStatus"], "Enabled", "the other one is in force");
        set(other, standing, beside.seats).unwrap();
        let now = sku(&graph, &id).await;
        assert_eq!(now["prepaidUnits"][unit], before.seats + beside.seats, "{status}");
        assert_eq!((&now["prepaidUnits"]["enabled"], &now["capabilityStatus"]), (&0.into(), &status.into()));
    }
    assert_eq!(set("none", Standing::Enabled, 1).unwrap_err().status, 404);
}

#[tokio::test]
async fn what_was_written_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("microsoft.json");
    let first = writer();
    let recipe = Recipe::new(7, first.hands.clock().now(), 120);
    let kept = Simulation::open(first.hands.clock(), 1, &path).unwrap();
    assert_eq!(kept.directories(), []);
    kept.add(Directory::generate(&recipe));
    let world = World { microsoft: kept, ..first };
    let register = |microsoft: &Simulation| {
        microsoft.register_app(local_microsoft::App {
            client_id: world.app,
            name: "Steward".into(),
            certificates: vec![world.credential.certificate_der.clone()],
            secret: None,
            redirect_uris: vec![],
            permissions: [READER.as_slice(), &WRITER].concat().iter().map(|p| (*p).to_owned()).collect(),
        });
    };
    register(&world.microsoft);
    world.microsoft.consent(world.app, world.directory);
    let graph = world.graph().await;
    let premium = p::BUSINESS_PREMIUM.to_string();
    let person = holder(&graph, &premium, true).await["id"].as_str().unwrap().to_owned();
    let remove = json!({"addLicenses": [], "removeLicenses": [premium]});
    let path_of = format!("/users/{person}/assignLicense");
    assert_eq!(graph.call("POST", &path_of, false, Some(remove)).await.status, 200);
    let hidden = json!({"displayConcealedNames": true});
    assert_eq!(graph.call("PATCH", "/admin/reportSettings", false, Some(hidden)).await.status, 204);
    let directory = world.directory;
    let bought = |microsoft: &Simulation| microsoft.directory(directory, |d| d.bought(p::BUSINESS_PREMIUM)).unwrap();
    let (id, one) = bought(&world.microsoft).swap_remove(0);
    world.microsoft.set_subscription(directory, &id, Bought { seats: one.seats + 3, ..one }).unwrap();
    let subscriptions = bought(&world.microsoft);
    let (after, units) = (user(&graph, &person).await, sku(&graph, &premium).await);

    let again = Simulation::open(world.hands.clock(), 2, &path).unwrap();
    register(&again);
    let world = World { microsoft: again, ..world };
    assert_eq!(world.microsoft.directories(), [world.directory]);
    let graph = world.graph().await;
    assert_eq!(user(&graph, &person).await, after);
    assert_eq!(sku(&graph, &premium).await, units);
    assert_eq!(bought(&world.microsoft), subscriptions);
    assert_eq!(graph.get("/admin/reportSettings").await.json()["displayConcealedNames"], true);
    std::fs::write(&path, "{").unwrap();
    assert!(Simulation::open(world.hands.clock(), 2, &path).is_err());
}
