//! Every sample event is one that its function accepts.

use lambda_http::{RequestExt, request::RequestContext};
use model::{Clock, Ids};
use runtime::{Deadline, Env, SystemClock, SystemRandom};
use serde_json::Value;
use store::{Store, StoreConfig};
use xtask::{Plan, Trigger};

use crate::repository::{functions, no, read};

#[test]
fn every_sample_event_is_accepted_by_its_function() {
    let store = store();
    let document = serde_json::to_value(local::openapi()).unwrap();
    let complaints = functions().into_iter().filter_map(|plan| {
        let text = read(&plan.sample_path());
        let accepted = match plan.trigger() {
            Trigger::Http { method, path } => request(&plan, method, path, &text, &document),
            Trigger::Pages => page(&text),
            Trigger::Event { kinds } => event(kinds, &text, &store),
            Trigger::Service { source, detail_types } => told(source, detail_types, &text),
            Trigger::Schedule { .. } => firing(&text),
            Trigger::Invoke => asked(&plan, &text),
            Trigger::Rotation => step(&text),
        };
        accepted.err().map(|why| format!("{}: {why}", plan.sample_path()))
    });
    no(complaints.collect());
}

/// A table that nobody asks anything of.
fn store() -> Store {
    let variables = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ("ENDPOINT", "http://127.0.0.1:9"),
    ];
    let env = Env::of(variables.map(|(name, value)| (name.into(), value.into())));
    let config = StoreConfig {
        service: env.service("ENDPOINT", &aws::Http::new().unwrap()).unwrap(),
        table: "steward".into(),
        sealing_key: [7; 32],
    };
    Store::new(config, Clock::new(SystemClock), Ids::new(SystemRandom))
}

fn request(plan: &Plan, method: &str, path: &str, text: &str, document: &Value) -> Result<(), String> {
    let request = lambda_http::request::from_str(text).map_err(|error| error.to_string())?;
    let RequestContext::ApiGatewayV2(context) = request.request_context() else {
        return Err("is not of an HTTP API (payload format 2.0)".into());
    };
    same("method", request.method().as_str(), method)?;
    same("routeKey", context.route_key.as_deref().unwrap_or_default(), &format!("{method} {path}"))?;
    let raw = request.uri().path();
    let fits = raw.split('/').count() == path.split('/').count()
        && raw.split('/').zip(path.split('/')).all(|(is, wanted)| is == wanted || wanted.starts_with('{'));
    if !fits {
        return Err(format!("rawPath {raw} is not of {path}"));
    }
    let operation = &document["paths"][path][method.to_lowercase()];
    let public =
        operation["security"].as_array().is_some_and(|all| all.iter().any(|one| one == &serde_json::json!({})));
    if public == request.headers().contains_key("authorization") {
        return Err("is to have the header authorization exactly where the operation is not public".into());
    }
    let content = &operation["requestBody"]["content"];
    if content.get("text/csv").is_some() {
        return if request.body().is_empty() { Err("has no file".into()) } else { Ok(()) };
    }
    let wanted = &content["application/json"]["schema"];
    let optional = operation["requestBody"]["required"] != true;
    match (wanted.is_null(), request.body().is_empty()) {
        (_, true) if optional => Ok(()),
        (true, true) => Ok(()),
        (true, false) => Err(format!("has a body, and {} takes none", plan.name())),
        (false, _) => {
            let body = serde_json::from_slice(request.body().as_ref()).map_err(|error| error.to_string())?;
            body_fits(&body, wanted, document)
        }
    }
}

fn page(text: &str) -> Result<(), String> {
    let request = lambda_http::request::from_str(text).map_err(|error| error.to_string())?;
    let RequestContext::ApiGatewayV2(context) = request.request_context() else {
        return Err("is not of an HTTP API (payload format 2.0)".into());
    };
    same("routeKey", context.route_key.as_deref().unwrap_or_default(), "$default")
}

/// Whether a body has the properties its schema wants, and no other.
fn body_fits(body: &Value, schema: &Value, document: &Value) -> Result<(), String> {
    let either = schema["oneOf"].as_array().into_iter().flatten();
    let schema = either.into_iter().find(|one| one.get("$ref").is_some()).unwrap_or(schema);
    let name = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()).ok_or("a body without a named schema")?;
    let schema = &document["components"]["schemas"][name];
    let body = body.as_object().ok_or("the body is no object")?;
    for required in schema["required"].as_array().into_iter().flatten() {
        let required = required.as_str().unwrap_or_default();
        if !body.contains_key(required) {
            return Err(format!("the body lacks {required}"));
        }
    }
    match body.keys().find(|key| schema["properties"].get(key.as_str()).is_none()) {
        Some(unknown) => Err(format!("the body has {unknown}, which {name} does not")),
        None => Ok(()),
    }
}

fn event(kinds: &[String], text: &str, store: &Store) -> Result<(), String> {
    let event: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let delivered =
        runtime::event_of(store, &event, Deadline(jiff::Timestamp::MAX)).map_err(|error| error.to_string())?;
    let kind = delivered.recorded.event.kind().as_str();
    same("source", event["source"].as_str().unwrap_or_default(), "steward")?;
    same("detail-type", event["detail-type"].as_str().unwrap_or_default(), kind)?;
    same("eventName", event["detail"]["eventName"].as_str().unwrap_or_default(), "INSERT")?;
    let sk = event["detail"]["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap_or_default();
    same("sort key", sk, &format!("EVENT#{}", delivered.recorded.id))?;
    if kinds.iter().any(|one| one == kind) { Ok(()) } else { Err(format!("{kind} is none of {kinds:?}")) }
}

/// What the detail says its function reads in tests of its own: here it is that the rule lets it through.
fn told(source: &str, detail_types: &[String], text: &str) -> Result<(), String> {
    let event: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    same("source", event["source"].as_str().unwrap_or_default(), source)?;
    let detail_type = event["detail-type"].as_str().unwrap_or_default();
    if !detail_types.iter().any(|one| one == detail_type) {
        return Err(format!("{detail_type} is none of {detail_types:?}"));
    }
    runtime::detail_of(event).map(|_| ()).map_err(|error| error.to_string())
}

fn firing(text: &str) -> Result<(), String> {
    let event: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    same("source", event["source"].as_str().unwrap_or_default(), "aws.scheduler")?;
    same("detail-type", event["detail-type"].as_str().unwrap_or_default(), "Scheduled Event")
}

/// What an operator gives a function, as its own module reads it.
fn asked(plan: &Plan, text: &str) -> Result<(), String> {
    match plan.name() {
        "operators-end-person" => operators::end_person::Order::read(text).map(|_| ()),
        name => Err(format!("{name}: say here how it reads what it is given")),
    }
}

fn step(text: &str) -> Result<(), String> {
    serde_json::from_str::<runtime::Rotation>(text).map(|_| ()).map_err(|error| error.to_string())
}

fn same(what: &str, is: &str, wanted: &str) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{what} is {is} and is to be {wanted}")) }
}
