//! Takes each grant away and runs the tests that used it, the smallest first, until one fails.

use crate::record_files;
use anyhow::{Context, Result, bail};
use permissions::{Entry, Grant, Records};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The test binary of the journeys, built.
    #[arg(long)]
    journeys: PathBuf,
    /// Only grants of this function.
    #[arg(long)]
    function: Option<String>,
    /// Only every nth grant: a sample.
    #[arg(long, default_value_t = 1)]
    every: usize,
}

/// The tests of clouds that used a grant.
#[derive(Debug, Default)]
struct Users {
    /// Tests with a cloud of their own, each with the number of grants it used: fewer is faster.
    tests: BTreeSet<(usize, String)>,
    /// Whether the cloud that many tests share used it.
    shared: bool,
}

pub(crate) fn run(arguments: &Arguments, records: &Path) -> Result<()> {
    let users = users(records)?;
    let sharing = std::fs::read_to_string(records.join("shared.tests")).unwrap_or_default();
    let sharing: BTreeSet<&str> = sharing.lines().collect();
    let wanted = users.iter().filter(|((function, _), _)| arguments.function.as_ref().is_none_or(|only| only == function));
    let mut survived = Vec::new();
    let mut removed = 0;
    for ((function, grant), users) in wanted.step_by(arguments.every.max(1)) {
        let started = Instant::now();
        removed += 1;
        let noticed = first_failure(arguments, function, grant, users, &sharing)?;
        let seconds = started.elapsed().as_secs();
        match noticed {
            Some(test) => println!("{function} without {grant}: {test} fails ({seconds} s)"),
            None => {
                println!("{function} without {grant}: NOTHING FAILS ({seconds} s)");
                survived.push(format!("  {function}: {grant}"));
            }
        }
    }
    println!("{removed} grants were taken away, one at a time; {} of them were missed by a test.", removed - survived.len());
    if survived.is_empty() { Ok(()) } else { bail!("no test fails without these grants:\n{}", survived.join("\n")) }
}

/// Who used each grant that somebody used.
fn users(records: &Path) -> Result<BTreeMap<(String, Grant), Users>> {
    let mut found: BTreeMap<(String, Grant), Users> = BTreeMap::new();
    for (path, lines) in record_files(records)? {
        let mut cloud = Records::default();
        cloud.add(&lines).with_context(|| format!("in {}", path.display()))?;
        let used: Vec<_> = cloud.grants().filter(|(_, _, used)| *used).collect();
        // `<test>.<number>.jsonl`
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let test = name.split('.').next().unwrap_or_default();
        for (function, grant, _) in &used {
            let users = found.entry(((*function).to_owned(), (*grant).clone())).or_default();
            if test == "shared" {
                users.shared = true;
            } else {
                users.tests.insert((used.len(), test.to_owned()));
            }
        }
    }
    Ok(found)
}

fn first_failure(arguments: &Arguments, function: &str, grant: &Grant, users: &Users, sharing: &BTreeSet<&str>) -> Result<Option<String>> {
    let entry = Entry { function: function.to_owned(), grant: grant.clone(), used: true };
    let withheld = serde_json::to_string(&entry)?;
    for (_, test) in &users.tests {
        if !passes(&arguments.journeys, &[test], &withheld)? {
            return Ok(Some(test.clone()));
        }
    }
    let all: Vec<&str> = sharing.iter().copied().collect();
    if users.shared && !all.is_empty() && !passes(&arguments.journeys, &all, &withheld)? {
        return Ok(Some("a test of the shared cloud".to_owned()));
    }
    Ok(None)
}

fn passes(journeys: &Path, tests: &[&str], withheld: &str) -> Result<bool> {
    let records = std::env::temp_dir().join(format!("grants-{}", std::process::id()));
    let status = Command::new(journeys)
        .arg("--exact")
        .args(tests)
        .env("WITHHELD_GRANT", withheld)
        .env("GRANTS_RECORD", &records)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", journeys.display()))?;
    drop(std::fs::remove_dir_all(records));
    Ok(status.success())
}
