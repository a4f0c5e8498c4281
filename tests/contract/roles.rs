//! Who may call what (S-3): `docs/roles.md` is the reviewed table, written from the code's own and compared with it.
//! `tests/it/matrix.rs` holds the running system to it.

use std::{collections::BTreeMap, env, fs};

use model::{Permission, Permissions, Role};
use xtask::Trigger;

use crate::repository::{functions, no, read, read_if_there, root};

/// The name of each right and its permission, as `shared/identity/src/caller.rs` has them.
fn rights() -> BTreeMap<String, Option<Permission>> {
    let source = read("shared/identity/src/caller.rs");
    let list = source.split("rights! {").nth(1).and_then(|rest| rest.split("\n    }").next()).unwrap();
    let lines = list.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(" = "));
    let rights: BTreeMap<_, _> = lines
        .map(|(name, what)| {
            let variant = what.split("Permission::").nth(1).map(|rest| rest.split(')').next().unwrap_or_default());
            let permission = variant.map(|variant| {
                let found = Permission::ALL.iter().copied().find(|one| format!("{one:?}") == variant);
                found.unwrap_or_else(|| panic!("{variant} is no permission"))
            });
            (name.to_owned(), permission)
        })
        .collect();
    assert!(rights.len() >= Permission::ALL.len(), "{rights:?}");
    rights
}

/// Who may call an operation, in words: from its handler's signature.
fn callers(source: &str, rights: &BTreeMap<String, Option<Permission>>) -> (&'static str, String) {
    let handler = source.split("#[utoipa::path(").nth(1).unwrap_or_default();
    let named = |way: &str| handler.split(way).nth(1).and_then(|rest| rest.split('>').next()).map(str::to_owned);
    for (way, who) in [
        ("Option<Person<can::", "anybody"),
        ("Recent<can::", "a person, who proved it lately"),
        ("Person<can::", "a person"),
        ("Caller<can::", "a person or a key"),
    ] {
        let Some(right) = named(way) else { continue };
        let permission = rights.get(&right).unwrap_or_else(|| panic!("{right} is no right"));
        return (who, permission.map_or("none".into(), |permission| format!("`{}`", permission.as_str())));
    }
    ("anybody", "none".into())
}

fn table() -> String {
    let mut text = String::from(
        "# Who may do what\n\nWritten by the contract tests from the code; a change here is a decision, and is reviewed. \
         Set `STEWARD_BLESS=1`\nto write it anew. A company's own roles and API keys hold any set of these permissions \
         that their maker holds.\nOnly an owner makes owners, and nobody changes somebody who holds more than they do.\n\n\
         ## Roles\n\n| permission |",
    );
    for role in Role::ALL {
        text += &format!(" {} |", role.as_str());
    }
    text += &format!("\n|---|{}\n", "---|".repeat(Role::ALL.len()));
    for permission in Permission::ALL {
        text += &format!("| `{}` |", permission.as_str());
        for role in Role::ALL {
            text += if role.permissions().holds(*permission) { " yes |" } else { " |" };
        }
        text += "\n";
    }
    text += "\n## Operations\n\n| operation | | who | takes |\n|---|---|---|---|\n";
    let rights = rights();
    for plan in functions() {
        let Trigger::Http { method, path } = plan.trigger() else { continue };
        let (who, takes) = callers(&read(&plan.source_path()), &rights);
        text += &format!("| {} | `{method} {path}` | {who} | {takes} |\n", plan.name());
    }
    text
}

#[test]
fn the_table_of_roles_and_operations_is_the_reviewed_one() {
    let current = table();
    if env::var_os("STEWARD_BLESS").is_some() {
        fs::write(root().join("docs/roles.md"), &current).unwrap();
    }
    let reviewed = read_if_there("docs/roles.md").unwrap_or_default();
    assert!(reviewed == current, "docs/roles.md differs from the code; STEWARD_BLESS=1 writes:\n{current}");
}

/// Or whoever has somebody else's session has a third one do it.
#[test]
fn what_is_done_on_a_recent_proof_is_given_on_one() {
    let rights = rights();
    let mut complaints = Vec::new();
    for plan in functions() {
        let source = read(&plan.source_path());
        let asked = source.split("Recent<can::").skip(1).filter_map(|rest| rest.split('>').next());
        for permission in asked.filter_map(|right| rights.get(right).copied().flatten()) {
            if !Permissions::PROVED.holds(permission) {
                let name = permission.as_str();
                complaints.push(format!("{}: {name} is to be among Permissions::PROVED", plan.name()));
            }
        }
    }
    no(complaints);
}
