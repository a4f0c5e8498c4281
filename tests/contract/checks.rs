//! `docs/checks.md` is the catalogue as the code has it.

use std::{env, fs};

use checks::{CATALOGUE, Stake};

use crate::repository::{read_if_there, root};

fn document() -> String {
    let mut text = String::from(
        "# What Steward looks for\n\nWritten from the code by `cargo xtask checks`. The same, with what acting on it \
         changes and how it is undone, is at\n`GET /v1/checks`.\n\n| check | looks for | why | money |\n|---|---|---|---|\n",
    );
    for check in CATALOGUE {
        let money = match check.stake {
            Stake::Saving => "the price of what it lists".to_owned(),
            Stake::Share { percent } => format!("{percent} % of the price of what it lists"),
            Stake::CountedBy { check } => format!("counted by {check}"),
            Stake::Cost => "what it will cost".to_owned(),
            Stake::Nothing => "none".to_owned(),
        };
        text += &format!("| {} | {} | {} | {money} |\n", check.id, check.text.title, check.text.why_it_matters);
    }
    text
}

#[test]
fn the_document_of_checks_is_the_codes_own_catalogue() {
    let current = document();
    if env::var_os("STEWARD_BLESS").is_some() {
        fs::write(root().join("docs/checks.md"), &current).unwrap();
    }
    let committed = read_if_there("docs/checks.md").unwrap_or_default();
    assert!(committed == current, "docs/checks.md differs from the code; `cargo xtask checks` writes it");
}
