//! The inventory, the ledger and the texts that follow from them; the templates against both.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod changes;
mod deletion;
mod egress;
mod inventory;
mod ledger;
mod rendered;
mod screening;
mod template;

#[path = "../published/configurations.rs"]
mod configurations;
