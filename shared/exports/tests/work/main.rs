//! Copies of everything, on fakes: whatever dies, comes twice, goes meanwhile or runs at once.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asking;
mod faults;
mod volumes;
mod world;
