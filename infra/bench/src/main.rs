//! The benchmarks: cold starts beside empty twins and beside Node, journeys through the local cloud, the overhead beside vendors, cost, and pictures
//! beside sharp.

mod business;
mod cold_start;
mod cost;
mod exports;
mod figure;
mod functions;
mod journeys;
mod node;
mod npm;
mod one_core;
mod pictures;
mod vendors;
mod visitors;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use figure::Figure;
use local_cloud::terminal::{self, block_until_told, say};
use local_cloud::{Cloud, Options, repository};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The groups of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Cold starts of the functions
    ColdStart,
    /// Journeys through the local cloud
    Journey,
    /// Finishing a drawing, beside sharp
    Finish,
    /// Each style
    Artist,
    /// A sticker
    Sticker,
    /// A speech bubble
    Bubble,
    /// All about pictures: the last four
    Pictures,
    /// The overhead beside a vendor's time, and the memory of the artist's function
    Vendor,
    /// Pictures at once
    Instant,
    /// The cost of 1,000 generations, by profile, and of 1,000 visitors, trials and purchases
    Cost,
    /// How soon a notice of the merchant is answered
    Webhook,
    /// Copies of everything: a small one, and a full account with its volumes and their memory
    Export,
}

impl Group {
    /// Whether it is measured in a run of `only`.
    fn is_in(self, only: Option<Self>) -> bool {
        let picture = matches!(self, Self::Finish | Self::Artist | Self::Sticker | Self::Bubble);
        only.is_none_or(|only| only == self || (only == Self::Pictures && picture))
    }
}

/// The extent of the measurements.
#[derive(Debug)]
struct Plan {
    /// Cold starts of each process.
    rounds: usize,
    /// Journeys in all.
    journeys: usize,
    /// Journeys at once.
    at_once: usize,
    /// Runs of each program that makes a picture.
    runs: usize,
    /// The one group that is measured, if not all are.
    only: Option<Group>,
    /// Folder of the binaries.
    binaries: PathBuf,
    /// Folder for results and caches.
    state_dir: PathBuf,
}

/// Measures cold starts, journeys, pictures, vendors and cost.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder for results and caches
    #[arg(long, env = "STATE_DIR", default_value = ".local")]
    state_dir: PathBuf,
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

fn main() -> ExitCode {
    terminal::exit_code(run(Arguments::parse()))
}

/// Measures the binaries beside this program, so those of its own profile.
fn run(arguments: Arguments) -> Result<()> {
    let own = std::env::current_exe()?;
    let plan = Plan {
        rounds: arguments.rounds.max(1),
        journeys: arguments.journeys.max(1),
        at_once: arguments.at_once.max(1),
        runs: arguments.runs.max(1),
        only: arguments.only,
        binaries: own.parent().context("a program has a folder")?.to_path_buf(),
        state_dir: arguments.state_dir,
    };
    block_until_told(measure(&plan))
}

/// Measures everything, prints the table, writes `bench.json`.
async fn measure(plan: &Plan) -> Result<()> {
    let root = repository()?;
    std::fs::create_dir_all(&plan.state_dir)?;
    let mut figures = Vec::new();
    if Group::ColdStart.is_in(plan.only) || Group::Journey.is_in(plan.only) {
        figures.extend(in_the_cloud(&root, plan).await?);
    }
    figures.extend(vendors::figures(&root, plan).await?);
    if Group::Cost.is_in(plan.only) {
        figures.extend(visitors::figures(plan).await?);
    }
    figures.extend(business::figures(&root, plan).await?);
    figures.extend(exports::figures(&root, plan).await?);
    figures.extend(pictures::figures(&root, plan).await?);
    figure::print(&figures);
    let path = plan.state_dir.join("bench.json");
    figure::write(&path, figures, plan.only.is_none())?;
    say(&format!("Written to {}.", path.display()));
    Ok(())
}

/// The measurements that need a local cloud: they get one of their own.
async fn in_the_cloud(root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let state = plan.state_dir.join("bench-cloud");
    let mut options = Options::new(&state)?;
    options.binaries.clone_from(&plan.binaries);
    let cloud = Cloud::start(options).await?;
    let outcome = figures(&cloud, root, plan).await;
    cloud.stop().await;
    let figures = outcome?;
    drop(std::fs::remove_dir_all(&state));
    Ok(figures)
}

async fn figures(cloud: &Cloud, root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if Group::ColdStart.is_in(plan.only) {
        figures.extend(functions::figures(cloud, root, plan).await?);
    }
    if Group::Journey.is_in(plan.only) {
        figures.extend(journeys::figures(cloud, root, plan).await?);
    }
    Ok(figures)
}
