//! The index of invariants: which test holds which, collected from the tests themselves.
//!
//! A test that holds an invariant says so in its documentation, in a line that begins with `Invariant:`. ARCHITECTURE.md shows the index between two
//! marks; `make invariants` writes it, and a test compares it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

const BEGIN: &str = "<!-- invariants: made by `make invariants` -->";
const END: &str = "<!-- end of invariants -->";
const MARK: &str = "/// Invariant: ";

/// Where the repository's own Rust code is.
const FOLDERS: [&str; 4] = ["functions", "infra", "shared", "tests"];

/// The text of ARCHITECTURE.md with the index of today's tests in it.
///
/// # Errors
/// When a file cannot be read, or the marks are not there.
pub fn in_architecture(root: &Path) -> io::Result<String> {
    let page = fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("ARCHITECTURE.md lacks the marks of the index"))?;
    Ok(format!("{before}{BEGIN}\n{}{END}{after}", index(root)?))
}

/// One line for each invariant, in the order of the alphabet, with the tests that hold it.
fn index(root: &Path) -> io::Result<String> {
    let mut held: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in FOLDERS.iter().map(|folder| sources(&root.join(folder))).collect::<io::Result<Vec<_>>>()?.concat() {
        let text = fs::read_to_string(&file)?;
        for (invariant, test) in marked(&text) {
            held.entry(invariant).or_default().insert(format!("`{test}`"));
        }
    }
    let lines = held.into_iter().map(|(invariant, tests)| format!("- {invariant} {}\n", Vec::from_iter(tests).join(", ")));
    Ok(lines.collect())
}

/// The invariants of one file, each with the name of the test below it.
fn marked(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(invariant) = line.strip_prefix(MARK) else { continue };
        let name = lines.by_ref().find_map(|line| line.split_once("fn ").map(|(_, rest)| rest.to_owned()));
        let name = name.as_deref().and_then(|rest| rest.split_once(['(', '<'])).map(|(name, _)| name.to_owned());
        found.extend(name.map(|name| (invariant.to_owned(), name)));
    }
    found
}

fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target" && name != "node_modules") {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invariant_is_found_with_the_test_that_holds_it() {
        let text =
            format!("    {MARK}Nothing is lost.\n    /// More.\n    #[test]\n    async fn it_is_kept() {{}}\n/// No.\nfn other() {{}}\n");
        assert_eq!(marked(&text), [("Nothing is lost.".to_owned(), "it_is_kept".to_owned())]);
    }
}
