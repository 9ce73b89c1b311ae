//! The offline artist: its port's contract, and the look of its drawings.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod contract;
mod looks;
