//! Picture files as far as they are known without a pixel decoded: their formats and sizes, what they are for, and what they say of their origin.
//!
//! Whoever lists, stores, links or receives pictures needs this crate; whoever computes on them needs `imaging`.

mod deliverables;
mod format;
mod jpeg;
mod limits;
mod messenger;
mod origin;
mod outline;
mod png;
mod unreadable;
mod webp;

pub use deliverables::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, FileEntry, Format, Kind};
pub use format::PictureFormat;
pub use jpeg::Jpeg;
pub use limits::Limits;
pub use messenger::Messenger;
pub use origin::{DigitalSource, Provenance};
pub use outline::{Outline, is_whole_picture, outline};
pub use unreadable::Unreadable;
pub use webp::Webp;
