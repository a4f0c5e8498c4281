//! The table as `template.yaml` has it: one definition for AWS and one machine.

use anyhow::Context;
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The `CreateTable` request of the template's resource `Table`, for a table called `name`.
pub(crate) fn definition(name: &str) -> anyhow::Result<Value> {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(TEMPLATE).context("template.yaml")?;
    let properties = template.get("Resources").and_then(|r| r.get("Table")?.get("Properties"));
    let properties = properties.and_then(serde_yaml_ng::Value::as_mapping).context("template.yaml: Resources.Table")?;
    let wanted = [
        "AttributeDefinitions",
        "KeySchema",
        "GlobalSecondaryIndexes",
        "StreamSpecification",
        "TimeToLiveSpecification",
    ];
    let mut request = serde_json::Map::new();
    for key in wanted {
        let value = properties.get(key).with_context(|| format!("template.yaml: Table has no {key}"))?;
        request.insert(key.into(), serde_json::to_value(value)?);
    }
    // CloudFormation's StreamSpecification says it by being there.
    if let Some(stream) = request.get_mut("StreamSpecification").and_then(Value::as_object_mut) {
        stream.insert("StreamEnabled".into(), true.into());
    }
    request.insert("TableName".into(), name.into());
    request.insert("BillingMode".into(), "PAY_PER_REQUEST".into());
    Ok(Value::Object(request))
}
