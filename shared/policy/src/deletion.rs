//! The deletion of everything that the inventory says is due.
//!
//! Every hour [`TellDue`] queues one message for each shard of each class; [`DeleteDue`] handles one, page by page until its time is up, and queues it
//! again when more is due. So no class waits for another, and how much is deleted in an hour is a matter of how many run at once.
//!
//! Lifecycle rules are only a safety net, days early, and a row that owns objects has no other: it alone says where they are. A row's objects are
//! deleted first and the row last, so that a run that dies in between finds the row again.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use kernel::message::{Content, Queue};
use kernel::{Clock, Failure};
use serde::{Deserialize, Serialize};

use crate::Class;
use crate::inventory::{Entry, inventory};

/// Messages that are sent, and rows that are deleted, at the same time.
const AT_ONCE: usize = 32;

/// What a run leaves of its time: a page takes a few seconds.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// What one message asks for: the rows of one shard of a class that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueRows {
    pub class: Class,
    pub shard: u8,
    /// Rows that expire then or earlier are due.
    pub due_by: Timestamp,
}

impl Content for DueRows {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        format!("{}#{:02x}", self.class, self.shard)
    }
}

impl DueRows {
    /// Whether the message of the next hour asks for the same rows.
    fn is_superseded(&self, now: Timestamp) -> bool {
        let lead = inventory().sweep().every() - self.class.entry().lookahead();
        self.due_by.checked_add(lead).is_ok_and(|next| next <= now)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredRow {
    pub class: Class,
    pub key: RowKey,
    pub expires_at: Timestamp,
    /// The prefix of the objects that are deleted with it, ending with a slash.
    pub objects: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowKey {
    pub pk: String,
    pub sk: String,
}

/// Some of the rows of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpiredPage {
    /// The earliest first.
    pub rows: Vec<ExpiredRow>,
    /// Whether others follow.
    pub more: bool,
}

#[async_trait]
pub trait ExpiredRows: Send + Sync {
    /// Due rows after the row `after`: at most `limit`.
    async fn page(&self, due: &DueRows, after: Option<&ExpiredRow>, limit: usize) -> Result<ExpiredPage, Failure>;

    /// Deletes the row if it is still of that class and still due; `false` if it is not, or is gone already.
    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure>;
}

#[async_trait]
pub trait Objects: Send + Sync {
    /// Deletes the objects under these keys, at most [`MOST_KEYS`] of them; a key without an object is a success. Returns the keys that failed.
    async fn remove(&self, keys: &[String]) -> Result<Vec<String>, Failure>;

    /// Deletes every object below `prefix` and returns their number; an empty prefix is a success.
    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure>;
}

/// The most keys of one deletion, by the reference of `DeleteObjects`.
pub const MOST_KEYS: usize = 1000;

/// Queues what is due in the next hour.
#[derive(Clone, Copy)]
pub struct TellDue<'a> {
    pub clock: &'a dyn Clock,
    pub queue: &'a dyn Queue<DueRows>,
    /// The shards of each class.
    pub shards: u8,
}

impl TellDue<'_> {
    /// One message for each shard of each class with the mechanism `sweep`; returns their number.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the queue did not take one; a repetition is harmless.
    pub async fn run(&self) -> Result<usize, Failure> {
        let now = self.clock.now();
        let all: Vec<DueRows> = inventory().sweeps().flat_map(|entry| self.of(entry, now)).collect();
        let sent = stream::iter(&all).map(|due| self.queue.send(due, Duration::ZERO)).buffer_unordered(AT_ONCE);
        sent.try_collect::<()>().await.map(|()| all.len())
    }

    fn of(&self, entry: &Entry, now: Timestamp) -> impl Iterator<Item = DueRows> + use<> {
        let (class, due_by) = (entry.class(), now.checked_add(entry.lookahead()).unwrap_or(now));
        (0..self.shards).map(move |shard| DueRows { class, shard, due_by })
    }
}

/// What came of one message.
#[derive(Debug, Default)]
pub struct Deleted {
    pub rows: u64,
    /// Keys of objects that were deleted with them.
    pub objects: u64,
    /// Rows left because they were no longer due.
    pub kept: u64,
    /// One failure for each row that stays.
    pub failures: Vec<Failure>,
    /// Whether the time was up before the last row.
    pub more: bool,
    /// When the first of the rows that stay expires.
    oldest: Option<Timestamp>,
}

impl Deleted {
    /// How long the oldest of the rows that stay is past its time, if an hourly run should have deleted it: the last before that time for rows with
    /// objects, the first after it for others.
    #[must_use]
    pub fn backlog(&self, class: Class, now: Timestamp) -> Option<SignedDuration> {
        let patience = inventory().sweep().every() - class.entry().lookahead();
        self.oldest.map(|oldest| now.duration_since(oldest)).filter(|age| *age >= patience)
    }

    fn stays(&mut self, row: &ExpiredRow) {
        self.oldest = Some(self.oldest.map_or(row.expires_at, |oldest| oldest.min(row.expires_at)));
    }

    fn fail(&mut self, row: &ExpiredRow, failure: Failure) {
        self.stays(row);
        self.failures.push(failure);
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

/// Deletes what one message asks for.
#[derive(Clone, Copy)]
pub struct DeleteDue<'a> {
    pub clock: &'a dyn Clock,
    pub rows: &'a dyn ExpiredRows,
    pub objects: &'a dyn Objects,
    pub queue: &'a dyn Queue<DueRows>,
    /// The end of this worker's time.
    pub until: Timestamp,
}

impl DeleteDue<'_> {
    /// Deletes until nothing is due or the time is up; then the same message goes on, unless the next hour's does. A row that fails is reported and
    /// passed by, so that it delays no other (AN-42). What is past its time when this run ends is a backlog.
    ///
    /// # Errors
    /// [`Failure::Broken`] when a row failed, and those of the first page: the message comes again.
    pub async fn run(&self, due: &DueRows) -> Result<(), Failure> {
        let deleted = self.delete(due).await?;
        let (rows, objects, kept, failures) = (deleted.rows, deleted.objects, deleted.kept, deleted.failures.len());
        tracing::info!(class = due.class.id(), rows, objects, kept, failures, more = deleted.more, "deleted due rows");
        let now = self.clock.now();
        if let Some(age) = deleted.backlog(due.class, now) {
            tracing::error!(class = due.class.id(), oldest_seconds = age.as_secs(), "deletion backlog");
        }
        if deleted.more && !due.is_superseded(now) {
            return self.queue.send(due, Duration::ZERO).await;
        }
        let first = deleted.failures.into_iter().next();
        first.map_or(Ok(()), |source| Err(Failure::broken(Late { count: failures, class: due.class, source })))
    }

    /// The same without what follows from it.
    ///
    /// # Errors
    /// Those of a page that cannot be read.
    pub async fn delete(&self, due: &DueRows) -> Result<Deleted, Failure> {
        let mut deleted = Deleted::default();
        let mut after = None;
        loop {
            let page = self.rows.page(due, after.as_ref(), inventory().sweep().batch).await?;
            let Some(last) = page.rows.last().cloned() else { return Ok(deleted) };
            if !self.has_time() {
                page.rows.first().iter().for_each(|row| deleted.stays(row));
                deleted.more = true;
                return Ok(deleted);
            }
            self.end(due, page.rows, &mut deleted).await;
            if !page.more {
                return Ok(deleted);
            }
            after = Some(last);
        }
    }

    fn has_time(&self) -> bool {
        self.clock.now().checked_add(RESERVE).is_ok_and(|end| end <= self.until)
    }

    /// Deletes the objects of rows, and then those rows of which none is left.
    async fn end(&self, due: &DueRows, rows: Vec<ExpiredRow>, deleted: &mut Deleted) {
        let entry = due.class.entry();
        let mut bare = Vec::new();
        let mut owning = Vec::new();
        for row in rows {
            match keys(entry, &row) {
                Ok(keys) if keys.is_empty() => bare.push(row),
                Ok(keys) => owning.push((row, keys)),
                Err(failure) => deleted.fail(&row, failure),
            }
        }
        let mut owners = owning.into_iter().peekable();
        while owners.peek().is_some() {
            let each = owners.peek().map_or(1, |(_, keys)| keys.len());
            let some: Vec<_> = owners.by_ref().take((MOST_KEYS / each).max(1)).collect();
            bare.extend(self.strip(some, deleted).await);
        }
        self.remove(due, bare, deleted).await;
    }

    /// Deletes the objects of many rows in one call; returns the rows of which none is left. Where the call itself is refused, one of them may be why:
    /// then it is made for each alone.
    async fn strip(&self, owning: Vec<(ExpiredRow, Vec<String>)>, deleted: &mut Deleted) -> Vec<ExpiredRow> {
        let all: Vec<String> = owning.iter().flat_map(|(_, keys)| keys.clone()).collect();
        let together = match self.objects.remove(&all).await {
            Ok(failed) => Ok(failed),
            Err(Failure::Broken(_)) => self.strip_each(&owning).await,
            Err(failure) => Err(failure),
        };
        // A dependency that is busy is asked for no single row.
        let failed: HashSet<String> = together.unwrap_or(all).into_iter().collect();
        let mut bare = Vec::new();
        for (row, keys) in owning {
            if keys.iter().any(|key| failed.contains(key)) {
                deleted.fail(&row, Failure::broken("its objects could not be deleted"));
            } else {
                deleted.objects += keys.len() as u64;
                bare.push(row);
            }
        }
        bare
    }

    async fn strip_each(&self, owning: &[(ExpiredRow, Vec<String>)]) -> Result<Vec<String>, Failure> {
        let each = stream::iter(owning).map(|(_, keys)| async { self.objects.remove(keys).await.unwrap_or_else(|_| keys.clone()) });
        Ok(each.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat())
    }

    async fn remove(&self, due: &DueRows, rows: Vec<ExpiredRow>, deleted: &mut Deleted) {
        let removals = stream::iter(rows).map(|row| async { (self.rows.remove(&row, due.due_by).await, row) });
        let removed: Vec<_> = removals.buffer_unordered(AT_ONCE).collect().await;
        for (removed, row) in removed {
            match removed {
                Ok(true) => deleted.rows += 1,
                Ok(false) => deleted.kept += 1,
                Err(failure) => deleted.fail(&row, failure),
            }
        }
    }
}

/// The keys of the objects that a row owns: `uploads/<account>/<upload>/original` and so on, and nothing that could be another's.
fn keys(entry: &Entry, row: &ExpiredRow) -> Result<Vec<String>, Failure> {
    let Some(prefix) = &row.objects else { return Ok(Vec::new()) };
    let owned = entry.objects.filter(|_| owns(entry, prefix)).map(Class::entry);
    let owned = owned.ok_or_else(|| Failure::broken(format!("a row of class {} names objects that are not its own", entry.class())))?;
    Ok(owned.object_names().map(|name| format!("{prefix}{name}")).collect())
}

/// Whether a row of this class can own `prefix`: `uploads/<account>/<upload>/` and never the whole of `uploads/`.
fn owns(entry: &Entry, prefix: &str) -> bool {
    let Some(root) = entry.objects.and_then(|class| class.entry().prefix()) else { return false };
    let Some(rest) = prefix.strip_prefix(root).and_then(|rest| rest.strip_suffix('/')) else { return false };
    let segments: Vec<&str> = rest.split('/').collect();
    segments.len() == 2 && segments.iter().all(|segment| !segment.is_empty() && *segment != "." && *segment != "..")
}
