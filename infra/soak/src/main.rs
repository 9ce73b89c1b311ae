//! `make soak`: a soak in a cloud of its own, with the binaries beside this program.

use anyhow::{Context, Result};
use clap::Parser;
use local_cloud::terminal::{self, block_until_told, say};
use local_cloud::{Cloud, Options, repository, target_dir};
use soak::Plan;
use stand_ins::OpenAiStandIn;
use std::process::ExitCode;

/// Many generations through the real binaries, with faults on the way.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many
    #[arg(long, default_value_t = 10_000)]
    generations: usize,
    /// Customers at once, each with five generations
    #[arg(long, default_value_t = 3)]
    at_once: usize,
    /// A fault after this many generations
    #[arg(long, default_value_t = 25)]
    fault_each: usize,
}

fn main() -> ExitCode {
    terminal::exit_code(block_until_told(run(Arguments::parse())))
}

async fn run(arguments: Arguments) -> Result<()> {
    let own = std::env::current_exe()?;
    let state = target_dir(&repository()?).join("soak").join(std::process::id().to_string());
    let mut options = Options::new(&state)?;
    own.parent().context("a program has a folder")?.clone_into(&mut options.binaries);
    let vendor = OpenAiStandIn::start(0).await?;
    options.parameters.extend(soak::parameters(&vendor));
    let cloud = Cloud::start(options).await.context("the local cloud did not start")?;
    let plan = Plan { generations: arguments.generations, at_once: arguments.at_once.max(1), fault_each: arguments.fault_each.max(1) };
    say(&format!(
        "{} generations of one drawing, {} customers at once, a fault after each {}",
        plan.generations, plan.at_once, plan.fault_each
    ));
    let outcome = soak::run(&cloud, &vendor, plan).await.with_context(|| format!("see the logs in {}", state.display()));
    cloud.stop().await;
    outcome?;
    drop(std::fs::remove_dir_all(&state));
    Ok(())
}
