//! The documents say what is so.

use std::collections::BTreeSet;

use crate::repository::{names_in, no, read, root, rust_files};

fn documents() -> Vec<String> {
    let mut all: Vec<String> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(str::to_owned).into();
    for folder in ["docs/adr", "docs/runbooks"] {
        all.extend(names_in(folder).into_iter().map(|name| format!("{folder}/{name}")));
    }
    all
}

#[test]
fn the_readme_opens_with_the_two_commands() {
    let readme = read("README.md");
    let opening: String = readme.lines().take(30).collect::<Vec<_>>().join("\n");
    for command in ["make run", "make test"] {
        assert!(opening.contains(command), "README.md is to show `{command}` in its first 30 lines");
    }
    let makefile = read("Makefile");
    for target in ["run:", "test:"] {
        assert!(makefile.lines().any(|line| line.starts_with(target)), "Makefile has no target {target}");
    }
}

#[test]
fn every_invariant_is_printed_and_what_holds_it_exists() {
    let architecture = read("ARCHITECTURE.md");
    let section = architecture.split("\n## ").find(|section| section.starts_with("Invariants")).unwrap();
    let mut complaints = Vec::new();
    let known: BTreeSet<String> = ["shared", "functions", "local", "tests"]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .flat_map(|(_, text)| functions_in(&text))
        .collect();
    let mut printed = 0;
    for number in 1.. {
        let Some(start) = section.find(&format!("\n{number}. **")) else { break };
        printed = number;
        let rest = &section[start + 1..];
        let text = rest.find(&format!("\n{}. **", number + 1)).map_or(rest, |end| &rest[..end]);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((_, held)) = text.split_once("Held by") else {
            complaints.push(format!("invariant {number} does not say what holds it"));
            continue;
        };
        for name in held.split('`').skip(1).step_by(2) {
            let test =
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') && name.contains('_');
            if test && !known.contains(name) {
                complaints.push(format!("invariant {number} is held by {name}, which is no test"));
            }
            if name.contains('/') && !root().join(name).exists() {
                complaints.push(format!("invariant {number} is held by {name}, which is not there"));
            }
        }
    }
    assert_eq!(printed, 11, "ARCHITECTURE.md prints {printed} of 11 invariants");
    no(complaints);
}

fn functions_in(text: &str) -> Vec<String> {
    let after = text.split("fn ").skip(1);
    after.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut complaints = Vec::new();
    for document in documents() {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                complaints.push(format!("{document}: {target} is not there"));
            }
        }
    }
    no(complaints);
}
