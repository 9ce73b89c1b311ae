//! The rights of a person over what is stored of them.
//!
//! Each entry of the inventory is a type here (`build.rs`), and [`ARMS`] says for each how it is erased and exported. A class without one of its arms does
//! not compile, so that nothing is stored that nothing erases. [`AuditRetention`] looks every hour whether anything outlived its promise.

mod arms;
mod audit;
pub mod stored;

pub use arms::{ARMS, Arm, Erase, Erasing, Export, Exporting, arm};
pub use audit::{AuditRetention, Audited, Listed, ObjectList};
