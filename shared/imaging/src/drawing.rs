//! Scales an artist's picture to the one size from which all deliverables are made.

use crate::decode::{Decoded, Layered, decode_layered};
use crate::orientation::upright;
use crate::{Limits, Unreadable};
use image::{RgbImage, RgbaImage};
use picture_files::outline;
use resampling::{Window, resize_rgb, resize_rgba};

/// Side of a drawing in pixels; pictures of other sizes are scaled to it
pub(crate) const DRAWING_SIDE: u32 = 1024;
/// The shortest side of an accepted drawing, in pixels: below it, scaling up shows
const LEAST_SIDE: u32 = 256;
/// The longest side as a multiple of the other, in halves: 3:2 is the longest portrait format of the vendors
const LONGEST_HALVES: u32 = 3;

/// Decodes an artist's PNG, JPEG or WebP to [`DRAWING_SIDE`]² pixels. Its size is checked before memory is allocated for pixels. The middle square of
/// another shape is used. Alpha is the artist's matte; a picture without alpha is opaque.
pub(crate) fn read(bytes: &[u8]) -> Result<RgbaImage, Unreadable> {
    let headers = outline(bytes, &Limits::DRAWING)?;
    admit(headers.width, headers.height)?;
    match decode_layered(bytes, &Limits::DRAWING)? {
        Layered::Alpha(picture) => squared(picture),
        Layered::Opaque(decoded) => opaque(decoded),
    }
}

fn admit(width: u32, height: u32) -> Result<(), Unreadable> {
    let (short, long) = (width.min(height), width.max(height));
    match () {
        () if short < LEAST_SIDE => Err(odd(width, height, "too small")),
        () if 2 * long > LONGEST_HALVES * short => Err(odd(width, height, "too long")),
        () => Ok(()),
    }
}

fn odd(width: u32, height: u32, what: &str) -> Unreadable {
    Unreadable::Unsupported { detail: format!("a drawing of {width}×{height} pixels is {what}") }
}

fn squared(picture: RgbaImage) -> Result<RgbaImage, Unreadable> {
    if picture.dimensions() == (DRAWING_SIDE, DRAWING_SIDE) {
        return Ok(picture);
    }
    // Straight alpha, filtered channel by channel: a drawing has its colours behind the matte as well, and they are needed.
    let scaled = resize_rgba(&picture, picture.dimensions(), Some(middle(picture.dimensions())), (DRAWING_SIDE, DRAWING_SIDE))?;
    RgbaImage::from_raw(DRAWING_SIDE, DRAWING_SIDE, scaled).ok_or_else(lost)
}

/// Scaled first: fewer pixels mean less work and memory.
fn opaque(decoded: Decoded) -> Result<RgbaImage, Unreadable> {
    let size = decoded.pixels.dimensions();
    let square = if size == (DRAWING_SIDE, DRAWING_SIDE) {
        decoded.pixels
    } else {
        let scaled = resize_rgb(&decoded.pixels, size, Some(middle(size)), (DRAWING_SIDE, DRAWING_SIDE))?;
        RgbImage::from_raw(DRAWING_SIDE, DRAWING_SIDE, scaled).ok_or_else(lost)?
    };
    let shown = upright(decoded.colours.into_srgb(square), decoded.orientation);
    Ok(image::DynamicImage::ImageRgb8(shown).into_rgba8())
}

/// The largest square in the middle
fn middle((width, height): (u32, u32)) -> Window {
    let side = width.min(height);
    (f64::from((width - side) / 2), f64::from((height - side) / 2), f64::from(side), f64::from(side))
}

fn lost() -> Unreadable {
    Unreadable::corrupt("scaling lost pixels")
}
