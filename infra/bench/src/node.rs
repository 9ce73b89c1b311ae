//! The peer in Node 20: the same four SDK clients, bundled by esbuild.

use super::npm;
use anyhow::Result;
use std::path::{Path, PathBuf};

const FILES: &[&str] = &["package.json", "package-lock.json", "peer.mjs"];

/// Installs and bundles it in `cache`, unless it is there; returns the bundle's path.
pub(super) async fn bundle(root: &Path, cache: &Path) -> Result<PathBuf> {
    // The tools run inside the cache folder, where a relative path would mean another place.
    let cache = &std::path::absolute(cache)?;
    let bundle = cache.join("bundle.mjs");
    let fresh = npm::install(&root.join("infra/bench/node"), cache, FILES).await?;
    if !fresh && bundle.is_file() {
        return Ok(bundle);
    }
    let arguments = ["peer.mjs", "--bundle", "--minify", "--platform=node", "--target=node20", "--format=esm", "--outfile=bundle.mjs"];
    // The SDK has parts that still call `require`.
    let banner = "--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
    npm::run(cache, "node_modules/.bin/esbuild", &[&arguments[..], &[banner, "--log-level=error"]].concat()).await?;
    Ok(bundle)
}
