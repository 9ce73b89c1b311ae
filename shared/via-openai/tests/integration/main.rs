//! The artist, the screener and the list of models against the stand-in of their vendor.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod calendar;
mod vendor;
