//! Shared code of the targets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a target fails by panicking")]

pub mod drawing;
pub mod memory;
pub mod picture;
pub mod png;
pub mod spliced;
