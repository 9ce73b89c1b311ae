//! From untrusted bytes to pixels.
//!
//! Each format is walked here first, by a few dozen lines that allocate nothing: sizes, frames and the end of the picture are known, and
//! checked, before a decoder sees the bytes, and it sees the picture alone, not what hangs behind it.

mod colours;
mod jpeg;
mod png;
mod webp;
mod whole;

use crate::{Limits, Unreadable};
use colours::Colours;
use image::metadata::Orientation;
use image::{RgbImage, RgbaImage};

pub use whole::{Outline, is_whole_picture, outline};

/// The formats that are read
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// JPEG
    Jpeg,
    /// PNG
    Png,
    /// WebP
    Webp,
}

impl PictureFormat {
    /// Tells the format by the first bytes; what a sender declares is never asked.
    ///
    /// # Errors
    /// [`Unreadable::UnknownFormat`] for everything else, with what it seems to be.
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

    /// Media type
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// What a file that we do not read seems to be, for the sentence to its sender
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

/// A decoded picture and what its file says about showing it
pub(crate) struct Decoded {
    /// As stored: not yet turned, in the file's own colours
    pub(crate) pixels: RgbImage,
    pub(crate) orientation: Orientation,
    pub(crate) colours: Colours,
}

/// Decodes `bytes` within `limits`; transparency lies on white.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    limits.admit_bytes(bytes)?;
    let format = PictureFormat::sniff(bytes)?;
    contained(|| match format {
        PictureFormat::Jpeg => jpeg::decode(bytes, limits),
        PictureFormat::Png => png::decode(bytes, limits),
        PictureFormat::Webp => webp::decode(bytes, limits),
    })
}

/// A decoded picture whose transparency is kept
pub(crate) enum Layered {
    /// It has none.
    Opaque(Decoded),
    /// Straight alpha; upright and in its colours as stored.
    Alpha(RgbaImage),
}

impl Layered {
    /// With its alpha, its colours as stored; what has none is opaque.
    fn into_rgba(self) -> RgbaImage {
        match self {
            Self::Opaque(decoded) => image::DynamicImage::ImageRgb8(decoded.pixels).into_rgba8(),
            Self::Alpha(pixels) => pixels,
        }
    }
}

/// Decodes `bytes` within `limits` and keeps the transparency.
pub(crate) fn decode_layered(bytes: &[u8], limits: &Limits) -> Result<Layered, Unreadable> {
    limits.admit_bytes(bytes)?;
    let format = PictureFormat::sniff(bytes)?;
    contained(|| match format {
        PictureFormat::Jpeg => jpeg::decode(bytes, limits).map(Layered::Opaque),
        PictureFormat::Png => png::decode_layered(bytes, limits),
        PictureFormat::Webp => webp::decode_layered(bytes, limits),
    })
}

/// Decodes a PNG of ours, with its matte.
pub(crate) fn decode_png(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Unreadable> {
    match PictureFormat::sniff(bytes) {
        Ok(PictureFormat::Jpeg | PictureFormat::Webp) => Err(Unreadable::UnknownFormat { what: "no PNG" }),
        _ => decode_layered(bytes, limits).map(Layered::into_rgba),
    }
}

/// Decodes a PNG or WebP with its alpha, its colours as stored.
pub(crate) fn decode_rgba(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Unreadable> {
    match PictureFormat::sniff(bytes) {
        Ok(PictureFormat::Jpeg) => Err(Unreadable::UnknownFormat { what: "a JPEG, which has no alpha" }),
        _ => decode_layered(bytes, limits).map(Layered::into_rgba),
    }
}

/// A decoder that panics has met a damaged picture, not a broken program: the sender is told, and nothing retries.
fn contained<T>(decode: impl FnOnce() -> Result<T, Unreadable> + std::panic::UnwindSafe) -> Result<T, Unreadable> {
    std::panic::catch_unwind(decode).unwrap_or_else(|_| Err(Unreadable::corrupt("the decoder panicked")))
}

/// Big-endian 16 bits at `at`
fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Big-endian 32 bits at `at`
fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Little-endian 32 bits at `at`
fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Lays straight-alpha RGBA on white.
fn on_white(rgba: &[u8], rgb: &mut [u8]) {
    for (from, to) in rgba.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
        let alpha = u16::from(from[3]);
        for channel in 0..3 {
            to[channel] = div255(u16::from(from[channel]) * alpha + 255 * (255 - alpha));
        }
    }
}

/// `value / 255`, rounded; exact for 0..=65025
fn div255(value: u16) -> u8 {
    let value = u32::from(value) + 128;
    ((value + (value >> 8)) >> 8) as u8
}

/// The finished buffer as a picture
fn picture(width: u32, height: u32, rgb: Vec<u8>) -> Result<RgbImage, Unreadable> {
    RgbImage::from_raw(width, height, rgb).ok_or_else(|| Unreadable::corrupt("fewer pixels than declared"))
}
