//! The stores on the local endpoints, and the meaning of DynamoDB's errors.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod contract;
mod deletion_rate;
mod desk;
mod exports;
mod insights;
mod refusals;
mod restoring;
