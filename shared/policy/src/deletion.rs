//! The hourly deletion of everything that the inventory says is due.
//!
//! TTL and lifecycle rules are only a safety net: one is days late, the other days early. A row's objects are deleted first and the row last, so that
//! a run that dies in between finds the row again.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use kernel::{Clock, Failure};

use crate::Class;
use crate::inventory::{Entry, inventory};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredRow {
    pub class: Class,
    pub key: RowKey,
    /// The prefix of the objects that are deleted with it, ending with a slash.
    pub objects: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowKey {
    pub pk: String,
    pub sk: String,
}

#[async_trait]
pub trait ExpiredRows: Send + Sync {
    /// Rows of `class` whose `expires_at` is `at_or_before` or earlier: earliest first, at most `limit`.
    async fn expired(&self, class: Class, at_or_before: Timestamp, limit: usize) -> Result<Vec<ExpiredRow>, Failure>;

    /// Deletes the row if it is still of that class and still due; `false` if it is not, or is gone already.
    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure>;
}

#[async_trait]
pub trait Objects: Send + Sync {
    /// Deletes every object below `prefix` and returns their number; an empty prefix is a success.
    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure>;
}

/// The counts of one class in a run.
#[derive(Debug)]
pub struct Swept {
    pub class: Class,
    pub rows: u64,
    pub objects: u64,
    /// Rows left because they were no longer due.
    pub kept: u64,
    /// One failure for each row (or for the query); the rows stay for the next run.
    pub failures: Vec<Failure>,
    /// Whether the run stopped at its limit and more may be due.
    pub more: bool,
}

#[derive(Debug)]
pub struct Report {
    /// In the order of the inventory.
    pub classes: Vec<Swept>,
}

impl Report {
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.classes.iter().map(|swept| swept.rows).sum()
    }

    #[must_use]
    pub fn objects(&self) -> u64 {
        self.classes.iter().map(|swept| swept.objects).sum()
    }

    /// Rows and queries that failed.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.classes.iter().map(|swept| swept.failures.len()).sum()
    }

    /// Whether a class reached the limit of a run and may have more due rows.
    #[must_use]
    pub fn more(&self) -> bool {
        self.classes.iter().any(|swept| swept.more)
    }

    /// # Errors
    /// [`Failure::Broken`] when anything failed, so that an alarm reports the delay, though the rest is done.
    pub fn into_result(self) -> Result<(), Failure> {
        let count = self.failures();
        let first = self.classes.into_iter().find_map(|swept| Some((swept.class, swept.failures.into_iter().next()?)));
        first.map_or(Ok(()), |(class, source)| Err(Failure::broken(Late { count, class, source })))
    }
}

/// Some due rows are still there.
#[derive(Debug, thiserror::Error)]
#[error("{count} deletions failed, the first of class {class}")]
struct Late {
    count: usize,
    class: Class,
    source: Failure,
}

#[derive(Clone)]
pub struct DeleteExpired {
    clock: Arc<dyn Clock>,
    rows: Arc<dyn ExpiredRows>,
    objects: Arc<dyn Objects>,
}

impl DeleteExpired {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, rows: Arc<dyn ExpiredRows>, objects: Arc<dyn Objects>) -> Self {
        Self { clock, rows, objects }
    }

    /// One run over every class with the mechanism `sweep`, each in bounded batches.
    ///
    /// A row that fails is reported and skipped, so that it cannot delay the others (AN-42).
    pub async fn run(&self) -> Report {
        let now = self.clock.now();
        let mut classes = Vec::new();
        for entry in inventory().sweeps() {
            classes.push(self.sweep(entry, now).await);
        }
        Report { classes }
    }

    async fn sweep(&self, entry: &Entry, now: Timestamp) -> Swept {
        let at_or_before = now.checked_add(entry.lookahead()).unwrap_or(now);
        let mut swept = Swept { class: entry.class(), rows: 0, objects: 0, kept: 0, failures: Vec::new(), more: false };
        // Failed rows come back with the next query: remember them, and ask for as many more.
        let mut staying = HashSet::new();
        for _ in 0..inventory().sweep().rounds {
            let limit = inventory().sweep().batch + staying.len();
            let found = match self.rows.expired(entry.class(), at_or_before, limit).await {
                Ok(found) => found,
                Err(failure) => {
                    swept.failures.push(failure);
                    return swept;
                }
            };
            swept.more = found.len() >= limit;
            for row in found {
                if !staying.contains(&row.key) && !self.end(entry, &row, at_or_before, &mut swept).await {
                    staying.insert(row.key);
                }
            }
            if !swept.more {
                break;
            }
        }
        swept
    }

    /// Deletes one row with its objects and counts it; `false` when it stays.
    async fn end(&self, entry: &Entry, row: &ExpiredRow, at_or_before: Timestamp, swept: &mut Swept) -> bool {
        let removed = match self.remove_objects(entry, row).await {
            Ok(objects) => {
                swept.objects += objects;
                self.rows.remove(row, at_or_before).await
            }
            Err(failure) => Err(failure),
        };
        match removed {
            Ok(true) => {
                swept.rows += 1;
                return true;
            }
            Ok(false) => swept.kept += 1,
            Err(failure) => swept.failures.push(failure),
        }
        false
    }

    async fn remove_objects(&self, entry: &Entry, row: &ExpiredRow) -> Result<u64, Failure> {
        let Some(prefix) = &row.objects else { return Ok(0) };
        if !owns(entry, prefix) {
            return Err(Failure::broken(format!("a row of class {} names objects that are not its own", entry.class())));
        }
        self.objects.remove_prefix(prefix).await
    }
}

/// Whether a row of this class can own `prefix`: `uploads/<account>/<upload>/` and never the whole of `uploads/`. A deletion by prefix is the one
/// call here that could delete other owners' data.
fn owns(entry: &Entry, prefix: &str) -> bool {
    let Some(root) = entry.objects.and_then(|class| class.entry().prefix()) else { return false };
    let Some(rest) = prefix.strip_prefix(root).and_then(|rest| rest.strip_suffix('/')) else { return false };
    let segments: Vec<&str> = rest.split('/').collect();
    segments.len() == 2 && segments.iter().all(|segment| !segment.is_empty() && *segment != "." && *segment != "..")
}
