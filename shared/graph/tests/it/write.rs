use graph::{
    Deadline, Directory, Error,
    write::{RefusedCode, Write, WriteError},
};
use jiff::SignedDuration;
use model::{GroupId, PersonId, PlanId, SkuId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{DIRECTORY, Reply, Server, token_path};

const BATCH: &str = "/v1.0/$batch";
const SKU: SkuId = SkuId(Uuid::from_u128(0xa1));

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn remove(n: u128) -> Write {
    Write::AssignLicense { person: person(n), add: Vec::new(), remove: vec![SKU] }
}

/// Somebody who applies a fix, with ten minutes.
fn directory(server: &Server) -> Directory {
    let deadline = Deadline::after(&server.clock(), SignedDuration::from_mins(10));
    server.microsoft().directory(DIRECTORY).until(deadline)
}

fn item(id: usize, status: u16) -> Value {
    json!({"id": id.to_string(), "status": status, "body": {}})
}

fn refused(id: usize, status: u16, code: &str, message: &str) -> Value {
    json!({"id": id.to_string(), "status": status, "body": {"error": {"code": code, "message": message}}})
}

fn throttled(id: usize, retry_after: &str) -> Value {
    let mut item = refused(id, 429, "TooManyRequests", "");
    item["headers"] = json!({ "Retry-After": retry_after });
    item
}

fn answers(items: impl IntoIterator<Item = Value>) -> Reply {
    Reply::json(200, json!({ "responses": items.into_iter().collect::<Vec<_>>() }))
}

fn sent(server: &Server) -> Vec<Value> {
    let bodies = server.seen(BATCH);
    bodies
        .iter()
        .flat_map(|seen| serde_json::from_slice::<Value>(&seen.body).unwrap()["requests"].as_array().unwrap().clone())
        .collect()
}

fn reasons(results: &[Result<(), WriteError>]) -> Vec<&'static str> {
    results.iter().map(|result| result.as_ref().map_or_else(WriteError::reason, |()| "done")).collect()
}

#[tokio::test]
async fn every_change_is_sent_as_microsoft_documents_it() {
    let server = Server::start().await;
    server.reply(BATCH, [answers([item(0, 200), item(1, 204), item(2, 204), item(3, 204), item(4, 200)])]);
    let group = GroupId(Uuid::from_u128(0x9));
    let plan = PlanId(Uuid::from_u128(0xb1));
    let other = SkuId(Uuid::from_u128(0xa2));
    let writes = [
        Write::AssignLicense { person: person(1), add: vec![(other, vec![plan])], remove: vec![SKU] },
        Write::LeaveGroup { group, person: person(2) },
        Write::JoinGroup { group, person: person(3) },
        Write::SetSignIn { person: person(4), enabled: false },
        Write::Reprocess { person: person(5) },
    ];
    assert_eq!(reasons(&directory(&server).write(&writes).await), ["done"; 5]);
    let id = |n: u128| Uuid::from_u128(n).to_string();
    let json_body = json!({"Content-Type": "application/json"});
    let object = format!("{}/v1.0/directoryObjects/{}", server.origin, id(3));
    assert_eq!(
        sent(&server),
        [
            json!({"id": "0", "method": "POST", "url": format!("/users/{}/assignLicense", id(1)), "headers": json_body,
                "body": {"addLicenses": [{"skuId": id(0xa2), "disabledPlans": [id(0xb1)]}],
                    "removeLicenses": [id(0xa1)]}}),
            json!({"id": "1", "method": "DELETE", "url": format!("/groups/{}/members/{}/$ref", id(9), id(2))}),
            json!({"id": "2", "method": "POST", "url": format!("/groups/{}/members/$ref", id(9)), "headers": json_body,
                "body": {"@odata.id": object}}),
            json!({"id": "3", "method": "PATCH", "url": format!("/users/{}", id(4)), "headers": json_body,
                "body": {"accountEnabled": false}}),
            json!({"id": "4", "method": "POST", "url": format!("/users/{}/reprocessLicenseAssignment", id(5))}),
        ]
    );

    server.reply("/v1.0/admin/reportSettings", [Reply::text(204, "text/plain", "")]);
    assert_eq!(directory(&server).write(&[Write::ConcealNames(false)]).await, [Ok(())]);
    let seen = &server.seen("/v1.0/admin/reportSettings")[0];
    assert_eq!((seen.method.as_str(), &seen.body[..]), ("PATCH", &br#"{"displayConcealedNames":false}"#[..]));
}

#[tokio::test]
async fn five_hundred_changes_are_twenty_five_calls_within_microsofts_limit() {
    let server = Server::start().await;
    server.reply(BATCH, (0..25).map(|round| answers((0..20).map(|i| item(round * 20 + i, 200)))));
    let writes: Vec<_> = (0..500).map(remove).collect();
    let directory = directory(&server);
    assert!(directory.write(&writes).await.iter().all(Result::is_ok));
    assert_eq!(server.seen(BATCH).len(), 25);
    // At most 20 a second: 480 before the last twenty.
    assert_eq!(server.time.slept(), SignedDuration::from_secs(24));
    let counted: u32 =
        directory.calls().iter().filter(|call| call.code == "assign_licence").map(|call| call.count).sum();
    assert_eq!(counted, 500);
}

#[tokio::test]
async fn only_the_throttled_items_are_sent_again_after_their_wait() {
    let server = Server::start().await;
    let first = (0..20).map(|i| if i % 7 == 3 { throttled(i, "11") } else { item(i, 200) });
    server.reply(BATCH, [answers(first), answers([item(17, 200), item(3, 200), item(10, 200)])]);
    let writes: Vec<_> = (0..20).map(remove).collect();
    assert_eq!(reasons(&directory(&server).write(&writes).await), ["done"; 20]);
    let ids: Vec<_> = sent(&server)[20..].iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids, ["3", "10", "17"]);
    assert!(server.time.slept() >= SignedDuration::from_secs(11));
}

#[tokio::test]
async fn what_may_have_been_done_is_never_sent_again() {
    let unknown = [
        Reply::text(503, "text/html", "<h1>busy</h1>").with("retry-after", "3"),
        Reply::error(500, "InternalServerError"),
        Reply::error(504, "GatewayTimeout"),
        Reply::text(200, "text/html", "<html>maintenance</html>"),
        Reply::json(200, json!({"error": {"code": "UnknownError"}})),
        answers([item(0, 200), item(1, 200)]).breaking_off(),
        Reply::redirect("https://example.com/"),
    ];
    for reply in unknown {
        let server = Server::start().await;
        server.reply(BATCH, [reply]);
        let results = directory(&server).write(&[remove(1), remove(2)]).await;
        assert_eq!(reasons(&results), ["ambiguous"; 2]);
        assert_eq!(server.seen(BATCH).len(), 1, "{results:?}");
    }
}

#[tokio::test]
async fn each_item_is_judged_by_itself() {
    let server = Server::start().await;
    let error_inside = json!({"id": "5", "status": 200, "body": {"error": {"code": "UnknownError"}}});
    let inherited =
        "User license is inherited from a group membership and it cannot be removed directly from the user.";
    // Out of order, and nothing about 6.
    server.reply(
        BATCH,
        [answers([
            error_inside,
            refused(4, 404, "Request_ResourceNotFound", "words"),
            refused(1, 400, "Request_BadRequest", inherited),
            item(0, 200),
            refused(3, 503, "ServiceUnavailable", "words"),
            refused(2, 403, "Authorization_RequestDenied", "words"),
            json!({"id": "7", "status": 400, "body":
                {"error": {"code": "Request_BadRequest", "details": [{"code": "CountViolation"}]}}}),
        ])],
    );
    let writes: Vec<_> = (0..8).map(remove).collect();
    let results = directory(&server).write(&writes).await;
    let expected =
        ["done", "refused", "permission_missing", "ambiguous", "refused", "ambiguous", "ambiguous", "refused"];
    assert_eq!(reasons(&results), expected);
    let codes: Vec<_> = results
        .iter()
        .filter_map(|result| match result {
            Err(WriteError::Refused { code, .. }) => Some(*code),
            _ => None,
        })
        .collect();
    assert_eq!(codes, [RefusedCode::InheritedFromGroup, RefusedCode::NotFound, RefusedCode::CountViolation]);
    assert_eq!(server.seen(BATCH).len(), 1);
}

#[tokio::test]
async fn a_conflict_and_a_throttled_batch_did_nothing_and_are_sent_again() {
    let server = Server::start().await;
    let conflict = refused(0, 409, "Directory_ConcurrencyViolation", "words");
    server.reply(
        BATCH,
        [Reply::error(429, "TooManyRequests").with("retry-after", "5"), answers([conflict]), answers([item(0, 200)])],
    );
    assert_eq!(directory(&server).write(&[remove(1)]).await, [Ok(())]);
    assert_eq!(server.seen(BATCH).len(), 3);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_told_and_the_rest_is_not_sent() {
    let server = Server::start().await;
    server.reply(BATCH, [answers((0..20).map(|i| if i == 0 { throttled(i, "900") } else { item(i, 200) }))]);
    let writes: Vec<_> = (0..30).map(remove).collect();
    let results = directory(&server).write(&writes).await;
    let throttled = Err(WriteError::Throttled { retry_after: SignedDuration::from_secs(900) });
    assert_eq!(results[0], throttled);
    assert_eq!(results[1], Ok(()));
    assert!(results[20..].iter().all(|result| *result == throttled));
    assert_eq!(server.seen(BATCH).len(), 1);

    let late = server.microsoft().directory(DIRECTORY).until(Deadline(server.clock().now()));
    assert_eq!(reasons(&late.write(&[remove(1)]).await), ["throttled"]);
    assert_eq!(server.seen(BATCH).len(), 1, "no write is begun without time for its answer");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_because_nothing_was_done() {
    let server = Server::start().await;
    server.reply(BATCH, [Reply::error(401, "InvalidAuthenticationToken"), answers([item(0, 200)])]);
    assert_eq!(directory(&server).write(&[remove(1)]).await, [Ok(())]);
    let tokens: Vec<_> = server.seen(BATCH).iter().map(|s| s.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    server.reply(BATCH, [Reply::error(401, "InvalidAuthenticationToken")]);
    assert_eq!(reasons(&directory(&server).write(&[remove(1)]).await), ["token_refused"]);
}

#[tokio::test]
async fn lost_consent_ends_it_and_nothing_more_is_sent() {
    let server = Server::start().await;
    let gone = refused(3, 403, "Authorization_IdentityNotFound", "words");
    server.reply(BATCH, [answers((0..20).map(|i| if i == 3 { gone.clone() } else { item(i, 200) }))]);
    let writes: Vec<_> = (0..30).map(remove).collect();
    let results = directory(&server).write(&writes).await;
    assert_eq!(reasons(&results)[3], "consent_lost");
    assert!(reasons(&results)[20..].iter().all(|reason| *reason == "consent_lost"));
    assert_eq!(server.seen(BATCH).len(), 1);

    let server = Server::start().await;
    let body = json!({"error": "unauthorized_client", "error_codes": [700016], "error_description": "AADSTS700016: …"});
    server.reply(&token_path(), [Reply::json(400, body)]);
    let results = directory(&server).write(&[remove(1), Write::ConcealNames(true)]).await;
    assert_eq!(reasons(&results), ["consent_lost"; 2]);
    assert_eq!(server.all_seen().len(), 1);
}

#[tokio::test]
async fn a_graph_that_is_not_there_was_sent_nothing() {
    let server = Server::start().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let microsoft = server.microsoft_with_graph(&format!("http://{gone}"));
    let deadline = Deadline::after(&server.clock(), SignedDuration::from_mins(10));
    let results = microsoft.directory(DIRECTORY).until(deadline).write(&[remove(1)]).await;
    assert_eq!(results, [Err(WriteError::NotSent { reason: "no_connection" })]);
}

#[tokio::test]
async fn a_setting_on_its_own_is_judged_like_the_others() {
    for (reply, reason) in [
        (Reply::error(403, "Authorization_RequestDenied"), "permission_missing"),
        (Reply::error(503, "ServiceUnavailable"), "ambiguous"),
        (Reply::error(400, "Request_BadRequest"), "refused"),
        (Reply::json(200, json!({"displayConcealedNames": false})), "done"),
        (Reply::json(200, json!({"error": {"code": "x"}})), "ambiguous"),
    ] {
        let server = Server::start().await;
        server.reply("/v1.0/admin/reportSettings", [reply]);
        let results = directory(&server).write(&[Write::ConcealNames(false)]).await;
        assert_eq!(reasons(&results), [reason]);
        assert_eq!(server.seen("/v1.0/admin/reportSettings").len(), 1);
    }
}

#[tokio::test]
async fn people_groups_and_members_are_read_as_they_are_now() {
    let server = Server::start().await;
    let (group, plan) = (Uuid::from_u128(0x9), Uuid::from_u128(0xb1));
    let user = json!({"id": person(1), "userPrincipalName": "Ada@Example.com", "displayName": "Ada",
        "accountEnabled": true, "usageLocation": "DE", "onPremisesSyncEnabled": null,
        "assignedLicenses": [{"skuId": SKU, "disabledPlans": []}, {"skuId": person(0xa2), "disabledPlans": []}],
        "licenseAssignmentStates": [
            {"skuId": SKU, "assignedByGroup": group, "disabledPlans": [], "state": "Active", "error": "None"},
            {"skuId": SKU, "assignedByGroup": null, "disabledPlans": [plan], "state": "Active", "error": "None"},
            {"skuId": person(0xa3), "assignedByGroup": group, "disabledPlans": [], "state": "Error",
                "error": "CountViolation"}]});
    let found = |id: usize, body: Value| json!({"id": id.to_string(), "status": 200, "body": body});
    server.reply(BATCH, [answers([refused(1, 404, "Request_ResourceNotFound", ""), found(0, user)])]);
    let people = directory(&server).people_now(&[person(1), person(2)]).await.unwrap();
    let ada = people[0].as_ref().unwrap();
    assert_eq!(
        (ada.upn.as_str(), ada.enabled, ada.usage_location.as_deref()),
        ("ada@example.com", Some(true), Some("DE"))
    );
    assert_eq!(ada.direct(SKU).unwrap().disabled_plans, [PlanId(plan)], "the plans of the direct assignment");
    assert_eq!(ada.groups(SKU).collect::<Vec<_>>(), [GroupId(group)]);
    assert_eq!(ada.assignments.len(), 4);
    assert!(ada.direct(SkuId(Uuid::from_u128(0xa2))).is_some(), "no row says that a group gives it");
    assert_eq!(ada.assignments[3].error.as_deref(), Some("CountViolation"));
    assert!(matches!(people[1], Err(Error::NotFound(_))));

    let team = json!({"id": group, "displayName": "Sales", "groupTypes": ["Unified"], "mailEnabled": true,
        "resourceProvisioningOptions": ["Team"], "assignedLicenses": [{"skuId": SKU}]});
    server.reply(BATCH, [answers([found(0, team)])]);
    let groups = directory(&server).groups_now(&[GroupId(group)]).await.unwrap();
    let sales = groups[0].as_ref().unwrap();
    assert!(sales.team && sales.opens_more() && !sales.dynamic && !sales.synced);
    assert_eq!(sales.skus, [SKU]);

    server.reply(BATCH, [answers([found(0, json!({"id": group})), refused(1, 404, "Request_ResourceNotFound", "")])]);
    let pairs = [(GroupId(group), person(1)), (GroupId(group), person(2))];
    let members = directory(&server).members_now(&pairs).await.unwrap();
    assert!(members[0].as_ref().unwrap() & !members[1].as_ref().unwrap());
    assert_eq!(sent(&server)[3]["url"], format!("/users/{}/memberOf/{group}?$select=id", person(1)));
}

#[tokio::test]
async fn who_signed_in_of_late_is_told_of_each_or_said_not_to_be_told() {
    let server = Server::start().await;
    let user = |activity: Value| json!({"id": person(1), "signInActivity": activity});
    let found = |id: usize, body: Value| json!({"id": id.to_string(), "status": 200, "body": body});
    let guessed = json!({"lastSuccessfulSignInDateTime": "2026-05-02T09:00:00Z",
        "lastSignInDateTime": "2026-11-20T23:00:00Z", "lastNonInteractiveSignInDateTime": null});
    server.reply(
        BATCH,
        [answers([
            found(0, user(guessed)),
            found(1, json!({ "id": person(2) })),
            refused(2, 404, "Request_ResourceNotFound", ""),
            refused(3, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", ""),
        ])],
    );
    let told = directory(&server).sign_ins_now(&[person(1), person(2), person(3), person(4)]).await.unwrap();
    let last = |at: usize| told[at].as_ref().unwrap().last().map(|on| on.to_string());
    assert_eq!(last(0).as_deref(), Some("2026-05-02"), "a guess at a password is no sign-in");
    assert_eq!(last(1), None, "never, and not unknown");
    assert!(matches!(told[2], Err(Error::NotFound(_))) && matches!(told[3], Err(Error::LicenceMissing(_))));
    assert_eq!(sent(&server)[0]["url"], format!("/users/{}?$select=id,signInActivity", person(1)));
}
