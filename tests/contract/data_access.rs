//! `docs/data-access.md` is what the code's own list of calls says, so that nobody has to believe a document.

use std::{env, fs};

use graph::{ENDPOINTS, purpose::NEVER};

use crate::repository::{read_if_there, root};

fn document() -> String {
    let mut text = String::from(
        "# What Steward reads and changes at Microsoft\n\nWritten from the code by `cargo xtask data-access`: the client \
         of Microsoft Graph makes its calls from this list and can\nmake no other. The same is at `GET /v1/manifest`; what \
         was called for you, when and why, is at `GET /v1/transparency`:\nby scans, fixes from their approval on, undos, \
         connections and questions to managers. A preview that nobody approves\nreads the same as one that is approved, and \
         leaves no record; so does a question of which nothing comes (docs/adr/0025).\n",
    );
    for (title, writes) in [("Read", false), ("Changed, only when you apply or undo a fix", true)] {
        let calls: Vec<_> = ENDPOINTS.iter().filter(|one| one.writes() == writes).collect();
        if calls.is_empty() {
            continue;
        }
        text += &format!("\n## {title}\n\n| what | what for | call | fields | permission |\n|---|---|---|---|---|\n");
        for one in calls {
            let purpose = one.purpose().expect("every call says what it is for");
            let list = |of: &[&str], none: &str| match of {
                [] => none.to_owned(),
                of => of.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "),
            };
            text += &format!(
                "| {} | {} | `{} {}` | {} | {} |\n",
                purpose.what,
                purpose.why,
                one.method,
                one.path,
                list(one.select, "the whole answer"),
                list(one.permissions, "that of the calls in it")
            );
        }
    }
    text += "\n## Never read\n\nSteward's apps do not ask for a permission whose name begins with any of these, so \
             Microsoft would refuse.\n\n| what | permissions |\n|---|---|\n";
    for (what, begins) in NEVER {
        text +=
            &format!("| {what} | {} |\n", begins.iter().map(|one| format!("`{one}…`")).collect::<Vec<_>>().join(", "));
    }
    text
}

#[test]
fn the_document_of_data_access_is_the_codes_own_list() {
    let current = document();
    if env::var_os("STEWARD_BLESS").is_some() {
        fs::write(root().join("docs/data-access.md"), &current).unwrap();
    }
    let committed = read_if_there("docs/data-access.md").unwrap_or_default();
    assert!(committed == current, "docs/data-access.md differs from the code; `cargo xtask data-access` writes it");
}
