//! The shape of the tree: allowed dependencies, and forbidden contents of files.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

mod headers;
mod invariants;
mod site;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crates that know the domain and no vendor; a future domain is checked from its first line on.
const DOMAINS: [&str; 26] = [
    "kernel",
    "archives",
    "desk",
    "exports",
    "policy",
    "accounts",
    "wallet",
    "payments",
    "trials",
    "studio",
    "screening",
    "imaging",
    "picture-files",
    "bubble-text",
    "processing",
    "provenance",
    "lettering",
    "raster",
    "resampling",
    "subject",
    "outreach",
    "rights",
    "receipts",
    "insights",
    "choices",
    "personas",
];

/// Forbidden dependencies of a domain: vendors, network clients, Lambda, and our own adapters.
const VENDORS: [&str; 8] = ["aws-", "aws_", "reqwest", "hyper", "lambda_", "via-", "rustls", "edge"];

/// Crates that hold pixels, fonts or Content Credentials.
const PICTURES: [&str; 9] = ["imaging", "lettering", "raster", "resampling", "subject", "provenance", "c2pa", "processing", "via-palette"];

/// Functions that are linked anew when a line of `imaging` changes, at most.
const RELINKED: usize = 6;

/// Our crates in the closure of `me-get`, the smallest of the functions with a session, itself included.
const SMALL_CLOSURE: usize = 9;

/// Maximum lines of a function's `main.rs`.
const MAIN_LINES: usize = 60;

/// Maximum lines of any source file.
const FILE_LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The repository's own files, without built, installed or fetched ones.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let skipped =
                ["target", ".git", ".local", "node_modules", "out", "__pycache__"].contains(&name.as_str()) || name.starts_with(".venv");
            match path.is_dir() {
                _ if skipped => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}

/// Our Rust sources: path from the root, and text.
fn sources() -> Vec<(String, String)> {
    let rust = files().into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path| (path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// A source up to its unit tests.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.contains("/benches/")
        || path.contains("/examples/")
        || path.starts_with("shared/testkit/")
        || path.starts_with("shared/stand-ins/")
}

/// The output of `cargo metadata` for this machine's build, without the network.
struct Graph {
    names: BTreeMap<String, String>,
    needs: BTreeMap<String, Vec<String>>,
    ours: BTreeSet<String>,
}

impl Graph {
    fn read() -> Self {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let version = Command::new(&cargo).arg("-vV").output().unwrap();
        let host =
            String::from_utf8(version.stdout).unwrap().lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)).unwrap();
        let arguments = ["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &host];
        let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let packages = metadata["packages"].as_array().unwrap();
        let names = packages.iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
        let needs = nodes.iter().map(|node| (text(&node["id"]), normal(node))).collect();
        let ours = metadata["workspace_members"].as_array().unwrap().iter().map(text).collect();
        Self { names, needs, ours }
    }

    /// The ids of our crates by name.
    fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ours.iter().map(|id| (self.names[id].as_str(), id.as_str()))
    }

    /// The direct dependencies of `id`.
    fn direct(&self, id: &str) -> impl Iterator<Item = &str> {
        self.needs[id].iter().map(|need| self.names[need].as_str())
    }

    /// The names of all crates linked into `id`.
    fn closure(&self, id: &str) -> BTreeSet<&str> {
        let mut seen = HashSet::new();
        let mut open = self.needs[id].clone();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(self.needs[&next].iter().cloned());
            }
        }
        seen.iter().map(|id| self.names[id].as_str()).collect()
    }
}

/// The normal dependencies of a node, without tests and build scripts.
fn normal(node: &Value) -> Vec<String> {
    let needed = node["deps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|need| need["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null()));
    needed.map(|need| need["pkg"].as_str().unwrap().to_owned()).collect()
}

/// Invariant: Domain crates do no I/O and know no vendor.
#[test]
fn domains_know_no_vendor() {
    let graph = Graph::read();
    for (name, id) in graph.members().filter(|(name, _)| DOMAINS.contains(name)) {
        let strays: Vec<_> = graph.closure(id).into_iter().filter(|need| VENDORS.iter().any(|vendor| need.starts_with(vendor))).collect();
        assert!(strays.is_empty(), "the domain `{name}` reaches {strays:?}");
    }
}

/// Invariant: Domain crates do no I/O and know no vendor.
#[test]
fn every_shared_crate_is_of_a_known_kind() {
    let kinds = ["api", "certificates", "dynamo", "edge", "egress", "stand-ins", "testkit", "vendors"];
    for (name, _) in Graph::read().members() {
        if root().join("shared").join(name).is_dir() {
            assert!(
                DOMAINS.contains(&name) || kinds.contains(&name) || name.starts_with("via-") || name.starts_with("api-"),
                "what does `{name}` know?"
            );
        }
    }
}

/// Invariant: Only `edge` knows Lambda and HTTP.
#[test]
fn only_edge_knows_lambda() {
    let graph = Graph::read();
    for (name, id) in graph.members().filter(|(name, _)| *name != "edge") {
        let strays: Vec<_> = graph.direct(id).filter(|need| need.starts_with("lambda_")).collect();
        assert!(strays.is_empty(), "`{name}` asks for {strays:?}");
    }
}

/// Whoever made a client of its own would make its own rules of TLS, redirects and hosts as well. A tool, which is a crate under
/// `infra/`, may have one: it is never deployed, because no function reaches a tool.
/// Invariant: Nobody gets data whom the profile does not allow.
#[test]
fn rt_08_only_egress_opens_connections_to_third_parties() {
    let graph = Graph::read();
    let tools: BTreeMap<&str, &str> = graph.members().filter(|(_, id)| id.contains("/infra/")).collect();
    assert!(tools.contains_key("local-cloud"), "the tools are under infra/");
    for (name, id) in graph.members().filter(|(name, _)| *name != "egress" && !tools.contains_key(name)) {
        assert!(graph.direct(id).all(|need| need != "reqwest"), "`{name}` has a way out of its own");
    }
    for (name, id) in graph.members().filter(|(name, _)| root().join("functions").join(name).is_dir()) {
        let reached: Vec<_> = graph.closure(id).into_iter().filter(|need| tools.contains_key(need)).collect();
        assert!(reached.is_empty(), "`{name}` deploys the tools {reached:?}");
    }
}

/// Invariant: No function calls an SDK or another function.
#[test]
fn no_function_calls_a_vendor_or_another_function() {
    let graph = Graph::read();
    let functions: BTreeSet<&str> =
        graph.members().map(|(name, _)| name).filter(|name| root().join("functions").join(name).is_dir()).collect();
    for (name, id) in graph.members() {
        if functions.contains(name) {
            let strays: Vec<_> = graph.direct(id).filter(|need| need.starts_with("aws-sdk-") || *need == "reqwest").collect();
            assert!(strays.is_empty(), "`{name}` asks for {strays:?}: an adapter's work");
        }
        assert!(graph.direct(id).all(|need| !functions.contains(need)), "`{name}` depends on a function");
        assert!(graph.direct(id).all(|need| need != "aws-sdk-lambda"), "`{name}` could invoke a function");
    }
}

/// A function without a picture in its manifest compiles, links and starts without the code for them.
/// Invariant: Only functions that move pixels have a picture crate in their closure.
#[test]
fn only_functions_that_name_a_picture_crate_have_one_in_their_closure() {
    let graph = Graph::read();
    let functions: Vec<_> = graph.members().filter(|(name, _)| root().join("functions").join(name).is_dir()).collect();
    for (name, id) in &functions {
        let names_one = graph.direct(id).any(|need| PICTURES.contains(&need));
        let strays: Vec<_> = graph.closure(id).into_iter().filter(|need| PICTURES.contains(need)).collect();
        assert!(names_one || strays.is_empty(), "`{name}` names no picture crate and reaches {strays:?}");
    }
    let relinked: Vec<_> = functions.iter().filter(|(_, id)| graph.closure(id).contains("imaging")).map(|(name, _)| *name).collect();
    assert!((1..=RELINKED).contains(&relinked.len()), "a change of `imaging` relinks {relinked:?}");
}

#[test]
fn the_closure_of_a_small_function_is_small() {
    let graph = Graph::read();
    let (_, me) = graph.members().find(|(name, _)| *name == "me-get").unwrap();
    let members: BTreeSet<_> = graph.members().map(|(name, _)| name).collect();
    let ours: Vec<_> = graph.closure(me).into_iter().filter(|need| members.contains(need)).collect();
    assert!(ours.len() < SMALL_CLOSURE, "`me-get` is made of itself and {ours:?}");
}

#[test]
fn a_folder_is_named_for_its_crate() {
    for (name, id) in Graph::read().members() {
        // People look for it in `infra/local`; its crate has a longer name.
        let folder = if name == "local-cloud" { "local" } else { name };
        assert!(id.contains(&format!("/{folder}#")) || id.ends_with(&format!("/{folder}")), "{id} is not in a folder `{folder}`");
    }
}

#[test]
fn all_versions_and_features_are_in_one_place() {
    for path in files().into_iter().filter(|path| path.ends_with("Cargo.toml") && path.parent() != Some(&root())) {
        let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, need) in manifest.get(section).and_then(toml::Value::as_table).into_iter().flatten() {
                assert_eq!(need.get("workspace").and_then(toml::Value::as_bool), Some(true), "{}: {name}", path.display());
            }
        }
        assert!(
            manifest.get("lints").is_some_and(|lints| lints["workspace"].as_bool() == Some(true)),
            "{} has lints of its own",
            path.display()
        );
    }
}

/// Invariant: A function decodes, calls and encodes, in one file of at most 60 lines.
#[test]
fn a_function_decodes_calls_and_encodes() {
    let functions = sources().into_iter().filter(|(path, _)| path.starts_with("functions/"));
    for (path, text) in functions {
        assert!(path.ends_with("/src/main.rs"), "{path}: a function is one file");
        assert!(text.lines().count() <= MAIN_LINES, "{path} has {} lines", text.lines().count());
        for word in ["if", "loop", "while", "unsafe", "macro_rules"] {
            assert!(!words(&text).contains(word), "{path} holds `{word}`: that belongs into a use case or into `edge`");
        }
    }
}

/// The words of a source, without comments, texts and conditions on the request alone: `if request.has_seen(&etag)`.
fn words(text: &str) -> BTreeSet<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("if request."));
    let outside = code.flat_map(|line| line.split('"').step_by(2));
    outside.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

#[test]
fn nothing_is_left_to_do() {
    let words = ["to", "do!("].concat();
    let words =
        [words.as_str(), &["unimple", "mented!("].concat(), &["db", "g!("].concat(), &["FIX", "ME"].concat(), &["TO", "DO"].concat()];
    for (path, text) in sources() {
        for word in words {
            assert!(!text.contains(word), "{path} holds `{word}`");
        }
    }
}

/// Invariant: Time and chance are ports.
#[test]
fn only_the_kernel_asks_the_system_for_the_time_and_for_chance() {
    let asks = ["Timestamp::now(", "SystemTime::now(", "Zoned::now(", "Uuid::new_v4(", "Uuid::now_v7(", "rand::rng(", "rand::random"];
    let judged = |path: &str| (path.starts_with("shared/") && !path.starts_with("shared/kernel/")) || path.starts_with("functions/");
    for (path, text) in sources().into_iter().filter(|(path, _)| judged(path) && !is_test(path)) {
        for ask in asks {
            assert!(!before_tests(&text).contains(ask), "{path} calls `{ask}…)`: time and chance are ports");
        }
    }
}

#[test]
fn no_test_sleeps() {
    let sleeps = ["thread::sleep(", "time::sleep("];
    // `poll.rs` polls conditions for all tests; this file only mentions sleeping.
    let exempt = |path: &str| path.ends_with("/poll.rs") || path.ends_with("/shape/main.rs");
    for (path, text) in sources().into_iter().filter(|(path, _)| !exempt(path)) {
        let tests = if is_test(&path) { text.as_str() } else { text.split_once("#[cfg(test)]").map_or("", |(_, tests)| tests) };
        assert!(sleeps.iter().all(|sleep| !tests.contains(sleep)), "{path}: poll a condition");
    }
}

#[test]
fn files_stay_readable() {
    for (path, text) in sources() {
        assert!(text.lines().count() <= FILE_LINES, "{path} has {} lines", text.lines().count());
    }
}

#[test]
fn no_module_is_named_for_nothing() {
    for (path, _) in sources() {
        for part in path.trim_end_matches(".rs").split('/') {
            assert!(!["utils", "util", "common", "manager", "helper", "helpers", "misc"].contains(&part), "{path}: name what it knows");
        }
    }
}

#[test]
fn rt_20_the_repository_speaks_of_nigao_alone() {
    let names = [["anu", "mi"].concat(), ["imo", "ji"].concat(), ["img", "us"].concat(), ["imagi", "portal"].concat()];
    for path in files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let text = text.to_lowercase();
        for name in &names {
            assert!(!text.contains(name.as_str()), "{} names another service", path.display());
        }
    }
}

/// The link targets of a Markdown text, code left out.
fn links(text: &str) -> Vec<String> {
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let mut links = Vec::new();
    for part in prose.join("\n").split("](").skip(1) {
        links.extend(part.split([')', ' ']).next().map(str::to_owned));
    }
    links
}

/// The anchors of a Markdown text, as code hosts make them of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let headings = prose.join("\n");
    let headings = headings.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    headings
        .map(|heading| heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-"))
        .collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    for path in files().into_iter().filter(|path| path.extension().is_some_and(|end| end == "md")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for link in links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", path.display());
            if let Some(anchor) = anchor.filter(|_| target.extension().is_some_and(|end| end == "md")) {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(there.contains(anchor), "{}: {link} has no such heading", path.display());
            }
        }
    }
}

/// `make demo` runs programs beside the functions', and builds all of them by one call that names no feature.
#[test]
fn no_program_is_behind_a_feature() {
    for path in files().into_iter().filter(|path| path.ends_with("Cargo.toml")) {
        let manifest: toml::Value = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for program in manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten() {
            assert_eq!(program.get("required-features"), None, "{}: `make` would not build it", path.display());
        }
    }
}

#[test]
fn ci_runs_what_a_person_runs() {
    let run = root().join(".ci/run");
    assert!(std::fs::read_to_string(&run).unwrap().contains("make test"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for script in [run, root().join("infra/checks/run"), root().join("infra/checks/install")] {
            assert_ne!(std::fs::metadata(&script).unwrap().permissions().mode() & 0o111, 0, "{} cannot be run", script.display());
        }
    }
}
