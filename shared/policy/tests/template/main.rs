//! The templates keep what the inventory promises, and the tree agrees with them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

mod data;
mod functions;
mod model;
mod profiles;
mod queues;
mod tree;
