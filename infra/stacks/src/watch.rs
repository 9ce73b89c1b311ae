//! The routes of `cargo lambda watch`, between two marks in the root manifest.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};

use crate::manifest::Trigger;
use crate::workspace::Function;

const BEGIN: &str = "# routes: from the manifests of the functions, by `make stacks`\n";
const END: &str = "# end of routes\n";

/// The root manifest with the routes of these functions.
///
/// # Errors
/// When it lacks the marks.
pub fn with_routes(manifest: &str, functions: &[Function]) -> Result<String> {
    let missing = || format!("Cargo.toml lacks the line {BEGIN:?} or {END:?}");
    let (before, rest) = manifest.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    let mut paths: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for function in functions {
        if let Trigger::Route(route) | Trigger::Url(route) = &function.manifest.on {
            let entry = format!("{{ method = {:?}, function = {:?} }}", route.method, function.name);
            paths.entry(&route.path).or_default().push(entry);
        }
    }
    let mut routes = String::from("[workspace.metadata.lambda.watch.router]\n");
    for (path, entries) in paths {
        writeln!(routes, "{path:?} = [{}]", entries.join(", "))?;
    }
    Ok(format!("{before}{BEGIN}{routes}{END}{after}"))
}
