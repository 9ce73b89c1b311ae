//! One picture in, the drawing out, and nothing stored: the use case on fakes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod admission;
mod drawing;
mod fixture;
mod secrets;
