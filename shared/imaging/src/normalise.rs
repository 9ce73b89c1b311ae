//! Normalising a person's picture.

use crate::blank::is_blank;
use crate::decode::decode;
use crate::encode::png_without_metadata;
use crate::orientation::upright;
use crate::{Limits, Unreadable};
use image::RgbImage;
use resampling::resize_rgb;

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

/// Decodes a JPEG, PNG or WebP within [`Limits::UPLOAD`], turns it upright as EXIF or XMP says, converts it to sRGB, lays transparency on
/// white, scales it down to [`WORKING_SIDE`] and drops everything that is not a pixel. A blank picture is refused.
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
    if is_blank(&picture) {
        return Err(Unreadable::Blank);
    }
    let png = png_without_metadata(&picture)?;
    Ok(Normalised { png, width: picture.width(), height: picture.height() })
}

/// `picture` scaled down so that no side is longer than `side`; never up
fn fit_within(picture: RgbImage, side: u32) -> Result<RgbImage, Unreadable> {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= side {
        return Ok(picture);
    }
    let scaled = |length: u32| ((u64::from(length) * u64::from(side) + u64::from(long) / 2) / u64::from(long)).max(1) as u32;
    let (to_width, to_height) = (scaled(width), scaled(height));
    let small = resize_rgb(&picture, (width, height), None, (to_width, to_height))?;
    RgbImage::from_raw(to_width, to_height, small).ok_or_else(|| Unreadable::corrupt("scaling lost pixels"))
}

/// # Errors
/// [`Unreadable`] if `png` is no picture within [`Limits::UPLOAD`].
pub fn decode_normalised(png: &[u8]) -> Result<RgbImage, Unreadable> {
    Ok(decode(png, &Limits::UPLOAD)?.pixels)
}
