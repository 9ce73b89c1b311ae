//! A process that has one core.

use anyhow::Result;
use std::process::{Child, Command};

/// Starts a process on one core, the last of those available to this one, on Linux.
#[cfg(target_os = "linux")]
pub(super) fn spawn(command: &mut Command) -> Result<Child> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;
    // A child inherits its parent thread's affinity, so it is on one core from its first instruction.
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this)?;
    let mut one = CpuSet::new();
    if let Some(core) = (0..CpuSet::count()).rev().find(|core| before.is_set(*core).unwrap_or(false)) {
        one.set(core)?;
        sched_setaffinity(this, &one)?;
    }
    let child = command.spawn();
    sched_setaffinity(this, &before)?;
    Ok(child?)
}

/// Starts a process.
#[cfg(not(target_os = "linux"))]
pub(super) fn spawn(command: &mut Command) -> Result<Child> {
    Ok(command.spawn()?)
}
