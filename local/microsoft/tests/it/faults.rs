use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Fault, RetryAfter, When};
use serde_json::{Value, json};

use crate::client::{READER, WRITER, World};

const USERS: &str = "/users?$select=id&$top=20";

fn ids(users: &[Value]) -> Vec<String> {
    users.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn refusals_come_at_the_call_named_and_with_the_header_named() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    let status = |status, after| Fault::Status(status, after);
    world.microsoft.fault(When::path("/v1.0/users").nth(2).times(2), status(503, RetryAfter::Seconds(-1)));
    world.microsoft.fault(When::path("/v1.0/organization"), status(429, RetryAfter::DateIn(30)));
    let statuses = [graph.get(USERS).await, graph.get(USERS).await, graph.get(USERS).await, graph.get(USERS).await];
    assert_eq!(statuses.each_ref().map(|reply| reply.status), [200, 503, 503, 200]);
    assert_eq!(statuses[1].header("retry-after"), Some("-1"));
    let reply = graph.get("/organization").await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("Fri, 20 Nov 2026 09:00:30 GMT")));
    assert_eq!(world.microsoft.faults_left(), 0);
    world.microsoft.fault(When::path("/v1.0/users/{id}").always(), status(504, RetryAfter::Absent));
    let gone = graph.get("/users/00000000-0000-4000-8000-000000000001").await;
    assert_eq!((gone.status, gone.header("retry-after")), (504, None));
    assert_eq!(graph.get(USERS).await.status, 200);
    world.microsoft.clear_faults();
    world.microsoft.fault(When::path("/{tenant}/oauth2/v2.0/token"), status(500, RetryAfter::Absent));
    assert_eq!(world.token_by("x").await.status, 500);
}

#[tokio::test]
async fn bodies_that_are_no_answer() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    let path = || When::path("/v1.0/users");
    world.microsoft.fault(path(), Fault::TruncatedJson);
    let cut = graph.get(USERS).await;
    assert_eq!(cut.status, 200);
    assert!(serde_json::from_str::<Value>(&cut.text).is_err());
    world.microsoft.fault(path(), Fault::HtmlPage);
    assert!(graph.get(USERS).await.text.starts_with("<!doctype html>"));
    world.microsoft.fault(path(), Fault::ErrorWith200);
    let error = graph.get(USERS).await;
    assert_eq!((error.status, error.code().as_str()), (200, "generalException"));
    world.microsoft.fault(path(), Fault::Unauthorized);
    assert_eq!(graph.get(USERS).await.status, 401);
}

#[tokio::test]
async fn pages_that_do_not_fit_together() {
    let world = World::new(90, &READER);
    let graph = world.graph().await;
    let walk = async || ids(&graph.all(USERS).await);
    let second = || When::path("/v1.0/users").nth(2);
    let right = walk().await;
    assert_eq!(right.len(), 90);

    world.microsoft.fault(second(), Fault::DuplicateItem);
    let doubled = walk().await;
    assert_eq!(doubled.len(), 91);
    assert_eq!(doubled.iter().collect::<BTreeSet<_>>().len(), 90);

    world.microsoft.fault(second(), Fault::MissingItem);
    assert_eq!(walk().await.len(), 89);

    world.microsoft.fault(second().times(2), Fault::EmptyPage);
    world.microsoft.clear_calls();
    assert_eq!(walk().await, right);
    assert_eq!(world.microsoft.calls().len(), 7);

    world.microsoft.fault(second(), Fault::LoopingNextLink);
    let first = graph.get(USERS).await.next().unwrap();
    let looping = graph.get(&first).await.next().unwrap();
    assert_eq!(looping[looping.find("/v1.0").unwrap()..], first[first.find("/v1.0").unwrap()..]);

    world.microsoft.fault(When::path("/v1.0/users"), Fault::NextLinkTo("https://attacker.example".into()));
    assert!(graph.get(USERS).await.next().unwrap().starts_with("https://attacker.example/v1.0/users?"));

    world.microsoft.fault(second(), Fault::ExpiredSkipToken);
    let next = graph.get(USERS).await.next().unwrap();
    assert_eq!(graph.get(&next).await.code(), "Directory_ExpiredPageToken");

    world.microsoft.fault(second(), Fault::UserDeletedBetweenPages);
    let left = walk().await;
    assert_eq!(left.len(), 89);
    let gone = right.iter().find(|id| !left.contains(id)).unwrap();
    assert_eq!(*gone, right[40], "the one who would have opened the third page");
    assert_eq!(graph.get(&format!("/users/{gone}")).await.status, 404);
}

#[tokio::test]
async fn a_write_can_be_done_and_its_answer_lost() {
    let world = World::new(50, &WRITER);
    let graph = world.graph().await;
    world.microsoft.fault(When::path("/v1.0/admin").method("PATCH"), Fault::StatusAfterwards(504));
    let body = json!({"displayConcealedNames": true});
    assert_eq!(graph.call("PATCH", "/admin/reportSettings", false, Some(body)).await.status, 504);
    assert_eq!(graph.get("/admin/reportSettings").await.json()["displayConcealedNames"], true);
}

#[tokio::test]
async fn items_of_a_batch_fail_by_themselves() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    world.microsoft.fault(When::path("/v1.0/users"), Fault::Status(429, RetryAfter::Seconds(7)));
    let request = |id: &str| json!({"id": id, "method": "GET", "url": "/users?$select=id"});
    let body = json!({"requests": [request("1"), request("2")]});
    let reply = graph.call("POST", "/$batch", false, Some(body)).await.json();
    let of = |id: &str| reply["responses"].as_array().unwrap().iter().find(|r| r["id"] == id).unwrap().clone();
    assert_eq!((of("1")["status"].as_u64(), of("2")["status"].as_u64()), (Some(429), Some(200)));
    assert_eq!(of("1")["headers"]["Retry-After"], "7");
}

#[tokio::test]
async fn faults_by_percentage_follow_the_seed() {
    let failed = async || {
        let world = World::new(50, &READER);
        let graph = world.graph().await;
        world.microsoft.fault(When::path("/v1.0/users").always().percent(20), Fault::Status(503, RetryAfter::Absent));
        let mut failed = Vec::new();
        for nth in 0..200 {
            if graph.get(USERS).await.status == 503 {
                failed.push(nth);
            }
        }
        failed
    };
    let once = failed().await;
    assert!((20..60).contains(&once.len()), "{}", once.len());
    assert_eq!(once, failed().await);
}

#[tokio::test]
async fn each_call_takes_its_time_on_the_simulations_clock() {
    let world = World::new(90, &READER);
    let graph = world.graph().await;
    world.microsoft.page_latency(SignedDuration::from_millis(300));
    let before: Timestamp = world.hands.clock().now();
    graph.all(USERS).await;
    assert_eq!(world.hands.clock().now().duration_since(before), SignedDuration::from_millis(1500));
    assert_eq!(world.microsoft.most_in_flight("/v1.0/users"), 1);
}

#[tokio::test]
async fn who_is_deleted_is_read_as_long_as_reads_lag() {
    let world = World::new(50, &READER);
    let graph = world.graph().await;
    world.microsoft.lag(SignedDuration::from_secs(30));
    let person = world.microsoft.directory(world.directory, |d| d.accounts().last().unwrap().id).unwrap();
    let path = format!("/users/{person}?$select=id");
    assert!(world.microsoft.delete_person(world.directory, person));
    world.hands.advance(SignedDuration::from_secs(29));
    assert_eq!(graph.get(&path).await.status, 200);
    world.hands.advance(SignedDuration::from_secs(1));
    assert_eq!(graph.get(&path).await.status, 404);
    assert!(!world.microsoft.delete_person(world.directory, person), "they are gone");
}

#[tokio::test]
async fn what_was_asked_is_remembered_with_what_it_sent_and_whether_it_was_done() {
    let world = World::new(50, &WRITER);
    let graph = world.graph().await;
    world.microsoft.clear_calls();
    let conceal = async |concealed: bool| {
        let body = json!({ "displayConcealedNames": concealed });
        let status = graph.call("PATCH", "/admin/reportSettings", false, Some(body.clone())).await.status;
        let call = world.microsoft.calls().pop().unwrap();
        assert_eq!((call.path.as_str(), &call.body), ("/v1.0/admin/reportSettings", &body));
        let shown = world.microsoft.directory(world.directory, |d| d.hides_names()).unwrap();
        (status, call.done, shown == concealed)
    };
    assert_eq!(conceal(true).await, (204, true, true));
    let settings = || When::path("/v1.0/admin").method("PATCH");
    world.microsoft.fault(settings(), Fault::Status(504, RetryAfter::Absent));
    assert_eq!(conceal(false).await, (504, false, false));
    world.microsoft.fault(settings(), Fault::StatusAfterwards(504));
    assert_eq!(conceal(false).await, (504, true, true));
    graph.get("/admin/reportSettings").await;
    assert_eq!(world.microsoft.calls().pop().unwrap().body, Value::Null);
}
