//! Every event whose write was answered reaches its target, whenever the process is killed.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, BoxFuture};
use model::{Clock, clock::Sleep, clock::TimeSource};
use serde_json::{Value, json};

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

const DATA: &str = "STEWARD_TEST_KILL_DATA";

/// Starts on `data` with a target that writes down what it got.
async fn start(data: &Path) -> Aws {
    let config = AwsConfig { data: Some(data.to_owned()), clock: Clock::new(Real) };
    let aws = Aws::start(config).await.unwrap();
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    aws.create_table(json!({
        "TableName": "steward",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("PK"), attribute("SK")],
        "KeySchema": [
            { "AttributeName": "PK", "KeyType": "HASH" },
            { "AttributeName": "SK", "KeyType": "RANGE" },
        ],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    }))
    .unwrap();
    let log = data.join("delivered");
    let write_down = move |event: Value| -> BoxFuture<'static, anyhow::Result<()>> {
        let key = event["detail"]["dynamodb"]["NewImage"]["SK"]["S"].as_str().unwrap().to_owned();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        async move { Ok(writeln!(file, "{key}")?) }.boxed()
    };
    aws.bus().rule("log", &["x"], Arc::new(write_down));
    aws
}

#[tokio::test]
#[ignore = "is the process that the next test kills"]
async fn writer() {
    let Some(data) = std::env::var_os(DATA) else { return };
    let aws = start(Path::new(&data)).await;
    aws.run_in_background();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws::Http::new().unwrap().client())
        .endpoint_url(aws.endpoints().dynamodb);
    let client = Client::from_conf(config.build());
    let run = std::process::id();
    for i in 0.. {
        let key = format!("EVENT#{run}#{i}");
        let s = |text: &str| AttributeValue::S(text.into());
        let put = client.put_item().table_name("steward").item("PK", s("A")).item("SK", s(&key)).item("kind", s("x"));
        put.send().await.unwrap();
        writeln!(std::io::stdout(), "\nanswered {key}").unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut answered = BTreeSet::new();
    for milliseconds in [150, 40, 260, 90, 330] {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer", "--ignored", "--nocapture"])
            .env(DATA, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut answers = lines.filter_map(|line| Some(line.ok()?.strip_prefix("answered ")?.to_owned()));
        answered.extend(answers.next());
        std::thread::sleep(Duration::from_millis(milliseconds));
        writer.kill().unwrap();
        writer.wait().unwrap();
        answered.extend(answers);
    }
    assert!(answered.len() > 20, "{} writes", answered.len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let aws = start(folder.path()).await;
        aws.pump().await.unwrap();
        assert_eq!(aws.bus().dead_letters().unwrap(), []);
    });
    let delivered = std::fs::read_to_string(folder.path().join("delivered")).unwrap();
    let delivered: BTreeSet<_> = delivered.lines().map(str::to_owned).collect();
    let lost: Vec<_> = answered.difference(&delivered).collect();
    assert!(lost.is_empty(), "{lost:?} of {}", answered.len());
}
