//! Takes each grant away and runs the tests that used it, the smallest first, until one fails.

use crate::journeys::{Journeys, Outcome, used_grants};
use crate::record_files;
use anyhow::{Context, Result, bail};
use permissions::Grant;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

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
    /// Grants that are away at the same time, each in clouds of its own; as many as there are cores without it.
    #[arg(long)]
    jobs: Option<usize>,
    /// Seconds after which a test that still runs without the grant has noticed.
    #[arg(long, default_value_t = 180)]
    limit: u64,
}

/// A grant of a function.
type Owned = (String, Grant);
/// The tests that used each grant, each with the number of all its uses: fewer is faster.
type Users = BTreeMap<Owned, BTreeSet<(usize, String)>>;

pub(crate) fn run(arguments: &Arguments, records: &Path) -> Result<()> {
    let started = Instant::now();
    let journeys = Journeys { binary: arguments.journeys.clone(), limit: Duration::from_secs(arguments.limit) };
    let jobs = arguments.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let users = users(records, &journeys, jobs)?;
    let wanted = users.iter().filter(|((function, _), _)| arguments.function.as_ref().is_none_or(|only| only == function));
    let wanted: Vec<_> = wanted.step_by(arguments.every.max(1)).collect();
    let (count, noticers) = (AtomicUsize::new(0), Noticers::default());
    let missed = in_parallel(jobs, &wanted, |((function, grant), tests)| {
        let noticed = first_notice(&journeys, &noticers, function, grant, tests)?;
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        let said = noticed.as_deref().unwrap_or("NOTHING FAILS");
        println!("[{number}/{} {} s] {function} without {grant}: {said}", wanted.len(), started.elapsed().as_secs());
        Ok(noticed.is_none().then(|| format!("  {function}: {grant}")))
    })?;
    let survived: Vec<String> = missed.into_iter().flatten().collect();
    println!("{} grants were taken away, one at a time; a test noticed {} of them.", wanted.len(), wanted.len() - survived.len());
    if survived.is_empty() { Ok(()) } else { bail!("no test fails without these grants:\n{}", survived.join("\n")) }
}

/// Functions with the tests that noticed the lack of a grant of theirs: they are likely to notice the next one.
#[derive(Default)]
struct Noticers(Mutex<BTreeSet<(String, String)>>);

impl Noticers {
    fn add(&self, function: &str, test: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((function.to_owned(), test.to_owned()));
    }

    /// The tests, those first that noticed another grant of the function.
    fn first<'a>(&self, function: &str, tests: &'a BTreeSet<(usize, String)>) -> Vec<&'a str> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tests: Vec<&str> = tests.iter().map(|(_, test)| test.as_str()).collect();
        tests.sort_by_key(|test| !known.contains(&(function.to_owned(), (*test).to_owned())));
        tests
    }
}

/// What a test says to the lack of a grant; `None` when every test that used it passes.
fn first_notice(
    journeys: &Journeys,
    noticers: &Noticers,
    function: &str,
    grant: &Grant,
    tests: &BTreeSet<(usize, String)>,
) -> Result<Option<String>> {
    for test in noticers.first(function, tests) {
        let said = match journeys.run_without(test, function, grant)? {
            Outcome::Failed(reason) => format!("{test} fails: {reason}"),
            Outcome::Hung => format!("{test} does not end within {} s", journeys.limit.as_secs()),
            Outcome::Passed => continue,
            Outcome::Unrelated => {
                println!("{test} did not pass although no call was refused for the grant: not counted, another test is asked");
                continue;
            }
        };
        noticers.add(function, test);
        return Ok(Some(said));
    }
    Ok(None)
}

/// Who used each grant that somebody used.
fn users(records: &Path, journeys: &Journeys, jobs: usize) -> Result<Users> {
    let mut found = Users::new();
    for (test, (uses, grants)) in tests_with_own_clouds(records)? {
        add(&mut found, &test, uses, grants);
    }
    // What a shared cloud noted may be the use of any of its tests: each runs once more, by itself.
    let sharing = std::fs::read_to_string(records.join("shared.tests")).unwrap_or_default();
    let sharing: Vec<&str> = sharing.lines().collect::<BTreeSet<_>>().into_iter().collect();
    println!("{} tests share a cloud; each runs alone first, to learn what it uses.", sharing.len());
    for (test, grants) in in_parallel(jobs, &sharing, |test| Ok((*test, journeys.used_by(test, records)?)))? {
        add(&mut found, test, grants.len(), grants);
    }
    Ok(found)
}

fn add(users: &mut Users, test: &str, uses: usize, grants: BTreeSet<Owned>) {
    for grant in grants {
        users.entry(grant).or_default().insert((uses, test.to_owned()));
    }
}

/// The grants that each test used, and their number over all its clouds.
fn tests_with_own_clouds(records: &Path) -> Result<BTreeMap<String, (usize, BTreeSet<Owned>)>> {
    let mut found: BTreeMap<String, (usize, BTreeSet<Owned>)> = BTreeMap::new();
    for (path, lines) in record_files(records)? {
        let used = used_grants(&lines).with_context(|| format!("in {}", path.display()))?;
        // `<test>.<number>.jsonl`
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let test = name.split('.').next().unwrap_or_default();
        if test != "shared" {
            let (uses, grants) = found.entry(test.to_owned()).or_default();
            *uses += used.len();
            grants.extend(used);
        }
    }
    Ok(found)
}

/// Works on all items, `jobs` at a time; what comes out is in no order.
fn in_parallel<T: Sync, R: Send>(jobs: usize, items: &[T], work: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let items = std::iter::from_fn(|| items.get(next.fetch_add(1, Ordering::Relaxed)));
        items.map(&work).collect::<Result<Vec<R>>>()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(worker)).collect();
        let done = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        Ok(done.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_noticed_a_grant_of_the_function_come_first_and_else_the_smallest() {
        let noticers = Noticers::default();
        noticers.add("me-get", "large");
        let tests = BTreeSet::from([(1, "small".to_owned()), (3, "large".to_owned()), (2, "medium".to_owned())]);
        assert_eq!(noticers.first("me-get", &tests), ["large", "small", "medium"]);
        assert_eq!(noticers.first("styles-list", &tests), ["small", "medium", "large"]);
    }

    #[test]
    fn every_item_is_worked_on_once_and_an_error_is_said() {
        let items: Vec<usize> = (0..50).collect();
        let mut done = in_parallel(3, &items, |item| Ok(*item)).unwrap();
        done.sort_unstable();
        assert_eq!(done, items);
        assert!(in_parallel(2, &items, |item| if *item == 7 { bail!("seven") } else { Ok(()) }).is_err());
    }
}
