//! `make new NAME=… [ROUTE=…]`: the skeleton of a function, which is its crate with its manifest, and an input with its reply.
//!
//! Everything else follows from the manifest by `make stacks`. A name says what starts the function: `things-list` has a route,
//! `on-thing-made` reads the queue `thing-made`, `every-day-count-things` runs every day.

mod event;
mod skeleton;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use stacks::{Function, Route, Trigger};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let route = arguments.next().filter(|route| !route.is_empty());
    let files = files(Path::new("."), &name, route.as_deref())?;
    for (path, text) in &files {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The files of a new function with their texts. Nothing is written unless everything can be.
fn files(root: &Path, name: &str, route: Option<&str>) -> Result<Vec<(PathBuf, String)>> {
    check_name(name)?;
    for place in ["functions", "events", "shared", "infra"] {
        ensure!(!root.join(place).join(name).exists(), "{place}/{name} is there already");
    }
    let trigger = trigger(name, route)?;
    let existing = stacks::functions(root)?;
    if let Some(route) = trigger.route()
        && let Some(other) = existing.iter().find(|other| other.manifest.on.route().is_some_and(|known| shape(known) == shape(route)))
    {
        bail!("{} answers {route} already", other.name);
    }
    let manifest = skeleton::manifest(name, &trigger);
    Function::parse(&manifest)?;
    let function = root.join("functions").join(name);
    let (case, input, reply) = event::case(root, name, &trigger)?;
    let events = root.join("events").join(name);
    Ok(vec![
        (function.join("Cargo.toml"), manifest),
        (function.join("src/main.rs"), skeleton::main(name, &trigger)),
        (events.join(format!("{case}.json")), input),
        (events.join(format!("{case}.reply.json")), reply),
    ])
}

fn check_name(name: &str) -> Result<()> {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let good = name.contains('-') && name.split('-').all(word) && name.len() <= 48;
    ensure!(good, "{name:?} is no name: two words or more in kebab case, such as things-list, at most 48 characters");
    Ok(())
}

/// What starts a function of this name.
fn trigger(name: &str, route: Option<&str>) -> Result<Trigger> {
    let words: Vec<&str> = name.split('-').collect();
    match (words.as_slice(), route) {
        (["on", _, _, ..], None) => Ok(Trigger::Queue(words[1..].join("-"))),
        (["every", period @ ("minute" | "hour" | "day"), _, ..], None) => Ok(Trigger::Rate(format!("1 {period}"))),
        (["on" | "every", ..], Some(_)) => bail!("only an endpoint has a route, and its name begins with neither on- nor every-"),
        (["on", ..], None) => bail!("a consumer is named for what happened, on-<noun>-<participle>, such as on-thing-made"),
        (["every", ..], None) => bail!("a schedule is named every-<minute|hour|day>-<verb>, such as every-day-count-things"),
        (_, None) => bail!("an endpoint needs its route, such as ROUTE='GET /v1/things' (consumers begin with on-, schedules with every-)"),
        (_, Some(text)) => match Route::parse(text).filter(|route| route.path.starts_with("/v1/")) {
            Some(route) => Ok(Trigger::Route(route)),
            None => bail!("{text:?} is no route: a method, a space, and a path such as /v1/things/{{id}}"),
        },
    }
}

/// A route without the names of its parameters: two that differ by those alone are one.
fn shape(route: &Route) -> String {
    let parts: Vec<&str> = route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    format!("{} {}", route.method, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// What each kind of function is made of is a workspace that the stacks can be made from.
    #[test]
    fn a_new_function_fits_into_the_stacks() {
        let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
        let parameters = stacks::Parameters::parse(&template).unwrap();
        for (name, route) in [
            ("things-list", Some("GET /v1/things")),
            ("things-delete", Some("DELETE /v1/things/{id}")),
            ("on-thing-made", None),
            ("every-day-count-things", None),
        ] {
            let files = files(&root(), name, route).unwrap();
            let paths: Vec<_> = files.iter().map(|(path, _)| path.strip_prefix(root()).unwrap().to_str().unwrap()).collect();
            assert!(
                paths.iter().all(|path| path.starts_with(&format!("functions/{name}/")) || path.starts_with(&format!("events/{name}/")))
            );
            assert_eq!(paths.len(), 4);
            let mut functions = stacks::functions(&root()).unwrap();
            functions.push(Function::parse(&files[0].1).unwrap());
            stacks::templates(&functions, &parameters).unwrap();
            assert!(files[1].1.lines().count() <= 60);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |name: &str, route: Option<&str>| files(&root(), name, route).unwrap_err().to_string();
        for (name, route, said) in [
            ("things", None, "no name"),
            ("Things-List", None, "no name"),
            ("things-list", None, "needs its route"),
            ("things-list", Some("GET things"), "no route"),
            ("things-list", Some("GET /v1/generations/{thing}"), "generations-get answers"),
            ("me-get", Some("GET /v1/you"), "is there already"),
            ("on-thing-made", Some("GET /v1/things"), "only an endpoint"),
            ("on-thing", None, "named for what happened"),
            ("every-week-count", None, "every-<minute|hour|day>"),
        ] {
            let error = refused(name, route);
            assert!(error.contains(said), "{name} {route:?}: {error}");
        }
    }
}
