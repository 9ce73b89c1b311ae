//! Decoding untrusted bytes.
//!
//! Each format is walked first, by `picture-files`, which allocates nothing: sizes, frames and the end of the picture are known, and
//! checked, before a decoder sees the bytes, and it sees the picture alone, not what hangs behind it.

mod colours;
mod exif;
mod jpeg;
mod png;
mod tags;
mod webp;
mod xmp;

use crate::{Limits, PictureFormat, Unreadable};
use colours::Colours;
use image::metadata::Orientation;
use image::{RgbImage, RgbaImage};

/// A decoded picture with its orientation and colour profile
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
    Opaque(Decoded),
    /// Straight alpha; upright and in its colours as stored.
    Alpha(RgbaImage),
}

impl Layered {
    /// With its alpha, its colours as stored; opaque without alpha.
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

/// Decodes a PNG made here, with its matte.
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

/// A panic of a decoder counts as a damaged picture, not as a broken program: the sender is told, and nothing retries.
fn contained<T>(decode: impl FnOnce() -> Result<T, Unreadable> + std::panic::UnwindSafe) -> Result<T, Unreadable> {
    std::panic::catch_unwind(decode).unwrap_or_else(|_| Err(Unreadable::corrupt("the decoder panicked")))
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
