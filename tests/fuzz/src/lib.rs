//! What the targets share.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a target fails by panicking")]

pub mod drawing;
pub mod memory;
pub mod picture;
pub mod png;
pub mod spliced;
