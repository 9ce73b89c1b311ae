//! One kebab-case string is folder, package, binary, events folder and route; its PascalCase is the logical id.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::functions::{events, functions, trigger, variables};
use super::model::{Resource, kebab, read, root, templates};

fn folders(path: &str) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(root().join(path)) else { return BTreeSet::new() };
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// The names of all functions of the template.
fn names() -> BTreeSet<String> {
    functions().iter().map(|function| kebab(&function.id)).collect()
}

/// Invariant: One name is folder, package, binary, events folder and logical id.
#[test]
fn every_function_has_its_folder_and_every_folder_its_function() {
    assert_eq!(folders("functions"), names());
    for name in names() {
        let manifest: toml::Table = toml::from_str(&read(&format!("functions/{name}/Cargo.toml"))).unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(name.as_str()));
        assert!(!manifest.contains_key("bin") && !manifest.contains_key("lib"), "{name}: its binary is src/main.rs");
        assert!(!root().join(format!("functions/{name}/src/lib.rs")).exists(), "{name}: the real binary is what the tests run");
    }
}

/// Invariant: One name is folder, package, binary, events folder and logical id.
#[test]
fn every_function_says_what_starts_it_and_where_its_inputs_are() {
    for function in functions() {
        let name = kebab(&function.id);
        let main = read(&format!("functions/{name}/src/main.rs"));
        let doc: Vec<&str> = main.lines().take_while(|line| line.starts_with("//!")).collect();
        let doc = doc.join(" ");
        let trigger = match name.split_once('-') {
            Some(("every", rest)) => format!("Every {}", rest.split('-').next().unwrap()),
            _ => trigger(&function),
        };
        for part in [trigger, format!("events/{name}")] {
            assert!(doc.contains(&part), "functions/{name}/src/main.rs begins with a doc line that names `{part}`");
        }
    }
}

/// The variables that a call into `shared/vendors` reads, by the list beside it.
fn read_by(call: &str) -> Vec<String> {
    let (path, list) = match call {
        "vendors::artists(" => ("shared/vendors/src/artists.rs", "pub const ARTIST_VARIABLES"),
        "vendors::challenge(" => ("shared/vendors/src/challenges.rs", "pub const CHALLENGE_VARIABLES"),
        "vendors::calendars(" => ("shared/vendors/src/calendars.rs", "pub const CALENDAR_VARIABLES"),
        "vendors::merchant(" => ("shared/vendors/src/merchants.rs", "pub const MERCHANT_VARIABLES"),
        "vendors::webhook_verifier(" => ("shared/vendors/src/merchants.rs", "pub const WEBHOOK_VARIABLES"),
        _ => ("shared/vendors/src/screeners.rs", "pub const SCREENER_VARIABLES"),
    };
    let source = read(path);
    let list = source.split_once(list).and_then(|(_, rest)| rest.split_once("];")).unwrap_or_else(|| panic!("{path} has no {list}")).0;
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Invariant: A function knows what it may use and nothing else; no role holds `*`.
#[test]
fn every_function_reads_the_variables_it_is_given_and_no_others() {
    for function in functions() {
        let name = kebab(&function.id);
        let main = read(&format!("functions/{name}/src/main.rs"));
        let literals = main.split('"').skip(1).step_by(2).filter(|text| text.contains('_') || ["ARTIST", "SCREENER"].contains(text));
        let mut read: BTreeSet<String> =
            literals.filter(|text| text.chars().all(|c| c.is_ascii_uppercase() || c == '_')).map(str::to_owned).collect();
        let calls = [
            "vendors::artists(",
            "vendors::calendars(",
            "vendors::challenge(",
            "vendors::merchant(",
            "vendors::moderation(",
            "vendors::webhook_verifier(",
        ];
        calls.into_iter().filter(|call| main.contains(call)).for_each(|call| read.extend(read_by(call)));
        for (call, known) in [
            (".pepper()", &["PEPPER_SECRET"][..]),
            (".session_keys()", &["SESSION_SECRET"]),
            (".delivery()", &["RESPONSE_STREAMING"]),
            (
                ".deployment()",
                &[
                    "ARTIST",
                    "POLAR_SERVER",
                    "POLICY_CONTACT",
                    "PUBLIC_ORIGIN",
                    "SCREENER",
                    "SERVICE_NAME",
                    "TURNSTILE_SITE_KEY",
                    "ZERO_RETENTION",
                ],
            ),
            ("via_kms::log_key(", &["PROOFS_KEY_ID", "SIGNER", "SIGNING_KEY"]),
            ("via_kms_provenance::signer(", &["SIGNER", "SIGNING_ALGORITHM", "SIGNING_CHAIN", "SIGNING_KEY", "SIGNING_KEY_ID"]),
        ] {
            read.extend(known.iter().filter(|_| main.contains(call)).map(|variable| (*variable).to_owned()));
        }
        // Whatever serves a route reads them: one function of each path is given the first, what counts its callers the second, and what asks for their
        // addresses the third.
        let asks = main.contains("request.address()");
        let served = |variable: &String| match variable.as_str() {
            "ALLOWED_METHODS" | "COUNTS" => main.contains("edge::http::"),
            "ORIGIN_SECRET" => asks,
            _ => false,
        };
        read.extend(variables(&function).into_iter().filter(served));
        // A function URL is called directly, and sees its callers.
        assert_eq!(
            variables(&function).contains("ORIGIN_SECRET"),
            asks && !has_url(&function),
            "{name} counts CloudFront, or is trusted for nothing"
        );
        assert_eq!(read, variables(&function), "{name}: left is what it reads, right what it is given");
    }
}

/// Invariant: One name is folder, package, binary, events folder and logical id.
#[test]
fn every_function_has_inputs() {
    assert_eq!(folders("events"), names());
    for function in functions() {
        let name = kebab(&function.id);
        let cases = cases(&root().join("events").join(&name));
        assert!(!cases.is_empty(), "events/{name} is empty");
        for (case, event) in cases {
            let starts = match trigger(&function).split_once(' ') {
                Some((method, path)) if has_url(&function) => {
                    let http = &event["requestContext"]["http"];
                    event["routeKey"] == "$default" && http["method"] == method && http["path"] == path
                }
                Some((_, path)) if path.starts_with('/') => event["routeKey"] == trigger(&function).as_str(),
                _ if is_fact(&function) => event["kind"].is_array() || event["tags"]["kind"].is_array(),
                _ if name.starts_with("on-") => event["Records"].as_array().is_some_and(|records| !records.is_empty()),
                _ => event["source"] == "aws.scheduler",
            };
            assert!(starts, "events/{name}/{case} is no event of `{}`", trigger(&function));
        }
    }
}

/// Whether it has a URL of its own, which answers every path and whose events name no route.
fn has_url(function: &Resource) -> bool {
    events(function).iter().any(|(kind, _)| *kind == "Url")
}

/// Whether another service's event starts it. Its input is the part of that event that the rule selects, or an object of parts.
fn is_fact(function: &Resource) -> bool {
    events(function).iter().any(|(kind, _)| *kind == "Rule")
}

/// The inputs in a folder, replies left out.
fn cases(folder: &Path) -> BTreeMap<String, serde_json::Value> {
    let mut cases = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.ends_with(".json"), "{}", path.display());
        let value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if !name.ends_with(".reply.json") {
            cases.insert(name, value);
        }
    }
    cases
}

#[test]
fn every_queue_event_is_of_the_queue() {
    for function in functions().iter().filter(|function| function.id.starts_with("On") && !is_fact(function)) {
        let name = kebab(&function.id);
        for (case, event) in cases(&root().join("events").join(&name)) {
            for record in event["Records"].as_array().unwrap() {
                let arn = record["eventSourceARN"].as_str().unwrap();
                assert!(arn.ends_with(&trigger(function)), "events/{name}/{case}: {arn}");
            }
        }
    }
}

/// Invariant: Generated stacks are what the manifests say, within CloudFormation's limits.
#[test]
fn what_is_generated_is_what_the_manifests_say() {
    let files = stacks::generated(&root()).unwrap();
    for (path, text) in &files {
        let there = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(there == *text, "{} is stale: `make stacks`", path.display());
    }
    let generated = templates().into_iter().filter(|path| path.starts_with("infra/stacks/"));
    assert_eq!(generated.map(Into::into).collect::<BTreeSet<std::path::PathBuf>>().len() + 1, files.len(), "a stack without a function");
}
