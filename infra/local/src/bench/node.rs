//! The peer in Node 20: the same four SDK clients, bundled by esbuild.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

const FILES: &[&str] = &["package.json", "package-lock.json", "peer.mjs"];

/// Installs and bundles it in `cache`, unless it is there; answers the bundle's path.
pub(super) async fn bundle(root: &Path, cache: &Path) -> Result<PathBuf> {
    // The tools run inside the cache folder, where a path relative to here would mean another place.
    let cache = &std::path::absolute(cache)?;
    let bundle = cache.join("bundle.mjs");
    let source = root.join("infra/local/bench/node");
    let same = |file: &str| matches!((std::fs::read(source.join(file)), std::fs::read(cache.join(file))), (Ok(a), Ok(b)) if a == b);
    if bundle.is_file() && FILES.iter().all(|file| same(file)) {
        return Ok(bundle);
    }
    std::fs::create_dir_all(cache)?;
    for file in FILES {
        std::fs::copy(source.join(file), cache.join(file)).with_context(|| format!("cannot copy {file}"))?;
    }
    run(cache, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]).await?;
    let arguments = ["peer.mjs", "--bundle", "--minify", "--platform=node", "--target=node20", "--format=esm", "--outfile=bundle.mjs"];
    // The SDK has parts that still call `require`.
    let banner = "--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
    run(cache, "node_modules/.bin/esbuild", &[&arguments[..], &[banner, "--log-level=error"]].concat()).await?;
    Ok(bundle)
}

async fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let program = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let output = Command::new(&program).args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(output.status.success(), "{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
