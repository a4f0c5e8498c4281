//! The invariants of ARCHITECTURE.md that the compiler does not hold by itself.

use std::{collections::BTreeSet, env, process::Command, sync::LazyLock};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::repository::{no, read, root, rust_files};

/// One crate wraps each outside service; no other crate that is deployed may name its client.
const WRAPPED: &[(&str, &str)] = &[
    ("argon2", "identity"),
    ("aws-sdk-dynamodb", "store"),
    ("aws-sdk-secretsmanager", "runtime"),
    ("aws-sdk-sesv2", "mailer"),
    ("lambda_http", "runtime"),
    ("lambda_runtime", "runtime"),
    ("reqwest", "graph"),
    ("serde_dynamo", "store"),
];

/// What does input or output, or brings something that does.
const IO: &[&str] = &["aws-smithy-runtime", "hyper", "mio", "reqwest", "socket2", "tokio"];

/// TLS stacks that are not rustls on aws-lc-rs.
const OTHER_TLS: &[&str] = &["boring", "native-tls", "openssl", "openssl-sys", "ring"];

/// The workspace's members, as their manifests say.
static METADATA: LazyLock<Metadata> =
    LazyLock::new(|| MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap());

fn members() -> Vec<&'static Package> {
    let members = METADATA.workspace_packages();
    assert!(members.len() > 10, "no members: these tests would hold of nothing");
    members
}

/// Where a member lies: `shared/store`.
fn folder(package: &Package) -> String {
    let folder = package.manifest_path.parent().unwrap();
    folder.strip_prefix(METADATA.workspace_root.as_path()).unwrap_or(folder).to_string()
}

fn deployed(package: &Package) -> bool {
    ["shared/", "functions/"].iter().any(|part| folder(package).starts_with(part))
}

/// What a member names in `[dependencies]` and `[build-dependencies]`.
fn named(package: &Package) -> BTreeSet<&str> {
    let all = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    all.map(|dependency| dependency.name.as_str()).collect()
}

/// The names of everything linked into a member, tests aside. `cargo tree` knows which features are on; the graph of
/// `cargo metadata` has crates that no feature brings.
fn linked(package: &Package) -> BTreeSet<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--package", package.name.as_str(), "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "cargo tree: {}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).unwrap();
    let names: BTreeSet<String> =
        lines.lines().skip(1).filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(!names.is_empty(), "{} links nothing", package.name);
    names
}

#[test]
fn no_capability_depends_on_another_and_no_library_on_a_capability() {
    let members = members();
    let capabilities: BTreeSet<&str> =
        members.iter().filter(|p| folder(p).starts_with("functions/")).map(|p| p.name.as_str()).collect();
    let shared: BTreeSet<&str> =
        members.iter().filter(|p| folder(p).starts_with("shared/")).map(|p| p.name.as_str()).collect();
    let ours: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let mut complaints = Vec::new();
    for package in members.iter().filter(|package| deployed(package)) {
        for name in named(package).into_iter().filter(|name| ours.contains(name)) {
            if capabilities.contains(name) || !shared.contains(name) {
                complaints.push(format!("{} depends on {name}: it may depend on shared/* alone", folder(package)));
            }
        }
    }
    no(complaints);
}

#[test]
fn one_crate_wraps_each_outside_service() {
    let mut complaints = Vec::new();
    for package in members() {
        let named = named(package);
        for (client, wrapper) in WRAPPED {
            if deployed(package) && named.contains(client) && package.name.as_str() != *wrapper {
                complaints.push(format!("{} names {client}: that is for {wrapper} alone", folder(package)));
            }
        }
    }
    no(complaints);
}

#[test]
fn model_and_checks_do_no_input_or_output() {
    let mut complaints = Vec::new();
    for name in ["model", "checks"] {
        let package = members().into_iter().find(|package| package.name.as_str() == name).unwrap();
        let linked = linked(package);
        complaints.extend(IO.iter().filter(|io| linked.contains(**io)).map(|io| format!("{name} links {io}")));
        for (path, text) in rust_files(&format!("shared/{name}/src")) {
            for part in ["std::fs", "std::net", "std::env", "std::process", "std::thread"] {
                if text.contains(part) {
                    complaints.push(format!("{path} uses {part}"));
                }
            }
        }
    }
    no(complaints);
}

#[test]
fn only_the_mail_function_sends_mail_and_no_function_calls_another() {
    let mut complaints = Vec::new();
    for package in members().into_iter().filter(|package| folder(package).starts_with("functions/")) {
        let linked = linked(package);
        if linked.contains("mailer") != (package.name.as_str() == "mail") {
            complaints.push(format!("{}: mails follow from events, in functions/mail", folder(package)));
        }
        for client in ["aws-sdk-eventbridge", "aws-sdk-lambda", "aws-sdk-sns", "aws-sdk-sqs"] {
            if linked.contains(client) {
                complaints.push(format!("{} links {client}: commit an event instead", folder(package)));
            }
        }
    }
    no(complaints);
}

#[test]
fn there_is_one_tls_stack() {
    let mut complaints = Vec::new();
    for package in members().into_iter().filter(|package| deployed(package)) {
        let linked = linked(package);
        complaints.extend(
            OTHER_TLS.iter().filter(|tls| linked.contains(**tls)).map(|tls| format!("{} links {tls}", folder(package))),
        );
    }
    no(complaints);
}

#[test]
fn a_scope_is_made_in_one_file() {
    let home = "shared/store/src/directory.rs";
    let mut complaints = Vec::new();
    for folder in ["shared", "functions", "local", "cli", "tests/it", "tests/src"] {
        for (path, text) in rust_files(folder) {
            for (number, line) in text.lines().enumerate().filter(|_| path != home) {
                // What stands behind `->` is handed on, not made.
                let made = line
                    .match_indices("TenantScope {")
                    .any(|(at, _)| !line[..at].trim_end_matches(['&', '\'', 'a', '_']).trim_end().ends_with("->"));
                let makes = made || line.contains("TenantScope::");
                if makes {
                    complaints.push(format!("{path}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    let directory = read(home);
    let scope = directory.split("pub struct TenantScope {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
    assert!(!scope.contains("pub"), "a public field of TenantScope could be written by anybody");
    for line in directory.lines().filter(|line| line.contains("-> TenantScope") || line.contains("-> Self {")) {
        let private = !line.trim_start().starts_with("pub ") && !line.trim_start().starts_with("pub const");
        if !private {
            complaints.push(format!("{home}: a public way to a scope: {}", line.trim()));
        }
    }
    no(complaints);
}

#[test]
fn nothing_is_decided_by_where_it_runs_or_by_which_tenant_it_is() {
    // Spelt in parts, so that this file is not found by its own search.
    let local = ["is_local", "IS_LOCAL", "run_locally", concat!("STEWARD_", "LOCAL"), concat!("feature = \"", "local")];
    let mut complaints = Vec::new();
    for folder in ["shared", "functions"] {
        for (path, text) in rust_files(folder).into_iter().filter(|(path, _)| !path.contains("/tests/")) {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                let literal = line
                    .split("ten_")
                    .skip(1)
                    .any(|rest| rest.len() >= 26 && rest.as_bytes()[..26].iter().all(u8::is_ascii_alphanumeric));
                let says = local.iter().any(|word| line.contains(word)) || line.contains("if local");
                if literal || says {
                    complaints.push(format!("{path}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    no(complaints);
}

#[test]
fn no_event_has_a_field_for_a_secret() {
    let document = serde_json::to_value(local::openapi()).unwrap();
    let event = &document["components"]["schemas"]["Event"];
    let variants = event["oneOf"].as_array().expect("the events stand in the API's document");
    let mut complaints = Vec::new();
    let mut seen = 0;
    for variant in variants {
        for (name, _) in variant["properties"].as_object().into_iter().flatten() {
            seen += 1;
            let secret = ["token", "secret", "password", "link", "code", "email", "address"];
            if secret.iter().any(|word| name.contains(word)) {
                complaints.push(format!("Event has a field {name}: events are read by members, hooks and logs"));
            }
        }
    }
    assert!(seen > variants.len(), "no fields were looked at");
    no(complaints);
}

#[test]
fn every_crate_is_under_the_workspaces_lints() {
    let workspace = read("Cargo.toml");
    for lint in
        ["unsafe_code = \"forbid\"", "disallowed_methods = \"deny\"", "print_stdout = \"deny\"", "todo = \"deny\""]
    {
        assert!(workspace.contains(lint), "Cargo.toml lacks {lint}");
    }
    let clippy = read("clippy.toml");
    for banned in
        ["jiff::Timestamp::now", "std::time::SystemTime::now", "uuid::Uuid::new_v4", "rand::rng", "tokio::time::sleep"]
    {
        assert!(clippy.contains(banned), "clippy.toml lacks {banned}");
    }
    let complaints = members().into_iter().filter_map(|package| {
        let manifest = read(&format!("{}/Cargo.toml", folder(package)));
        (!manifest.contains("[lints]\nworkspace = true"))
            .then(|| format!("{}/Cargo.toml lacks [lints] workspace = true", folder(package)))
    });
    no(complaints.collect());
}
