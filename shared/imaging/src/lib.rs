//! Pictures: bytes in, bytes out.
//!
//! What a person sent becomes a [`normalise`]d picture: decoded within limits, upright, free of metadata. What an artist drew becomes the
//! deliverables of the [`AVATARS`] table by [`render`], each with its provenance and nothing else beside the pixels, and a [`Bundle`] of them.
//! No I/O, no time, no randomness: the same bytes give the same bytes.

mod archive;
mod at_once;
mod avatars;
mod backdrop;
mod bubble;
mod bundle;
mod contact_sheet;
mod declare;
mod decode;
mod deliverable;
mod drawing;
mod encode;
mod limits;
mod matte;
mod normalise;
mod orientation;
mod page;
mod provenance;
mod render;
mod resample;
mod scene;
mod squares;
mod stickers;
mod unreadable;
mod webp;

pub use avatars::{AVATARS, AvatarSpec, Fit, Kind, SPEECH_BUBBLE};
pub use bubble::with_bubble;
pub use bundle::{
    BUNDLE_CONTENT_TYPE, BUNDLE_NAME, Bundle, BundleError, CREDENTIALS_NAME, FileEntry, Generation, INDEX_NAME, MANIFEST_NAME, Manifest,
    SCHEMA_VERSION,
};
pub use contact_sheet::contact_sheet;
pub use declare::declare;
pub use decode::{Outline, PictureFormat, is_whole_picture, outline};
pub use deliverable::{Deliverable, Format};
pub use limits::Limits;
pub use normalise::{Normalised, WORKING_SIDE, decode_normalised, normalise, normalise_within};
pub use provenance::{DigitalSource, Provenance};
pub use render::{Rendering, render};
pub use stickers::{
    BubbleOrder, Counts, Extras, Messenger, PACKS, PackSpec, Packs, STICKERS, Sides, StickerSpec, Target, Unfit, Unpackable, Violation,
    fit_sticker, stickers, validate,
};
pub use unreadable::Unreadable;
pub use webp::{WEBP_EFFORT, WEBP_QUALITY};
