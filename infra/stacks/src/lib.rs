//! The stacks of a deployment, made from the manifests of its functions.
//!
//! Each function says in `functions/<name>/Cargo.toml` what starts it and what it may use. From that follow its role, log, route or queue,
//! alarms and place on a dashboard: one template for each domain (`infra/stacks/<domain>.yaml`), one that holds the domains (`functions.yaml`), and the routes
//! of `cargo lambda watch` in the root manifest. `make stacks` writes them.

mod alarms;
mod dashboard;
mod document;
mod function;
mod manifest;
mod role;
mod stack;
mod trigger;
mod watch;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use manifest::{
    Alarms, Caller, EventPattern, LogMetric, Manifest, Memory, NarrowGrant, ObjectAction, Retry, Route, TableGrant, Trigger,
};
pub use stack::{MOST_RESOURCES, templates};
pub use watch::with_routes;
pub use workspace::{Function, Parameters, functions, pascal, variable};

/// Every generated file of the workspace at `root` with its text: the templates, and the root manifest with the routes in it.
///
/// # Errors
/// When a manifest is wrong, or a stack would be too large.
pub fn generated(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"));
    let functions = functions(root)?;
    let parameters = Parameters::parse(&read("template.yaml")?)?;
    let templates = templates(&functions, &parameters)?;
    let mut files: BTreeMap<PathBuf, String> =
        templates.into_iter().map(|(name, text)| (Path::new("infra/stacks").join(format!("{name}.yaml")), text)).collect();
    files.insert("Cargo.toml".into(), with_routes(&read("Cargo.toml")?, &functions)?);
    Ok(files)
}
