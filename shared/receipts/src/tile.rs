//! Tiles (C2SP tlog-tiles): the hashes of a tree in rows of 256, which are written once and never change.

use std::fmt;

use crate::Hash;

/// Hashes of a full tile.
pub(crate) const WIDTH: u64 = 256;

/// The height of the tree within a tile: each hash of a level is the root of 2⁸ of the level below.
pub(crate) const HEIGHT: u32 = 8;

/// The name of a tile: its level, its place in the level, and how many hashes it holds. As text it is the path below the log's prefix, such as
/// `tile/0/x001/x234/067.p/112`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// The tile at this place in a tree of `size` entries; `None` where such a tree has none.
    #[must_use]
    pub fn within(size: u64, level: u8, index: u64) -> Option<Self> {
        let row = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
        let width = row.checked_sub(index.checked_mul(WIDTH)?)?.min(WIDTH);
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { level, index, width })
    }

    /// Whether it can take no more hashes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// The bytes it has.
    #[must_use]
    pub fn length(&self) -> usize {
        usize::from(self.width) * Hash::BYTES
    }

    pub(crate) fn level(&self) -> usize {
        usize::from(self.level)
    }

    pub(crate) const fn place(&self) -> (u8, u64) {
        (self.level, self.index)
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// A tile with its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    id: TileId,
    hashes: Vec<Hash>,
}

impl Tile {
    /// Reads what [`Self::to_bytes`] made.
    ///
    /// # Errors
    /// [`Damage::Length`]
    pub fn read(id: TileId, bytes: &[u8]) -> Result<Self, Damage> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::BYTES }>();
        if bytes.len() != id.length() || !rest.is_empty() {
            return Err(Damage::Length(id));
        }
        Ok(Self { id, hashes: hashes.iter().map(|bytes| Hash::from_bytes(*bytes)).collect() })
    }

    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    #[must_use]
    pub const fn id(&self) -> TileId {
        self.id
    }

    pub(crate) const fn new(id: TileId, hashes: Vec<Hash>) -> Self {
        Self { id, hashes }
    }

    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

/// What is wrong with a stored log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("the tile {0} is not of the length that its name says")]
    Length(TileId),
    #[error("the tile {0} is missing")]
    Missing(TileId),
    /// A tile was changed, or is of another tree.
    #[error("the tiles do not have the root that the log says")]
    Root,
    #[error("no log is as large as this one says to be")]
    Size,
}
