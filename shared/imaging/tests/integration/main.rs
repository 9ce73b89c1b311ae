//! Decoding, avatars, stickers and the bundle, through the public functions.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod colours;
mod deliverables;
mod jpegs;
mod normalise;
mod stickers;
mod vendors;
