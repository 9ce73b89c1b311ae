//! The test binary of the journeys, which runs one test at a time here.

use crate::record_files;
use anyhow::{Context, Result, ensure};
use permissions::{Entry, Grant, Records};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// File for what a test says.
const OUTPUT: &str = "output";
/// Pause between two looks at a running test.
const PAUSE: Duration = Duration::from_millis(20);

/// Characters of a reason that are said.
const LONGEST_REASON: usize = 160;

/// A built test binary.
#[derive(Debug)]
pub(crate) struct Journeys {
    pub(crate) binary: PathBuf,
    /// Longest run of one test.
    pub(crate) limit: Duration,
}

/// What became of a test whose cloud withheld a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// With the first line of the reason.
    Failed(String),
    /// It was still running at the limit.
    Hung,
    /// It did not pass, and no call was refused for the lack of the grant.
    Unrelated,
}

impl Journeys {
    /// Runs a test whose clouds withhold a grant.
    pub(crate) fn run_without(&self, test: &str, function: &str, grant: &Grant) -> Result<Outcome> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let withheld = serde_json::to_string(&Entry { function: function.to_owned(), grant: grant.clone(), used: true })?;
        let records = std::env::temp_dir().join(format!("grants-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let ended = self.run(test, &records, Some(&withheld))?;
        let (missed, reason) = (was_missed(&records, function, grant), reason(&records));
        drop(std::fs::remove_dir_all(&records));
        Ok(match ended {
            Some(status) if status.success() => Outcome::Passed,
            _ if !missed => Outcome::Unrelated,
            Some(_) => Outcome::Failed(reason),
            None => Outcome::Hung,
        })
    }

    /// The grants that a test used when its cloud was its own alone; kept in `records` for the next time.
    pub(crate) fn used_by(&self, test: &str, records: &Path) -> Result<BTreeSet<(String, Grant)>> {
        let folder = records.join("alone").join(test);
        if !folder.exists() {
            let passed = self.run(test, &folder, None)?.is_some_and(|status| status.success());
            if !passed {
                drop(std::fs::remove_dir_all(&folder));
            }
            ensure!(passed, "{test} does not pass alone, with every grant");
        }
        let mut used = BTreeSet::new();
        for (path, lines) in record_files(&folder)? {
            used.extend(used_grants(&lines).with_context(|| format!("in {}", path.display()))?);
        }
        Ok(used)
    }

    /// The end of a run, if it came within the limit. What the test says is kept with the records.
    fn run(&self, test: &str, records: &Path, withheld: Option<&str>) -> Result<Option<ExitStatus>> {
        std::fs::create_dir_all(records).with_context(|| format!("cannot make {}", records.display()))?;
        let output = File::create(records.join(OUTPUT))?;
        let mut command = Command::new(&self.binary);
        command.args(["--exact", test]).env("GRANTS_RECORD", records).stdout(output).stderr(Stdio::null());
        if let Some(withheld) = withheld {
            command.env("WITHHELD_GRANT", withheld);
        }
        let child = command.spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        wait(child, self.limit)
    }
}

/// Kills it at the limit; its clouds die with it.
fn wait(mut child: Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    while started.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(PAUSE);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Whether a cloud noted there that it refused a call for the lack of this grant. Some tests see other refusals, which they provoke.
fn was_missed(records: &Path, function: &str, grant: &Grant) -> bool {
    let files = std::fs::read_dir(records).into_iter().flatten().flatten().map(|entry| entry.path());
    let denials = files.filter(|path| path.extension().is_some_and(|end| end == "denied"));
    let lines: String = denials.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let mut denials = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    denials.any(|denial| denial["function"] == function && grant.action.split(',').any(|action| denial["action"] == action))
}

/// The first line of the panic that ended a test.
fn reason(records: &Path) -> String {
    let output = std::fs::read_to_string(records.join(OUTPUT)).unwrap_or_default();
    let panic = output.lines().skip_while(|line| !line.contains(" panicked at ")).nth(1);
    panic.unwrap_or("it says no reason").chars().take(LONGEST_REASON).collect()
}

/// The grants that one cloud used.
pub(crate) fn used_grants(lines: &str) -> serde_json::Result<BTreeSet<(String, Grant)>> {
    let mut cloud = Records::default();
    cloud.add(lines)?;
    Ok(cloud.grants().filter(|(.., used)| *used).map(|(function, grant, _)| (function.to_owned(), grant.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_its_reason_and_whether_the_grant_was_missed() {
        let records = std::env::temp_dir().join(format!("journeys-{}", std::process::id()));
        std::fs::create_dir_all(&records).unwrap();
        let grant = Grant { action: "s3:GetObject,s3:PutObject".into(), resource: "arn".into(), admits: None };
        assert!(!was_missed(&records, "me-get", &grant));
        std::fs::write(records.join("test.1-0.denied"), "{\"function\":\"me-get\",\"action\":\"s3:PutObject\"}\n").unwrap();
        assert!(was_missed(&records, "me-get", &grant) && !was_missed(&records, "styles-list", &grant));
        assert!(!was_missed(&records, "me-get", &Grant { action: "s3:ListBucket".into(), ..grant }));
        std::fs::write(records.join(OUTPUT), "running 1 test\nthread 'a' panicked at b.rs:1:2:\nit did not come\nnote: c\n").unwrap();
        assert_eq!(reason(&records), "it did not come");
        std::fs::remove_dir_all(&records).unwrap();
    }
}
