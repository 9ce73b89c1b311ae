//! WebP.

use super::{Colours, Decoded, le32, on_white, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::RgbaImage;
use image::metadata::Orientation;
use image_webp::{DecodingError, WebPDecoder};
use std::io::Cursor;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let bytes = inspect(bytes, limits)?;
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

/// Decodes to RGBA; a picture without alpha is opaque.
pub(super) fn decode_rgba(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Unreadable> {
    let bytes = inspect(bytes, limits)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    decoder.set_memory_limit(limits.scratch);
    let (width, height) = decoder.dimensions();
    limits.admit_size(width, height)?;
    let size = decoder.output_buffer_size().ok_or(Unreadable::TooManyPixels { width, height })?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    if !decoder.has_alpha() {
        pixels = pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    }
    RgbaImage::from_raw(width, height, pixels).ok_or_else(|| Unreadable::corrupt("fewer pixels than declared"))
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

/// Walks the chunks and gives the picture without what hangs behind it. The decoder asks for memory by the size in the frame, and looks at
/// the canvas later: both must be within `limits`.
fn inspect<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a [u8], Unreadable> {
    let length = le32(bytes, 4).ok_or(Unreadable::Truncated)? as usize;
    let bytes = bytes.get(..8 + length).ok_or(Unreadable::Truncated)?;
    let mut at = 12;
    while let Some(name) = bytes.get(at..at + 4) {
        let size = le32(bytes, at + 4).ok_or(Unreadable::Truncated)? as usize;
        let body = bytes.get(at + 8..at + 8 + size).ok_or(Unreadable::Truncated)?;
        match name {
            b"ANIM" | b"ANMF" => return Err(Unreadable::Animated),
            b"VP8X" => admit(canvas(body), limits)?,
            b"VP8 " => admit(lossy_frame(body), limits)?,
            b"VP8L" => admit(lossless_frame(body), limits)?,
            _ => {}
        }
        at += 8 + size + size % 2;
    }
    Ok(bytes)
}

fn admit(size: Option<(u32, u32)>, limits: &Limits) -> Result<(), Unreadable> {
    let (width, height) = size.ok_or_else(|| Unreadable::corrupt("a short header"))?;
    limits.admit_size(width, height)
}

fn canvas(body: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = (le32(body, 4)? & 0xff_ffff, le32(body, 6)? >> 8);
    Some((width + 1, height + 1))
}

fn lossy_frame(body: &[u8]) -> Option<(u32, u32)> {
    let size = le32(body, 6)?;
    Some((size & 0x3fff, (size >> 16) & 0x3fff))
}

fn lossless_frame(body: &[u8]) -> Option<(u32, u32)> {
    let size = le32(body, 1)?;
    Some(((size & 0x3fff) + 1, ((size >> 14) & 0x3fff) + 1))
}

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
