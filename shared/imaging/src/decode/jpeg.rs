//! JPEG.

use super::{Colours, Decoded, div255, picture};
use crate::orientation::from_exif;
use crate::{Limits, Unreadable};
use image::metadata::Orientation;
use picture_files::Jpeg;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Maximum scans of a progressive picture; encoders write about ten, and each may cost a pass over all coefficients
const MOST_SCANS: usize = 64;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let outline = Jpeg::walk(bytes, limits)?;
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
        orientation: outline.exif.map_or(Orientation::NoTransforms, from_exif),
    })
}

/// CMYK to RGB in place. Adobe's programs, and files with Adobe's marker, store inks inverted.
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
