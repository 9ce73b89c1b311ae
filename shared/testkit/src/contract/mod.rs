//! The contract suites of the ports, which the fakes and the adapters pass.
//!
//! The ports of one implementation are tested together, as one of them writes the rows that another reads.
#![allow(clippy::unwrap_used, reason = "a broken promise must stop the test")]

pub mod accounts;
#[cfg(feature = "pictures")]
pub mod artists;
pub mod attempts;
pub mod choices;
pub mod desk;
pub mod email_changes;
pub mod expired;
pub mod exports;
pub mod generations;
pub mod insights;
pub mod orders;
pub mod outreach;
pub mod pictures;
pub mod placements;
pub mod rate_keys;
pub mod restoring;
pub mod rights;
#[cfg(feature = "pictures")]
pub mod signers;
mod stores;
pub mod trials;

pub use desk::Desk;
pub use insights::Insights;
pub use stores::Stores;
