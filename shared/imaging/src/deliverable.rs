//! Finished files.

use crate::{AvatarSpec, DigitalSource, Format, Kind, Provenance};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverable {
    /// The path with its extension, such as `avatars/youtube-800.png`: in a drawing's folder, or at the top for packs
    pub path: String,
    pub kind: Kind,
    pub format: Format,
    /// In pixels
    pub width: u32,
    /// In pixels
    pub height: u32,
    /// The digital source type of its pixels, as in its XMP
    pub digital_source: DigitalSource,
    pub provenance: Provenance,
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, in lowercase hex
    pub sha256: String,
}

impl Deliverable {
    /// A finished file of `width` × `height` pixels, both 0 for a pack
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

    /// The same pixels with other metadata
    #[must_use]
    pub fn with_bytes(self, provenance: Provenance, bytes: Vec<u8>) -> Self {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Self { provenance, bytes, sha256, ..self }
    }

    /// The file of a row of the avatar table
    pub(crate) fn of_row(row: &AvatarSpec, format: Format, source: DigitalSource, bytes: Vec<u8>) -> Self {
        Self::finished(&row.path(format), row.kind, format, (row.width, row.height), source, bytes)
    }

    pub fn content_type(&self) -> &'static str {
        self.format.content_type()
    }
}
