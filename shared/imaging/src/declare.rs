//! Replaces all metadata of a picture by its digital source type; the encoded pixels stay as they were.

use crate::PictureFormat;
use crate::{DigitalSource, Unreadable};

/// Chunks of a PNG that affect its appearance (PNG, third edition, 11); text, times, EXIF and private chunks are left out
const PNG_LOOKS: [&[u8; 4]; 14] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"pHYs"];

/// The start of a PNG text with XMP: keyword, not compressed, no language (XMP part 3, 1.1.5)
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// The start of a JPEG segment with XMP (XMP part 3, 1.1.3)
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// `picture`, a PNG, JPEG or WebP, with the XMP of `source` as its only metadata.
///
/// A manifest in the picture is left out: the bytes it covered have changed.
///
/// # Errors
/// [`Unreadable`] when `picture` has another format, or its container is damaged. The pixels are not read.
pub fn declare(picture: &[u8], source: DigitalSource) -> Result<(PictureFormat, Vec<u8>), Unreadable> {
    let format = PictureFormat::sniff(picture)?;
    let declared = match format {
        PictureFormat::Png => png(picture, source),
        PictureFormat::Jpeg => jpeg(picture, source),
        PictureFormat::Webp => crate::webp::declare(picture, source),
    };
    Ok((format, declared.ok_or(Unreadable::Truncated)?))
}

/// Capacity for the picture and the packet: a buffer that grew would leave copies in memory
fn room(picture: &[u8], xmp: &str) -> Vec<u8> {
    Vec::with_capacity(picture.len() + xmp.len() + 128)
}

fn png(picture: &[u8], source: DigitalSource) -> Option<Vec<u8>> {
    let xmp = source.xmp();
    let mut bytes = room(picture, &xmp);
    bytes.extend(&picture[..8]);
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(picture.get(at..at + 4)?.try_into().ok()?) as usize;
        let chunk = picture.get(at..(at + 12).checked_add(length)?)?;
        let name: &[u8; 4] = chunk[4..8].try_into().ok()?;
        if PNG_LOOKS.contains(&name) {
            bytes.extend(chunk);
        }
        match name {
            b"IHDR" => png_text(&mut bytes, &xmp),
            b"IEND" => return Some(bytes),
            _ => {}
        }
        at += 12 + length;
    }
}

fn png_text(bytes: &mut Vec<u8>, xmp: &str) {
    let start = bytes.len();
    let length = u32::try_from(PNG_XMP.len() + xmp.len()).unwrap_or(u32::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"iTXt");
    bytes.extend(PNG_XMP);
    bytes.extend(xmp.as_bytes());
    let checksum = crc32fast::hash(&bytes[start + 4..]);
    bytes.extend(checksum.to_be_bytes());
}

fn jpeg(picture: &[u8], source: DigitalSource) -> Option<Vec<u8>> {
    let xmp = source.xmp();
    let mut bytes = room(picture, &xmp);
    bytes.extend(&picture[..2]);
    let mut at = 2;
    // JFIF must be the first segment (ITU-T T.871, 10.1).
    if picture.get(2..4)? == [0xff, 0xe0] {
        at = segment(picture, at)?.1;
        bytes.extend(&picture[2..at]);
    }
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(2 + JPEG_XMP.len() + xmp.len()).ok()?.to_be_bytes());
    bytes.extend(JPEG_XMP);
    bytes.extend(xmp.as_bytes());
    loop {
        let (marker, next) = segment(picture, at)?;
        let segment = &picture[at..next];
        match marker {
            // The pixels, and everything between their scans, unchanged.
            0xda => {
                bytes.extend(&picture[at..]);
                return picture.ends_with(&[0xff, 0xd9]).then_some(bytes);
            }
            // ICC profiles and Adobe's marker define the colours; other application segments, and comments, are dropped.
            0xe2 if segment[4..].starts_with(b"ICC_PROFILE\0") => bytes.extend(segment),
            0xee if segment[4..].starts_with(b"Adobe") => bytes.extend(segment),
            0xe0..=0xef | 0xfe => {}
            _ => bytes.extend(segment),
        }
        at = next;
    }
}

/// The marker at `at`, and the place of the next one
fn segment(picture: &[u8], at: usize) -> Option<(u8, usize)> {
    let [0xff, marker] = *picture.get(at..at + 2)? else { return None };
    let length = usize::from(u16::from_be_bytes(picture.get(at + 2..at + 4)?.try_into().ok()?));
    let next = at + 2 + length.max(2);
    (next < picture.len()).then_some((marker, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_rgba;
    use crate::{Limits, decode_normalised};
    use image::{ExtendedColorType, ImageEncoder, RgbImage};

    const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

    fn picture() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 90]))
    }

    fn encoded(format: PictureFormat) -> Vec<u8> {
        let (picture, mut bytes) = (picture(), Vec::new());
        let size = picture.dimensions();
        match format {
            PictureFormat::Png => {
                let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
                encoder.set_color(png::ColorType::Rgb);
                encoder.add_text_chunk("Author".into(), "CANARY".into()).unwrap();
                let mut writer = encoder.write_header().unwrap();
                writer.write_chunk(png::chunk::ChunkType(*b"caBX"), b"CANARY manifest").unwrap();
                writer.write_image_data(&picture).unwrap();
                writer.finish().unwrap();
            }
            PictureFormat::Jpeg => {
                let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
                encoder.set_exif_metadata(b"CANARY".to_vec()).unwrap();
                encoder.write_image(&picture, size.0, size.1, ExtendedColorType::Rgb8).unwrap();
            }
            PictureFormat::Webp => {
                let mut encoder = image_webp::WebPEncoder::new(&mut bytes);
                encoder.set_xmp_metadata(b"CANARY".to_vec());
                encoder.encode(&picture, size.0, size.1, image_webp::ColorType::Rgb8).unwrap();
            }
        }
        bytes
    }

    fn count(bytes: &[u8], what: &str) -> usize {
        bytes.windows(what.len()).filter(|window| *window == what.as_bytes()).count()
    }

    #[test]
    fn a_picture_keeps_its_pixels_and_loses_all_metadata_but_its_provenance() {
        for format in [PictureFormat::Png, PictureFormat::Jpeg, PictureFormat::Webp] {
            let original = encoded(format);
            assert_eq!(count(&original, "CANARY"), if format == PictureFormat::Png { 2 } else { 1 }, "{format:?}");
            let (found, declared) = declare(&original, SOURCE).unwrap();
            assert_eq!(found, format);
            assert_eq!((count(&declared, "CANARY"), count(&declared, SOURCE.uri())), (0, 1), "{format:?}");
            assert_eq!(decode_normalised(&declared), decode_normalised(&original), "{format:?}");
            // A second call changes nothing.
            assert_eq!(declare(&declared, SOURCE).unwrap().1, declared, "{format:?}");
        }
    }

    #[test]
    fn alpha_stays() {
        let rgba = image::RgbaImage::from_fn(8, 8, |x, _| image::Rgba([9, 9, 9, x as u8 * 30]));
        let mut webp = Vec::new();
        image_webp::WebPEncoder::new(&mut webp).encode(&rgba, 8, 8, image_webp::ColorType::Rgba8).unwrap();
        let declared = declare(&webp, SOURCE).unwrap().1;
        assert_eq!(decode_rgba(&declared, &Limits::DRAWING).unwrap(), rgba);
    }

    #[test]
    fn what_is_damaged_is_refused_wherever_it_ends() {
        for format in [PictureFormat::Png, PictureFormat::Jpeg, PictureFormat::Webp] {
            let original = encoded(format);
            for end in 0..original.len() {
                assert!(declare(&original[..end], SOURCE).is_err(), "{format:?} of {end} bytes");
            }
        }
        assert!(declare(b"GIF89a", SOURCE).is_err());
    }
}
