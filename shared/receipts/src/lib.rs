//! Receipts of erasures: what was stated, as an entry of a log to which can only be added, in a text that anybody can verify offline.
//!
//! The formats are public ones: RFC 6962 for the tree, C2SP `tlog-tiles`, `tlog-checkpoint`, `signed-note` and `tlog-proof@v1` for the rest, and
//! RFC 8785 for the statement. Whoever writes the log does this: [`Tree::open`] with the tiles of its edge, [`Tree::append`], [`Checkpoint::sign`];
//! then [`Proof::inclusion`] and [`Receipt::new`] for each new entry. Whoever has a receipt calls [`verify`].
//!
//! Nothing here does I/O: tiles come as bytes, and the key is behind [`Signer`].

mod checkpoint;
mod hash;
mod key;
mod note;
mod proof;
mod receipt;
mod refusal;
mod render;
mod statement;
mod tile;
mod tree;

pub use checkpoint::{Checkpoint, Signer};
pub use hash::Hash;
pub use key::{VerifierKey, log_name};
pub use proof::Proof;
pub use receipt::{Receipt, Verified, verify};
pub use refusal::{LIMITS, Limits, Refusal};
pub use statement::{Erasure, Keeps, Nonce, Objects, Residue, Statement, Times, Vendor, object_root};
pub use tile::{Damage, Tile, TileId};
pub use tree::Tree;
