//! The `steward` command.

mod analyze;
mod out;
mod up;

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};
use out::{Color, Out};

/// Finds licences that cost money and do nothing in a company's Microsoft 365.
#[derive(Parser)]
#[command(version, about, after_help = "Exit codes: 0 done, 1 failed, 2 wrong use.", propagate_version = true)]
struct Cli {
    /// When to use colour. NO_COLOR turns it off too.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Analyze(analyze::Args),
    Up(up::Args),
}

/// What kept a command from its end, for whoever called it: what happened, what it means, what to do.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Said(String),
    #[error(
        "the output could not be written: {0}. Nothing else was changed. Check the disk or the program it goes to."
    )]
    Output(#[from] io::Error),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Out::stdout(cli.color);
    let done = match cli.command {
        Command::Analyze(args) => analyze::run(&args, &mut out),
        Command::Up(args) => up::run(args, &mut out),
    };
    match done.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has read enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            out::error(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}
