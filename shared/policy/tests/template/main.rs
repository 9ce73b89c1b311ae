//! The templates match the inventory, and the tree matches the templates.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

mod data;
mod functions;
mod model;
mod profiles;
mod queues;
mod tree;
