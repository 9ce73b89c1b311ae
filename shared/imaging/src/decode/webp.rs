//! WebP.

use super::{Colours, Decoded, Layered, le32, on_white, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::RgbaImage;
use image::metadata::Orientation;
use image_webp::{DecodingError, WebPDecoder};
use std::io::Cursor;

/// Width and height in pixels
type Size = (u32, u32);

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let bytes = inspect(bytes, limits)?.0;
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
    let picture = inspect(bytes, limits)?.0;
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

/// Walks the chunks to the end that the header declares; gives width and height.
pub(super) fn outline(bytes: &[u8], limits: &Limits) -> Result<Size, Unreadable> {
    inspect(bytes, limits)?.1.ok_or_else(|| Unreadable::corrupt("no picture in it"))
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

/// Walks the chunks and gives the picture without what hangs behind it, and its size. The decoder asks for memory by the size in the frame, and looks at
/// the canvas later: both must be within `limits`.
fn inspect<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(&'a [u8], Option<Size>), Unreadable> {
    let length = le32(bytes, 4).ok_or(Unreadable::Truncated)? as usize;
    let bytes = bytes.get(..8 + length).ok_or(Unreadable::Truncated)?;
    let (mut at, mut size) = (12, None);
    while let Some(name) = bytes.get(at..at + 4) {
        let length = le32(bytes, at + 4).ok_or(Unreadable::Truncated)? as usize;
        let body = bytes.get(at + 8..at + 8 + length).ok_or(Unreadable::Truncated)?;
        match name {
            b"ANIM" | b"ANMF" => return Err(Unreadable::Animated),
            b"VP8X" => {
                admit(canvas(body), limits)?;
            }
            b"VP8 " => size = Some(admit(lossy_frame(body), limits)?),
            b"VP8L" => size = Some(admit(lossless_frame(body), limits)?),
            _ => {}
        }
        at += 8 + length + length % 2;
    }
    Ok((bytes, size))
}

fn admit(size: Option<Size>, limits: &Limits) -> Result<Size, Unreadable> {
    let (width, height) = size.ok_or_else(|| Unreadable::corrupt("a short header"))?;
    limits.admit_size(width, height)?;
    Ok((width, height))
}

fn canvas(body: &[u8]) -> Option<Size> {
    let (width, height) = (le32(body, 4)? & 0xff_ffff, le32(body, 6)? >> 8);
    Some((width + 1, height + 1))
}

fn lossy_frame(body: &[u8]) -> Option<Size> {
    let size = le32(body, 6)?;
    Some((size & 0x3fff, (size >> 16) & 0x3fff))
}

fn lossless_frame(body: &[u8]) -> Option<Size> {
    let size = le32(body, 1)?;
    Some(((size & 0x3fff) + 1, ((size >> 14) & 0x3fff) + 1))
}

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
