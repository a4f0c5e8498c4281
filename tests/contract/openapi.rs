//! The API's document: committed, current, and of a quality that a stranger can work with.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

use serde_json::{Map, Value, json};

use crate::{
    public::PUBLIC,
    repository::{functions, no, read, read_if_there, root},
};

/// Lists without a bound in the document. It may only become shorter.
const UNBOUNDED: &[&str] = &[
    "Affected.evidence",
    "Affected.guards",
    "Affected.skus",
    "AffectedSku.groups",
    "Event.missing",
    "Guard.lost",
    "Problem.errors",
    "Saving.parts",
    "Totals.price_missing_skus",
];

fn document() -> Value {
    serde_json::to_value(local::openapi()).unwrap()
}

struct Operation {
    method: String,
    path: String,
    body: Value,
}

impl Operation {
    fn id(&self) -> &str {
        self.body["operationId"].as_str().unwrap_or("an operation without id")
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let all: Vec<Operation> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(|(method, body)| Operation {
                method: method.clone(),
                path: path.clone(),
                body: body.clone(),
            })
        })
        .collect();
    assert!(!all.is_empty(), "no operations: these tests would hold of nothing");
    all
}

fn schemas(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"].as_object().unwrap()
}

/// Every `$ref` to a schema in a value, by the schema's name.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("$ref", Value::String(to)) => {
                        into.insert(to.rsplit('/').next().unwrap_or_default().to_owned());
                    }
                    _ => references(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}

/// The schemas that `from` uses, directly or through others.
fn reachable(document: &Value, from: &Value) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), BTreeSet::new());
    references(from, &mut open);
    while let Some(name) = open.pop_first() {
        if found.insert(name.clone()) {
            references(&schemas(document)[&name], &mut open);
        }
    }
    found
}

#[test]
fn the_committed_openapi_document_is_current() {
    let current = format!("{:#}\n", document());
    if env::var_os("STEWARD_BLESS").is_some() {
        fs::write(root().join("docs/openapi.json"), &current).unwrap();
    }
    let committed = read_if_there("docs/openapi.json").unwrap_or_default();
    assert!(committed == current, "docs/openapi.json is not what the functions say: run `cargo xtask openapi`");
}

#[test]
fn every_operation_says_what_it_is_and_who_may_call_it() {
    let document = document();
    let capability: BTreeMap<String, String> =
        functions().iter().map(|plan| (plan.name().to_owned(), plan.capability().to_owned())).collect();
    let described: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|tag| tag["description"].as_str().is_some_and(|text| !text.is_empty()))
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let mut complaints = Vec::new();
    for operation in operations(&document) {
        let (id, body) = (operation.id(), &operation.body);
        let summary = body["summary"].as_str().unwrap_or_default();
        if summary.is_empty() || summary.len() > 60 || summary.ends_with('.') || summary.starts_with(char::is_lowercase)
        {
            complaints.push(format!("{id}: summary {summary:?} is to be a few words, capital first, no full stop"));
        }
        if body.get("description").is_some_and(|text| text.as_str().is_none_or(|text| text.trim().is_empty())) {
            complaints.push(format!("{id}: an empty description"));
        }
        let tags = body["tags"].as_array().cloned().unwrap_or_default();
        let tag = tags.first().and_then(Value::as_str).unwrap_or_default();
        if tags.len() != 1 || capability.get(id).is_none_or(|name| name != tag) || !described.contains(tag) {
            complaints.push(format!("{id}: tag {tags:?} is to be its capability, described in local/src/functions.rs"));
        }
        let Some(security) = body["security"].as_array() else {
            complaints.push(format!("{id}: says nothing of security: security((\"bearer\" = [])) or security(())"));
            continue;
        };
        let names: Vec<&String> = security.iter().flat_map(|one| one.as_object().unwrap().keys()).collect();
        complaints.extend(
            names.iter().filter(|name| !schemes.contains_key(**name)).map(|name| format!("{id}: no scheme {name}")),
        );
        let public = security.is_empty() || security.iter().any(|one| one.as_object().unwrap().is_empty());
        if public != PUBLIC.contains(&id) {
            complaints.push(format!("{id}: public: {public}. If that is meant, change tests/public.rs"));
        }
    }
    no(complaints);
}

#[test]
fn a_key_is_taken_exactly_where_a_program_may_call() {
    let document = document();
    let plans: BTreeMap<String, String> =
        functions().iter().map(|plan| (plan.name().to_owned(), plan.source_path())).collect();
    let mut complaints = Vec::new();
    let mut keyed = 0;
    for operation in operations(&document) {
        let id = operation.id();
        // Who may call it stands in the handler's signature, and only there.
        let source = read(&plans[id]);
        let (program, person) = (source.contains("Caller<"), source.contains("Person<") || source.contains("Recent<"));
        let ways = operation.body["security"].as_array().cloned().unwrap_or_default();
        let wanted = match (program, person) {
            (true, false) => json!([{ "bearer": [] }, { "key": [] }]),
            // Whoever has a link, signed in or not.
            (false, true) if source.contains("Option<Person<") => json!([{}, { "bearer": [] }]),
            (false, true) => json!([{ "bearer": [] }]),
            (false, false) => continue,
            (true, true) => {
                complaints.push(format!("{id}: is it for a Caller or for a Person?"));
                continue;
            }
        };
        keyed += usize::from(program);
        if Value::from(ways.clone()) != wanted {
            complaints.push(format!("{id}: security is {ways:?} and is to be {wanted}"));
        }
    }
    assert!(keyed > 5, "no operation takes a key: this test would hold of nothing");
    no(complaints);
}

#[test]
fn every_operation_says_how_it_answers() {
    let document = document();
    let mut complaints = Vec::new();
    for operation in operations(&document) {
        let id = operation.id();
        let responses = operation.body["responses"].as_object().unwrap();
        for wanted in ["2", "4XX"] {
            if !responses.keys().any(|status| status.starts_with(wanted)) {
                complaints.push(format!("{id}: no answer {wanted}"));
            }
        }
        for (status, response) in responses {
            if response["description"].as_str().is_none_or(str::is_empty) {
                complaints.push(format!("{id}: answer {status} is not described"));
            }
            if !status.starts_with(['4', '5']) {
                continue;
            }
            let content = response["content"].as_object().cloned().unwrap_or_default();
            let schema = &content.get("application/problem+json").cloned().unwrap_or_default()["schema"];
            if content.len() != 1 || schema["$ref"] != "#/components/schemas/Problem" {
                complaints.push(format!("{id}: answer {status} is to be application/problem+json of api::Problem"));
            }
        }
    }
    no(complaints);
}

#[test]
fn paths_and_their_parameters_are_well_formed() {
    let document = document();
    let mut complaints = Vec::new();
    let mut shapes = BTreeMap::new();
    for operation in operations(&document) {
        let (id, path) = (operation.id(), &operation.path);
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let named: BTreeSet<&str> = parts.iter().filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let plain = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        // Calendar programs go by the end of a name.
        let word = |part: &&str| plain(&part.strip_suffix(".ics").unwrap_or(part));
        let fixed = parts.iter().filter(|part| !part.starts_with('{'));
        let well_known = path.starts_with("/.well-known/");
        if !well_known && (parts.first() != Some(&"v1") || !fixed.clone().all(word)) {
            complaints.push(format!("{id}: {path} is to begin with /v1/ and have lower-case words with hyphens"));
        }
        let shape =
            parts.iter().map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/");
        if let Some(other) = shapes.insert((operation.method.clone(), shape), path.clone()) {
            complaints.push(format!("{id}: {path} and {other} cannot be told apart"));
        }
        let parameters = operation.body["parameters"].as_array().cloned().unwrap_or_default();
        let declared: BTreeSet<&str> =
            parameters.iter().filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
        if declared != named {
            complaints.push(format!("{id}: {path} names {named:?} and params(…) {declared:?}"));
        }
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                complaints.push(format!("{id}: parameter {name} is not described"));
            }
            // Headers have names of their own.
            if parameter["in"] != "header" && !is_snake_case(name) {
                complaints.push(format!("{id}: parameter {name} is to be snake_case"));
            }
        }
    }
    no(complaints);
}

#[test]
fn every_component_is_used() {
    let document = document();
    let mut used = reachable(&document, &document["paths"]);
    // A page's items stand in the page itself; the schema of one is what it was made of.
    let items: Vec<String> = used.iter().filter_map(|name| name.strip_prefix("Page_").map(str::to_owned)).collect();
    used.extend(items);
    no(schemas(&document)
        .keys()
        .filter(|name| !used.contains(*name))
        .map(|name| format!("{name} is not used"))
        .collect());
}

#[test]
fn every_property_is_described_and_named_alike() {
    let document = document();
    let mut complaints = Vec::new();
    each_property(&document, |schema, name, property| {
        let target = property["$ref"].as_str().and_then(|to| schemas(&document).get(to.rsplit('/').next()?));
        let says = |value: &Value| value["description"].as_str().is_some_and(|text| !text.is_empty());
        // What may be absent is one of null and the thing, which is described there.
        let described =
            |value: &Value| says(value) || value["oneOf"].as_array().is_some_and(|all| all.iter().any(says));
        if !described(property)
            && !target.is_some_and(described)
            && property.get("const").is_none()
            && !is_tag(property)
        {
            complaints.push(format!("{schema}.{name} is not described"));
        }
        // A name that a standard gave (draft-ietf-httpapi-ratelimit-headers).
        if !is_snake_case(name) && name != "violated-policies" {
            complaints.push(format!("{schema}.{name} is to be snake_case"));
        }
    });
    no(complaints);
}

#[test]
fn every_list_is_bounded() {
    let document = document();
    let (mut complaints, mut unbounded) = (Vec::new(), BTreeSet::new());
    each_property(&document, |schema, name, property| {
        let name = format!("{schema}.{name}");
        if is(property, "array") && property.get("maxItems").is_none() && !name.starts_with("Page_") {
            if !UNBOUNDED.contains(&name.as_str()) {
                complaints.push(format!("{name} has no maxItems: #[schema(max_items = …)]"));
            }
            unbounded.insert(name);
        }
    });
    let bounded = UNBOUNDED.iter().filter(|name| !unbounded.contains(**name));
    complaints.extend(bounded.map(|name| format!("{name} is bounded: take it out of UNBOUNDED")));
    no(complaints);
}

#[test]
fn what_a_request_may_hold_is_bounded_and_nothing_else_is_taken() {
    let document = document();
    let mut complaints = Vec::new();
    for operation in operations(&document) {
        let body = &operation.body["requestBody"];
        for name in reachable(&document, body) {
            let schema = &schemas(&document)[&name];
            if schema.get("properties").is_some() && schema["additionalProperties"] != false {
                complaints
                    .push(format!("{name}, taken by {}, is to have #[serde(deny_unknown_fields)]", operation.id()));
            }
            for (field, property) in schema["properties"].as_object().into_iter().flatten() {
                let bounds = ["maxLength", "enum", "const", "pattern", "format"];
                if is(property, "string") && !bounds.iter().any(|bound| property.get(*bound).is_some()) {
                    complaints.push(format!("{name}.{field} has no bound: #[schema(max_length = …)]"));
                }
            }
        }
    }
    no(complaints);
}

/// Every property of every object among the schemas, those of variants included.
fn each_property(document: &Value, mut see: impl FnMut(&str, &str, &Value)) {
    fn walk(schema: &str, value: &Value, see: &mut impl FnMut(&str, &str, &Value)) {
        for (name, property) in value["properties"].as_object().into_iter().flatten() {
            see(schema, name, property);
        }
        for variants in ["oneOf", "allOf", "anyOf"] {
            value[variants].as_array().into_iter().flatten().for_each(|variant| walk(schema, variant, see));
        }
    }
    for (name, schema) in schemas(document) {
        walk(name, schema, &mut see);
    }
}

/// Whether a schema's type is `kind`, or that and null.
fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == kind))
}

/// Whether this is the property that tells the variants of an enum apart.
fn is_tag(property: &Value) -> bool {
    property["enum"].as_array().is_some_and(|values| values.len() == 1)
}

fn is_snake_case(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
