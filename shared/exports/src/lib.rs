//! Copies of everything that is stored of a person (AN-54, IM-05, IP-25; GDPR art. 15 and 20).
//!
//! [`AskForExport`] writes a row and tells the worker, [`RunExport`], which first plans and then writes each volume by itself. What goes into a copy say the
//! arms of [`rights::ARMS`] and the inventory ([`layout`]): rows as JSON with their schemas, objects as they are, and a page that explains all of it.

mod ask;
mod export;
pub mod layout;
mod manifest;
mod plan;
mod ports;
mod rows;
mod run;
mod volume;
mod write;

pub use ask::{AskForExport, Asked, ExportRequests, ExportViews, LINK_LIFE, Link, Links, NewExport, VolumeLinks};
pub use export::{Export, ExportDue, State, Volume, folder, plan_key, volume_key};
pub use manifest::{FileEntry, GoneEntry, LeftOut, Manifest, SCHEMA_VERSION, VolumeEntry};
pub use plan::{Found, MOST_BYTES, MOST_FILES, Plan, PlannedFile, PlannedVolume};
pub use ports::{Exports, Files, ReadyMails, Sink};
pub use rows::{Row, RowPage, Rows, RowsOf, schema};
pub use run::RunExport;
