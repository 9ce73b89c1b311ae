//! `make stacks`: generates the stacks from the manifests of the functions.

use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let root = Path::new(".");
    let files = stacks::generated(root)?;
    let folder = root.join("infra/stacks");
    // A stack whose last function went goes too.
    for entry in std::fs::read_dir(&folder).context("run this in the root of the repository")? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "yaml") && !files.keys().any(|file| root.join(file) == path) {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    for (file, text) in files {
        std::fs::write(root.join(&file), text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
