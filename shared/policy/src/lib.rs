//! The privacy policy as code: what is stored, why, where and for how long, and the job that ends it.
//!
//! `inventory.toml` is the one place with retention numbers. [`Class`] names what is stored; [`Class::expires_at`] says when
//! it must be gone; [`deletion`] makes it so, hourly.

mod class;
pub mod deletion;
mod flaw;
mod inventory;
mod retention;

pub use class::Class;
pub use flaw::Flaw;
pub use inventory::{
    Backup, Category, Entry, Erasure, ErasureDeadline, Export, Field, Inventory, Lifecycle, Processor, Purpose, Regions, Store, Subject,
    Sweep, Table, inventory, undeclared,
};
pub use retention::{Kept, Mechanism, Owner, Retention, Since, While};
