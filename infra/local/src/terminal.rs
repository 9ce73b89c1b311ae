//! What a program of the local cloud says to the terminal and hears from it.

use anyhow::{Result, bail};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// The exit code of an outcome; an error is printed first, as one line.
pub fn exit_code(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A line for the person at the terminal.
#[allow(clippy::print_stdout, reason = "this is what a command line program is for")]
pub fn say(line: &str) {
    println!("{line}");
}

/// The error of [`block_until_told`] after Ctrl-C.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// Runs a task to its end, or until Ctrl-C or SIGTERM; then all its processes end with it.
///
/// # Errors
/// That of the task, or the name of the signal.
pub fn block_until_told<T>(task: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            outcome = task => outcome,
            _ = interrupt.recv() => bail!(INTERRUPTED),
            _ = terminate.recv() => bail!("terminated"),
        }
    })
}
