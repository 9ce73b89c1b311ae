//! Content Credentials stay valid, claim the truth and nothing more, and break with any change; and of any file no more is told than it says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod changes;
mod forgeries;
mod signing;
mod statements;
mod writing;
mod xmp;
