//! Proofs of RFC 6962: that an entry is in a tree, and that a tree is the beginning of another.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::tile::{HEIGHT, WIDTH};
use crate::{Damage, Hash, Tile, TileId};

/// A proof that can be made once its tiles are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    size: u64,
    /// The entries under each hash of the proof, in its order: from the bottom of the tree up.
    ranges: Vec<Range<u64>>,
}

impl Proof {
    /// That the entry `index` is in the tree of `size` entries (RFC 6962, 2.1.1); `None` if it cannot be.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        let mut ranges = Vec::new();
        let mut within = 0..size;
        while within.contains(&index) && within.end - within.start > 1 {
            let middle = middle(&within);
            if index < middle {
                ranges.push(middle..within.end);
                within.end = middle;
            } else {
                ranges.push(within.start..middle);
                within.start = middle;
            }
        }
        ranges.reverse();
        within.contains(&index).then_some(Self { size, ranges })
    }

    /// That the first `older` entries of the tree of `size` entries are the older tree (RFC 6962, 2.1.2); `None` if it is not older. About the empty
    /// tree, and about the same tree, there is nothing to prove.
    #[must_use]
    pub fn consistency(older: u64, size: u64) -> Option<Self> {
        let mut ranges = Vec::new();
        let mut within = 0..size;
        while older > 0 && older < within.end {
            let middle = middle(&within);
            if older <= middle {
                ranges.push(middle..within.end);
                within.end = middle;
            } else {
                ranges.push(within.start..middle);
                within.start = middle;
            }
        }
        // What begins at the first entry is the older tree itself, whose root is known.
        if older > 0 && within.start > 0 {
            ranges.push(within);
        }
        ranges.reverse();
        (older <= size).then_some(Self { size, ranges })
    }

    /// The tiles it needs, each once.
    #[must_use]
    pub fn tiles(&self) -> Vec<TileId> {
        tiles_of(self.size, self.ranges.iter().cloned())
    }

    /// The hashes of the proof. A tile of a larger tree, which holds more, is as good as the one asked for.
    ///
    /// # Errors
    /// [`Damage::Missing`]
    pub fn hashes(&self, tiles: &[Tile]) -> Result<Vec<Hash>, Damage> {
        self.ranges.iter().map(|range| root_of(range.clone(), self.size, tiles)).collect()
    }
}

/// Where RFC 6962 divides a tree of more than one entry: after the largest power of two that is less than all.
fn middle(within: &Range<u64>) -> u64 {
    within.start + (1 << (within.end - within.start - 1).ilog2())
}

/// A perfect tree over the entries from `index` · 2^`height` to the next.
struct Perfect {
    height: u32,
    index: u64,
}

impl Perfect {
    /// The largest ones that `range` is made of, from left to right.
    fn of(range: Range<u64>) -> impl Iterator<Item = Self> {
        let mut start = range.start;
        std::iter::from_fn(move || {
            let height = range.end.checked_sub(start)?.checked_ilog2()?;
            let index = start >> height;
            start += 1 << height;
            Some(Self { height, index })
        })
    }

    /// The tile that holds the row it is the root of; where that row is in the tile.
    fn row(&self) -> ((u8, u64), Range<usize>) {
        let inside = self.height % HEIGHT;
        let first = self.index << inside;
        // Both numbers are far below their type's most: a height is at most 63, a place in a tile at most 255.
        let (level, from) = ((self.height / HEIGHT) as u8, (first % WIDTH) as usize);
        ((level, first / WIDTH), from..from + (1 << inside))
    }
}

/// The tiles that [`root_of`] needs for these ranges of a tree of `size` entries.
pub(crate) fn tiles_of(size: u64, ranges: impl IntoIterator<Item = Range<u64>>) -> Vec<TileId> {
    let ids: BTreeSet<_> = ranges.into_iter().flat_map(Perfect::of).filter_map(|tree| tile_of(size, &tree)).collect();
    ids.into_iter().collect()
}

fn tile_of(size: u64, tree: &Perfect) -> Option<TileId> {
    let (level, index) = tree.row().0;
    TileId::within(size, level, index)
}

/// The root of the tree above `range`, which is the whole tree of `size` entries or one that RFC 6962 divides it into.
pub(crate) fn root_of(range: Range<u64>, size: u64, tiles: &[Tile]) -> Result<Hash, Damage> {
    let mut roots = Vec::new();
    for tree in Perfect::of(range) {
        let (place, row) = tree.row();
        let held = tiles.iter().filter(|tile| tile.id().place() == place).find_map(|tile| tile.hashes().get(row.clone()));
        let missing = tile_of(size, &tree).map_or(Damage::Size, Damage::Missing);
        roots.push(held.map(Hash::of_row).ok_or(missing)?);
    }
    Ok(roots.into_iter().rev().reduce(|right, left| Hash::of_nodes(left, right)).unwrap_or_else(|| Hash::of_row(&[])))
}

/// The root of the tree of `size` entries in which `leaf` is the entry `index` (RFC 9162, 2.1.3.2); `None` if `path` is none of such an entry.
pub(crate) fn root_by_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut node, mut last) = (index, size.checked_sub(1).filter(|last| index <= *last)?);
    let mut root = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = Hash::of_nodes(*sibling, root);
            // At the right edge, levels at which it has no sibling are passed. A node that is the last is not 0 here, or `last` were.
            let passed = node.trailing_zeros();
            (node, last) = (node >> passed, last >> passed);
        } else {
            root = Hash::of_nodes(root, *sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some(root)
}

/// The roots of the older and of the newer tree by a proof that one is the beginning of the other (RFC 9162, 2.1.4.2), which is given the older root.
/// There must be `0 < older < size`.
pub(crate) fn roots_by_consistency(older: (u64, Hash), size: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    let (mut node, mut last) = (older.0.checked_sub(1)?, size.checked_sub(1)?);
    let own = older.0.is_power_of_two().then_some(&older.1);
    let mut path = own.into_iter().chain(path);
    let passed = node.trailing_ones();
    (node, last) = (node.checked_shr(passed)?, last.checked_shr(passed)?);
    let first = *path.next()?;
    let (mut old, mut new) = (first, first);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            (old, new) = (Hash::of_nodes(*sibling, old), Hash::of_nodes(*sibling, new));
            let passed = node.trailing_zeros();
            (node, last) = (node >> passed, last >> passed);
        } else {
            new = Hash::of_nodes(new, *sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some((old, new))
}
