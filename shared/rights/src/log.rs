//! The log of receipts: what is done gets its place, and the log is signed.
//!
//! One transaction decides the size, the root, the new tiles and the place of each entry. What is decided is then signed. So whoever dies in between leaves
//! a log that is signed later, and never two histories of it.

use async_trait::async_trait;
use kernel::Failure;
use receipts::{Checkpoint, Hash, Proof, Receipt, Signer, Tile, TileId, Tree, VerifierKey};

use crate::ErasureId;

/// Entries that get their place in one transaction: each is two writes of its hundred, beside the head and the tiles.
pub const BATCH: usize = 40;

/// How far the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
    /// The last signed checkpoint, a note; `None` before the first.
    pub signed: Option<Signed>,
}

/// A checkpoint that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub size: u64,
    pub note: String,
    /// The key that verifies it, in its form of text.
    pub key: String,
}

impl Head {
    #[must_use]
    pub fn empty() -> Self {
        let tree = Tree::empty();
        Self { size: tree.size(), root: tree.root(), signed: None }
    }

    fn is_signed(&self) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.size == self.size)
    }
}

/// An entry that waits for its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub erasure: ErasureId,
    /// The hash of its leaf.
    pub leaf: Hash,
}

#[async_trait]
pub trait ReceiptLog: Send + Sync {
    async fn head(&self) -> Result<Head, Failure>;

    /// The tiles of these names that are there.
    async fn tiles(&self, ids: &[TileId]) -> Result<Vec<Tile>, Failure>;

    /// Entries that wait, at most [`BATCH`].
    async fn waiting(&self) -> Result<Vec<Waiting>, Failure>;

    /// Writes the size, the root and the tiles over `from`, and gives each entry its place; `false` when another was faster.
    async fn grow(&self, from: &Head, size: u64, root: Hash, tiles: &[Tile], entries: &[(Waiting, u64)]) -> Result<bool, Failure>;

    /// Notes that the present size is signed; another signature of the same size is as good.
    async fn sign(&self, signed: &Signed) -> Result<(), Failure>;

    /// The bytes of a tile by its path, such as `tile/0/000.p/5`.
    async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, Failure>;
}

/// Gives entries their place and signs the log.
#[derive(Clone, Copy)]
pub struct SignReceipts<'a> {
    pub log: &'a dyn ReceiptLog,
    pub signer: &'a dyn Signer,
    pub key: &'a VerifierKey,
}

impl SignReceipts<'_> {
    /// Signs what was decided, and goes on until nothing waits. Returns how many entries got their place.
    ///
    /// # Errors
    /// [`Failure::Broken`] when the stored log is damaged, which then grows no more; those of the ports.
    pub async fn run(&self) -> Result<u64, Failure> {
        let mut placed = 0;
        loop {
            let head = self.log.head().await?;
            let waiting = self.log.waiting().await?;
            if waiting.is_empty() {
                // An empty log says nothing.
                if head.size > 0 && !head.is_signed() {
                    self.sign(&head).await?;
                }
                return Ok(placed);
            }
            if self.grow(&head, &waiting).await? {
                placed += waiting.len() as u64;
            }
        }
    }

    async fn grow(&self, head: &Head, waiting: &[Waiting]) -> Result<bool, Failure> {
        let edge = self.log.tiles(&Tree::edge(head.size)).await?;
        let mut tree = Tree::open(head.size, head.root, &edge).map_err(Failure::broken)?;
        let leaves: Vec<Hash> = waiting.iter().map(|entry| entry.leaf).collect();
        let tiles = tree.append(&leaves).map_err(Failure::broken)?;
        let entries: Vec<(Waiting, u64)> = waiting.iter().copied().zip(head.size..).collect();
        self.log.grow(head, tree.size(), tree.root(), &tiles, &entries).await
    }

    async fn sign(&self, head: &Head) -> Result<(), Failure> {
        let checkpoint = Checkpoint { origin: self.key.name().to_owned(), size: head.size, root: head.root };
        let note = checkpoint.sign(self.key, self.signer).await?;
        self.log.sign(&Signed { size: head.size, note, key: self.key.to_string() }).await
    }
}

/// A file of the log, as C2SP `tlog-tiles` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile {
    Text(String),
    Bytes(Vec<u8>),
}

/// Reads a file of the log for anybody.
pub struct ReadLog<'a> {
    pub log: &'a dyn ReceiptLog,
}

impl ReadLog<'_> {
    /// `checkpoint`, `key`, or a tile.
    ///
    /// # Errors
    /// [`Failure::Missing`] for any other path, and before the log was signed.
    pub async fn run(&self, path: &str) -> Result<LogFile, Failure> {
        let missing = || Failure::missing("file of the log");
        match path {
            "checkpoint" | "key" => {
                let signed = self.log.head().await?.signed.ok_or_else(missing)?;
                Ok(LogFile::Text(if path == "key" { signed.key + "\n" } else { signed.note }))
            }
            _ if path.starts_with("tile/") && path.len() <= LONGEST => self.log.tile(path).await?.map(LogFile::Bytes).ok_or_else(missing),
            _ => Err(missing()),
        }
    }
}

/// The path of the tile farthest away is shorter.
const LONGEST: usize = 64;

/// A receipt with the key that verifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    pub receipt: Receipt,
    pub key: String,
}

/// The receipt of the entry `index`; `None` until the log is signed with it.
///
/// # Errors
/// [`Failure::Broken`] when a tile is missing; those of the log.
pub async fn receipt_of(log: &dyn ReceiptLog, index: u64) -> Result<Option<Proven>, Failure> {
    let Some(signed) = log.head().await?.signed else { return Ok(None) };
    let Some(proof) = Proof::inclusion(index, signed.size) else { return Ok(None) };
    let tiles = log.tiles(&proof.tiles()).await?;
    let path = proof.hashes(&tiles).map_err(Failure::broken)?;
    Ok(Some(Proven { receipt: Receipt::new(index, path, signed.note), key: signed.key }))
}
