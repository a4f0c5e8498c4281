//! Microsoft's published tables, where they are at hand: the facts written into this crate are held against them.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use serde_json::Value;

use crate::{permissions, products, render};

/// A file of the shared data, or `None` and a word that the test was skipped.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn read(name: &str) -> Option<String> {
    let folder = env::var_os("STEWARD_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let text = fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        eprintln!("skipped: {name} is not in {}", folder.display());
    }
    text
}

#[test]
fn permissions_are_those_of_microsofts_table() {
    let Some(text) = read("graph-permissions-2026-08-07.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    for row in permissions::TABLE {
        let entry = &table[row.template][row.method];
        let sorted = |names: &Value| {
            let mut names: Vec<String> = serde_json::from_value(names.clone()).unwrap();
            names.sort();
            names
        };
        let own = |names: &[&str]| {
            let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort();
            names
        };
        assert!(entry.is_object(), "{} {} is not in the table", row.method, row.template);
        assert_eq!(own(row.least), sorted(&entry["least"]), "{} {}", row.method, row.template);
        assert_eq!(own(row.also), sorted(&entry["also"]), "{} {}", row.method, row.template);
    }
    for row in permissions::DOCUMENTED {
        let entry = &table[row.template][row.method];
        assert!(entry.is_null(), "{} {} is in the table by now: take it from there", row.method, row.template);
    }
}

#[test]
fn products_are_those_of_microsofts_table() {
    let Some(text) = read("microsoft-product-names-2026-07-29.csv") else { return };
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut plans: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut part_numbers = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let sku = row[2].to_lowercase();
        part_numbers.insert(sku.clone(), row[1].trim().to_owned());
        plans.entry(sku).or_default().insert(row[4].trim().to_lowercase(), row[3].trim().to_owned());
    }
    for product in products::PRODUCTS {
        let sku = product.id.to_string();
        assert_eq!(part_numbers.get(&sku).map(String::as_str), Some(product.part_number));
        let own: BTreeMap<String, String> =
            product.plans().map(|(name, id)| (id.to_string(), name.to_owned())).collect();
        assert_eq!(Some(&own), plans.get(&sku), "{}", product.title);
    }
    assert!(!plans.contains_key(&products::UNLISTED.0.to_string()), "the unlisted product is listed by now");
}

#[test]
fn properties_are_those_of_graphs_metadata() {
    let Some(text) = read("graph-v1.0-2026-08-20.csdl.xml") else { return };
    let of = |kind: &str| {
        let start = text.find(&format!("<EntityType Name=\"{kind}\"")).unwrap();
        let end = start + text[start..].find("</EntityType>").unwrap();
        &text[start..end]
    };
    for (kind, properties) in [
        ("user", render::USER),
        ("subscribedSku", render::SKU),
        ("companySubscription", render::SUBSCRIPTION),
        ("group", render::GROUP),
        ("organization", render::ORGANIZATION),
    ] {
        for property in properties.iter().filter(|name| **name != "id") {
            assert!(of(kind).contains(&format!("<Property Name=\"{property}\"")), "{kind}.{property}");
        }
    }
}
