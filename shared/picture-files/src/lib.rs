//! Picture files without decoding: their formats and sizes, their purposes, and the origin they declare.
//!
//! Code that lists, stores, links or receives pictures needs this crate; code that computes on pixels needs `imaging`.

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

pub use deliverables::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, FileEntry, Format, Kind, PREVIEW_NAME, PREVIEW_PIXELS};
pub use format::PictureFormat;
pub use jpeg::{Jpeg, JpegComponent, JpegLayout, JpegSegment};
pub use limits::Limits;
pub use messenger::Messenger;
pub use origin::{DigitalSource, Provenance};
pub use outline::{Outline, is_whole_picture, outline};
pub use png::{PngChunk, PngChunks};
pub use unreadable::Unreadable;
pub use webp::{Webp, WebpFrame};
