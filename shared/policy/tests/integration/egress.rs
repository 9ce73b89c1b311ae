//! The hosts in our sources are exactly those of the provider ledger.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use policy::{Purpose, inventory, outbound_hosts};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files below a folder with this ending.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => found.extend(files(&path, end)),
            false if path.to_str().is_some_and(|name| name.ends_with(end)) => found.push(path),
            false => {}
        }
    }
    found
}

/// The code that is deployed: the adapters and functions without comments and unit tests.
fn code() -> Vec<(String, String)> {
    let callers = |name: &str| name.starts_with("via-") || ["egress", "vendors", "edge"].contains(&name);
    let mut folders = vec![root().join("functions")];
    for folder in std::fs::read_dir(root().join("shared")).unwrap().map(|entry| entry.unwrap()) {
        folders.extend(callers(folder.file_name().to_str().unwrap()).then(|| folder.path().join("src")));
    }
    let sources = folders.iter().flat_map(|folder| files(folder, ".rs")).map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().lines().filter(|line| !line.trim_start().starts_with("//"));
        (path.display().to_string(), code.collect::<Vec<_>>().join("\n"))
    });
    let sources = sources.collect::<Vec<_>>();
    let templates = std::iter::once(root().join("template.yaml")).chain(files(&root().join("infra"), ".yaml"));
    let defaults = templates.filter(|path| !path.ends_with("openapi.yaml")).map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let defaults = text.lines().filter(|line| line.contains("Default:"));
        (path.display().to_string(), defaults.collect::<Vec<_>>().join("\n"))
    });
    sources.into_iter().chain(defaults).collect()
}

/// Hosts written out after `https://`; a composed host (`https://{…`) is AWS's or our own.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    text.split("https://")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').next().unwrap())
        .filter(|host| !host.is_empty())
}

/// Invariant: Nobody gets data whom the profile does not allow.
#[test]
fn an_19_an_23_the_outbound_hosts_are_those_of_the_processors() {
    let code = code();
    let called: BTreeSet<&str> = code.iter().flat_map(|(_, text)| hosts(text)).collect();
    let strangers: Vec<_> = called.difference(&outbound_hosts()).copied().collect();
    assert!(strangers.is_empty(), "{strangers:?} are called, but are in no entry of the provider ledger");
    // An entry's adapter calls its hosts, where there is one.
    for processor in inventory().processors().iter().filter(|processor| root().join(format!("shared/via-{}", processor.id)).is_dir()) {
        for host in &processor.hosts {
            assert!(called.contains(host.as_str()), "{}: nothing calls {host}", processor.id);
        }
    }
}

#[test]
fn an_19_an_23_no_host_counts_people() {
    let known = BTreeSet::from([
        "api.openai.com",
        "api.polar.sh",
        "challenges.cloudflare.com",
        "generativelanguage.googleapis.com",
        "sandbox-api.polar.sh",
    ]);
    assert_eq!(outbound_hosts(), known, "a new host is a new processor, and a reader of the policy will want to know why");
}

/// Adapters of AWS are listed by the SDK's hosts.
#[test]
fn every_adapter_is_of_a_processor() {
    // The built-in artist is ours.
    let adapters = std::fs::read_dir(root().join("shared")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // The adapters of one vendor's domains have its name first: `via-dynamodb-studio`.
    let vendors = adapters.filter_map(|name| name.strip_prefix("via-").and_then(|rest| rest.split('-').next()).map(str::to_owned));
    for vendor in vendors.filter(|vendor| vendor != "palette") {
        let known = inventory().processor(&vendor).or_else(|| inventory().processor(&format!("aws-{vendor}")));
        let processor = known.unwrap_or_else(|| panic!("via-{vendor} sends data to nobody the provider ledger knows"));
        assert!(processor.is_provider() || processor.endpoint.is_some(), "{}: where does its adapter call?", processor.id);
    }
}

#[test]
fn im_09_nothing_is_for_sale() {
    let purposes = [
        Purpose::Account,
        Purpose::SignIn,
        Purpose::Wallet,
        Purpose::Generation,
        Purpose::Delivery,
        Purpose::Moderation,
        Purpose::Analytics,
        Purpose::Feedback,
        Purpose::AbusePrevention,
        Purpose::Marketing,
        Purpose::Operation,
        Purpose::Contact,
        Purpose::Rights,
    ];
    for processor in inventory().processors() {
        assert!(processor.purposes.iter().all(|purpose| purposes.contains(purpose)), "{}", processor.id);
    }
    for entry in inventory().entries() {
        assert!(purposes.contains(&entry.purpose), "{}", entry.class());
    }
}
