//! `steward up`: the whole of Steward on this machine.

use std::{fs, path::PathBuf};

use clap::{Parser, ValueEnum};
use jiff::civil::Date;
use local::{
    RealApp,
    up::{Up, UpConfig, UpMicrosoft, up},
};
use model::Money;
use serde_json::Value;
use uuid::Uuid;

use crate::{Failure, out, out::Out};

/// Runs all of Steward on this machine: every function, the table, the event bus, the mails and a simulated Microsoft.
///
/// At the first start it signs up a sample company of about 180 made-up people, connects it and checks it. Data is kept
/// in a folder and survives restarts. Nothing leaves this machine, except to Microsoft with --microsoft real.
#[derive(Parser)]
pub struct Args {
    /// Where to keep data.
    #[arg(long, value_name = "DIR", default_value = ".steward")]
    data: PathBuf,
    /// Port of the API on 127.0.0.1.
    #[arg(long, default_value_t = 8700)]
    port: u16,
    /// Which Microsoft to talk to.
    #[arg(long, value_enum, default_value_t = Microsoft::Simulated)]
    microsoft: Microsoft,
    /// Serve the directory of a folder of saved Microsoft Graph answers in place of the sample company.
    #[arg(long, value_name = "DIR", conflicts_with = "client_id")]
    directory: Option<PathBuf>,
    /// With --microsoft real: the client id of your app registration.
    #[arg(long, env = "STEWARD_READER_CLIENT_ID", value_name = "GUID", required_if_eq("microsoft", "real"))]
    client_id: Option<Uuid>,
    /// With --microsoft real: its private key, a PEM file.
    #[arg(long, env = "STEWARD_READER_KEY", value_name = "FILE", required_if_eq("microsoft", "real"))]
    private_key: Option<PathBuf>,
    /// With --microsoft real: its certificate, a PEM file.
    #[arg(long, env = "STEWARD_READER_CERTIFICATE", value_name = "FILE", required_if_eq("microsoft", "real"))]
    certificate: Option<PathBuf>,
    /// With --microsoft real: the client id of your app registration that changes licences. Without it Steward only reads.
    #[arg(long, env = "STEWARD_LICENCE_WRITER_CLIENT_ID", value_name = "GUID")]
    #[arg(requires_all = ["writer_private_key", "writer_certificate"])]
    writer_client_id: Option<Uuid>,
    /// With --microsoft real: its private key, a PEM file.
    #[arg(long, env = "STEWARD_LICENCE_WRITER_KEY", value_name = "FILE")]
    writer_private_key: Option<PathBuf>,
    /// With --microsoft real: its certificate, a PEM file.
    #[arg(long, env = "STEWARD_LICENCE_WRITER_CERTIFICATE", value_name = "FILE")]
    writer_certificate: Option<PathBuf>,
    /// Stop once everything is up and the first screen is printed.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Microsoft {
    /// The one on this machine.
    Simulated,
    /// The real one.
    Real,
}

pub fn run(args: Args, out: &mut Out) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env() // A condition that does not hold is an answer, not a warning of the embedded table's.
        .unwrap_or_else(|_| "warn,dynoxide::server=error".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        Failure::Said(format!("no threads can be started: {error}. Nothing runs. Close other programs."))
    })?;
    runtime.block_on(async {
        let once = args.once;
        let up = up(config(args)?).await.map_err(said)?;
        tell(&up, out)?;
        out.flush()?;
        if once { Ok(()) } else { up.forever().await.map_err(said) }
    })
}

fn said(error: anyhow::Error) -> Failure {
    Failure::Said(format!("{error:#}. Steward is not running. Mend that and start it again."))
}

fn config(args: Args) -> Result<UpConfig, Failure> {
    let read = |file: Option<PathBuf>, what: &str| {
        let file =
            file.ok_or_else(|| Failure::Said(format!("{what} is missing. Steward is not running. See --help.")))?;
        fs::read_to_string(&file).map_err(|e| {
            Failure::Said(format!("{} cannot be read: {e}. Steward is not running. Check the path.", file.display()))
        })
    };
    let microsoft = match (args.microsoft, args.directory) {
        (Microsoft::Real, _) => UpMicrosoft::Real {
            reader: RealApp {
                client_id: args.client_id.ok_or_else(|| Failure::Said("--client-id is missing. See --help.".into()))?,
                private_key_pem: read(args.private_key, "--private-key")?,
                certificate_pem: read(args.certificate, "--certificate")?,
            },
            licence_writer: match args.writer_client_id {
                Some(client_id) => Some(RealApp {
                    client_id,
                    private_key_pem: read(args.writer_private_key, "--writer-private-key")?,
                    certificate_pem: read(args.writer_certificate, "--writer-certificate")?,
                }),
                None => None,
            },
        },
        (Microsoft::Simulated, Some(folder)) => UpMicrosoft::Folder(folder),
        (Microsoft::Simulated, None) => UpMicrosoft::Sample,
    };
    Ok(UpConfig { data: args.data, port: args.port, microsoft })
}

fn tell(up: &Up, out: &mut Out) -> Result<(), Failure> {
    out.strong("Steward is running on this machine.")?;
    out.line(&format!("  Open        {}", up.url))?;
    out.line(&format!("  API         {}/v1", up.url))?;
    out.line(&format!("  Mails       {}/mails", up.url))?;
    if let Some(microsoft) = &up.microsoft {
        out.line(&format!("  Microsoft   {microsoft} (simulated)"))?;
    }
    let Some(demo) = &up.demo else {
        out.line("")?;
        return Ok(out.line("Nobody has signed up yet. The README has a walk-through.")?);
    };
    let Some(overview) = &demo.overview else {
        out.line(&format!("  Sign in     {}   as you set it up", demo.email))?;
        out.line("")?;
        return Ok(out.faint("Stop with Ctrl-C. Everything is kept and comes back at the next start.")?);
    };
    out.line(&format!("  Sign in     {}   password {}", demo.email, demo.password))?;
    out.line("")?;
    first_screen(overview, out)?;
    out.line("")?;
    Ok(out.faint("Stop with Ctrl-C. Everything is kept and comes back at the next start.")?)
}

/// The first screen in text.
fn first_screen(overview: &Value, out: &mut Out) -> Result<(), Failure> {
    let name = overview["directory"].as_str().unwrap_or("Sample data");
    out.strong(&format!("{} · made-up people at a simulated Microsoft", out::name(name)))?;
    let totals = &overview["totals"];
    if totals.is_null() {
        let failure = overview["scan"]["failure"].as_str().unwrap_or("unknown");
        return Ok(out.line(&format!("The first check did not finish: {failure}."))?);
    }
    let money = |value: &Value| serde_json::from_value::<Money>(value.clone()).ok();
    let shown = |value: &Value| money(value).map_or_else(|| "price missing".to_owned(), |money| money.to_string());
    out.line("")?;
    out.strong(&format!("  You could save {} a month.", shown(&totals["monthly"])))?;
    out.line(&format!(
        "  {} certain · {} likely · from {} a month for {} licences",
        shown(&totals["certain_monthly"]),
        shown(&totals["likely_monthly"]),
        shown(&totals["spend_monthly"]),
        totals["paid_seats_bought"],
    ))?;
    out.line("")?;
    out.line("  Do these next")?;
    for (number, action) in (1..).zip(overview["top"].as_array().into_iter().flatten()) {
        let headline = action["headline"].as_str().unwrap_or_default();
        let saves = money(&action["monthly"])
            .map_or_else(|| "price missing".to_owned(), |money| format!("saves {money}/month"));
        let from = action["realisable_on"].as_str().and_then(|date| date.parse::<Date>().ok());
        let from = from.map(|date| format!(", from {}", date.strftime("%-d %B %Y"))).unwrap_or_default();
        out.line(&format!("  {number}  {headline}"))?;
        out.faint(&format!("     {saves}{from}"))?;
    }
    let skipped = overview["not_evaluated"].as_array().map_or(0, Vec::len);
    if skipped > 0 {
        out.line("")?;
        let notes = if skipped == 1 { "1 note".to_owned() } else { format!("{skipped} notes") };
        out.faint(&format!("  {notes} on what could not be said for certain: GET /v1/overview"))?;
    }
    Ok(())
}
