//! The ports every step of the work shares.

use async_trait::async_trait;
use kernel::{AccountId, Failure, GenerationId, UploadId};
use wallet::Entry;

use crate::generation::Generation;
use crate::prepare::ModerationRecord;
use crate::view::Delivered;

/// One change of an order with everything that must be written in the same transaction.
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
}

impl<'a> Change<'a> {
    /// A change of nothing but the order.
    #[must_use]
    pub fn of(before: &'a Generation, after: &'a Generation) -> Self {
        Self { before, after, entry: None, moderation: None, delivered: None }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It is stored.
    Stored,
    /// The order is no longer at the version the change started from; nothing was written.
    Overtaken,
}

/// Where orders live.
#[async_trait]
pub trait Generations: Send + Sync {
    /// Reads an order, consistently.
    async fn load(&self, account: AccountId, id: GenerationId) -> Result<Option<Generation>, Failure>;

    /// Writes a change, all of it or nothing, if the order still is at `before`'s version and state.
    async fn change(&self, change: Change<'_>) -> Result<Written, Failure>;

    /// Removes the rows of an order.
    async fn remove(&self, generation: &Generation) -> Result<(), Failure>;
}

/// Where selfies lie. Everything of an upload is under one prefix, quarantine apart.
#[async_trait]
pub trait Selfies: Send + Sync {
    /// The bytes as they were sent; `None` when there are none (any more).
    async fn original(&self, account: AccountId, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// The normalised PNG; `None` before there is one.
    async fn normalised(&self, account: AccountId, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;

    /// Stores the normalised PNG unless there is one already, then removes the original, so that its metadata lives no longer than needed. Answers
    /// whether it stored this one: an upload's form stays open a while, and what was screened must not change under an order (AN-70).
    async fn keep_normalised(&self, account: AccountId, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure>;

    /// Removes everything of an upload. Removing nothing is no error.
    async fn remove(&self, account: AccountId, upload: UploadId) -> Result<(), Failure>;
}

/// Where drawings and deliverables lie: everything of an order is under one prefix.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// The indexes of the drawings that are stored.
    async fn drawn(&self, account: AccountId, id: GenerationId) -> Result<Vec<u8>, Failure>;

    /// Stores an object of an order under `name` (a relative key such as `drawings/0.png`).
    async fn put(&self, account: AccountId, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure>;

    /// Reads an object of an order.
    async fn get(&self, account: AccountId, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure>;

    /// Removes every object of an order whose name starts with `prefix` (all of them when it is empty).
    async fn remove(&self, account: AccountId, id: GenerationId, prefix: &str) -> Result<(), Failure>;
}

/// The name of a stored drawing within its order.
#[must_use]
pub fn drawing_name(index: u8) -> String {
    format!("{DRAWINGS}{index}.png")
}

/// The prefix of an order's drawings.
pub const DRAWINGS: &str = "drawings/";

/// What happened, so that the next step can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// An order was placed.
    GenerationQueued,
    /// Its selfie may be drawn from.
    ScreeningPassed,
    /// Its drawings are stored.
    DrawingReady,
}

/// Tells the next step to begin. A fact is in the row before it is told, so telling it twice, or a minute later, is harmless.
#[async_trait]
pub trait Steps: Send + Sync {
    /// Tells that `step` happened to an order.
    async fn tell(&self, step: Step, account: AccountId, id: GenerationId) -> Result<(), Failure>;
}
