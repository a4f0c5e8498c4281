use graph::{BatchRequest, CallRecord, Deadline, Error};
use jiff::SignedDuration;
use model::PersonId;
use serde_json::json;

use crate::server::{DIRECTORY, Reply, Server, page, token_path};

const SKUS: &str = "/v1.0/subscribedSkus";

fn ok() -> Reply {
    page(json!([]), None)
}

fn throttled() -> Reply {
    Reply::error(429, "TooManyRequests")
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

#[tokio::test]
async fn a_call_says_who_it_is_and_that_it_can_wait() {
    let server = Server::start().await;
    server.reply(SKUS, [ok()]);
    server.directory().subscribed_skus().await.unwrap();
    let seen = &server.seen(SKUS)[0];
    assert_eq!(seen.header("authorization"), Some("Bearer token-1"));
    assert_eq!(seen.header("x-ms-throttle-priority"), Some("low"));
    assert_eq!(seen.method.as_str(), "GET");
    assert!(seen.header("client-request-id").unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(seen.header("consistencylevel"), None);
    server.microsoft().directory(DIRECTORY).subscribed_skus().await.unwrap();
    assert_eq!(server.seen(SKUS)[1].header("x-ms-throttle-priority"), None);
}

#[tokio::test]
async fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    let server = Server::start().await;
    let date = throttled().with("retry-after", "Sat, 21 Nov 2026 08:01:00 GMT");
    server.reply(SKUS, [throttled().with("retry-after", "17"), date, ok()]);
    server.directory().subscribed_skus().await.unwrap();
    assert_eq!(*server.time.slept.lock().unwrap(), [seconds(17), seconds(43)]);
}

#[tokio::test]
async fn a_senseless_retry_after_is_replaced_by_our_own_wait() {
    for value in ["0", "-1", "soon", "Sat, 21 Nov 2020 08:00:00 GMT"] {
        let server = Server::start().await;
        server.reply(SKUS, [throttled().with("retry-after", value), ok()]);
        server.directory().subscribed_skus().await.unwrap();
        let slept = server.time.slept();
        assert!(slept >= seconds(1) && slept <= seconds(2), "{value}: {slept:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_slept_but_told() {
    let server = Server::start().await;
    server.reply(SKUS, [throttled().with("retry-after", "900")]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    assert!(matches!(error, Error::Throttled { retry_after, .. } if retry_after == seconds(900)), "{error}");
    assert_eq!(error.pause(), Some(seconds(900)));
    server.reply(SKUS, [throttled().with("retry-after", "1000000000")]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    assert_eq!(error.pause(), Some(SignedDuration::from_hours(1)));
    assert_eq!(server.time.slept(), seconds(0));
}

#[tokio::test]
async fn without_retry_after_the_waits_double_and_end_after_six_tries() {
    for reply in [throttled(), Reply::text(503, "text/html", "<h1>busy</h1>"), Reply::text(504, "text/plain", "")] {
        let server = Server::start().await;
        server.reply(SKUS, [reply]);
        let error = server.directory().subscribed_skus().await.unwrap_err();
        assert!(error.pause().is_some_and(|pause| pause >= seconds(32)), "{error}");
        assert_eq!(server.seen(SKUS).len(), 6);
        let slept = server.time.slept.lock().unwrap().clone();
        for (n, wait) in slept.iter().enumerate() {
            let least = seconds(1 << n);
            assert!(*wait >= least && *wait <= least + least, "{slept:?}");
        }
    }
}

#[tokio::test]
async fn only_a_conflict_of_concurrent_writes_is_retried_among_conflicts() {
    let server = Server::start().await;
    server.reply(SKUS, [Reply::error(409, "Directory_ConcurrencyViolation"), ok()]);
    server.directory().subscribed_skus().await.unwrap();
    server.reply(SKUS, [Reply::error(409, "Other"), ok()]);
    assert_eq!(server.directory().subscribed_skus().await.unwrap_err().reason(), "refused");
}

#[tokio::test]
async fn a_refusal_is_told_by_status_and_code_and_never_retried() {
    let claims = Reply::error(403, "AccessDenied").with("www-authenticate", r#"Bearer error="x", claims="e30=""#);
    let nested = json!({"error": {"code": "Forbidden", "message": "m",
        "innererror": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant"}}});
    for (reply, reason) in [
        (Reply::error(400, "Request_BadRequest"), "refused"),
        (Reply::error(403, "Authorization_RequestDenied"), "permission_missing"),
        (Reply::error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"), "licence_missing"),
        (Reply::json(403, nested), "licence_missing"),
        (claims, "refused"),
        (Reply::text(403, "text/html", "<html>"), "permission_missing"),
        (Reply::error(403, "Authorization_IdentityNotFound"), "consent_lost"),
        (Reply::error(404, "Request_ResourceNotFound"), "not_found"),
        (Reply::error(410, "Gone"), "page_expired"),
        (Reply::error(423, "Locked"), "refused"),
    ] {
        let server = Server::start().await;
        server.reply(SKUS, [reply, ok()]);
        let error = server.directory().subscribed_skus().await.unwrap_err();
        assert_eq!(error.reason(), reason, "{error}");
        assert_eq!(server.seen(SKUS).len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_refusal_carries_graphs_request_id_and_not_the_token() {
    let server = Server::start().await;
    let long = format!("bad\ntoken-1 {}", "x".repeat(5000));
    let body = json!({"error": {"code": "Authorization_RequestDenied", "message": long}});
    server.reply(SKUS, [Reply::json(403, body)]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    let Error::PermissionMissing(refusal) = &error else { panic!("{error}") };
    assert_eq!(refusal.request_id.as_deref(), Some("graph-request"));
    assert_eq!((refusal.endpoint, refusal.status), (SKUS, 403));
    assert!(refusal.message.starts_with("bad [token] xxx") && refusal.message.chars().count() <= 301);
    assert!(!format!("{error} {error:?}").contains("token-1"));
}

#[tokio::test]
async fn an_answer_that_is_no_answer_is_asked_for_again_then_given_up() {
    for reply in [
        Reply::text(200, "text/html", "<html>maintenance</html>"),
        Reply::json(200, json!({"error": {"code": "UnknownError"}})),
        Reply::json(200, json!({"no": "value"})),
        Reply::text(200, "application/json", r#"{"value":[{"#),
        Reply::redirect("https://example.com/"),
    ] {
        let server = Server::start().await;
        server.reply(SKUS, [reply.clone(), ok()]);
        server.directory().subscribed_skus().await.unwrap();
        server.reply(SKUS, [reply]);
        let error = server.directory().subscribed_skus().await.unwrap_err();
        assert_eq!(error.reason(), "bad_answer", "{error}");
        assert_eq!(server.seen(SKUS).len(), 2 + 6);
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::start().await;
    server.reply(SKUS, [Reply::error(401, "InvalidAuthenticationToken"), ok()]);
    server.directory().subscribed_skus().await.unwrap();
    let tokens: Vec<_> = server.seen(SKUS).iter().map(|s| s.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);

    server.reply(SKUS, [Reply::error(401, "InvalidAuthenticationToken")]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    assert_eq!(error.reason(), "refused");
    assert_eq!(server.seen(SKUS).len(), 4);
    assert_eq!(server.time.slept(), seconds(0));
}

#[tokio::test]
async fn near_a_limit_the_next_call_holds_back() {
    let server = Server::start().await;
    server.reply(SKUS, [ok().with("x-ms-throttle-limit-percentage", "0.9"), ok()]);
    let directory = server.directory();
    directory.subscribed_skus().await.unwrap();
    assert_eq!(server.time.slept(), seconds(0));
    directory.subscribed_skus().await.unwrap();
    let slept = server.time.slept();
    assert!(slept > seconds(3) && slept < seconds(6), "{slept:?}");
    directory.subscribed_skus().await.unwrap();
    assert_eq!(server.time.slept(), slept);
}

#[tokio::test]
async fn after_the_deadline_nothing_is_sent() {
    let server = Server::start().await;
    server.reply(SKUS, [ok()]);
    let directory = server.microsoft().directory(DIRECTORY).until(Deadline(server.clock().now()));
    let error = directory.subscribed_skus().await.unwrap_err();
    assert_eq!((error.reason(), error.pause()), ("out_of_time", Some(seconds(0))));
    assert_eq!(server.all_seen().len(), 0);
}

#[tokio::test]
async fn every_call_is_counted_with_its_outcome() {
    let server = Server::start().await;
    server.reply(SKUS, [throttled(), ok()]);
    let directory = server.directory();
    directory.clone().subscribed_skus().await.unwrap();
    directory.organization().await.unwrap_err();
    let record = |code, endpoint, permissions, status| CallRecord {
        code,
        method: "GET",
        endpoint,
        permissions,
        status,
        count: 1,
    };
    let licences: &[&str] = &["LicenseAssignment.Read.All"];
    assert_eq!(
        directory.calls(),
        [
            record("licence_types", SKUS, licences, 200),
            record("licence_types", SKUS, licences, 429),
            record("organization", "/v1.0/organization", &["Organization.Read.All"], 404),
        ]
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_connection() {
    let server = Server::start().await;
    let gone = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let microsoft = graph::Microsoft::new(graph::Config {
        authority: server.origin.parse().unwrap(),
        graph: format!("http://{gone}").parse().unwrap(),
        app: graph::AppRegistration {
            client_id: crate::server::CLIENT,
            credential: graph::Credential::Secret(graph::Secret::new("x")),
        },
        clock: server.clock(),
        ids: model::Ids::new(Zero),
    })
    .unwrap();
    let directory = microsoft.directory(DIRECTORY);
    let error = directory.subscribed_skus().await.unwrap_err();
    assert_eq!(error.reason(), "no_connection");
    assert_eq!(directory.calls()[0].status, 0);
    assert!(!format!("{error:?}").contains("subscribedSkus?"), "the address is not in the error");
}

struct Zero;
impl model::clock::RandomSource for Zero {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

#[tokio::test]
async fn only_the_throttled_items_of_a_batch_are_sent_again() {
    let server = Server::start().await;
    let item = |id: &str, status: u16, body: serde_json::Value| json!({"id": id, "status": status, "body": body});
    let mut slow = item("2", 429, json!({"error": {"code": "TooManyRequests"}}));
    slow["headers"] = json!({"retry-after": "7"});
    let missing = json!({"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "m"}});
    server.reply(
        "/v1.0/$batch",
        [
            // Unordered, and the first says nothing of request 3.
            Reply::json(
                200,
                json!({"responses": [slow, item("1", 404, missing), item("0", 200, json!({"userPurpose": "room"}))]}),
            ),
            Reply::json(200, json!({"responses": [item("2", 200, json!({"userPurpose": "user"}))]})),
        ],
    );
    let people = [1, 2, 3, 4].map(|n| BatchRequest::mailbox_purpose(PersonId(uuid::Uuid::from_u128(n))));
    let directory = server.directory();
    let answers = directory.batch(&people).await.unwrap();
    assert_eq!(answers[0].as_ref().unwrap()["userPurpose"], "room");
    assert_eq!(answers[1].as_ref().unwrap_err().reason(), "not_found");
    assert_eq!(answers[2].as_ref().unwrap()["userPurpose"], "user");
    assert_eq!(answers[3].as_ref().unwrap_err().reason(), "bad_answer");
    assert_eq!(*server.time.slept.lock().unwrap(), [seconds(7)]);
    let sent: Vec<serde_json::Value> =
        server.seen("/v1.0/$batch").iter().map(|seen| serde_json::from_slice(&seen.body).unwrap()).collect();
    assert_eq!(sent[0]["requests"].as_array().unwrap().len(), 4);
    assert_eq!(
        sent[1]["requests"],
        json!([{"id": "2", "method": "GET",
            "url": "/users/00000000-0000-0000-0000-000000000003/mailboxSettings?$select=userPurpose"}])
    );
}

#[tokio::test]
async fn a_batch_has_at_most_twenty_items() {
    let server = Server::start().await;
    let all: Vec<_> = (0..20).map(|id| json!({"id": id.to_string(), "status": 200, "body": {}})).collect();
    server.reply("/v1.0/$batch", [Reply::json(200, json!({"responses": all}))]);
    let people: Vec<_> = (0..45).map(|n| BatchRequest::mailbox_purpose(PersonId(uuid::Uuid::from_u128(n)))).collect();
    let answers = server.directory().batch(&people).await.unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 45);
    assert_eq!(server.seen("/v1.0/$batch").len(), 3);
}

#[tokio::test]
async fn lost_consent_stops_before_graph_is_asked() {
    let server = Server::start().await;
    let body = json!({"error": "unauthorized_client", "error_codes": [700016], "error_description": "AADSTS700016: …"});
    server.reply(&token_path(), [Reply::json(400, body)]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    assert!(matches!(&error, Error::ConsentLost { code } if code == "AADSTS700016"), "{error}");
    assert_eq!(server.all_seen().len(), 1);
}
