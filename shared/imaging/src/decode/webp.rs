//! WebP.

use super::{Colours, Decoded, Layered, on_white, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::RgbaImage;
use image::metadata::Orientation;
use image_webp::{DecodingError, WebPDecoder};
use picture_files::Webp;
use std::io::Cursor;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let bytes = Webp::walk(bytes, limits)?.picture;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    decoder.set_memory_limit(limits.scratch);
    if decoder.is_animated() {
        return Err(Unreadable::Animated);
    }
    let (width, height) = decoder.dimensions();
    limits.admit_size(width, height)?;
    let size = decoder.output_buffer_size().ok_or(Unreadable::TooManyPixels { width, height })?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    if decoder.has_alpha() {
        pixels = without_alpha(pixels);
    }
    // Broken metadata does not make the picture unreadable.
    let exif = decoder.exif_metadata().ok().flatten();
    Ok(Decoded {
        orientation: exif.as_deref().map_or(Orientation::NoTransforms, from_exif),
        colours: Colours::from_profile(decoder.icc_profile().ok().flatten()),
        pixels: picture(width, height, pixels)?,
    })
}

/// Decodes with the alpha, if there is one.
pub(super) fn decode_layered(bytes: &[u8], limits: &Limits) -> Result<Layered, Unreadable> {
    let picture = Webp::walk(bytes, limits)?.picture;
    let mut decoder = WebPDecoder::new(Cursor::new(picture)).map_err(refusal)?;
    if !decoder.has_alpha() {
        return decode(bytes, limits).map(Layered::Opaque);
    }
    decoder.set_memory_limit(limits.scratch);
    let (width, height) = decoder.dimensions();
    limits.admit_size(width, height)?;
    let size = decoder.output_buffer_size().ok_or(Unreadable::TooManyPixels { width, height })?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    let pixels = RgbaImage::from_raw(width, height, pixels).ok_or_else(|| Unreadable::corrupt("fewer pixels than declared"))?;
    Ok(Layered::Alpha(pixels))
}

/// RGBA on white, in the same buffer
fn without_alpha(mut pixels: Vec<u8>) -> Vec<u8> {
    for at in 0..pixels.len() / 4 {
        let rgba = [pixels[4 * at], pixels[4 * at + 1], pixels[4 * at + 2], pixels[4 * at + 3]];
        on_white(&rgba, &mut pixels[3 * at..3 * at + 3]);
    }
    pixels.truncate(pixels.len() / 4 * 3);
    pixels
}

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
