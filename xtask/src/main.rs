//! `cargo xtask`: what is done to the repository now and then.
//!
//! `new NAME --http METHOD PATH | --event KIND[,KIND…] | --service SOURCE TYPE[,TYPE…] | --schedule RATE | --invoke |
//! --rotation` writes the files of a new function; `openapi` writes `docs/openapi.json`; `data-access` and `checks` write
//! `docs/data-access.md` and `docs/checks.md`.

use std::{
    error::Error,
    fs,
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use xtask::{Plan, Trigger};

const USAGE: &str = "cargo xtask new NAME (--http METHOD PATH | --event KIND[,KIND...] |
    --service aws.ses 'TYPE[,TYPE...]' | --schedule 'rate(5 minutes)' | --invoke | --rotation)
cargo xtask openapi
cargo xtask data-access
cargo xtask checks";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even this cannot be written, the exit code still says it.
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["new", name, "--http", method, path] => {
            let (method, path) = (method.to_uppercase(), (*path).to_owned());
            write(&Plan::new(name, Trigger::Http { method, path })?)
        }
        ["new", name, "--event", kinds] => {
            let kinds = kinds.split(',').map(str::to_owned).collect();
            write(&Plan::new(name, Trigger::Event { kinds })?)
        }
        ["new", name, "--service", source, detail_types] => {
            let detail_types = detail_types.split(',').map(str::to_owned).collect();
            write(&Plan::new(name, Trigger::Service { source: (*source).to_owned(), detail_types })?)
        }
        ["new", name, "--schedule", every] => {
            write(&Plan::new(name, Trigger::Schedule { every: (*every).to_owned() })?)
        }
        ["new", name, "--invoke"] => write(&Plan::new(name, Trigger::Invoke)?),
        ["new", name, "--rotation"] => write(&Plan::new(name, Trigger::Rotation)?),
        ["openapi"] => bless("the_committed_openapi_document_is_current"),
        ["data-access"] => bless("the_document_of_data_access_is_the_codes_own_list"),
        ["checks"] => bless("the_document_of_checks_is_the_codes_own_catalogue"),
        _ => Err(USAGE.into()),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// Writes the files of a new function and says what is to be added to existing ones.
fn write(plan: &Plan) -> Result<(), Box<dyn Error>> {
    let root = root();
    if !root.join("functions").join(plan.capability()).is_dir() {
        let told = "there is no crate functions/";
        return Err(
            format!("{told}{0}: make it first, and list it in local/src/functions.rs", plan.capability()).into()
        );
    }
    let files = [
        (plan.source_path(), plan.source()),
        (plan.bin_path(), plan.bin()),
        (plan.sample_path(), plan.sample()),
        (plan.test_path(), plan.test()),
    ];
    // All or nothing: none is written over.
    if let Some((there, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        return Err(format!("{there} exists").into());
    }
    let mut out = stdout().lock();
    for (path, text) in files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
        writeln!(out, "wrote {}", path.strip_prefix(&root)?.display())?;
    }
    writeln!(out, "\nadd by hand:\n{}\ntemplate.yaml:\n{}", plan.lines_to_add(), plan.template())?;
    writeln!(out, "then: cargo xtask openapi && cargo test -p contract")?;
    Ok(())
}

/// The contract test that holds a file to the code is also what writes it.
fn bless(test: &str) -> Result<(), Box<dyn Error>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let done = Command::new(cargo)
        .args(["test", "--quiet", "-p", "contract", "--", test])
        .env("STEWARD_BLESS", "1")
        .current_dir(root())
        .status()?;
    if done.success() { Ok(()) } else { Err("the document was not written".into()) }
}
