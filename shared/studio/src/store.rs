//! The ports that all steps share.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Failure, GenerationId, Owner, UploadId};
use picture_files::DigitalSource;
use wallet::Entry;

use crate::attempts::History;
use crate::generation::Generation;
use crate::moderation::ModerationRecord;
use crate::view::{BundleFile, Delivered};

/// One change of a generation with all rows of the same transaction.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// The generation as it was read.
    pub before: &'a Generation,
    /// The generation to write.
    pub after: &'a Generation,
    /// The movement of credits: entries that are written with the one change of the balance they add up to.
    pub entries: &'a [Entry],
    /// The result of the screening.
    pub moderation: Option<&'a ModerationRecord>,
    /// The list of delivered files.
    pub delivered: Option<&'a Delivered>,
    /// The attempts at a drawing, on the condition of its previous version: like the generation itself, it may be overtaken.
    pub history: Option<&'a History>,
    /// Attempts that must still be as they were read, or the change is overtaken: it was made up from them.
    pub unchanged: &'a [History],
}

impl<'a> Change<'a> {
    /// A change of the generation alone.
    #[must_use]
    pub fn of(before: &'a Generation, after: &'a Generation) -> Self {
        Self { before, after, entries: &[], moderation: None, delivered: None, history: None, unchanged: &[] }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    Stored,
    /// The stored generation is no longer at the version of `before`; nothing was written.
    Overtaken,
}

#[async_trait]
pub trait Generations: Send + Sync {
    /// A consistent read.
    async fn load(&self, owner: Owner, id: GenerationId) -> Result<Option<Generation>, Failure>;

    /// Writes a change, all of it or nothing, if the generation still is at `before`'s version and state.
    async fn change(&self, change: Change<'_>) -> Result<Written, Failure>;

    /// Whether any generation that runs is made of this upload.
    async fn is_in_use(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure>;

    /// Removes the rows beside that of a generation: its list of files, and the histories of its drawings. Idempotent.
    async fn remove_beside(&self, generation: &Generation) -> Result<(), Failure>;

    /// Removes the rows of a generation, the histories of its drawings included.
    async fn remove(&self, generation: &Generation) -> Result<(), Failure>;
}

/// Writes a change. When another worker overtook this one, it steps back and the message comes again.
///
/// # Errors
/// [`Failure::Busy`] when it was overtaken, and the failures of the store.
pub async fn write(generations: &dyn Generations, change: Change<'_>) -> Result<(), Failure> {
    match generations.change(change).await? {
        Written::Stored => Ok(()),
        Written::Overtaken => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
    }
}

/// The state of the bytes as they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum OriginalStanding {
    Absent,
    /// There, and no normalised picture yet: somebody may still need it.
    Unread,
    /// There beside its normalised picture: posted once more, or left by a worker that died.
    Spare,
}

/// The store of selfies. All objects of an upload are under one prefix, quarantine apart.
#[async_trait]
pub trait Selfies: Send + Sync {
    /// The bytes as they were sent; `None` before they arrive and after their removal.
    async fn original(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// The normalised PNG; `None` before it is made.
    async fn normalised(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// Stores the normalised PNG unless there is one already, then removes the original, so that its metadata lives no longer than needed. Returns
    /// whether it stored this one: an upload's form stays open for a while, and the screened picture must not change under a generation (AN-70).
    async fn keep_normalised(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure>;

    /// Whether there is an original, and whether it has been read.
    async fn standing_of_original(&self, owner: Owner, upload: UploadId) -> Result<OriginalStanding, Failure>;

    /// Removes the original alone. Idempotent.
    async fn remove_original(&self, owner: Owner, upload: UploadId) -> Result<(), Failure>;

    /// Removes all objects of an upload. Idempotent.
    async fn remove(&self, owner: Owner, upload: UploadId) -> Result<(), Failure>;
}

/// The store of drawings and deliverables: all objects of a generation are under one prefix.
#[async_trait]
pub trait Pictures: Bundles {
    /// The names of all stored objects of a generation, in one call.
    async fn names(&self, owner: Owner, id: GenerationId) -> Result<BTreeSet<String>, Failure>;

    /// The stored drawings by index, with the digital source type of each. Of two drawings of one index always the same is returned.
    async fn drawn(&self, owner: Owner, id: GenerationId) -> Result<BTreeMap<u8, DigitalSource>, Failure>;

    /// Stores an object of a generation under `name` (a relative key such as `1/drawing/master.png`).
    async fn put(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure>;

    /// Stores an object unless there is one under `name` already, and returns the stored bytes. A signature differs each time it is made: all workers
    /// on one generation continue with the first stored version.
    async fn keep(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure>;

    async fn get(&self, owner: Owner, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure>;

    /// Removes every object of a generation whose name starts with `prefix` (all of them when it is empty).
    async fn remove(&self, owner: Owner, id: GenerationId, prefix: &str) -> Result<(), Failure>;
}

/// The store of bundles. One of eight drawings has some 100 MB: it is stored in parts that stay where they are in memory, and is never read back whole.
#[async_trait]
pub trait Bundles: Send + Sync {
    /// Stores the bundle of a generation, whose bytes are those of `parts` one after the other, with its hash. `false` when there is one already,
    /// which stays.
    async fn keep_bundle(&self, owner: Owner, id: GenerationId, bundle: &BundleFile, parts: Vec<Bytes>) -> Result<bool, Failure>;

    /// The stored bundle and its last `most` bytes, in one call; `None` when there is none.
    async fn bundle_end(&self, owner: Owner, id: GenerationId, most: u32) -> Result<Option<(BundleFile, Vec<u8>)>, Failure>;
}

/// The drawings among the names of a generation's objects, by index.
#[must_use]
pub fn drawings_among(names: &BTreeSet<String>) -> BTreeMap<u8, DigitalSource> {
    names.iter().filter_map(|name| drawing_of_name(name)).collect()
}

/// The name of a stored drawing within its generation, such as `drawings/0.algorithmicallyEnhanced`. It contains the digital source type, so that
/// both are written at once. The format is in the bytes.
#[must_use]
pub fn drawing_name(index: u8, source: DigitalSource) -> String {
    format!("{DRAWINGS}{index}.{}", source.term())
}

/// Reverses [`drawing_name`]; `None` for any other name.
#[must_use]
pub fn drawing_of_name(name: &str) -> Option<(u8, DigitalSource)> {
    let (index, term) = name.strip_prefix(DRAWINGS)?.split_once('.')?;
    Some((index.parse().ok()?, DigitalSource::ALL.iter().copied().find(|source| source.term() == term)?))
}

/// The prefix of a generation's drawings.
pub const DRAWINGS: &str = "drawings/";
