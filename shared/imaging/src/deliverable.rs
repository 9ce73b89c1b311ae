//! Finished files.

use crate::{AvatarSpec, DigitalSource, Format, Kind, Provenance};
use sha2::{Digest, Sha256};

/// One finished file
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverable {
    /// Where it lies, with forward slashes and its ending, such as `avatars/youtube-800.png`: in a drawing's folder, or at the top for packs
    pub path: String,
    /// What it is for
    pub kind: Kind,
    /// Its format
    pub format: Format,
    /// Width in pixels
    pub width: u32,
    /// Height in pixels
    pub height: u32,
    /// What is true of its pixels, as its XMP says
    pub digital_source: DigitalSource,
    /// How it says so
    pub provenance: Provenance,
    /// The file
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, in lowercase hex
    pub sha256: String,
}

impl Deliverable {
    /// A finished file at `path`, of `width` × `height` pixels, none of which a pack has
    pub(crate) fn finished(
        path: &str,
        kind: Kind,
        format: Format,
        (width, height): (u32, u32),
        digital_source: DigitalSource,
        bytes: Vec<u8>,
    ) -> Self {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let provenance = if kind == Kind::Pack { Provenance::Members } else { Provenance::Xmp };
        Self { path: path.to_owned(), kind, format, width, height, digital_source, provenance, bytes, sha256 }
    }

    /// The same file as `bytes`: with other metadata beside the same pixels
    #[must_use]
    pub fn with_bytes(self, provenance: Provenance, bytes: Vec<u8>) -> Self {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Self { provenance, bytes, sha256, ..self }
    }

    /// The file of a row of the avatar table
    pub(crate) fn of_row(row: &AvatarSpec, format: Format, source: DigitalSource, bytes: Vec<u8>) -> Self {
        Self::finished(&row.path(format), row.kind, format, (row.width, row.height), source, bytes)
    }

    /// Media type of `bytes`
    pub fn content_type(&self) -> &'static str {
        self.format.content_type()
    }
}
