//! `down`: stops the cloud in the background.

use crate::lock;
use crate::terminal::say;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// Longest time a cloud may take to stop by itself.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Stops the cloud of this state folder; it is no error when none runs.
pub(super) fn run(state_dir: &Path) -> Result<()> {
    let stopped = state_dir.is_dir() && lock::end_holder(state_dir, TIMEOUT)?;
    drop(std::fs::remove_file(state_dir.join("stack.env")));
    drop(std::fs::remove_file(state_dir.join("cloud.pid")));
    say(if stopped { "The local cloud is down." } else { "Nothing was running." });
    Ok(())
}
