//! What was measured, as tables and sections of `docs/benchmarks.md`.

use std::{fmt::Write, fs, path::PathBuf, process::Command, time::Duration};

use anyhow::Context;
use serde_json::{Value, json};

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Puts `body` in place of the section `name` of `docs/benchmarks.md`; other sections stay.
///
/// # Errors
/// When the file cannot be read or written.
pub fn write_section(name: &str, body: &str) -> anyhow::Result<()> {
    let path = root().join("docs/benchmarks.md");
    let old = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, with_section(&old, name, body)).with_context(|| format!("cannot write {}", path.display()))
}

fn with_section(old: &str, name: &str, body: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let section = format!("{begin}{}\n{end}", body.trim_end());
    let place = old.find(&begin).and_then(|from| Some((from, old[from..].find(&end)? + from + end.len())));
    match place {
        Some((from, to)) => format!("{}{section}{}", &old[..from], &old[to..]),
        None if old.is_empty() => section,
        None => format!("{}\n\n{section}", old.trim_end()),
    }
}

/// Keeps every row of what the section `name` only sums up, in `docs/benchmarks/<name>.json`, one a line.
///
/// # Errors
/// When the file cannot be written.
pub fn write_rows(name: &str, provenance: &str, rows: &[Value]) -> anyhow::Result<()> {
    let folder = root().join("docs/benchmarks");
    fs::create_dir_all(&folder)?;
    let rows: Vec<String> = rows.iter().map(|row| format!("    {row}")).collect();
    let text = format!("{{\n  \"measured\": {},\n  \"rows\": [\n{}\n  ]\n}}\n", json!(provenance), rows.join(",\n"));
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Commit, date and processor: what a number is worth nothing without.
///
/// # Errors
/// When `git` or `lscpu` is missing.
pub fn provenance(seed: u64) -> anyhow::Result<String> {
    let commit = said("git", &["rev-parse", "--short", "HEAD"])?;
    // What is written here while measuring makes no difference to what is measured.
    let ours = [":!docs/benchmarks.md", ":!docs/benchmarks"];
    let status = ["status", "--porcelain", "--untracked-files=no", "--", ".", ours[0], ours[1]];
    let changed = said("git", &status)?;
    let dirty = if changed.is_empty() { "" } else { " and changes not committed" };
    let date = said("git", &["show", "--no-patch", "--format=%cs", "HEAD"])?;
    let cpu = said("lscpu", &[])?;
    let line = |name: &str| {
        let found = cpu.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.map_or("unknown", str::trim).to_owned()
    };
    let (model, threads) = (line("Model name"), line("CPU(s)"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    Ok(format!("Commit `{commit}` of {date}{dirty}, seed {seed}, {model}, {threads} threads, load average {load}."))
}

fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let output = output.with_context(|| format!("{program} does not run"))?;
    anyhow::ensure!(output.status.success(), "{program} {arguments:?}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A Markdown table; the columns after the first are right-aligned.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|---|{}\n", head.join(" | "), "---:|".repeat(head.len() - 1));
    for row in rows {
        _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Milliseconds, two decimals.
pub fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1e3)
}

/// Of what was measured, by nearest rank.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// The least.
    pub least: Duration,
    /// The median.
    pub median: Duration,
    /// The 99th percentile; of fewer than a hundred the most.
    pub p99: Duration,
}

impl Spread {
    /// Of some measurements.
    ///
    /// # Panics
    /// Without any.
    pub fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let rank = |percent: usize| all[(all.len() * percent).div_ceil(100).max(1) - 1];
        Self { least: all[0], median: rank(50), p99: rank(99) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let one = with_section("", "a", "first");
        let two = with_section(&one, "b", "second");
        let three = with_section(&two, "a", "third");
        assert!(!three.contains("first") && three.contains("third") && three.contains("second"), "{three}");
        assert_eq!(with_section(&three, "a", "third"), three);
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let spread = Spread::of((1..=100).map(Duration::from_millis).collect());
        assert_eq!((spread.median, spread.p99), (Duration::from_millis(50), Duration::from_millis(99)));
        assert_eq!(Spread::of(vec![Duration::from_secs(1)]).p99, Duration::from_secs(1));
        let few = Spread::of((1..=50).map(Duration::from_millis).collect());
        assert_eq!(few.p99, Duration::from_millis(50));
    }
}
