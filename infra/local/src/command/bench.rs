//! `bench`: cold starts, journeys and pictures.

use super::{StateFolder, block_until_told};
use crate::bench::{self, Group, Plan};
use anyhow::{Context, Result};
use clap::Args;

/// How much to measure.
#[derive(Debug, Args)]
pub(super) struct Bench {
    #[command(flatten)]
    state: StateFolder,
    /// Cold starts of each process
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// Journeys in all
    #[arg(long, default_value_t = 12)]
    journeys: usize,
    /// Journeys at once
    #[arg(long, default_value_t = 2)]
    at_once: usize,
    /// Runs of each program that makes a picture
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Measure this alone
    #[arg(long, value_enum)]
    only: Option<Group>,
}

/// Measures the binaries beside this program, so of the profile it was built with.
pub(super) fn run(arguments: Bench) -> Result<()> {
    let own = std::env::current_exe()?;
    let plan = Plan {
        rounds: arguments.rounds.max(1),
        journeys: arguments.journeys.max(1),
        at_once: arguments.at_once.max(1),
        runs: arguments.runs.max(1),
        only: arguments.only,
        binaries: own.parent().context("a program has a folder")?.to_path_buf(),
        state_dir: arguments.state.state_dir,
    };
    block_until_told(bench::run(&plan))
}
