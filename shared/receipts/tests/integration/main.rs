//! The log, its notes and its receipts, as whoever writes and whoever verifies them uses the crate.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

mod checkpoint;
mod receipt;
mod shown;
mod statement;
mod support;
mod tree;
