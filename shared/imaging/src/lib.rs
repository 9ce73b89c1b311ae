//! Pictures: bytes in, bytes out.
//!
//! What a person sent becomes a [`normalise`]d picture: decoded within limits, upright, free of metadata. What an artist drew becomes the
//! deliverables of the [`AVATARS`] table by [`render`], each with its provenance and nothing else beside the pixels, and a [`Bundle`] of them.
//! No I/O, no time, no randomness: the same bytes give the same bytes.

mod avatars;
mod backdrop;
mod bundle;
mod contact_sheet;
mod decode;
mod encode;
mod limits;
mod matte;
mod normalise;
mod orientation;
mod provenance;
mod render;
mod resample;
mod scene;
mod unreadable;

pub use avatars::{AVATARS, AvatarSpec, Fit, Kind};
pub use bundle::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, Bundle, BundleError, FileEntry, Generation, MANIFEST_NAME, Manifest, SCHEMA_VERSION};
pub use contact_sheet::contact_sheet;
pub use decode::PictureFormat;
pub use limits::Limits;
pub use normalise::{Normalised, WORKING_SIDE, decode_normalised, normalise, normalise_within};
pub use provenance::DigitalSource;
pub use render::{Deliverable, Format, Rendering, render};
pub use unreadable::Unreadable;
