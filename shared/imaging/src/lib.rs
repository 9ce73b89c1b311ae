//! Pictures: bytes in, bytes out.
//!
//! A person's picture becomes a [`normalise`]d picture: decoded within limits, upright, free of metadata. An artist's picture becomes the
//! deliverables of the [`AVATARS`] table by [`render`], each with its provenance and no other metadata, and a [`Bundle`] of them. No I/O, no time, no
//! randomness: the same bytes give the same bytes.

mod avatars;
mod backdrop;
mod blank;
mod bubble;
mod bundle;
mod contact_sheet;
mod declare;
mod decode;
mod deliverable;
mod drawing;
mod encode;
mod matte;
mod normalise;
mod orientation;
mod page;
mod parallel;
mod preview;
mod render;
mod scene;
mod squares;
mod stickers;
mod webp;

pub use avatars::{AVATARS, AvatarSpec, Fit, SPEECH_BUBBLE};
pub use bubble::with_bubble;
pub use bundle::{Bundle, BundleError, CREDENTIALS_NAME, Generation, INDEX_NAME, MANIFEST_NAME, Manifest, SCHEMA_VERSION};
pub use contact_sheet::contact_sheet;
pub use declare::declare;
pub use deliverable::Deliverable;
pub use normalise::{Normalised, WORKING_SIDE, decode_normalised, normalise, normalise_within};
pub use preview::preview;
pub use render::{Rendering, render};
pub use stickers::{
    BubbleRequest, Counts, Extras, FitError, PACKS, PackError, PackSpec, Packs, STICKERS, Sides, Sizes, StickerSpec, Target, Violation,
    fit_sticker, provenance_of, stickers, validate,
};
pub use webp::{WEBP_EFFORT, WEBP_QUALITY};

// Shared by all modules.
use picture_files::{DigitalSource, FileEntry, Format, Kind, Limits, Messenger, PictureFormat, Provenance, Unreadable};
