//! Whatever changes in the inventory without its arms does not compile, and the compiler names the class.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../build/stored.rs"]
mod stored;

use std::fs;
use std::path::Path;
use std::process::Command;

const INVENTORY: &str = include_str!("../../policy/inventory.toml");

fn inventory() -> toml::Table {
    INVENTORY.parse().unwrap()
}

fn entries(inventory: &mut toml::Table) -> &mut Vec<toml::Value> {
    inventory["entries"].as_array_mut().unwrap()
}

/// The names of the types of all entries.
fn names(inventory: &toml::Table) -> Vec<String> {
    let types = stored::types(inventory).unwrap();
    types.lines().filter_map(|line| line.strip_prefix("pub struct ")).map(|line| line.trim_end_matches(';').to_owned()).collect()
}

/// What the compiler says of the arms beside this inventory, in a folder of this name; nothing if they compile.
fn compiled(name: &str, inventory: &toml::Table) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("stored.rs"), stored::types(inventory).unwrap()).unwrap();
    let modules = ["stored", "arms"].map(|module| format!("#[path = {:?}]\npub mod {module};\n", source.join(module).with_extension("rs")));
    let root = folder.join("root.rs");
    fs::write(&root, modules.concat()).unwrap();
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler.args(["--crate-type=lib", "--edition=2024", "--emit=metadata", "--cap-lints=allow", "--out-dir"]);
    let output = compiler.arg(&folder).arg(&root).env("OUT_DIR", &folder).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

#[test]
fn the_arms_of_the_inventory_compile() {
    assert_eq!(compiled("as-it-is", &inventory()), "");
    assert_eq!(names(&inventory()).len(), rights::ARMS.len());
}

/// Invariant: Stored data is declared.
#[test]
fn an_49_an_entry_that_nothing_erases_does_not_compile() {
    let mut changed = inventory();
    let mut invented = entries(&mut changed)[0].clone();
    invented["id"] = "diary".into();
    entries(&mut changed).push(invented);
    let said = compiled("invented", &changed);
    assert!(said.contains("`stored::Diary` is in the inventory, and nothing erases it as `stored::Delete`"), "{said}");
    assert!(said.contains("`stored::Diary` is in the inventory, and nothing exports it as `stored::Included`"), "{said}");
}

/// Each entry changes; the compiler must name each by itself.
#[test]
fn an_49_an_entry_that_is_to_be_erased_otherwise_does_not_compile() {
    let mut changed = inventory();
    let mut wanted = Vec::new();
    for (entry, name) in entries(&mut changed).iter_mut().zip(names(&inventory())) {
        let (how, says) = match entry["erasure"].as_str().unwrap() {
            "delete" => ("expires", format!("<{name} as Stored>::Erasure == Delete")),
            "anonymise" => ("delete", format!("<{name} as Stored>::Erasure == Anonymise")),
            _ => ("delete", format!("`stored::{name}` is in the inventory, and nothing erases it as `stored::Delete`")),
        };
        entry["erasure"] = how.into();
        wanted.push(says);
    }
    names_each(&compiled("erased", &changed), &wanted);
}

#[test]
fn an_54_an_entry_that_is_to_be_exported_otherwise_does_not_compile() {
    let mut changed = inventory();
    let mut wanted = Vec::new();
    for (entry, name) in entries(&mut changed).iter_mut().zip(names(&inventory())) {
        let export = entry["export"].as_table_mut().unwrap();
        if export.remove("file").is_some() {
            export.insert("excluded".into(), "no reason".into());
            wanted.push(format!("<{name} as Stored>::Export == Included"));
        } else {
            export.clear();
            export.insert("file".into(), "more.json".into());
            wanted.push(format!("`stored::{name}` is in the inventory, and nothing exports it as `stored::Included`"));
        }
    }
    names_each(&compiled("exported", &changed), &wanted);
}

#[test]
fn an_entry_that_is_gone_leaves_no_arm() {
    let has_arm =
        |entry: &toml::Value| matches!(entry["erasure"].as_str(), Some("delete" | "anonymise")) || entry["export"].get("file").is_some();
    let mut changed = inventory();
    let all: Vec<(toml::Value, String)> = entries(&mut changed).drain(..).zip(names(&inventory())).collect();
    // One stays, as a list of none is no list.
    let (gone, stay): (Vec<_>, Vec<_>) = all.into_iter().partition(|(entry, _)| has_arm(entry));
    *entries(&mut changed) = stay.into_iter().map(|(entry, _)| entry).collect();
    let wanted: Vec<String> = gone.iter().map(|(_, name)| format!("cannot find type `{name}` in this scope")).collect();
    names_each(&compiled("gone", &changed), &wanted);
}

fn names_each(said: &str, wanted: &[String]) {
    let missed: Vec<_> = wanted.iter().filter(|wanted| !said.contains(wanted.as_str())).collect();
    assert!(!wanted.is_empty() && missed.is_empty(), "{missed:#?} in {said}");
}
