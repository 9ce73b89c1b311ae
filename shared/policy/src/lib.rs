//! The privacy policy as code: the stored data with purpose, place and retention, and the job that ends it.
//!
//! `inventory.toml` is the one place with retention numbers. [`Class`] names what is stored; [`Expiring::expires_at`] says when
//! it must be gone; [`deletion`] makes it so, hourly. [`Processor`] is who else sees it, and [`admit`] whom a [`Profile`] may send it to.
//! `screening.toml` says what a picture may not show, and from which score on. [`render()`] makes the published text of all of it.

mod admission;
mod class;
mod cookie;
pub mod deletion;
mod flaw;
mod inventory;
mod on_device;
mod processor;
mod profile;
pub mod render;
mod retention;
mod screening;

pub use admission::{Attestations, NotAdmitted, NotAttested, admit, outbound_hosts};
pub use class::{Class, Expiring};
pub use cookie::Cookie;
pub use flaw::Flaw;
pub use inventory::{
    Backup, Category, Entry, Erasure, ErasureDeadline, Export, Field, Inventory, Lifecycle, Purpose, Regions, Store, Subject, Sweep, Table,
    inventory, undeclared,
};
pub use on_device::OnDevice;
pub use processor::{
    Agreement, AgreementKind, Attested, Keeps, KeptThere, OnRequest, Processor, Received, Training, TrainingUse, Transfer, TransferBasis,
    ZeroRetention,
};
pub use profile::{Profile, UnknownProfile};
pub use render::{Contact, Deployment, Rendered, Unpublishable, listed, render};
pub use retention::{Kept, Mechanism, Owner, Retention, Since, While};
pub use screening::{Concern, KnownScreener, Medium, ScreenedCategory, ScreeningFlaw, ScreeningPolicy, Thresholds, screening};
