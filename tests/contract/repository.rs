//! The files of the repository.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use xtask::{Plan, Trigger};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A file's text.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file's text, if there is one.
pub fn read_if_there(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The names in a folder, files and folders.
pub fn names_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every Rust file under `folder`, as path and text.
pub fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Every function there is, as its own constant says.
pub fn functions() -> Vec<Plan> {
    let plans = local::functions().into_iter().map(|described| {
        let trigger = match described.kind {
            local::Kind::Http { method, path } => Trigger::Http { method, path },
            local::Kind::Schedule { every } => Trigger::Schedule { every: every.into() },
            local::Kind::Pages => Trigger::Pages,
            local::Kind::Invoke => Trigger::Invoke,
            local::Kind::Rotation => Trigger::Rotation,
            local::Kind::Service { source, detail_types } => Trigger::Service {
                source: source.into(),
                detail_types: detail_types.iter().map(|&one| one.to_owned()).collect(),
            },
            local::Kind::Event { kinds } => Trigger::Event { kinds: kinds.into_iter().map(str::to_owned).collect() },
        };
        Plan::new(described.name, trigger).unwrap()
    });
    let mut plans: Vec<Plan> = plans.collect();
    plans.sort_by(|a, b| a.name().cmp(b.name()));
    assert!(!plans.is_empty(), "no functions: these tests would hold of nothing");
    plans
}

/// Fails with all complaints, if there are any.
#[track_caller]
pub fn no(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{} to put right:\n\n{}\n", complaints.len(), complaints.join("\n"));
}
