//! `make bench`: measures and rewrites `docs/benchmarks.md`, section by section.

use std::{io::Write as _, process::Command};

use anyhow::{Context, bail, ensure};
use load::{SEED, answers, capacity, cold, fixes, memory, report, scan, throughput};

const SIZES: [u32; 4] = [50, 500, 5_000, 50_000];
const USAGE: &str = "load [all | cold [FUNCTION…] | answers [FUNCTION…] | capacity [--write] | scans [PEOPLE…] | \
    memory [PEOPLE…] | rescans [PEOPLE…] | fixes | throughput]";
/// What is measured, with the title of its section.
const PARTS: [(&str, &str); 8] = [
    ("cold", "Cold start (P-1)"),
    ("answers", "The first event, and answers from exec (P-2)"),
    ("capacity", "The table, per request (P-4)"),
    ("scans", "Calls to Microsoft, and time (P-9, P-10, P-11)"),
    ("memory", "Memory (P-12)"),
    ("rescans", "Scanning again where nothing changed (P-13)"),
    ("fixes", "Fixing in large"),
    ("throughput", "Evaluation"),
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = arguments.first().map_or("all", String::as_str);
    let rest = arguments.get(1..).unwrap_or_default();
    if command == "all" {
        return all();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        match command {
            memory::STAND_INS => memory::stand_ins(rest.first().context(USAGE)?.parse()?).await,
            part => measured(part, rest).await,
        }
    })
}

/// Every part in a process of its own: one that fails takes nothing with it that was measured before or after.
fn all() -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let mut failed = Vec::new();
    for (part, _) in PARTS {
        if !Command::new(&program).arg(part).status()?.success() {
            failed.push(part);
        }
    }
    ensure!(failed.is_empty(), "failed: {}; what the others measured is written", failed.join(", "));
    Ok(())
}

/// Measures one part and tells it. What was not narrowed down is kept as its section.
async fn measured(part: &str, rest: &[String]) -> anyhow::Result<()> {
    let (_, title) = PARTS.iter().find(|(name, _)| *name == part).context(USAGE)?;
    let provenance = report::provenance(SEED)?;
    let whole = rest.is_empty() || rest == ["--write"];
    let mut failed = false;
    let body = match part {
        "cold" => {
            let cold = cold::measure(rest).await?;
            if whole {
                report::write_rows("cold", &provenance, &cold.rows())?;
            }
            failed = !cold.is_whole();
            format!("{}\nEvery function is in [cold.json](benchmarks/cold.json).\n", cold.told())
        }
        "answers" => answers::measure(rest).await?,
        "capacity" => {
            let costs = capacity::measure().await;
            if rest == ["--write"] {
                capacity::write(&costs)?;
            }
            capacity_table(&costs)
        }
        "scans" => scan::measure(&sizes(rest, &SIZES)?).await?,
        "rescans" => scan::measure_again(&sizes(rest, &SIZES[..3])?).await?,
        "memory" => memory::measure(&sizes(rest, &SIZES)?).await?,
        "fixes" => fixes::many().await?,
        "throughput" => throughput::measure()?,
        _ => bail!("{USAGE}"),
    };
    let text = format!("## {title}\n\n`make bench ARGS={part}`. {provenance}\n\n{body}");
    writeln!(std::io::stdout().lock(), "{text}")?;
    if whole {
        report::write_section(part, &text)?;
    }
    ensure!(!failed, "not everything could be measured");
    Ok(())
}

fn sizes(given: &[String], otherwise: &[u32]) -> anyhow::Result<Vec<u32>> {
    if given.is_empty() {
        return Ok(otherwise.to_vec());
    }
    given.iter().map(|size| size.parse().context(USAGE)).collect()
}

fn capacity_table(costs: &capacity::Costs) -> String {
    let row = |(name, cost): (&String, &capacity::Cost)| {
        vec![format!("`{name}`"), cost.trips.to_string(), cost.rru.to_string(), cost.wru.to_string()]
    };
    let rows: Vec<_> = costs.iter().map(row).collect();
    let overview = costs.get("findings-overview").map_or(0, |cost| cost.trips);
    format!(
        "{}\nThe budget is `tests/load/capacity.json`; `make test` fails where a route costs more. The first screen \
         (`findings-overview`) takes {overview} trips, of which one admits who asks.\n",
        report::table(&["Operation", "Trips", "Read units", "Write units"], &rows)
    )
}
