//! `permissions unused` fails by name for every grant that no test used; `permissions remove` takes each grant away and looks whether a test fails.
#![allow(clippy::print_stdout, reason = "this is what a command line program is for")]

mod exceptions;
mod journeys;
mod remove;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, Subcommand};
use exceptions::Exceptions;
use permissions::{Grant, Records};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "What the roles of the functions allow, and what the tests use of it")]
struct Arguments {
    /// What the clouds of one run of the journeys wrote down.
    #[arg(long, default_value = "target/permissions")]
    records: PathBuf,
    /// The grants that no test uses, each with its reason.
    #[arg(long, default_value = "infra/permissions/untested.toml")]
    untested: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fails by name for every grant that nothing used.
    Unused,
    /// Takes each used grant away in turn and runs tests that used it until one fails.
    Remove(remove::Arguments),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { records, untested, command }: &Arguments) -> Result<()> {
    match command {
        Command::Unused => unused(records, &Exceptions::read(untested)?),
        Command::Remove(arguments) => remove::run(arguments, records),
    }
}

fn unused(folder: &Path, exceptions: &Exceptions) -> Result<()> {
    let mut all = Records::default();
    for (path, lines) in record_files(folder)? {
        all.add(&lines).with_context(|| format!("in {}", path.display()))?;
    }
    let grants: Vec<(&str, &Grant, bool)> = all.grants().collect();
    ensure!(!grants.is_empty(), "{} holds no records: run the journeys first", folder.display());
    let unused: Vec<(&str, &Grant)> = grants.iter().filter(|(_, _, used)| !used).map(|(function, grant, _)| (*function, *grant)).collect();
    let mut wrong: Vec<String> = unused
        .iter()
        .filter(|(function, grant)| !exceptions.cover(function, grant))
        .map(|(function, grant)| format!("  no test uses a grant of {function}: {grant}"))
        .collect();
    // A grant that guards against a crash may be used by chance, so an exception is stale only when no role has its grant.
    let granted: Vec<(&str, &Grant)> = grants.iter().map(|(function, grant, _)| (*function, *grant)).collect();
    let stale = exceptions.stale(&granted);
    wrong.extend(stale.iter().map(|exception| format!("  untested.toml excuses a grant that no role has: {exception}")));
    if !wrong.is_empty() {
        bail!("the roles and the tests differ:\n{}", wrong.join("\n"));
    }
    println!("{} grants, {} of them without a test and with a reason; every other one is used.", grants.len(), unused.len());
    Ok(())
}

/// Each file of records with its text.
fn record_files(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}: run the journeys first", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "jsonl") {
            let lines = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.push((path, lines));
        }
    }
    found.sort();
    Ok(found)
}
