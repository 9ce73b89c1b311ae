//! The privacy policy as code: the stored data with purpose, place and retention, and the job that ends it.
//!
//! `inventory.toml` is the one place with retention numbers. [`Class`] names what is stored; [`Expiring::expires_at`] says when
//! it must be gone; [`deletion`] makes it so, hourly. [`Processor`] is who else sees it, and [`admit`] whom a [`Profile`] may send it to.
//! `screening.toml` says what a picture may not show, and from which score on. [`render()`] makes the published text of all of it.
//! [`diff`] says what changes from one published version to another, and [`lacking`] what a material change still needs.

mod admission;
mod changes;
mod class;
mod cookie;
pub mod deletion;
pub mod diff;
mod flaw;
mod inventory;
mod notice;
mod on_device;
mod processor;
mod profile;
mod published;
mod purpose;
pub mod render;
mod retention;
mod screening;
mod well_known;

pub use admission::{Attestations, NotAdmitted, NotAttested, admit, outbound_hosts};
pub use changes::{Changes, Said, changes_since};
pub use class::{Class, Expiring};
pub use cookie::Cookie;
pub use diff::{Change, Weight};
pub use flaw::Flaw;
pub use inventory::{
    Category, Entry, Erasure, ErasureDeadline, Export, Field, Inventory, Regions, Store, Subject, Sweep, Table, inventory, undeclared,
};
pub use notice::{Lacking, Notice, NoticeRule, Words, lacking};
pub use on_device::OnDevice;
pub use processor::{
    Agreement, AgreementKind, Attested, Keeps, KeptThere, OnRequest, Processor, Received, Training, TrainingUse, Transfer, TransferBasis,
    ZeroRetention,
};
pub use profile::{Profile, UnknownProfile};
pub use published::{Announced, Archive, Published, archive};
pub use purpose::{Basis, Purpose};
pub use render::{Access, Contact, Deployment, Rendered, Unpublishable, listed, render};
pub use retention::{Backup, Kept, Lifecycle, Mechanism, Owner, Retention, Since, While};
pub use screening::{Concern, KnownScreener, Medium, ScreenedCategory, ScreeningFlaw, ScreeningPolicy, Thresholds, screening};
pub use well_known::{PrivacyControl, privacy_control, security_txt};
