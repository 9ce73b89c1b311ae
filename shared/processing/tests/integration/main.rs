//! The steps that move pictures, on fakes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod instant;
mod work;
