//! WebP.

use super::tags::Tags;
use super::{Colours, Decoded, Layered, on_white, picture};
use crate::{Limits, Unreadable};
use image::{RgbaImage, imageops};
use image_webp::{DecodingError, WebPDecoder};
use picture_files::Webp;
use std::io::Cursor;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let webp = Webp::walk(bytes, limits)?;
    match pixels(&webp, limits)? {
        Pixels::Rgb(pixels) => decoded(&webp, pixels),
        Pixels::Rgba(pixels) => decoded(&webp, without_alpha(pixels)),
    }
}

/// Decodes with the alpha, if there is one.
pub(super) fn decode_layered(bytes: &[u8], limits: &Limits) -> Result<Layered, Unreadable> {
    let webp = Webp::walk(bytes, limits)?;
    match pixels(&webp, limits)? {
        Pixels::Rgb(pixels) => decoded(&webp, pixels).map(Layered::Opaque),
        Pixels::Rgba(pixels) => rgba(webp.size, pixels).map(Layered::Alpha),
    }
}

/// RGB `pixels` with what the file says of them
fn decoded(webp: &Webp, pixels: Vec<u8>) -> Result<Decoded, Unreadable> {
    let (mut tags, mut profile) = (Tags::default(), None);
    for (name, body) in webp.chunks() {
        match name {
            b"EXIF" => tags.exif(body),
            // Some writers end the name with a zero.
            b"XMP " | b"XMP\0" => tags.xmp(body),
            b"ICCP" => profile = profile.or(Some(body)),
            _ => {}
        }
    }
    let colours = Colours::of(profile, false, &tags)?;
    Ok(Decoded { orientation: tags.orientation(), colours, pixels: picture(webp.size.0, webp.size.1, pixels)? })
}

enum Pixels {
    Rgb(Vec<u8>),
    Rgba(Vec<u8>),
}

/// The pixels of the whole canvas
fn pixels(webp: &Webp, limits: &Limits) -> Result<Pixels, Unreadable> {
    // The decoder believes what a header promises: it gets one that promises what is there.
    let mut decoder = WebPDecoder::new(Cursor::new(crate::webp::container(&webp.frame, None))).map_err(refusal)?;
    decoder.set_memory_limit(limits.scratch);
    let (width, height) = webp.frame.size;
    let size = decoder.output_buffer_size().ok_or(Unreadable::TooManyPixels { width, height })?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refusal)?;
    let alpha = decoder.has_alpha();
    drop(decoder);
    if webp.frame.size != webp.size {
        let frame = if alpha {
            rgba(webp.frame.size, pixels)?
        } else {
            image::DynamicImage::ImageRgb8(picture(width, height, pixels)?).into_rgba8()
        };
        let mut canvas = RgbaImage::new(webp.size.0, webp.size.1);
        imageops::replace(&mut canvas, &frame, webp.frame.place.0.into(), webp.frame.place.1.into());
        return Ok(Pixels::Rgba(canvas.into_raw()));
    }
    Ok(if alpha { Pixels::Rgba(pixels) } else { Pixels::Rgb(pixels) })
}

fn rgba((width, height): (u32, u32), pixels: Vec<u8>) -> Result<RgbaImage, Unreadable> {
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

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
