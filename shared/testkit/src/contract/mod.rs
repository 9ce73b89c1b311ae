//! What every implementation of a port must keep: run by the fakes and by the adapters.
//!
//! The ports of one implementation are held to their promises together, as one of them writes what another reads.
#![allow(clippy::unwrap_used, reason = "a broken promise must stop the test")]

pub mod accounts;
#[cfg(feature = "pictures")]
pub mod artists;
pub mod attempts;
pub mod expired;
pub mod generations;
pub mod pictures;
pub mod placements;
pub mod rate_keys;
#[cfg(feature = "pictures")]
pub mod signers;
mod stores;

pub use stores::Stores;
