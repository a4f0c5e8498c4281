//! How many people a second the rules take and how much memory that holds, by the example of `checks`.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::report::root;

/// People the rules are put to.
const CROWDS: [u32; 3] = [5_000, 50_000, 200_000];
/// Least people a second on one core.
const RATE: f64 = 200_000.0;

/// Evaluates crowds of several sizes and tells it as Markdown.
///
/// # Errors
/// When the example does not run.
pub fn measure() -> anyhow::Result<String> {
    let (mut text, mut slowest) = (String::new(), f64::INFINITY);
    for people in CROWDS {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["run", "--release", "--locked", "--quiet", "-p", "checks", "--example", "throughput", "--"]);
        let output = cargo.arg(people.to_string()).current_dir(root()).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "the example failed: {}", output.status);
        let told = String::from_utf8(output.stdout)?;
        let line = told.lines().next().context("the example said nothing")?;
        text += &format!("- {line}\n");
        slowest = slowest.min(rate(line).with_context(|| format!("no rate in {line:?}"))?);
    }
    let verdict = if slowest < RATE { "Below" } else { "Within" };
    Ok(format!("{text}\n{verdict} the goal of {RATE} people a second on one core.\n"))
}

/// The rate of what the example tells: `… (314602 a second …`.
fn rate(line: &str) -> Option<f64> {
    line.split_once('(')?.1.split_once(" a second")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_of_what_the_example_tells() {
        let line = "50000 people in 158.93ms (314602 a second on one core) through 28 checks";
        assert_eq!(rate(line), Some(314_602.0));
        assert_eq!(rate("50000 people"), None);
    }
}
