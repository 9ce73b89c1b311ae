//! Stickers: made, fitted, packed, and judged by the validator.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod drawings;
mod fitting;
mod making;
mod packing;
mod validating;
