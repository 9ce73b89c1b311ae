//! The benchmarks: cold starts beside empty twins and beside Node, journeys through the local cloud, what vendors are
//! added to, what it costs, and pictures beside sharp.

mod cold_start;
mod cost;
mod figure;
mod functions;
mod journeys;
mod node;
mod npm;
mod one_core;
mod pictures;
mod vendors;

use crate::command::say;
use crate::options::repository;
use crate::{Cloud, Options};
use anyhow::Result;
use clap::ValueEnum;
use figure::Figure;
use std::path::{Path, PathBuf};

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
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
    /// What is added to a vendor's time, and the memory of the artist's function
    Vendor,
    /// Pictures at once
    Instant,
    /// What 1,000 generations cost, by profile
    Cost,
}

impl Group {
    /// Whether it is measured in a run of `only`.
    fn is_in(self, only: Option<Self>) -> bool {
        let picture = matches!(self, Self::Finish | Self::Artist | Self::Sticker | Self::Bubble);
        only.is_none_or(|only| only == self || (only == Self::Pictures && picture))
    }
}

/// How much is measured.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Cold starts of each process.
    pub(crate) rounds: usize,
    /// Journeys in all.
    pub(crate) journeys: usize,
    /// Journeys at once.
    pub(crate) at_once: usize,
    /// Runs of each program that makes a picture.
    pub(crate) runs: usize,
    /// The one group that is measured, if not all are.
    pub(crate) only: Option<Group>,
    /// Folder of the binaries.
    pub(crate) binaries: PathBuf,
    /// Folder for results and caches.
    pub(crate) state_dir: PathBuf,
}

/// Measures everything, prints the table, writes `bench.json`.
pub(crate) async fn run(plan: &Plan) -> Result<()> {
    let root = repository()?;
    std::fs::create_dir_all(&plan.state_dir)?;
    let mut figures = Vec::new();
    if Group::ColdStart.is_in(plan.only) || Group::Journey.is_in(plan.only) {
        figures.extend(in_the_cloud(&root, plan).await?);
    }
    figures.extend(vendors::figures(&root, plan).await?);
    figures.extend(pictures::figures(&root, plan).await?);
    figure::print(&figures);
    let path = plan.state_dir.join("bench.json");
    figure::write(&path, figures, plan.only.is_none())?;
    say(&format!("Written to {}.", path.display()));
    Ok(())
}

/// What needs a local cloud: it gets one of its own.
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
