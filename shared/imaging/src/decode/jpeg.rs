//! JPEG.

use super::colours::inks_to_rgb;
use super::tags::Tags;
use super::{Colours, Decoded, picture};
use crate::{Limits, Unreadable};
use jpeg_decoder::ColorTransform;
use picture_files::{Jpeg, JpegLayout};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// The start of a segment with a part of an ICC profile: then come its number and the number of parts (ICC.1:2022, B.4)
const ICC: &[u8] = b"ICC_PROFILE\0";

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let jpeg = Jpeg::walk(bytes, limits)?;
    let (mut tags, mut profile) = (Tags::default(), Profile::default());
    for segment in jpeg.segments() {
        match segment.marker {
            0xe1 => tags.app1(segment.body),
            0xe2 => profile.add(segment.body),
            _ => {}
        }
    }
    let profile = profile.whole();
    let channels = jpeg.layout.components().len();
    let colours = if channels == 4 { Colours::default() } else { Colours::of(profile.as_deref(), channels == 1, &tags)? };
    let bare = bare(&jpeg, bytes.len());
    let mut pixels = if is_common(&jpeg.layout) { by_zune(&bare, limits)? } else { by_jpeg_decoder(&bare, &jpeg.layout)? };
    match channels {
        1 if pixels.len() == jpeg.width as usize * jpeg.height as usize => pixels = pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        4 => inks_to_rgb(&mut pixels, jpeg.layout.adobe.is_none(), profile.as_deref()),
        _ => {}
    }
    Ok(Decoded { colours, pixels: picture(jpeg.width, jpeg.height, pixels)?, orientation: tags.orientation() })
}

/// What the pixels are made of, and nothing else: a decoder sees no bytes that it could stumble over.
fn bare(jpeg: &Jpeg, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(room);
    bytes.extend([0xff, 0xd8]);
    for segment in jpeg.segments() {
        let needed = match segment.marker {
            0xe0 => segment.body.starts_with(b"JFIF\0"),
            0xee => segment.body.starts_with(b"Adobe"),
            marker => matches!(marker, 0xc0..=0xc2 | 0xc4 | 0xda | 0xdb | 0xdd),
        };
        if needed {
            let length = (segment.body.len() + 2) as u16;
            bytes.extend([0xff, segment.marker]);
            bytes.extend(length.to_be_bytes());
            bytes.extend(segment.body);
            bytes.extend(segment.data);
        }
    }
    bytes.extend([0xff, 0xd9]);
    bytes
}

/// Whether this is a layout that cameras and programs write every day. zune-jpeg decodes these fast; of the others it gets some wrong without noticing
/// (several scans that are not progressive, luma of fewer samples than chroma), and jpeg-decoder gets them right.
fn is_common(layout: &JpegLayout) -> bool {
    let components = layout.components();
    let whole = layout.progressive || layout.scans == 1;
    let ids = || components.iter().map(|component| component.id);
    let luma_and_chroma = match layout.adobe {
        _ if layout.jfif => true,
        Some(transform) => transform == 1,
        None => ids().eq(1..=3),
    };
    match components {
        [grey] => whole && grey.sampling == (1, 1),
        [luma, blue, red] => {
            let sampled = matches!(luma.sampling, (1 | 2, 1 | 2)) && blue.sampling == (1, 1) && red.sampling == (1, 1);
            whole && luma_and_chroma && sampled && ids().eq(1..=3)
        }
        _ => false,
    }
}

fn by_zune(bare: &[u8], limits: &Limits) -> Result<Vec<u8>, Unreadable> {
    let options = DecoderOptions::default()
        .set_max_width(limits.side as usize)
        .set_max_height(limits.side as usize)
        .set_strict_mode(false)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    JpegDecoder::new_with_options(ZCursor::new(bare), options).decode().map_err(|e| Unreadable::corrupt(format!("{e:?}")))
}

/// Grey, RGB, or four inks, each the inverse of what is stored
fn by_jpeg_decoder(bare: &[u8], layout: &JpegLayout) -> Result<Vec<u8>, Unreadable> {
    let mut decoder = jpeg_decoder::Decoder::new(bare);
    if let Some(transform) = transform(layout) {
        decoder.set_color_transform(transform);
    }
    decoder.decode().map_err(|error| match error {
        jpeg_decoder::Error::Unsupported(feature) => Unreadable::Unsupported { detail: format!("JPEG: {feature:?}") },
        other => Unreadable::corrupt(other),
    })
}

/// What the channels mean, as libjpeg reads it: JFIF is YCbCr, Adobe's marker says it, and names come last. One channel needs no word.
fn transform(layout: &JpegLayout) -> Option<ColorTransform> {
    let ids = layout.components().iter().map(|component| component.id);
    match (layout.components().len(), layout.adobe) {
        (4, Some(2)) => Some(ColorTransform::YCCK),
        (4, _) => Some(ColorTransform::CMYK),
        (3, Some(0)) if !layout.jfif => Some(ColorTransform::RGB),
        (3, None) if !layout.jfif && ids.eq(*b"RGB") => Some(ColorTransform::RGB),
        (3, _) => Some(ColorTransform::YCbCr),
        _ => None,
    }
}

/// The parts of an ICC profile
#[derive(Default)]
struct Profile<'a>(Vec<(u8, &'a [u8])>);

impl<'a> Profile<'a> {
    fn add(&mut self, body: &'a [u8]) {
        if let Some([number, _, part @ ..]) = body.strip_prefix(ICC) {
            self.0.push((*number, part));
        }
    }

    /// The parts in the order of their numbers, each once, wherever the numbers begin; or as they came, where the numbers tell nothing. None if they are
    /// fewer bytes than the profile has.
    fn whole(self) -> Option<Vec<u8>> {
        let mut sorted = self.0.clone();
        sorted.sort_by_key(|(number, _)| *number);
        sorted.dedup_by_key(|(number, _)| *number);
        [sorted, self.0].into_iter().find_map(|parts| {
            let mut bytes = parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().concat();
            let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
            (bytes.len() >= length).then(|| {
                bytes.truncate(length);
                bytes
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(parts: &[(u8, &[u8])]) -> Option<Vec<u8>> {
        let bodies: Vec<Vec<u8>> = parts.iter().map(|(number, part)| [ICC, &[*number, 9], part].concat()).collect();
        let mut profile = Profile::default();
        bodies.iter().for_each(|body| profile.add(body));
        profile.whole()
    }

    #[test]
    fn a_profile_is_whole_however_its_parts_are_numbered() {
        let (first, second, third): (&[u8], &[u8], &[u8]) = (&[0, 0, 0, 9, 1], &[2, 3], &[4, 5]);
        let all = Some([first, second, third].concat());
        assert_eq!(whole(&[(1, first), (2, second), (3, third)]), all);
        assert_eq!(whole(&[(0, first), (1, second), (2, third)]), all, "from 0");
        assert_eq!(whole(&[(3, third), (1, first), (2, second)]), all, "out of order");
        assert_eq!(whole(&[(1, first), (2, second), (1, first), (2, second), (3, third), (3, third)]), all, "twice");
        assert_eq!(whole(&[(1, first), (1, second), (1, third)]), all, "not numbered");
        assert_eq!(whole(&[(1, first), (3, third)]), None, "a part is missing");
        assert_eq!(whole(&[]), None);
    }
}
