//! Copies of everything: their rows, the objects that go into them, and where they are written.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use exports::layout::Range as RowRange;
use exports::{
    Asked, Export, ExportDue, ExportRequests, ExportViews, Exports, Files, Found, NewExport, PlannedVolume, ReadyMails, Row, RowPage, Rows,
    Sink, State, Volume,
};
use kernel::message::Queue;
use kernel::{AccountId, ExportId, Failure, Principal, Timestamp, limits};
use policy::Class;

use super::{FakeBucket, FakeDatabase};
use crate::Faults;

#[derive(Clone)]
pub struct FakeExports(pub FakeDatabase);

#[async_trait]
impl ExportRequests for FakeExports {
    async fn ask(&self, new: &NewExport) -> Result<Asked, Failure> {
        let (now, account) = (self.0.now(), new.caller.account);
        self.0
            .transact("export_requests.ask", |rows| {
                rows.ask_session(&new.caller.into(), now)?;
                let key = (account, new.key_hash.clone());
                if let Some((export, _)) = rows.export_keys.get(&key).filter(|(_, expires_at)| *expires_at > now) {
                    return Ok(Asked::Replayed(*export));
                }
                rows.count(limits::EXPORTS_PER_DAY, &account.to_string(), now)?;
                rows.export_keys.insert(key, (new.id, new.key_expires_at));
                let (id, asked_at) = (new.id, new.asked_at);
                let export = Export { id, account, state: State::Queued, asked_at, ready_at: None, volumes: Vec::new() };
                rows.exports.insert((account, id), (export, false));
                Ok(Asked::New)
            })
            .await
    }
}

#[async_trait]
impl Exports for FakeExports {
    async fn load(&self, account: AccountId, export: ExportId) -> Result<Option<Export>, Failure> {
        self.0.read("exports.load", |rows| Ok(rows.exports.get(&(account, export)).map(|(export, _)| export.clone()))).await
    }

    async fn plan(&self, export: &Export, volumes: &[PlannedVolume]) -> Result<(), Failure> {
        self.0
            .transact("exports.plan", |rows| {
                let stored = rows.exports.get_mut(&(export.account, export.id)).map(|(export, _)| export);
                if let Some(stored) = stored.filter(|stored| stored.state == State::Queued) {
                    let volume = |volume: &PlannedVolume| Volume { number: volume.number, files: volume.files, bytes: None };
                    (stored.state, stored.volumes) = (State::Writing, volumes.iter().map(volume).collect());
                }
                Ok(())
            })
            .await
    }

    async fn finish(&self, export: &Export, volume: u16, bytes: u64) -> Result<(), Failure> {
        self.0
            .transact("exports.finish", |rows| {
                let stored = rows.exports.get_mut(&(export.account, export.id)).map(|(export, _)| export);
                let volumes = stored.into_iter().flat_map(|export| &mut export.volumes);
                volumes.filter(|known| known.number == volume).for_each(|volume| volume.bytes = Some(bytes));
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl ReadyMails for FakeExports {
    async fn claim(&self, export: &Export, now: Timestamp) -> Result<bool, Failure> {
        self.0
            .transact("ready_mails.claim", |rows| {
                let Some((export, due)) = rows.exports.get_mut(&(export.account, export.id)) else { return Ok(false) };
                let claimed = export.state == State::Writing || (export.state == State::Ready && *due);
                if claimed {
                    (export.state, *due) = (State::Ready, false);
                    export.ready_at.get_or_insert(now);
                }
                Ok(claimed)
            })
            .await
    }

    async fn release(&self, export: &Export) -> Result<(), Failure> {
        self.0
            .transact("ready_mails.release", |rows| {
                if let Some((_, due)) = rows.exports.get_mut(&(export.account, export.id)) {
                    *due = true;
                }
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl ExportViews for FakeExports {
    async fn view(&self, principal: &Principal, export: ExportId) -> Result<Option<Export>, Failure> {
        Ok(self.list(principal).await?.into_iter().find(|own| own.id == export))
    }

    async fn list(&self, principal: &Principal) -> Result<Vec<Export>, Failure> {
        self.0
            .read("export_views.list", |rows| {
                rows.ask_session(principal, self.0.now())?;
                let owner = principal.owner()?;
                let own = rows.exports.values().rev().map(|(export, _)| export).filter(|export| export.owner() == owner);
                Ok(own.filter(|export| export.expires_at() > self.0.now()).cloned().collect())
            })
            .await
    }
}

/// The rows of accounts as a copy has them, by partition and sort key.
#[derive(Clone)]
pub struct FakeExportRows {
    rows: Arc<Mutex<BTreeMap<(String, String), Row>>>,
    faults: Faults,
}

impl FakeExportRows {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { rows: Arc::default(), faults }
    }

    /// The rows. Holding the guard blocks the fake.
    pub fn rows(&self) -> MutexGuard<'_, BTreeMap<(String, String), Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Rows for FakeExportRows {
    async fn page(&self, range: &RowRange, after: Option<&str>) -> Result<RowPage, Failure> {
        let fits =
            |(pk, sk): &(String, String)| *pk == range.pk && sk.starts_with(&range.sk) && after.is_none_or(|after| sk.as_str() > after);
        self.faults
            .call("rows.page", || {
                let rows = self.rows().iter().filter(|(key, _)| fits(key)).map(|(_, row)| row.clone()).collect();
                Ok(RowPage { rows, more: false })
            })
            .await
    }

    async fn linked(&self, _: Class, _: &Row, _: Timestamp, _: Timestamp) -> Result<Vec<Row>, Failure> {
        self.faults.call("rows.linked", || Ok(Vec::new())).await
    }
}

/// What was begun and not completed: its key and its parts, by the name of the attempt.
type Attempts = BTreeMap<String, (String, BTreeMap<u16, Bytes>)>;

/// The bucket, as a copy reads and writes it.
#[derive(Clone)]
pub struct FakeExportFiles {
    pub bucket: FakeBucket,
    attempts: Arc<Mutex<Attempts>>,
    begun: Arc<Mutex<usize>>,
    faults: Faults,
}

impl FakeExportFiles {
    #[must_use]
    pub fn new(bucket: FakeBucket, faults: Faults) -> Self {
        Self { bucket, attempts: Arc::default(), begun: Arc::default(), faults }
    }

    /// What was begun and not completed. Holding the guard blocks the fake.
    pub fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self) -> String {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        *begun += 1;
        format!("attempt-{begun}")
    }
}

#[async_trait]
impl Files for FakeExportFiles {
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Found>, Failure> {
        self.faults
            .call("files.page", || {
                let objects = self.bucket.objects();
                let behind = |key: &str| key.starts_with(prefix) && after.is_none_or(|after| key > after);
                let found = objects.iter().filter(|(key, _)| behind(key)).take(1000);
                Ok(found.map(|(key, bytes)| Found { key: key.clone(), bytes: bytes.len() as u64 }).collect())
            })
            .await
    }

    async fn read(&self, key: &str, part: Option<Range<u64>>) -> Result<Option<Bytes>, Failure> {
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        self.faults
            .call("files.read", || {
                let objects = self.bucket.objects();
                let bytes = objects.get(key).map(|bytes| match &part {
                    Some(part) => {
                        Bytes::copy_from_slice(bytes.get(index(part.start)..index(part.end).min(bytes.len())).unwrap_or_default())
                    }
                    None => Bytes::copy_from_slice(bytes),
                });
                Ok(bytes)
            })
            .await
    }

    async fn keep(&self, key: &str, _: &str, bytes: Bytes) -> Result<(), Failure> {
        self.faults
            .call("files.keep", || {
                self.bucket.objects().entry(key.to_owned()).or_insert_with(|| bytes.to_vec());
                Ok(())
            })
            .await
    }
}

fn no_such_attempt() -> Failure {
    Failure::unavailable(Duration::from_secs(1))
}

#[async_trait]
impl Sink for FakeExportFiles {
    async fn begin(&self, key: &str) -> Result<String, Failure> {
        let name = self.name();
        self.faults
            .call("sink.begin", || {
                let mut attempts = self.attempts();
                attempts.retain(|_, (of, _)| of != key);
                attempts.insert(name.clone(), (key.to_owned(), BTreeMap::new()));
                Ok(name)
            })
            .await
    }

    async fn part(&self, _: &str, attempt: &str, number: u16, bytes: Bytes) -> Result<String, Failure> {
        self.faults
            .call("sink.part", || {
                let mut attempts = self.attempts();
                attempts.get_mut(attempt).ok_or_else(no_such_attempt)?.1.insert(number, bytes);
                Ok(format!("{number}"))
            })
            .await
    }

    async fn complete(&self, key: &str, attempt: &str, parts: &[String]) -> Result<bool, Failure> {
        self.faults
            .call("sink.complete", || {
                let (_, stored) = self.attempts().remove(attempt).ok_or_else(no_such_attempt)?;
                if stored.keys().map(u16::to_string).collect::<Vec<_>>() != parts {
                    return Err(Failure::broken("other parts than were stored"));
                }
                let mut objects = self.bucket.objects();
                let new = !objects.contains_key(key);
                objects.entry(key.to_owned()).or_insert_with(|| stored.into_values().collect::<Vec<_>>().concat());
                Ok(new)
            })
            .await
    }

    async fn abandon(&self, _: &str, attempt: &str) -> Result<(), Failure> {
        self.faults
            .call("sink.abandon", || {
                self.attempts().remove(attempt);
                Ok(())
            })
            .await
    }
}

/// The messages to the worker.
#[derive(Clone)]
pub struct FakeExportQueue {
    queue: Arc<Mutex<VecDeque<ExportDue>>>,
    faults: Faults,
}

impl FakeExportQueue {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { queue: Arc::default(), faults }
    }

    /// The waiting messages. Holding the guard blocks the fake.
    pub fn queue(&self) -> MutexGuard<'_, VecDeque<ExportDue>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue<ExportDue> for FakeExportQueue {
    async fn send(&self, due: &ExportDue, _: Duration) -> Result<(), Failure> {
        self.faults
            .call("export_due.send", || {
                self.queue().push_back(*due);
                Ok(())
            })
            .await
    }
}
