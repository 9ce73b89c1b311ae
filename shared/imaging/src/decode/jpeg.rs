//! JPEG.

use super::{Colours, Decoded, be16, div255, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::metadata::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Most scans of a progressive picture; encoders write about ten, and each may cost a pass over all coefficients
const MOST_SCANS: usize = 64;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let outline = Outline::of(bytes)?;
    limits.admit_size(outline.width, outline.height)?;

    let options = DecoderOptions::default()
        .set_max_width(limits.side as usize)
        .set_max_height(limits.side as usize)
        .set_strict_mode(false)
        .jpeg_set_max_scans(MOST_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes[..outline.end]), options);
    decoder.decode_headers().map_err(|e| Unreadable::corrupt(format!("{e:?}")))?;
    let inks = decoder.input_colorspace() == Some(ColorSpace::CMYK);
    if inks {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::CMYK));
    }
    let mut pixels = decoder.decode().map_err(|e| Unreadable::corrupt(format!("{e:?}")))?;
    if inks {
        inks_to_rgb(&mut pixels, outline.adobe);
    }
    Ok(Decoded {
        colours: Colours::from_profile(decoder.icc_profile()),
        pixels: picture(outline.width, outline.height, pixels)?,
        orientation: outline.orientation,
    })
}

/// Walks the markers from SOI to EOI; gives width and height.
pub(super) fn outline(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), Unreadable> {
    let outline = Outline::of(bytes)?;
    limits.admit_size(outline.width, outline.height)?;
    Ok((outline.width, outline.height))
}

/// CMYK to RGB in place. Adobe's programs, and all that mark their files as theirs, store inks inverted.
fn inks_to_rgb(pixels: &mut Vec<u8>, inverted: bool) {
    let flip = if inverted { 0 } else { 0xff };
    for at in 0..pixels.len() / 4 {
        let key = u16::from(pixels[4 * at + 3] ^ flip);
        for channel in 0..3 {
            pixels[3 * at + channel] = div255(u16::from(pixels[4 * at + channel] ^ flip) * key);
        }
    }
    pixels.truncate(pixels.len() / 4 * 3);
}

/// What the markers of a JPEG say
struct Outline {
    width: u32,
    height: u32,
    orientation: Orientation,
    /// Whether an Adobe marker is there
    adobe: bool,
    /// Where the picture ends: behind EOI. Phones hang videos and depth maps there, and others worse things.
    end: usize,
}

impl Outline {
    /// Walks the markers from SOI to EOI.
    fn of(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut frame = None;
        let mut exif = None;
        let mut adobe = false;
        let mut at = 2;
        loop {
            let marker = *bytes.get(at + 1).ok_or(Unreadable::Truncated)?;
            if bytes[at] != 0xff {
                return Err(Unreadable::corrupt("no marker where one must be"));
            }
            match marker {
                0xff => {
                    at += 1;
                    continue;
                }
                0x01 | 0xd0..=0xd7 => {
                    at += 2;
                    continue;
                }
                0xd9 => break,
                _ => {}
            }
            let length = usize::from(be16(bytes, at + 2).ok_or(Unreadable::Truncated)?);
            let body = bytes.get(at + 4..at + 2 + length.max(2)).ok_or(Unreadable::Truncated)?;
            match marker {
                0xc0..=0xc2 if frame.is_none() => frame = Some(frame_size(body)?),
                0xc0..=0xc2 => return Err(Unreadable::corrupt("two frame headers")),
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    return Err(Unreadable::Unsupported { detail: format!("JPEG frame type {marker:#x}") });
                }
                0xe1 if exif.is_none() => exif = body.strip_prefix(b"Exif\0\0"),
                0xee => adobe |= body.starts_with(b"Adobe"),
                _ => {}
            }
            at += 2 + length.max(2);
            if marker == 0xda {
                at = end_of_scan(bytes, at)?;
            }
        }
        let (width, height) = frame.ok_or_else(|| Unreadable::corrupt("no frame header"))?;
        Ok(Self { width, height, orientation: exif.map_or(Orientation::NoTransforms, from_exif), adobe, end: at + 2 })
    }
}

/// Width and height of a frame header
fn frame_size(body: &[u8]) -> Result<(u32, u32), Unreadable> {
    match (body.first(), be16(body, 3), be16(body, 1)) {
        (Some(8), Some(width), Some(height)) => Ok((width.into(), height.into())),
        (Some(bits), ..) if *bits != 8 => Err(Unreadable::Unsupported { detail: format!("JPEG of {bits} bits a channel") }),
        _ => Err(Unreadable::corrupt("a short frame header")),
    }
}

/// Where the next marker stands behind the entropy-coded data that begins at `at`
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, Unreadable> {
    loop {
        let rest = bytes.get(at..).ok_or(Unreadable::Truncated)?;
        at += rest.iter().position(|&byte| byte == 0xff).ok_or(Unreadable::Truncated)?;
        match bytes.get(at + 1) {
            None => return Err(Unreadable::Truncated),
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
        }
    }
}
