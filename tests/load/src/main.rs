//! `make bench`: measures and rewrites `docs/benchmarks.md`.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use load::{SEED, capacity, cold, fixes, memory, report, scan};

const EXECS: usize = 50;
const SIZES: [u32; 4] = [50, 500, 5_000, 50_000];
const USAGE: &str = "load [all | cold [FUNCTION…] | capacity [--write] | scans [PEOPLE…] | memory [PEOPLE…] | \
    rescans [PEOPLE…] | fixes | throughput]";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = arguments.first().map_or("all", String::as_str);
    let rest = arguments.get(1..).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        match command {
            "all" => all().await,
            "cold" => say(&cold::measure(EXECS, rest).await?),
            "capacity" => {
                let costs = capacity::measure().await;
                if rest == ["--write"] {
                    capacity::write(&costs)?;
                }
                say(&capacity_table(&costs))
            }
            "scans" => say(&scan::measure(&sizes(rest, &SIZES)?).await?),
            "rescans" => say(&scan::measure_again(&sizes(rest, &SIZES[..3])?).await?),
            "memory" => say(&memory::measure(&sizes(rest, &SIZES)?).await?),
            "fixes" => say(&fixes::many().await?),
            "throughput" => say(&throughput()?),
            memory::STAND_INS => memory::stand_ins(rest.first().context(USAGE)?.parse()?).await,
            _ => bail!("{USAGE}"),
        }
    })
}

fn sizes(given: &[String], otherwise: &[u32]) -> anyhow::Result<Vec<u32>> {
    if given.is_empty() {
        return Ok(otherwise.to_vec());
    }
    given.iter().map(|size| size.parse().context(USAGE)).collect()
}

async fn all() -> anyhow::Result<()> {
    let provenance = report::provenance(SEED)?;
    let sections = [
        ("Cold start (P-1, P-2)", "cold", cold::measure(EXECS, &[]).await?),
        ("The table, per request (P-4)", "capacity", capacity_table(&capacity::measure().await)),
        ("Calls to Microsoft, and time (P-9, P-10, P-11)", "scans", scan::measure(&SIZES).await?),
        ("Memory (P-12)", "memory", memory::measure(&SIZES).await?),
        ("Scanning again where nothing changed (P-13)", "rescans", scan::measure_again(&SIZES[..3]).await?),
        ("Fixing in large", "fixes", fixes::many().await?),
        ("Evaluation", "throughput", throughput()?),
    ];
    let mut text = format!("# Benchmarks\n\n`make bench` measures all of this and writes it here. {provenance}\n");
    for (title, command, body) in sections {
        text += &format!("\n## {title}\n\n`cargo run --release -p load -- {command}`\n\n{body}");
    }
    say(&text)?;
    report::write_section("bench", &text)
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

fn capacity_table(costs: &capacity::Costs) -> String {
    let row = |(name, cost): (&String, &capacity::Cost)| {
        vec![format!("`{name}`"), cost.trips.to_string(), cost.rru.to_string(), cost.wru.to_string()]
    };
    let rows: Vec<_> = costs.iter().map(row).collect();
    format!(
        "{}\nThe budget is `tests/load/capacity.json`; `make test` fails where a route costs more.\n",
        report::table(&["Operation", "Trips", "Read units", "Write units"], &rows)
    )
}

/// How many people a second the rules take, by the example of `checks`.
fn throughput() -> anyhow::Result<String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--release", "--locked", "--quiet", "-p", "checks", "--example", "throughput"]);
    let output = cargo.current_dir(report::root()).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "the example failed: {}", output.status);
    let told = String::from_utf8(output.stdout)?;
    Ok(format!("{}.\n", told.lines().next().context("the example said nothing")?))
}
