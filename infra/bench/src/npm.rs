//! Peers from npm, each in a cache folder of its own, with the versions of its lock file.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// The file that says an installation was finished.
const DONE: &str = "node_modules/.package-lock.json";

/// Copies `files` from `source` into `cache` and installs their packages, unless that is done already; returns whether it was not.
pub(super) async fn install(source: &Path, cache: &Path, files: &[&str]) -> Result<bool> {
    let same = |file: &str| matches!((std::fs::read(source.join(file)), std::fs::read(cache.join(file))), (Ok(a), Ok(b)) if a == b);
    if cache.join(DONE).is_file() && files.iter().all(|file| same(file)) {
        return Ok(false);
    }
    std::fs::create_dir_all(cache)?;
    for file in files {
        std::fs::copy(source.join(file), cache.join(file)).with_context(|| format!("cannot copy {file}"))?;
    }
    run(cache, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]).await?;
    Ok(true)
}

/// Runs a program in `folder`; one with a slash in its name is resolved in that folder.
pub(super) async fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let program = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let output = Command::new(&program).args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(output.status.success(), "{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
