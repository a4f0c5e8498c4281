//! `template.yaml` as JSON: `!Ref x` is `{"Ref": "x"}`, `!GetAtt a.b` is `{"Fn::GetAtt": ["a", "b"]}`.

use serde_json::{Map, Value, json};
use serde_yaml_ng as yaml;

use crate::repository::read;

/// The resources, by logical id.
pub fn resources() -> Map<String, Value> {
    let document: yaml::Value = yaml::from_str(&read("template.yaml")).unwrap();
    let document = plain(document);
    document["Resources"].as_object().expect("template.yaml has resources").clone()
}

/// The resources of a type.
pub fn of_type<'a>(resources: &'a Map<String, Value>, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let wanted = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    wanted.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
}

/// What a value that may be one thing or a list of things holds.
pub fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// What `!GetAtt id.attribute` is.
pub fn attribute(id: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [id, attribute] })
}

fn plain(value: yaml::Value) -> Value {
    match value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(flag) => flag.into(),
        yaml::Value::Number(number) => serde_json::to_value(number).unwrap(),
        yaml::Value::String(text) => text.into(),
        yaml::Value::Sequence(items) => items.into_iter().map(plain).collect(),
        yaml::Value::Mapping(entries) => {
            entries.into_iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value))).collect()
        }
        yaml::Value::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            let inner = plain(tagged.value);
            match (name, &inner) {
                ("Ref" | "Condition", _) => json!({ name: inner }),
                ("GetAtt", Value::String(text)) => {
                    let (id, attribute) = text.split_once('.').unwrap();
                    json!({ "Fn::GetAtt": [id, attribute] })
                }
                _ => json!({ format!("Fn::{name}"): inner }),
            }
        }
    }
}
