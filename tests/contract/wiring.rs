//! One list of functions, in eight places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use xtask::{Plan, Trigger};

use crate::{
    repository::{functions, names_in, no, read, read_if_there},
    template::{attribute, of_type, resources},
};

fn names() -> BTreeSet<String> {
    functions().iter().map(|plan| plan.name().to_owned()).collect()
}

#[test]
fn names_are_unique() {
    assert_eq!(functions().len(), names().len());
}

#[test]
fn every_function_is_in_the_file_its_name_says() {
    let complaints = functions().into_iter().filter_map(|plan| {
        let path = plan.source_path();
        let text = read_if_there(&path).unwrap_or_default();
        let there = text.contains("pub const FUNCTION") && text.contains(&format!("\"{}\"", plan.name()));
        (!there).then(|| format!("{path} has no FUNCTION called {}", plan.name()))
    });
    no(complaints.collect());
}

#[test]
fn every_constant_called_function_is_in_its_crates_list() {
    let names = names();
    let mut complaints = Vec::new();
    for (path, text) in crate::repository::rust_files("functions") {
        let is_source = !path.contains("/bin/") && text.contains("pub const FUNCTION:");
        let listed = names.iter().any(|name| text.contains(&format!("\"{name}\"")));
        if is_source && !listed {
            complaints.push(format!("{path}: its FUNCTION is in no list; add it to FUNCTIONS in its crate's lib.rs"));
        }
    }
    no(complaints);
}

#[test]
fn every_bin_is_the_three_lines_of_its_function() {
    let mut complaints = Vec::new();
    for plan in functions() {
        let path = plan.bin_path();
        if read_if_there(&path).as_deref() != Some(plan.bin().as_str()) {
            complaints.push(format!("{path} is to be:\n{}", plan.bin()));
        }
    }
    let names = names();
    for capability in names_in("functions") {
        for file in names_in(&format!("functions/{capability}/src/bin")) {
            if file.strip_suffix(".rs").is_none_or(|name| !names.contains(name)) {
                complaints.push(format!("functions/{capability}/src/bin/{file} is the bin of no function: remove it"));
            }
        }
    }
    no(complaints);
}

#[test]
fn every_function_has_a_sample_event_and_a_test() {
    let mut complaints = Vec::new();
    for plan in functions() {
        if read_if_there(&plan.sample_path()).is_none() {
            complaints.push(format!("{} is to be:\n{}", plan.sample_path(), plan.sample()));
        }
        if !read_if_there(&plan.test_path()).is_some_and(|text| text.contains("#[test]") || text.contains("::test]")) {
            complaints.push(format!("{} has no test, such as:\n{}", plan.test_path(), plan.test()));
        }
    }
    let names = names();
    for file in names_in("events") {
        if file.strip_suffix(".json").is_none_or(|name| !names.contains(name)) {
            complaints.push(format!("events/{file} is of no function: remove it"));
        }
    }
    let capabilities: BTreeSet<String> = functions().iter().map(|plan| plan.capability().to_owned()).collect();
    let expected: BTreeSet<String> = functions().iter().map(Plan::test_path).collect();
    for capability in capabilities {
        for file in names_in(&format!("tests/it/{capability}")) {
            let path = format!("tests/it/{capability}/{file}");
            if file != "mod.rs" && !expected.contains(&path) {
                complaints
                    .push(format!("{path} is of no function: tests of several lie outside of tests/it/{capability}"));
            }
            let module = file.trim_end_matches(".rs");
            if file != "mod.rs" && !read(&format!("tests/it/{capability}/mod.rs")).contains(&format!("mod {module};")) {
                complaints.push(format!("tests/it/{capability}/mod.rs lacks: mod {module};"));
            }
        }
    }
    no(complaints);
}

#[test]
fn the_template_has_every_function_and_no_other() {
    let resources = resources();
    let mut found: BTreeMap<&str, &Value> = of_type(&resources, "AWS::Serverless::Function").into_iter().collect();
    let mut complaints = Vec::new();
    for plan in functions() {
        match found.remove(plan.logical_id().as_str()) {
            None => complaints.push(format!("template.yaml lacks:\n\n{}", plan.template())),
            Some(properties) if *plan.trigger() == Trigger::Invoke => {
                complaints.extend(invoked_differences(&plan, properties, &resources));
            }
            Some(properties) if *plan.trigger() == Trigger::Rotation => {
                complaints.extend(rotation_differences(&plan, properties, &resources));
            }
            Some(properties) => complaints.extend(differences(&plan, properties)),
        }
    }
    complaints.extend(found.keys().map(|id| format!("template.yaml: {id} is no function of ours: remove it")));
    no(complaints);
}

/// What of a function is amiss that an operator invokes: nothing but IAM may let anybody at it.
fn invoked_differences(plan: &Plan, properties: &Value, resources: &Map<String, Value>) -> Vec<String> {
    let id = plan.logical_id();
    let permitted = of_type(resources, "AWS::Lambda::Permission")
        .iter()
        .any(|(_, permission)| permission["FunctionName"] == json!({ "Ref": id }));
    let urls = of_type(resources, "AWS::Lambda::Url");
    [
        (properties["CodeUri"] != format!("./target/lambda/{}/", plan.name()), "CodeUri is of another function"),
        (!properties["Events"].is_null(), "an operator calls it, and no event"),
        (permitted, "a service may call it"),
        (!properties["FunctionUrlConfig"].is_null() || !urls.is_empty(), "it has an address"),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, what)| format!("template.yaml: {id}: {what}"))
    .collect()
}

/// What of a rotating function's resources is missing: a schedule that calls it, the right to, and who tells of errors.
fn rotation_differences(plan: &Plan, properties: &Value, resources: &Map<String, Value>) -> Vec<String> {
    let id = plan.logical_id();
    let has = |kind: &str, field: &str, value: Value| {
        of_type(resources, kind).iter().any(|(_, properties)| properties[field] == value)
    };
    let called = has("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN", attribute(&id, "Arn"));
    let permitted = of_type(resources, "AWS::Lambda::Permission").iter().any(|(_, permission)| {
        permission["FunctionName"] == json!({ "Ref": id })
            && permission["Principal"] == "secretsmanager.amazonaws.com"
            && !permission["SourceAccount"].is_null()
    });
    let watched = json!([{ "Name": "FunctionName", "Value": { "Ref": id } }]);
    [
        (properties["CodeUri"] != format!("./target/lambda/{}/", plan.name()), "CodeUri is of another function"),
        (!properties["Events"].is_null(), "Secrets Manager calls it, and no event"),
        (!called, "no RotationSchedule calls it"),
        (!permitted, "secretsmanager.amazonaws.com of this account may not call it"),
        (!has("AWS::CloudWatch::Alarm", "Dimensions", watched), "no alarm tells of its errors"),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, what)| format!("template.yaml: {id}: {what}"))
    .collect()
}

/// What of a function's resource does not follow from its constant.
fn differences(plan: &Plan, properties: &Value) -> Vec<String> {
    let id = plan.logical_id();
    let mut complaints = Vec::new();
    let mut must = |what: &str, is: &Value, should: Value| {
        if *is != should {
            complaints.push(format!("template.yaml: {id}: {what} is {is} and is to be {should}"));
        }
    };
    must("CodeUri", &properties["CodeUri"], format!("./target/lambda/{}/", plan.name()).into());
    let triggers = properties["Events"].as_object().cloned().unwrap_or_default();
    must("number of Events", &triggers.len().into(), 1.into());
    let trigger = triggers.values().next().cloned().unwrap_or_default();
    let its = &trigger["Properties"];
    match plan.trigger() {
        Trigger::Http { method, path } => {
            must("Type of its event", &trigger["Type"], "HttpApi".into());
            must("ApiId", &its["ApiId"], json!({ "Ref": "Api" }));
            must("Method", &its["Method"], method.as_str().into());
            must("Path", &its["Path"], path.as_str().into());
        }
        Trigger::Event { kinds } => {
            must("Type of its event", &trigger["Type"], "EventBridgeRule".into());
            must("EventBusName", &its["EventBusName"], json!({ "Ref": "Bus" }));
            must("Pattern", &its["Pattern"], json!({ "source": ["steward"], "detail-type": kinds }));
            must(
                "dead letters of its rule",
                &its["DeadLetterConfig"]["Arn"],
                attribute(&format!("{id}DeadLetters"), "Arn"),
            );
        }
        Trigger::Service { source, detail_types } => {
            must("Type of its event", &trigger["Type"], "EventBridgeRule".into());
            // Without one it is the account's own, which is the only one services tell on.
            must("EventBusName", &its["EventBusName"], Value::Null);
            must("source of its Pattern", &its["Pattern"]["source"], json!([source]));
            must("detail-type of its Pattern", &its["Pattern"]["detail-type"], json!(detail_types));
            must(
                "dead letters of its rule",
                &its["DeadLetterConfig"]["Arn"],
                attribute(&format!("{id}DeadLetters"), "Arn"),
            );
        }
        Trigger::Pages => {
            must("Type of its event", &trigger["Type"], "HttpApi".into());
            must("ApiId", &its["ApiId"], json!({ "Ref": "Api" }));
            // Without a path it is the gateway's route for all that no other takes.
            must("Path", &its["Path"], Value::Null);
        }
        Trigger::Rotation | Trigger::Invoke => {}
        Trigger::Schedule { every } => {
            must("Type of its event", &trigger["Type"], "ScheduleV2".into());
            must("ScheduleExpression", &its["ScheduleExpression"], every.as_str().into());
            must(
                "dead letters of its schedule",
                &its["DeadLetterConfig"]["Arn"],
                attribute(&format!("{id}DeadLetters"), "Arn"),
            );
        }
    }
    if !matches!(plan.trigger(), Trigger::Http { .. } | Trigger::Pages) {
        // A rule's dead letters are what could not be handed to Lambda; the function's own are what it failed at.
        must(
            "DeadLetterQueue",
            &properties["DeadLetterQueue"]["TargetArn"],
            attribute(&format!("{id}DeadLetters"), "Arn"),
        );
    }
    complaints
}

#[test]
fn the_openapi_document_has_every_http_function_and_no_other() {
    let document = serde_json::to_value(local::openapi()).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            let twice = operations.insert(id.clone(), (method.to_uppercase(), path.clone()));
            assert_eq!(twice, None, "operation id {id} stands twice");
        }
    }
    let mut complaints = Vec::new();
    for plan in functions() {
        let Trigger::Http { method, path } = plan.trigger() else { continue };
        let operation = operations.remove(plan.name());
        if operation.as_ref() != Some(&(method.clone(), path.clone())) {
            let file = plan.source_path();
            complaints.push(format!(
                "{file}: operation_id = \"{}\" is to be at {method} {path}, not {operation:?}",
                plan.name()
            ));
        }
    }
    complaints.extend(operations.keys().map(|id| format!("operation {id} is of no function")));
    no(complaints);
}
