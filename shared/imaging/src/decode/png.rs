//! PNG.

use super::{Colours, Decoded, Layered, on_white, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::RgbaImage;
use image::metadata::Orientation;
use png::{ColorType, DecodingError, Reader, Transformations};
use std::io::Cursor;

/// Decodes to RGB on white.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let mut reader = open(bytes, limits)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let mut rgb = vec![0; 3 * width as usize * height as usize];
    match reader.output_color_type().0 {
        ColorType::Rgb => {
            reader.next_frame(&mut rgb).map_err(refusal)?;
        }
        colour if reader.info().interlaced => {
            let mut all = vec![0; colour.samples() * width as usize * height as usize];
            reader.next_frame(&mut all).map_err(refusal)?;
            to_rgb(colour, &all, &mut rgb);
        }
        colour => {
            for line in rgb.chunks_exact_mut(3 * width as usize) {
                let row = reader.next_row().map_err(refusal)?.ok_or(Unreadable::Truncated)?;
                to_rgb(colour, row.data(), line);
            }
        }
    }
    // Reads on to IEND: the orientation may come after the pixels, and a file without an end is truncated.
    reader.finish().map_err(refusal)?;
    let info = reader.info();
    Ok(Decoded {
        orientation: info.exif_metadata.as_deref().map_or(Orientation::NoTransforms, from_exif),
        colours: Colours::from_profile(info.icc_profile.as_deref().map(<[u8]>::to_vec)),
        pixels: picture(width, height, rgb)?,
    })
}

/// Decodes with the alpha of an RGBA picture; grey with alpha lies on white.
pub(super) fn decode_layered(bytes: &[u8], limits: &Limits) -> Result<Layered, Unreadable> {
    let mut reader = open(bytes, limits)?;
    let (width, height) = (reader.info().width, reader.info().height);
    if reader.output_color_type().0 != ColorType::Rgba {
        return decode(bytes, limits).map(Layered::Opaque);
    }
    let mut rgba = vec![0; 4 * width as usize * height as usize];
    reader.next_frame(&mut rgba).map_err(refusal)?;
    reader.finish().map_err(refusal)?;
    let pixels = RgbaImage::from_raw(width, height, rgba).ok_or_else(|| Unreadable::corrupt("fewer pixels than declared"))?;
    Ok(Layered::Alpha(pixels))
}

/// A reader behind the header, with size and frames checked; it gives 8 bits a channel, palettes and grey bits expanded.
fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Reader<Cursor<&'a [u8]>>, Unreadable> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: limits.scratch });
    // Text chunks may be compression bombs, and are not needed.
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(refusal)?;
    limits.admit_size(header.width, header.height)?;
    let reader = decoder.read_info().map_err(refusal)?;
    match reader.info().animation_control {
        Some(animation) if animation.num_frames != 1 => Err(Unreadable::Animated),
        _ => Ok(reader),
    }
}

fn to_rgb(colour: ColorType, from: &[u8], rgb: &mut [u8]) {
    match colour {
        ColorType::Rgba => on_white(from, rgb),
        ColorType::GrayscaleAlpha => {
            for (from, to) in from.chunks_exact(2).zip(rgb.chunks_exact_mut(3)) {
                on_white(&[from[0], from[0], from[0], from[1]], to);
            }
        }
        ColorType::Grayscale => {
            for (grey, to) in from.iter().zip(rgb.chunks_exact_mut(3)) {
                to.fill(*grey);
            }
        }
        // An expanding reader never returns indexed pixels.
        ColorType::Rgb | ColorType::Indexed => rgb.copy_from_slice(from),
    }
}

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
