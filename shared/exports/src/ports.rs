//! What the worker needs of the world.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use kernel::{AccountId, ExportId, Failure, Timestamp};

use crate::export::Export;
use crate::plan::{Found, PlannedVolume};

/// The rows of exports.
#[async_trait]
pub trait Exports: Send + Sync {
    /// A consistent read.
    async fn load(&self, account: AccountId, export: ExportId) -> Result<Option<Export>, Failure>;

    /// Notes the volumes, and then that they are being written. Idempotent; the plan of an export is always the same.
    async fn plan(&self, export: &Export, volumes: &[PlannedVolume]) -> Result<(), Failure>;

    /// Notes that a volume is there, and its size. Idempotent.
    async fn finish(&self, export: &Export, volume: u16, bytes: u64) -> Result<(), Failure>;
}

/// The mail that an export is ready, which goes once.
#[async_trait]
pub trait ReadyMails: Send + Sync {
    /// Notes that the export is ready, and that the caller mails it; `false` when somebody else did or does.
    async fn claim(&self, export: &Export, now: Timestamp) -> Result<bool, Failure>;

    /// Gives the mail back that certainly did not go.
    async fn release(&self, export: &Export) -> Result<(), Failure>;
}

/// The objects of accounts.
#[async_trait]
pub trait Files: Send + Sync {
    /// Objects below `prefix` behind the key `after`, in the order of their keys; none behind the last.
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Found>, Failure>;

    /// The bytes of an object, or those of a part of it; `None` when it is gone.
    async fn read(&self, key: &str, part: Option<Range<u64>>) -> Result<Option<Bytes>, Failure>;

    /// Stores an object unless there is one, which stays.
    async fn keep(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), Failure>;
}

/// Where a volume goes, part by part. It is nowhere before it is complete.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Begins to write what will be under `key`, and ends every attempt that somebody else left. Returns the name of this one.
    async fn begin(&self, key: &str) -> Result<String, Failure>;

    /// Writes a part, counted from 1; returns what it is called. All but the last have 5 MiB at least.
    async fn part(&self, key: &str, attempt: &str, number: u16, bytes: Bytes) -> Result<String, Failure>;

    /// Makes the object of its parts, unless there is one: then `false`, and nothing is left of the attempt.
    async fn complete(&self, key: &str, attempt: &str, parts: &[String]) -> Result<bool, Failure>;

    /// Ends the attempt. Idempotent.
    async fn abandon(&self, key: &str, attempt: &str) -> Result<(), Failure>;
}
