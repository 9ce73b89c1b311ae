//! Normalising a person's picture.

use crate::decode::decode;
use crate::encode::png_without_metadata;
use crate::orientation::upright;
use crate::resample::fit_within;
use crate::{Limits, Unreadable};
use image::RgbImage;

/// Longest side of a normalised picture, in pixels: the input of artists
pub const WORKING_SIDE: u32 = 1280;

/// A picture that is upright, scaled, and without metadata
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalised {
    /// PNG, 8-bit RGB; its only chunks are IHDR, IDAT and IEND
    pub png: Vec<u8>,
    /// Width in pixels, 1 to [`WORKING_SIDE`]
    pub width: u32,
    /// Height in pixels, 1 to [`WORKING_SIDE`]
    pub height: u32,
}

/// Decodes a JPEG, PNG or WebP within [`Limits::UPLOAD`], turns it upright by its EXIF orientation, converts it to sRGB, lays transparency on
/// white, scales it down to [`WORKING_SIDE`] and drops everything that is not a pixel.
///
/// The first bytes alone decide the format. Idempotent: its own result comes back byte for byte.
///
/// # Errors
/// [`Unreadable`], wherever possible from the headers, before memory is allocated for pixels.
pub fn normalise(bytes: &[u8]) -> Result<Normalised, Unreadable> {
    normalise_within(bytes, &Limits::UPLOAD)
}

/// # Errors
/// As [`normalise`].
pub fn normalise_within(bytes: &[u8], limits: &Limits) -> Result<Normalised, Unreadable> {
    let decoded = decode(bytes, limits)?;
    let small = fit_within(decoded.pixels, WORKING_SIDE)?;
    let picture = upright(decoded.colours.into_srgb(small), decoded.orientation);
    let png = png_without_metadata(&picture)?;
    Ok(Normalised { png, width: picture.width(), height: picture.height() })
}

/// # Errors
/// [`Unreadable`] if `png` is no picture within [`Limits::UPLOAD`].
pub fn decode_normalised(png: &[u8]) -> Result<RgbImage, Unreadable> {
    Ok(decode(png, &Limits::UPLOAD)?.pixels)
}
