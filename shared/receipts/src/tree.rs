//! A tree that grows.

use std::{iter, mem};

use crate::proof::{root_of, tiles_of};
use crate::tile::{HEIGHT, WIDTH};
use crate::{Damage, Hash, Tile, TileId};

/// Levels of tiles that a tree of [`Tree::MOST`] entries has.
const LEVELS: usize = 8;

/// The right edge of a log's tree: all that is needed to add to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    root: Hash,
    /// The partial tile of each level that has one.
    edge: Vec<Tile>,
}

impl Tree {
    /// The most entries of a tree, far more than will ever be.
    pub const MOST: u64 = 1 << 62;

    #[must_use]
    pub fn empty() -> Self {
        Self { size: 0, root: Hash::of_row(&[]), edge: Vec::new() }
    }

    /// The tiles that [`Self::open`] needs: the partial one of each level that has one.
    #[must_use]
    pub fn edge(size: u64) -> Vec<TileId> {
        tiles_of(size, iter::once(0..size))
    }

    /// The tree of `size` entries with this root.
    ///
    /// # Errors
    /// [`Damage`] if a tile is missing, or if the tiles are not those of this root: what is damaged does not grow.
    pub fn open(size: u64, root: Hash, tiles: &[Tile]) -> Result<Self, Damage> {
        if size > Self::MOST {
            return Err(Damage::Size);
        }
        let held = |id: TileId| tiles.iter().find(|tile| tile.id() == id).cloned().ok_or(Damage::Missing(id));
        let edge = Self::edge(size).into_iter().map(held).collect::<Result<Vec<_>, _>>()?;
        let tree = Self { size, root, edge };
        if root_of(0..size, size, &tree.edge)? == root { Ok(tree) } else { Err(Damage::Root) }
    }

    /// Adds entries by the hashes of their leaves. Returns the tiles to be written, none of which was there before.
    ///
    /// A partial tile is named for how many hashes it has, not for which: a writer that stores tiles and then loses against another one damages the
    /// other's. So a new size and root are decided first, with these tiles beside them, and the tiles are stored after that.
    ///
    /// # Errors
    /// [`Damage::Size`] above [`Self::MOST`]; the tree is then as before.
    pub fn append(&mut self, leaves: &[Hash]) -> Result<Vec<Tile>, Damage> {
        let mut rows: [Vec<Hash>; LEVELS] = Default::default();
        for tile in &self.edge {
            rows[tile.id().level()] = tile.hashes().to_vec();
        }
        let mut size = self.size;
        let mut written = Vec::new();
        for leaf in leaves {
            size += 1;
            if size > Self::MOST {
                return Err(Damage::Size);
            }
            written.extend(push(*leaf, size, &mut rows));
        }
        let edge: Vec<Tile> = Self::edge(size).into_iter().map(|id| Tile::new(id, mem::take(&mut rows[id.level()]))).collect();
        let root = root_of(0..size, size, &edge)?;
        written.extend(edge.iter().filter(|tile| !self.edge.contains(tile)).cloned());
        *self = Self { size, root, edge };
        Ok(written)
    }

    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }
}

/// Adds the leaf that makes the tree one of `size` entries. Returns the tiles that are full now: each leaves its row empty, and its root is one more
/// hash of the row above.
fn push(leaf: Hash, size: u64, rows: &mut [Vec<Hash>; LEVELS]) -> Vec<Tile> {
    let mut full = Vec::new();
    let mut rising = leaf;
    for (level, row) in (0_u8..).zip(rows) {
        row.push(rising);
        let filled = (size >> (HEIGHT * u32::from(level))) / WIDTH;
        let id = filled.checked_sub(1).and_then(|index| TileId::within(size, level, index));
        let (Some(id), true) = (id, row.len() as u64 == WIDTH) else { break };
        let tile = Tile::new(id, mem::take(row));
        rising = Hash::of_row(tile.hashes());
        full.push(tile);
    }
    full
}
