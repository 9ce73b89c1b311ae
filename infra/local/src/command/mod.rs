//! The commands of the `local-cloud` program.

mod alarms;
mod down;
mod up;
mod watch;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Runs Nigao on this machine: no account, no key, no Docker.
#[derive(Debug, Parser)]
#[command(name = "local-cloud", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the cloud in the background; returns when it is ready
    Up(Place),
    /// Run the cloud in the foreground until Ctrl-C or SIGTERM
    Serve(Place),
    /// Run the cloud with `cargo lambda watch`: changed code is built again
    Watch(Place),
    /// The alarms of the running cloud, and which of them ring
    Alarms(StateFolder),
    /// Stop the cloud
    Down(StateFolder),
}

/// Where the cloud keeps its state.
#[derive(Debug, Clone, Args)]
struct StateFolder {
    /// Folder for logs, secrets and stack.env
    #[arg(long, env = "STATE_DIR", default_value = ".local")]
    state_dir: PathBuf,
}

/// The cloud's ports and settings.
#[derive(Debug, Clone, Args)]
struct Place {
    #[command(flatten)]
    state: StateFolder,
    /// Port of the HTTP API (0: a free one)
    #[arg(long, env = "API_PORT", default_value_t = 3000)]
    api_port: u16,
    /// Port of the AWS endpoints (0: a free one)
    #[arg(long, env = "AWS_PORT", default_value_t = 4566)]
    aws_port: u16,
    /// Port of the control API (0: a free one)
    #[arg(long, env = "CONTROL_PORT", default_value_t = 4567)]
    control_port: u16,
    /// Folder of the functions' binaries
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// A template parameter, as NAME=VALUE; may be repeated
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Do not fire schedules by the clock
    #[arg(long)]
    no_schedules: bool,
    /// Detached from the terminal (set by `up`)
    #[arg(long, hide = true)]
    detached: bool,
}

/// Runs the command of the process' arguments.
///
/// # Errors
/// An error with its chain of causes, for the user.
pub fn run() -> Result<()> {
    match Arguments::parse().command {
        Command::Up(place) => up::start_in_background(&place),
        Command::Serve(place) => up::serve(&place),
        Command::Watch(place) => watch::run(&place),
        Command::Alarms(state) => alarms::run(&state.state_dir),
        Command::Down(state) => down::run(&state.state_dir),
    }
}
