//! Formats, told by their first bytes.

use crate::Unreadable;

/// The supported formats
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    Jpeg,
    Png,
    Webp,
}

impl PictureFormat {
    /// The format by the first bytes; the declared media type is ignored.
    ///
    /// # Errors
    /// [`Unreadable::UnknownFormat`] for any other format, with a guess at it.
    pub fn sniff(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        Err(Unreadable::UnknownFormat { what: guess(bytes) })
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// The likely format of an unsupported file, for the sentence to its sender
fn guess(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let brand = head.get(4..12).unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match () {
        () if head.starts_with(b"GIF8") => "a GIF",
        () if head.starts_with(b"%PDF") => "a PDF",
        () if head.starts_with(b"PK\x03\x04") => "an archive",
        () if head.starts_with(b"BM") => "a BMP",
        () if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") => "a TIFF or raw picture",
        () if brand.starts_with(b"ftypavi") => "an AVIF",
        () if [b"ftyphei", b"ftyphev", b"ftypmif", b"ftypmsf"].iter().any(|b| brand.starts_with(&b[..])) => "a HEIC",
        () if brand.starts_with(b"ftyp") => "a video",
        () if text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")) => "an SVG",
        () if text.starts_with("<!doctype html") || text.starts_with("<html") => "a web page",
        () => "no picture we know",
    }
}
