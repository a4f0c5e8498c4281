//! DynamoDB: dynoxide's own server, behind a front that counts requests and injects faults.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use dynoxide::{Database, DynoxideError};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use model::Clock;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Fault, Faults,
    bus::Signal,
    serve::{self, Answer, Closed, Service},
    stream,
};

const JSON: &str = "application/x-amz-json-1.0";

/// Opens the table's file, or memory on `clock`. (dynoxide takes a clock in memory only.)
pub(crate) fn open(file: Option<&Path>, clock: &Clock) -> anyhow::Result<Database> {
    match file {
        None => {
            let database = Database::memory_with_clock(Arc::new(TableClock(clock.clone())))?;
            // Nothing but dynoxide reaches memory: what it starts from gets the index.
            let folder = tempfile::tempdir()?;
            let start = folder.path().join("start.sqlite");
            database.vacuum_into(utf8(&start)?)?;
            stream::index(&start)?;
            database.restore_from(utf8(&start)?)?;
            Ok(database)
        }
        Some(path) => {
            let database = Database::new(utf8(path)?).with_context(|| format!("cannot open {}", path.display()))?;
            stream::index(path)?;
            Ok(database)
        }
    }
}

fn utf8(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

struct TableClock(Clock);

impl dynoxide::storage_backend::Clock for TableClock {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().as_second().unsigned_abs()
    }
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

pub(crate) fn create_table(database: &Database, request: Value) -> anyhow::Result<()> {
    let name = request["TableName"].clone();
    match database.create_table(serde_json::from_value(request.clone())?) {
        Ok(_) => {}
        Err(DynoxideError::ResourceInUseException(_)) => add_indexes(database, &request)?,
        Err(error) => return Err(error.into()),
    }
    if let Some(ttl) = request.get("TimeToLiveSpecification") {
        let now = database.describe_time_to_live(serde_json::from_value(json!({ "TableName": name }))?)?;
        if serde_json::to_value(now)?["TimeToLiveDescription"]["AttributeName"] != ttl["AttributeName"] {
            let wanted = json!({ "TableName": name, "TimeToLiveSpecification": ttl });
            database.update_time_to_live(serde_json::from_value(wanted)?)?;
        }
    }
    Ok(())
}

/// Gives a table of an earlier version the indexes it lacks.
fn add_indexes(database: &Database, request: &Value) -> anyhow::Result<()> {
    let name = &request["TableName"];
    let table = database.describe_table(serde_json::from_value(json!({ "TableName": name }))?)?.table;
    let table = serde_json::to_value(table)?;
    ensure!(table["KeySchema"] == request["KeySchema"], "the table {name} exists with another key");
    let list = |from: &Value| from["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let existing: Vec<Value> = list(&table).into_iter().map(|index| index["IndexName"].clone()).collect();
    for index in list(request).into_iter().filter(|index| !existing.contains(&index["IndexName"])) {
        let update = json!({
            "TableName": name,
            "AttributeDefinitions": request["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{ "Create": index }],
        });
        database.update_table(serde_json::from_value(update)?)?;
    }
    Ok(())
}

/// Requests DynamoDB has been sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calls {
    /// How many, by operation (such as `PutItem`).
    pub by_operation: BTreeMap<String, u64>,
    /// How many of them the table has done and answered, be it that nobody hears the answer.
    pub answered: u64,
    /// Capacity units of the answers to requests that asked for `ReturnConsumedCapacity`.
    pub capacity_units: f64,
}

impl Calls {
    /// How many in all.
    pub fn total(&self) -> u64 {
        self.by_operation.values().sum()
    }

    /// How many of `operation`.
    pub fn of(&self, operation: &str) -> u64 {
        self.by_operation.get(operation).copied().unwrap_or(0)
    }

    /// What came after `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        let more =
            self.by_operation.iter().map(|(operation, count)| (operation.clone(), count - earlier.of(operation)));
        Self {
            by_operation: more.filter(|(_, count)| *count > 0).collect(),
            answered: self.answered - earlier.answered,
            capacity_units: self.capacity_units - earlier.capacity_units,
        }
    }
}

pub(crate) struct Front {
    engine: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    pub(crate) faults: Faults,
    calls: Mutex<Calls>,
    signal: Arc<Signal>,
    /// Made-up `LastEvaluatedKey`s of empty pages: the request and that key, to where the request really began.
    empty_pages: Mutex<HashMap<(String, String), Option<Value>>>,
}

impl Front {
    pub(crate) fn new(engine: SocketAddr, faults: Faults, signal: Arc<Signal>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { engine, client, faults, calls: Mutex::default(), signal, empty_pages: Mutex::default() }
    }

    pub(crate) fn calls(&self) -> Calls {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the request to the table.
    async fn forward(&self, call: &Call, body: Bytes) -> Result<Answer, Closed> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = http::Method::POST;
        *request.headers_mut() = call.headers.clone();
        // The body may have been changed, and the length is the client's to set.
        request.headers_mut().remove(header::CONTENT_LENGTH);
        request.headers_mut().remove(header::HOST);
        let uri = http::Uri::builder().scheme("http").authority(self.engine.to_string()).path_and_query("/").build();
        *request.uri_mut() = uri.map_err(|_| Closed)?;
        let answer = self.client.request(request).await.map_err(|error| {
            tracing::error!(%error, "the embedded DynamoDB does not answer");
            Closed
        })?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
        if head.status.is_success() && call.writes() {
            self.signal.raise();
        }
        Ok(Answer::from_parts(head, Full::new(body)))
    }

    /// The request's answer as JSON too, for faults that change it.
    async fn forward_json(&self, call: &Call, body: &Value) -> Result<(Answer, Value), Closed> {
        let (head, body) = self.forward(call, Bytes::from(body.to_string())).await?.into_parts();
        let bytes = serve::whole(body).await;
        let value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok((Answer::from_parts(head, Full::new(bytes)), value))
    }

    async fn unprocessed(&self, call: &Call, mut body: Value) -> Result<Answer, Closed> {
        let reads = call.operation == "BatchGetItem";
        let undone = if reads { "UnprocessedKeys" } else { "UnprocessedItems" };
        let Some(tables) = body["RequestItems"].as_object_mut() else {
            return self.forward(call, call.body.clone()).await;
        };
        let list = |table: &mut Value| {
            let list = if reads { &mut table["Keys"] } else { table };
            list.as_array_mut().map(std::mem::take).unwrap_or_default()
        };
        // (table, one request) in order; the last `held` of them stay undone.
        let mut all = Vec::new();
        for (name, table) in tables.iter_mut() {
            all.extend(list(table).into_iter().map(|one| (name.clone(), one)));
        }
        if all.len() < 2 {
            return Ok(failed(Fault::ThroughputExceeded, call));
        }
        let held = all.split_off(all.len() - self.faults.held(all.len()));
        let filled = |some: Vec<(String, Value)>| {
            let mut filled = tables.clone();
            for (name, one) in some {
                let list = if reads { &mut filled[&name]["Keys"] } else { &mut filled[&name] };
                if let Some(list) = list.as_array_mut() {
                    list.push(one);
                }
            }
            filled.retain(|_, table| {
                let list = if reads { &table["Keys"] } else { &*table };
                list.as_array().is_some_and(|list| !list.is_empty())
            });
            filled
        };
        let (done, held) = (filled(all), filled(held));
        body["RequestItems"] = Value::Object(done);
        let (answer, mut value) = self.forward_json(call, &body).await?;
        if !answer.status().is_success() {
            return Ok(answer);
        }
        value[undone] = Value::Object(held);
        Ok(serve::json(StatusCode::OK, JSON, &value))
    }

    /// An empty page whose key is that of the first item left out; [`resumed`](Self::resumed) knows it again.
    async fn empty_page(&self, call: &Call, body: Value) -> Result<Answer, Closed> {
        let (answer, value) = self.forward_json(call, &body).await?;
        let first = value["Items"].get(0).and_then(Value::as_object);
        let (true, Some(first)) = (answer.status().is_success(), first) else { return Ok(answer) };
        let Some(names) = self.key_names(call, &body).await else { return Ok(answer) };
        let key: Value = names.iter().filter_map(|name| Some((name.clone(), first.get(name)?.clone()))).collect();
        if key.as_object().is_none_or(|key| key.len() != names.len()) {
            // A projection left the key out.
            return Ok(answer);
        }
        let (fingerprint, began) = fingerprint(body);
        let mut pages = self.empty_pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert((fingerprint, key.to_string()), began);
        let mut empty = json!({ "Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": key });
        if let Some(capacity) = value.get("ConsumedCapacity") {
            empty["ConsumedCapacity"] = capacity.clone();
        }
        Ok(serve::json(StatusCode::OK, JSON, &empty))
    }

    /// The names of the attributes in a `LastEvaluatedKey` of this request.
    async fn key_names(&self, call: &Call, body: &Value) -> Option<Vec<String>> {
        let mut describe =
            Call { operation: "DescribeTable".into(), headers: call.headers.clone(), body: Bytes::new() };
        describe.headers.insert("x-amz-target", header::HeaderValue::from_static("DynamoDB_20120810.DescribeTable"));
        let (_, answer) = self.forward_json(&describe, &json!({ "TableName": body["TableName"] })).await.ok()?;
        let table = &answer["Table"];
        let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
        let mut indexes = indexes.into_iter().filter_map(|kind| table[kind].as_array()).flatten();
        let index = indexes.find(|index| index["IndexName"] == body["IndexName"]);
        let schemas = [Some(table), index].into_iter().flatten();
        let keys = schemas.filter_map(|of| of["KeySchema"].as_array()).flatten();
        let mut names: Vec<String> = keys.filter_map(|key| Some(key["AttributeName"].as_str()?.to_owned())).collect();
        names.sort();
        names.dedup();
        Some(names)
    }

    /// The request as it would be had the empty page before it been no fault.
    fn resumed(&self, call: &Call) -> Bytes {
        let mut pages = self.empty_pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.is_empty() || !matches!(&*call.operation, "Query" | "Scan") {
            return call.body.clone();
        }
        let Ok(body) = serde_json::from_slice::<Value>(&call.body) else { return call.body.clone() };
        let (fingerprint, Some(key)) = fingerprint(body.clone()) else { return call.body.clone() };
        let Some(began) = pages.remove(&(fingerprint, key.to_string())) else { return call.body.clone() };
        let mut body = body;
        match (began, body.as_object_mut()) {
            (Some(began), Some(body)) => drop(body.insert("ExclusiveStartKey".into(), began)),
            (None, Some(body)) => drop(body.remove("ExclusiveStartKey")),
            (_, None) => {}
        }
        Bytes::from(body.to_string())
    }

    fn count(&self, call: &Call) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.by_operation.entry(call.operation.clone()).or_default() += 1;
    }

    fn count_answer(&self, Consumed { capacity }: &Consumed) {
        let all = capacity.as_array().map_or(std::slice::from_ref(capacity), Vec::as_slice);
        let units: f64 = all.iter().filter_map(|one| one["CapacityUnits"].as_f64()).sum();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.answered += 1;
        calls.capacity_units += units;
    }
}

/// A `Query` or `Scan` without its place, and the place.
fn fingerprint(mut body: Value) -> (String, Option<Value>) {
    let place = body.as_object_mut().and_then(|body| body.remove("ExclusiveStartKey"));
    (body.to_string(), place.filter(|place| !place.is_null()))
}

/// What an answer says it took, where the request asked for that: one table's, or a list of several.
#[derive(Deserialize)]
struct Consumed {
    #[serde(default, rename = "ConsumedCapacity")]
    capacity: Value,
}

/// One request to DynamoDB.
struct Call {
    operation: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    fn writes(&self) -> bool {
        let reads = ["Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List"];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }
}

impl Service for Front {
    async fn answer(&self, request: Request<Bytes>) -> Result<Answer, Closed> {
        let (head, body) = request.into_parts();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let mut call = Call { operation, headers: head.headers, body };
        call.headers.remove(header::CONNECTION);
        call.headers.remove(header::TRANSFER_ENCODING);
        self.count(&call);

        call.body = self.resumed(&call);
        let fault = self.faults.draw(&call.operation);
        let answer = match fault {
            None => self.forward(&call, call.body.clone()).await,
            Some(Fault::RequestLost) => Err(Closed),
            Some(Fault::AnswerLost) => self.forward(&call, call.body.clone()).await.and(Err(Closed)),
            Some(Fault::NoAnswer) => {
                self.forward(&call, call.body.clone()).await?;
                std::future::pending().await
            }
            Some(Fault::Unprocessed | Fault::EmptyPage) => match serde_json::from_slice(&call.body) {
                Err(_) => self.forward(&call, call.body.clone()).await,
                Ok(body) if fault == Some(Fault::Unprocessed) => self.unprocessed(&call, body).await,
                Ok(body) => self.empty_page(&call, body).await,
            },
            Some(fault) => Ok(failed(fault, &call)),
        }?;
        let (head, body) = answer.into_parts();
        let bytes = serve::whole(body).await;
        if let Ok(consumed) = serde_json::from_slice(&bytes) {
            self.count_answer(&consumed);
        }
        Ok(Answer::from_parts(head, Full::new(bytes)))
    }
}

/// DynamoDB's error for a fault that does nothing.
fn failed(fault: Fault, call: &Call) -> Answer {
    let error = |status: StatusCode, kind: &str, message: &str| {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
        serve::json(status, JSON, &json!({ "__type": kind, "message": message }))
    };
    match fault {
        Fault::ThroughputExceeded => error(
            StatusCode::BAD_REQUEST,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. \
             Consider increasing your provisioning level with the UpdateTable API.",
        ),
        Fault::TransactionConflict if call.operation.starts_with("Transact") => {
            let items = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
            let count = items["TransactItems"].as_array().map_or(1, |items| items.len().max(1));
            let mut codes = vec!["TransactionConflict"];
            codes.resize(count, "None");
            let message = format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                codes.join(", ")
            );
            let mut reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
            reasons[0]["Message"] = json!("Transaction is ongoing for the item");
            let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
            let body = json!({ "__type": kind, "Message": message, "CancellationReasons": reasons });
            serve::json(StatusCode::BAD_REQUEST, JSON, &body)
        }
        Fault::TransactionConflict => {
            error(StatusCode::BAD_REQUEST, "TransactionConflictException", "Transaction is ongoing for the item")
        }
        Fault::TransactionInProgress => error(
            StatusCode::BAD_REQUEST,
            "TransactionInProgressException",
            "The transaction with the given request token is already in progress.",
        ),
        Fault::InternalServerError => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "Internal server error")
        }
        Fault::ServiceUnavailable => {
            let kind = "com.amazon.coral.availability#ServiceUnavailableException";
            serve::json(StatusCode::SERVICE_UNAVAILABLE, JSON, &json!({ "__type": kind }))
        }
        _ => {
            let kind = "com.amazon.coral.availability#ThrottlingException";
            let body = json!({ "__type": kind, "message": "Throughput exceeds the current capacity of your table." });
            serve::json(StatusCode::BAD_REQUEST, JSON, &body)
        }
    }
}
