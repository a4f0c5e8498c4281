//! A sample event, as the gateway, the bus or the scheduler would send it.

use serde_json::{Map, Value, json};

use crate::{Plan, Trigger, id_type, parameters};

const TENANT: &str = "ten_352ckgw9my1mvz59tdwh9edd1r";
const EVENT: &str = "evt_01m6drpkbt1wgpsbaa4t6h2vpe";

pub(crate) fn sample(plan: &Plan) -> String {
    let value = match plan.trigger() {
        Trigger::Http { method, path } => http(method, path),
        Trigger::Event { kinds } => event(kinds.first().map_or("", String::as_str)),
        Trigger::Service { source, detail_types } => told(source, detail_types.first().map_or("", String::as_str)),
        Trigger::Schedule { .. } => scheduled(plan),
        Trigger::Pages => pages(),
        Trigger::Invoke => json!({}),
        Trigger::Rotation => rotation(),
    };
    format!("{value:#}\n")
}

fn pages() -> Value {
    let mut event = http("GET", "/");
    event["routeKey"] = "$default".into();
    event["requestContext"]["routeKey"] = "$default".into();
    event
}

fn http(method: &str, path: &str) -> Value {
    let given = |parameter: &str| id_type(parameter).map_or("example", |(_, id)| id).to_owned();
    let raw: Vec<String> = path
        .split('/')
        .map(|part| part.strip_prefix('{').and_then(|p| p.strip_suffix('}')).map_or_else(|| part.to_owned(), given))
        .collect();
    let (raw, route) = (raw.join("/"), format!("{method} {path}"));
    let values: Map<String, Value> = parameters(path).into_iter().map(|p| (p.to_owned(), given(p).into())).collect();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "authorization": "Bearer eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImtleS0xIn0.e30.c2lnbmF0dXJl",
            "host": "api.steward.example",
            "user-agent": "Mozilla/5.0",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "api.steward.example",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": raw,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "Ux3k16ZqIAMEVvQ=",
            "routeKey": route,
            "stage": "$default",
            "time": "02/Nov/2026:09:15:30 +0000",
            "timeEpoch": 1_793_610_930_250_i64,
        },
        "isBase64Encoded": false,
    });
    if !values.is_empty() {
        event["pathParameters"] = values.into();
    }
    event
}

fn event(kind: &str) -> Value {
    let keys = json!({
        "PK": { "S": format!("TENANT#{TENANT}#EVENTS#202611") },
        "SK": { "S": format!("EVENT#{EVENT}") },
    });
    let mut image = json!({
        "id": { "S": EVENT },
        "tenant": { "S": TENANT },
        "at": { "S": "2026-11-02T09:16:00.250Z" },
        "actor": { "M": { "type": { "S": "system" } } },
        "kind": { "S": kind },
        "v": { "N": "1" },
    });
    image["PK"] = keys["PK"].clone();
    image["SK"] = keys["SK"].clone();
    json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": kind,
        "source": "steward",
        "account": "123456789012",
        "time": "2026-11-02T09:16:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {
            "eventID": "c4ca4238a0b923820dcc509a6f758491",
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_793_610_960,
                "Keys": keys,
                "NewImage": image,
                "SequenceNumber": "1110000000000000000000000001",
                "SizeBytes": 412,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        },
    })
}

fn told(source: &str, detail_type: &str) -> Value {
    json!({
        "version": "0",
        "id": "2f3c1d56-8f6b-4b0a-9d0c-5a1e7b2c9d10",
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-02T09:16:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {},
    })
}

fn rotation() -> Value {
    json!({
        "SecretId": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:steward/signing-a1b2c3",
        "ClientRequestToken": "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d",
        "Step": "createSecret",
    })
}

fn scheduled(plan: &Plan) -> Value {
    let schedule = format!("arn:aws:scheduler:eu-central-1:123456789012:schedule/default/{}", plan.logical_id());
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-11-02T09:20:00Z",
        "region": "eu-central-1",
        "resources": [schedule],
        "detail": "{}",
    })
}
