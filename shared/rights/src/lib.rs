//! The rights of a person over what is stored of them.
//!
//! Each entry of the inventory is a type here (`build.rs`), and [`ARMS`] says for each how it is erased and exported. A class without one of its arms does
//! not compile, so that nothing is stored that nothing erases. [`AuditRetention`] looks every hour whether anything outlived its promise.
//! [`AskForErasure`] and [`GoOnErasing`] erase everything of a person, and [`SignReceipts`] makes the log of what was erased.

mod arms;
mod audit;
mod erasure;
mod log;
pub mod stored;

pub use arms::{ARMS, Arm, Erase, Erasing, Export, Exporting, arm};
pub use audit::{AuditRetention, Audited, Listed, ObjectList};
pub use erasure::{
    AskForErasure, Asked, Belongings, Closing, Counted, Erasure, ErasureDue, ErasureId, Erasures, Found, FoundPage, GoOnErasing, Person,
    Place, RowPlace, Salt, Step, TakeBack, TellDueErasures, UsedCode, ViewErasure, places,
};
pub use log::{BATCH, Head, LogFile, Proven, ReadLog, ReceiptLog, SignReceipts, Signed, Waiting, receipt_of};
