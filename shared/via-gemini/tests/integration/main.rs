//! The artist against the stand-in of its vendor.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod artist;
mod contract;
