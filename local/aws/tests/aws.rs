//! The stand-ins as the real AWS SDKs see them.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    error::ProvideErrorMetadata,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem},
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, BoxFuture, Chaos, Fault};
use model::{Clock, clock::Sleep, clock::TimeSource};
use serde_json::{Value, json};

/// Time that passes only by sleeping.
#[derive(Default)]
struct Manual(AtomicI64);

impl TimeSource for Manual {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + self.0.load(Ordering::SeqCst)).unwrap()
    }
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        self.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
        Box::pin(async {})
    }
}

/// The machine's time.
struct Real;

impl TimeSource for Real {
    #[expect(clippy::disallowed_methods, reason = "the real clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    #[expect(clippy::disallowed_methods, reason = "the real clock")]
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration.unsigned_abs()))
    }
}

async fn start(data: Option<&Path>) -> Aws {
    start_on(data, Clock::new(Manual::default())).await
}

async fn start_on(data: Option<&Path>, clock: Clock) -> Aws {
    let aws = Aws::start(AwsConfig { data: data.map(Path::to_owned), clock }).await.unwrap();
    aws.create_table(table()).unwrap();
    aws
}

fn table() -> Value {
    let part = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    let key = |hash: &str, range: &str| [part(hash, "HASH"), part(range, "RANGE")];
    let attributes = ["PK", "SK", "GSI1PK", "GSI1SK"];
    json!({
        "TableName": "steward",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes.map(|name| json!({ "AttributeName": name, "AttributeType": "S" })),
        "KeySchema": key("PK", "SK"),
        "GlobalSecondaryIndexes": [{
            "IndexName": "GSI1", "KeySchema": key("GSI1PK", "GSI1SK"), "Projection": { "ProjectionType": "ALL" },
        }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        "TimeToLiveSpecification": { "AttributeName": "ttl", "Enabled": true },
    })
}

/// The SDK with as many attempts as given.
fn client(aws: &Aws, attempts: u32) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws::Http::new().unwrap().client())
        .endpoint_url(aws.endpoints().dynamodb)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(attempts)
                .with_initial_backoff(std::time::Duration::from_millis(1)),
        );
    Client::from_conf(config.build())
}

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn item(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("PK".into(), s(pk)), ("SK".into(), s(sk))])
}

async fn put_event(client: &Client, pk: &str, n: usize, kind: &str) {
    let put = client.put_item().table_name("steward").set_item(Some(item(pk, &format!("EVENT#{n:04}"))));
    put.item("kind", s(kind)).item("n", AttributeValue::N(n.to_string())).send().await.unwrap();
}

fn put(item: HashMap<String, AttributeValue>, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder().table_name("steward").set_item(Some(item));
    let put = put.set_condition_expression(condition.map(str::to_owned)).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

type Seen = Arc<Mutex<Vec<Value>>>;

/// A target that keeps what it gets, and the function that says whether it takes it.
fn keeper(
    seen: &Seen,
    takes: impl Fn(&Value) -> anyhow::Result<()> + Send + Sync + 'static,
) -> Arc<dyn local_aws::Target> {
    let seen = Arc::clone(seen);
    let takes = Arc::new(takes);
    Arc::new(move |event: Value| -> BoxFuture<'static, anyhow::Result<()>> {
        let (seen, takes) = (Arc::clone(&seen), Arc::clone(&takes));
        async move {
            takes(&event)?;
            seen.lock().unwrap().push(event);
            Ok(())
        }
        .boxed()
    })
}

fn n(event: &Value) -> usize {
    event["detail"]["dynamodb"]["NewImage"]["n"]["N"].as_str().unwrap().parse().unwrap()
}

fn pk(event: &Value) -> String {
    event["detail"]["dynamodb"]["NewImage"]["PK"]["S"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_start_takes_less_than_50_ms_and_many_run_side_by_side() {
    let begin = Real.now();
    let first = start(None).await;
    let took = Real.now().duration_since(begin);
    assert!(took < SignedDuration::from_millis(50), "{took:?}");
    let second = start(None).await;
    put_event(&client(&first, 1), "A", 1, "x").await;
    let found = client(&second, 1).scan().table_name("steward").send().await.unwrap();
    assert_eq!(found.count, 0);
}

#[tokio::test]
async fn a_cancelled_transaction_says_which_item_was_why() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    client.put_item().table_name("steward").set_item(Some(item("A", "1"))).send().await.unwrap();
    let absent = "attribute_not_exists(PK)";
    let both = client
        .transact_write_items()
        .transact_items(put(item("B", "1"), Some(absent)))
        .transact_items(put(item("A", "1"), Some(absent)));
    let error = both.send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else { panic!("{error:?}") };
    let codes: Vec<_> = error.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let b = client.get_item().table_name("steward").set_key(Some(item("B", "1"))).send().await.unwrap();
    assert_eq!(b.item, None, "nothing of it was written");
}

#[tokio::test]
async fn an_index_answers_and_a_table_of_an_earlier_version_gets_it() {
    let aws = Aws::start(AwsConfig { data: None, clock: Clock::new(Manual::default()) }).await.unwrap();
    let mut earlier = table();
    earlier.as_object_mut().unwrap().remove("GlobalSecondaryIndexes");
    earlier["AttributeDefinitions"].as_array_mut().unwrap().truncate(2);
    aws.create_table(earlier).unwrap();
    let client = client(&aws, 1);
    let with_index = client.put_item().table_name("steward").set_item(Some(item("A", "1")));
    with_index.item("GSI1PK", s("DUE#1")).item("GSI1SK", s("2030")).send().await.unwrap();
    aws.create_table(table()).unwrap();
    aws.create_table(table()).unwrap();
    let due = client.query().table_name("steward").index_name("GSI1").key_condition_expression("GSI1PK = :due");
    let due = due.expression_attribute_values(":due", s("DUE#1")).send().await.unwrap();
    assert_eq!(due.items()[0]["PK"], s("A"));

    let mut other = table();
    other["KeySchema"][0]["AttributeName"] = json!("GSI1PK");
    assert!(aws.create_table(other).is_err(), "another key is another table");
}

#[tokio::test]
async fn calls_and_their_capacity_are_counted() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let before = aws.dynamodb_calls();
    for sk in ["1", "2"] {
        let put = client.put_item().table_name("steward").set_item(Some(item("A", sk)));
        put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    }
    client.get_item().table_name("steward").set_key(Some(item("A", "1"))).send().await.unwrap();
    let calls = aws.dynamodb_calls().since(&before);
    assert_eq!(calls.by_operation, BTreeMap::from([("PutItem".into(), 2), ("GetItem".into(), 1)]));
    assert_eq!((calls.total(), calls.capacity_units), (3, 2.0));
}

#[tokio::test]
async fn an_expired_item_goes_when_the_ttl_is_swept() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    for (sk, ttl) in [("past", 1_800_000_000_i64), ("future", 2_000_000_000)] {
        let put = client.put_item().table_name("steward").set_item(Some(item("A", sk)));
        put.item("ttl", AttributeValue::N(ttl.to_string())).send().await.unwrap();
    }
    assert_eq!(aws.sweep_ttl().unwrap(), 1, "by the clock given, not the machine's");
}

#[tokio::test]
async fn an_event_reaches_the_rules_of_its_kind_as_eventbridge_delivers_it() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let (wanted, all, other) = (Seen::default(), Seen::default(), Seen::default());
    aws.bus().rule("wanted", &["scan.requested", "scan.paused"], keeper(&wanted, |_| Ok(())));
    aws.bus().rule("all", &[], keeper(&all, |_| Ok(())));
    aws.bus().rule("other", &["tenant.created"], keeper(&other, |_| Ok(())));
    put_event(&client, "TENANT#t#EVENTS#203003", 7, "scan.requested").await;
    // Neither an item that is no event, nor a changed event, nor a deleted one is news.
    client.put_item().table_name("steward").set_item(Some(item("A", "META"))).send().await.unwrap();
    put_event(&client, "TENANT#t#EVENTS#203003", 7, "scan.requested").await;
    let key = item("TENANT#t#EVENTS#203003", "EVENT#0007");
    client.delete_item().table_name("steward").set_key(Some(key)).send().await.unwrap();

    let pumped = aws.pump().await.unwrap();
    assert_eq!((pumped.delivered, pumped.failed), (2, 0));
    assert_eq!(other.lock().unwrap().len(), 0);
    assert_eq!(all.lock().unwrap().len(), 1);
    let event = wanted.lock().unwrap()[0].clone();
    assert_eq!(event["detail-type"], "scan.requested");
    assert_eq!((&event["source"], &event["version"]), (&json!("steward"), &json!("0")));
    assert_eq!(event["time"], "2030-03-17T17:46:40Z");
    assert_eq!(event["detail"]["eventName"], "INSERT");
    assert_eq!(event["detail"]["dynamodb"]["ApproximateCreationDateTime"], 1_900_000_000);
    assert_eq!(event["detail"]["dynamodb"]["Keys"]["SK"]["S"], "EVENT#0007");
    assert_eq!(event["detail"]["dynamodb"]["NewImage"]["n"], json!({ "N": "7" }));
    let arn = event["detail"]["eventSourceARN"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:dynamodb:us-east-1:000000000000:table/steward/stream/"), "{arn}");
}

#[tokio::test]
async fn pumping_goes_on_with_events_that_deliveries_cause() {
    let aws = start(None).await;
    let seen = Seen::default();
    let (writer, kept) = (client(&aws, 1), Arc::clone(&seen));
    let chain = move |event: Value| -> BoxFuture<'static, anyhow::Result<()>> {
        let (writer, kept) = (writer.clone(), Arc::clone(&kept));
        async move {
            let n = n(&event);
            kept.lock().unwrap().push(event);
            if n < 5 {
                put_event(&writer, "A", n + 1, "step").await;
            }
            Ok(())
        }
        .boxed()
    };
    aws.bus().rule("chain", &["step"], Arc::new(chain));
    put_event(&client(&aws, 1), "A", 1, "step").await;
    assert_eq!(aws.pump().await.unwrap().delivered, 5);
    assert_eq!(seen.lock().unwrap().iter().map(n).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(aws.pump().await.unwrap().delivered, 0, "each once");
}

#[tokio::test]
async fn one_poison_event_in_a_thousand_becomes_a_dead_letter_and_the_rest_arrive() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let (seen, cured) = (Seen::default(), Arc::new(Mutex::new(false)));
    let healed = Arc::clone(&cured);
    let takes = move |event: &Value| match n(event) {
        417 if !*healed.lock().unwrap() => anyhow::bail!("cannot read the event"),
        733 if !*healed.lock().unwrap() => panic!("index out of bounds"),
        _ => Ok(()),
    };
    aws.bus().rule("reader", &["x"], keeper(&seen, takes));
    for i in 0..1000 {
        put_event(&client, &format!("P{}", i % 7), i, "x").await;
    }
    let pumped = aws.pump().await.unwrap();
    assert_eq!((pumped.delivered, pumped.failed, pumped.dead), (998, 10, 2), "five attempts each");
    let mut dead = aws.bus().dead_letters().unwrap();
    dead.sort_by_key(|letter| n(&letter.event));
    let (failing, panicking) = (&dead[0], &dead[1]);
    assert_eq!((n(&failing.event), failing.attempts, &*failing.cause), (417, 5, "cannot read the event"));
    assert_eq!((n(&panicking.event), &*panicking.cause), (733, "panicked: index out of bounds"));
    assert_eq!(failing.rule, "reader");
    assert_eq!(failing.at.as_second(), 1_900_000_015, "after 1 + 2 + 4 + 8 s of the clock");

    *cured.lock().unwrap() = true;
    assert!(aws.bus().redrive(failing.id).unwrap());
    assert!(!aws.bus().redrive(failing.id).unwrap(), "it is no dead letter any more");
    assert_eq!(aws.bus().undelivered().unwrap(), 1);
    assert_eq!(aws.pump().await.unwrap().delivered, 1);
    assert_eq!(aws.bus().redrive_all().unwrap(), 1);
    assert_eq!(aws.pump().await.unwrap().delivered, 1);
    assert_eq!(aws.bus().dead_letters().unwrap(), []);
    assert_eq!(seen.lock().unwrap().len(), 1000);
}

#[tokio::test]
async fn what_the_pipe_cannot_hand_over_is_a_dead_letter_with_its_cause() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let seen = Seen::default();
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    let nameless = item("A", "EVENT#1");
    client.put_item().table_name("steward").set_item(Some(nameless)).send().await.unwrap();
    let large = client.put_item().table_name("steward").set_item(Some(item("A", "EVENT#2"))).item("kind", s("x"));
    large.item("blob", s("x".repeat(300_000))).send().await.unwrap();
    put_event(&client, "A", 3, "x").await;
    assert_eq!(aws.pump().await.unwrap().delivered, 1);
    let dead = aws.bus().dead_letters().unwrap();
    assert_eq!(dead[0].rule, "pipe");
    assert!(dead[0].cause.contains("kind"), "{}", dead[0].cause);
    assert!(dead[1].cause.contains("EventBridge takes 262144"), "{}", dead[1].cause);
    assert_eq!(dead[1].attempts, 1, "no use in trying again");
    for letter in dead {
        assert!(aws.bus().discard(letter.id).unwrap());
    }
    assert_eq!(aws.bus().dead_letters().unwrap(), []);
}

async fn chaotic_order(seed: u64) -> Vec<(String, usize)> {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let seen = Seen::default();
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    aws.bus().chaos(Chaos { seed, duplicate: 0.2, shuffle: true, ..Chaos::default() });
    for i in 0..200 {
        put_event(&client, &format!("P{}", i % 10), i, "x").await;
    }
    aws.pump().await.unwrap();
    seen.lock().unwrap().iter().map(|event| (pk(event), n(event))).collect()
}

#[tokio::test]
async fn chaos_repeats_and_reorders_but_keeps_the_order_of_a_key_and_follows_its_seed() {
    let order = chaotic_order(1).await;
    let twice = order.len() - 200;
    assert!((20..=60).contains(&twice), "{twice} of 200 twice");
    let numbers: Vec<_> = order.iter().map(|(_, n)| *n).collect();
    assert!(!numbers.is_sorted());
    for key in 0..10 {
        let of_key = order.iter().filter(|(pk, _)| *pk == format!("P{key}")).map(|(_, n)| *n);
        assert!(of_key.is_sorted());
    }
    assert_eq!(order, chaotic_order(1).await);
    assert_ne!(order, chaotic_order(2).await);
}

#[tokio::test]
async fn a_delay_passes_on_the_clock() {
    let clock = Clock::new(Manual::default());
    let aws = start_on(None, clock.clone()).await;
    let seen = Seen::default();
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    aws.bus().chaos(Chaos { seed: 3, delay: SignedDuration::from_hours(24), ..Chaos::default() });
    put_event(&client(&aws, 1), "A", 1, "x").await;
    let before = clock.now();
    aws.pump().await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 1);
    assert!(clock.now().duration_since(before) > SignedDuration::from_mins(1));
}

#[tokio::test]
async fn the_background_delivers_by_itself_and_a_slow_target_holds_up_no_other() {
    let aws = start_on(None, Clock::new(Real)).await;
    let (slow, quick) = (Seen::default(), Seen::default());
    let never = |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { std::future::pending().boxed() };
    aws.bus().rule("a never ending", &["x"], Arc::new(never));
    aws.bus().rule("b quick", &["x"], keeper(&quick, |_| Ok(())));
    aws.bus().rule("c slow", &["x"], keeper(&slow, |_| Ok(())));
    aws.run_in_background();
    let client = client(&aws, 1);
    for i in 0..50 {
        put_event(&client, "A", i, "x").await;
    }
    for _ in 0..200 {
        Real.sleep(SignedDuration::from_millis(10)).await;
        if quick.lock().unwrap().len() == 50 && slow.lock().unwrap().len() == 50 {
            return;
        }
    }
    panic!("only {} and {} of 50", quick.lock().unwrap().len(), slow.lock().unwrap().len());
}

#[tokio::test]
async fn undelivered_events_and_dead_letters_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    {
        let aws = start(Some(&data)).await;
        aws.bus().rule("fails", &["bad"], keeper(&Seen::default(), |_| anyhow::bail!("no")));
        put_event(&client(&aws, 1), "A", 1, "bad").await;
        aws.pump().await.unwrap();
        put_event(&client(&aws, 1), "A", 2, "good").await;
        let again = Aws::start(AwsConfig { data: Some(data.clone()), clock: Clock::new(Manual::default()) }).await;
        assert!(again.is_err_and(|error| error.to_string().contains("in use")));
    }
    let aws = start(Some(&data)).await;
    let seen = Seen::default();
    aws.bus().rule("good", &["good"], keeper(&seen, |_| Ok(())));
    aws.pump().await.unwrap();
    assert_eq!(seen.lock().unwrap().iter().map(n).collect::<Vec<_>>(), [2], "not what was taken before");
    let dead = aws.bus().dead_letters().unwrap();
    assert_eq!((dead.len(), &*dead[0].cause), (1, "no"));
    aws.bus().rule("fails", &["bad"], keeper(&seen, |_| Ok(())));
    aws.bus().redrive_all().unwrap();
    aws.pump().await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn the_stream_of_a_file_is_trimmed_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start(Some(folder.path())).await;
    let client = client(&aws, 1);
    let seen = Seen::default();
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    for i in 0..5 {
        put_event(&client, "A", i, "x").await;
        aws.pump().await.unwrap();
    }
    let numbers: Vec<_> = seen.lock().unwrap().iter().map(n).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    drop(aws);
    let aws = start(Some(folder.path())).await;
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    aws.pump().await.unwrap();
    put_event(&crate::client(&aws, 1), "A", 5, "x").await;
    aws.pump().await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 6);
    let file = rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap();
    let left: i64 = file.query_row("SELECT COUNT(*) FROM _stream_records", [], |row| row.get(0)).unwrap();
    assert!(left < 6, "{left} records are left");
}

#[tokio::test]
async fn every_refusal_comes_as_dynamodb_words_it_and_does_nothing() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let refusals = [
        (Fault::Throttling, "ThrottlingException"),
        (Fault::ThroughputExceeded, "ProvisionedThroughputExceededException"),
        (Fault::InternalServerError, "InternalServerError"),
        (Fault::ServiceUnavailable, "ServiceUnavailableException"),
        (Fault::TransactionConflict, "TransactionConflictException"),
    ];
    for (fault, code) in refusals {
        aws.faults().next(fault);
        let put = client.put_item().table_name("steward").set_item(Some(item("A", "1"))).send().await;
        assert_eq!(put.unwrap_err().code(), Some(code));
    }
    let transaction = || {
        let both = client.transact_write_items().transact_items(put(item("A", "1"), None));
        both.transact_items(put(item("A", "2"), None))
    };
    aws.faults().next(Fault::TransactionInProgress).next(Fault::TransactionConflict);
    let error = transaction().send().await.unwrap_err();
    assert_eq!(error.code(), Some("TransactionInProgressException"));
    let error = transaction().send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else { panic!("{error:?}") };
    let codes: Vec<_> = error.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    let found = client.scan().table_name("steward").send().await.unwrap();
    assert_eq!(found.count, 0);
    transaction().send().await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_a_write_that_was_made_and_a_lost_request_is_none() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    let seen = Seen::default();
    aws.bus().rule("all", &[], keeper(&seen, |_| Ok(())));
    for (fault, made) in [(Fault::RequestLost, 0), (Fault::AnswerLost, 1)] {
        aws.faults().next_of("PutItem", fault);
        let event = client.put_item().table_name("steward").set_item(Some(item("A", "EVENT#1"))).item("kind", s("x"));
        assert!(event.send().await.is_err());
        let found = client.scan().table_name("steward").send().await.unwrap();
        assert_eq!(found.count, made);
    }
    aws.pump().await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 1, "the event of the unanswered write is delivered");

    aws.faults().next(Fault::NoAnswer);
    let waiting = client.put_item().table_name("steward").set_item(Some(item("A", "2"))).send();
    let timed_out = tokio::time::timeout(std::time::Duration::from_millis(300), waiting).await;
    assert!(timed_out.is_err());
    let found = client.get_item().table_name("steward").set_key(Some(item("A", "2"))).send().await.unwrap();
    assert!(found.item.is_some());
}

#[tokio::test]
async fn the_sdk_gets_through_faults_of_every_request_in_ten() {
    let aws = start(None).await;
    let client = client(&aws, 6);
    aws.faults().seed(7).rate(Fault::Throttling, 0.05).rate(Fault::InternalServerError, 0.05);
    for i in 0..100 {
        client.put_item().table_name("steward").set_item(Some(item("A", &i.to_string()))).send().await.unwrap();
    }
    let shown: u64 = aws.faults().shown().values().sum();
    assert!((3..=30).contains(&shown), "{shown}");
    assert_eq!(aws.dynamodb_calls().of("PutItem"), 100 + shown);
    aws.faults().clear();
    let all = client.query().table_name("steward").key_condition_expression("PK = :a");
    assert_eq!(all.expression_attribute_values(":a", s("A")).send().await.unwrap().count, 100);
}

#[tokio::test]
async fn batches_leave_some_undone_and_a_loop_gets_them_all() {
    use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
    let aws = start(None).await;
    let client = client(&aws, 1);
    aws.faults().rate(Fault::Unprocessed, 0.5);
    let write = |i: usize| {
        let put = PutRequest::builder().set_item(Some(item("A", &format!("{i:02}")))).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let mut left = HashMap::from([("steward".to_owned(), (0..25).map(write).collect::<Vec<_>>())]);
    let mut rounds = 0;
    while !left.is_empty() {
        rounds += 1;
        match client.batch_write_item().set_request_items(Some(left.clone())).send().await {
            Ok(done) => left = done.unprocessed_items.unwrap_or_default(),
            Err(error) => assert_eq!(error.code(), Some("ProvisionedThroughputExceededException")),
        }
        assert!(rounds < 100);
    }
    let keys = (0..25).map(|i| item("A", &format!("{i:02}"))).collect();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).projection_expression("SK").build().unwrap();
    aws.faults().clear();
    aws.faults().next(Fault::Unprocessed);
    let first = client.batch_get_item().request_items("steward", keys).send().await.unwrap();
    let found = first.responses.unwrap()["steward"].len();
    let left = first.unprocessed_keys.unwrap();
    assert!(found < 25);
    assert_eq!(left["steward"].projection_expression(), Some("SK"));
    let rest = client.batch_get_item().set_request_items(Some(left)).send().await.unwrap();
    assert_eq!(rest.responses.unwrap()["steward"].len(), 25 - found);
}

#[tokio::test]
async fn an_empty_page_has_a_key_to_go_on_from_and_nothing_is_lost() {
    let aws = start(None).await;
    let client = client(&aws, 1);
    for i in 0..10 {
        let put = client.put_item().table_name("steward").set_item(Some(item("A", &i.to_string())));
        put.item("GSI1PK", s("G")).item("GSI1SK", s("same")).send().await.unwrap();
    }
    for (index, key) in [(None, "PK"), (Some("GSI1"), "GSI1PK")] {
        aws.faults().seed(1).rate(Fault::EmptyPage, 0.5);
        let (mut found, mut empty, mut from) = (Vec::new(), 0, None);
        loop {
            let query = client.query().table_name("steward").set_index_name(index.map(str::to_owned)).limit(3);
            let query = query.key_condition_expression(format!("{key} = :key")).set_exclusive_start_key(from);
            let value = if index.is_some() { "G" } else { "A" };
            let page = query.expression_attribute_values(":key", s(value)).send().await.unwrap();
            empty += usize::from(page.items().is_empty() && page.last_evaluated_key.is_some());
            found.extend(page.items().iter().map(|item| item["SK"].as_s().unwrap().clone()));
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        assert!(empty > 0);
        assert_eq!(found, (0..10).map(|i| i.to_string()).collect::<Vec<_>>());
    }
}
