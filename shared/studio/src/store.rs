//! The ports every step of the work shares.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, UploadId};
use picture_files::DigitalSource;
use wallet::Entry;

use crate::attempts::History;
use crate::generation::Generation;
use crate::moderation::ModerationRecord;
use crate::view::Delivered;

/// One change of a generation with everything that must be written in the same transaction.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// As it was read.
    pub before: &'a Generation,
    /// As it shall be.
    pub after: &'a Generation,
    /// The movement of credits that goes with it.
    pub entry: Option<&'a Entry>,
    /// What the screening decided.
    pub moderation: Option<&'a ModerationRecord>,
    /// What was delivered.
    pub delivered: Option<&'a Delivered>,
    /// What was tried for a drawing, if that still has the version before it: like the order itself, it may be overtaken.
    pub history: Option<&'a History>,
}

impl<'a> Change<'a> {
    /// A change of nothing but the generation.
    #[must_use]
    pub fn of(before: &'a Generation, after: &'a Generation) -> Self {
        Self { before, after, entry: None, moderation: None, delivered: None, history: None }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It is stored.
    Stored,
    /// What is stored is no longer at the version the change started from; nothing was written.
    Overtaken,
}

/// Where generations live.
#[async_trait]
pub trait Generations: Send + Sync {
    /// Reads a generation, consistently.
    async fn load(&self, owner: Owner, id: GenerationId) -> Result<Option<Generation>, Failure>;

    /// Writes a change, all of it or nothing, if the generation still is at `before`'s version and state.
    async fn change(&self, change: Change<'_>) -> Result<Written, Failure>;

    /// Removes the rows of a generation, the histories of its drawings included.
    async fn remove(&self, generation: &Generation) -> Result<(), Failure>;
}

/// Writes a change; being overtaken means another worker is on it, so this one steps back and the message comes again.
///
/// # Errors
/// [`Failure::Busy`] when it was overtaken, and what the store says.
pub async fn write(generations: &dyn Generations, change: Change<'_>) -> Result<(), Failure> {
    match generations.change(change).await? {
        Written::Stored => Ok(()),
        Written::Overtaken => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
    }
}

/// Where selfies lie. Everything of an upload is under one prefix, quarantine apart.
#[async_trait]
pub trait Selfies: Send + Sync {
    /// The bytes as they were sent; `None` when there are none (any more).
    async fn original(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// The normalised PNG; `None` before there is one.
    async fn normalised(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// Stores the normalised PNG unless there is one already, then removes the original, so that its metadata lives no longer than needed. Answers
    /// whether it stored this one: an upload's form stays open a while, and what was screened must not change under a generation (AN-70).
    async fn keep_normalised(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure>;

    /// Removes everything of an upload. Removing nothing is no error.
    async fn remove(&self, owner: Owner, upload: UploadId) -> Result<(), Failure>;
}

/// Where drawings and deliverables lie: everything of a generation is under one prefix.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// The drawings that are stored, by index, with what is true of each. Of two of one index it is always the same one that is found.
    async fn drawn(&self, owner: Owner, id: GenerationId) -> Result<BTreeMap<u8, DigitalSource>, Failure>;

    /// Stores an object of a generation under `name` (a relative key such as `1/drawing/master.png`).
    async fn put(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure>;

    /// Stores an object of a generation unless there is one under `name` already, and answers what is there then. A signature differs each time it is made:
    /// of several workers on one generation, all go on with what the first of them stored.
    async fn keep(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure>;

    /// Reads an object of a generation.
    async fn get(&self, owner: Owner, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure>;

    /// Removes every object of a generation whose name starts with `prefix` (all of them when it is empty).
    async fn remove(&self, owner: Owner, id: GenerationId, prefix: &str) -> Result<(), Failure>;
}

/// The name of a stored drawing within its generation, such as `drawings/0.algorithmicallyEnhanced`. It says what is true of the drawing, so that this is
/// known in the instant in which the drawing is, whoever made it. The format is in the bytes.
#[must_use]
pub fn drawing_name(index: u8, source: DigitalSource) -> String {
    format!("{DRAWINGS}{index}.{}", source.term())
}

/// What [`drawing_name`] made `name` of; `None` for any other name.
#[must_use]
pub fn drawing_of_name(name: &str) -> Option<(u8, DigitalSource)> {
    let (index, term) = name.strip_prefix(DRAWINGS)?.split_once('.')?;
    Some((index.parse().ok()?, DigitalSource::ALL.into_iter().find(|source| source.term() == term)?))
}

/// The prefix of a generation's drawings.
pub const DRAWINGS: &str = "drawings/";
