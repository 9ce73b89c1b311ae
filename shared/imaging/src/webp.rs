//! WebP, encoded by libwebp, in a container that holds the provenance beside the picture.

use crate::encode::{Channels, Frame};
use crate::{DigitalSource, Unreadable};
use picture_files::{Webp, WebpFrame};
use std::collections::HashSet;
use webp::{Encoder, PixelLayout, WebPConfig};

/// Quality of the WebP files beside the stickers, of 100: 43 dB from the PNG, in a sixth of the bytes
pub const WEBP_QUALITY: u8 = 90;
/// Effort of libwebp, of 6: two steps more save 2 % of the bytes for twice the time
pub const WEBP_EFFORT: u8 = 2;
/// Up to this number of colours, as in ink and large pixels, a lossless file is about as small, and no line gets a halo
const FEW_COLOURS: usize = 256;

/// The quality of a lossy picture
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quality {
    /// 0 to 100
    pub(crate) colours: u8,
    /// 0 to 100; 100 is lossless
    pub(crate) alpha: u8,
}

/// Straight RGBA `pixels` as a lossy WebP without metadata
pub(crate) fn lossy(pixels: &[u8], (width, height): (u32, u32), quality: Quality) -> Result<Vec<u8>, Unreadable> {
    if pixels.len() != 4 * width as usize * height as usize || width == 0 || height == 0 {
        return Err(Unreadable::corrupt("not as many pixels as the size says"));
    }
    let mut config = WebPConfig::new().map_err(|()| Unreadable::corrupt("libwebp refused its own settings"))?;
    config.quality = f32::from(quality.colours);
    config.alpha_quality = i32::from(quality.alpha);
    // Colours are stored at half the size: without care, the ink of a coloured outline bleeds. Noise needs none.
    let careful = quality.alpha == 100;
    config.method = if careful { 3 } else { 0 };
    config.use_sharp_yuv = i32::from(careful);
    write(pixels, PixelLayout::Rgba, (width, height), &config, None)
}

/// `frame` as a WebP whose only metadata is the XMP of `source`: lossless if it has few colours
pub(crate) fn picture(frame: &Frame, source: DigitalSource) -> Result<Vec<u8>, Unreadable> {
    let mut config = WebPConfig::new().map_err(|()| Unreadable::corrupt("libwebp refused its own settings"))?;
    if has_few_colours(frame) {
        config.lossless = 1;
        // For a lossless file, both set the effort of the search for a smaller one.
        (config.quality, config.method) = (20.0, 1);
    } else {
        (config.quality, config.method) = (f32::from(WEBP_QUALITY), i32::from(WEBP_EFFORT));
    }
    let (size, source) = ((frame.width, frame.height), Some(source));
    match frame.channels {
        Channels::Rgba => write(&frame.pixels, PixelLayout::Rgba, size, &config, source),
        Channels::Rgb => write(&frame.pixels, PixelLayout::Rgb, size, &config, source),
        Channels::Grey => {
            let pixels: Vec<u8> = frame.pixels.iter().flat_map(|&grey| [grey; 3]).collect();
            write(&pixels, PixelLayout::Rgb, size, &config, source)
        }
    }
}

fn has_few_colours(frame: &Frame) -> bool {
    let bytes = match frame.channels {
        Channels::Grey => return true,
        Channels::Rgb => 3,
        Channels::Rgba => 4,
    };
    let (mut colours, mut last) = (HashSet::new(), None);
    // Neighbours are often alike: only the first of a run is looked up.
    frame.pixels.chunks_exact(bytes).all(|pixel| {
        if last != Some(pixel) {
            last = Some(pixel);
            colours.insert(pixel);
        }
        colours.len() <= FEW_COLOURS
    })
}

fn write(
    pixels: &[u8],
    layout: PixelLayout,
    (width, height): (u32, u32),
    config: &WebPConfig,
    source: Option<DigitalSource>,
) -> Result<Vec<u8>, Unreadable> {
    let written = Encoder::new(pixels, layout, width, height).encode_advanced(config);
    let written = written.map_err(|error| Unreadable::corrupt(format!("libwebp: {error:?}")))?;
    Ok(container(&Webp::walk(&written, &crate::Limits::DRAWING)?.frame, source))
}

/// Another program's WebP with the XMP of `source` as its only metadata; its ICC profile is left out. `None` if it is damaged.
pub(crate) fn declare(file: &[u8], source: DigitalSource) -> Option<Vec<u8>> {
    let webp = Webp::walk(file, &crate::Limits::DRAWING).ok()?;
    // A frame that does not fill its canvas is no drawing.
    (webp.frame.size == webp.size).then(|| container(&webp.frame, Some(source)))
}

/// A WebP of `frame` alone, with the XMP of `source` if there is one (RFC 9649, 2.7)
pub(crate) fn container(frame: &WebpFrame, source: Option<DigitalSource>) -> Vec<u8> {
    let xmp = source.map(DigitalSource::xmp);
    // Bit 28 of a lossless header says whether alpha is used.
    let alpha = frame.alpha.is_some() || (frame.lossless && frame.bitstream.get(4).is_some_and(|byte| byte & 0x10 != 0));
    let mut header = [0_u8; 10];
    header[0] = if xmp.is_some() { 0x04 } else { 0 } | if alpha { 0x10 } else { 0 };
    header[4..7].copy_from_slice(&(frame.size.0 - 1).to_le_bytes()[..3]);
    header[7..10].copy_from_slice(&(frame.size.1 - 1).to_le_bytes()[..3]);
    let name = if frame.lossless { b"VP8L" } else { b"VP8 " };
    let chunks =
        [(b"VP8X", Some(&header[..])), (b"ALPH", frame.alpha), (name, Some(frame.bitstream)), (b"XMP ", xmp.as_deref().map(str::as_bytes))];
    let chunks = || chunks.iter().filter_map(|(name, body)| Some((*name, (*body)?)));
    let length = 4 + chunks().map(|(_, body)| 8 + body.len().next_multiple_of(2)).sum::<usize>();
    let mut bytes = Vec::with_capacity(8 + length);
    bytes.extend(b"RIFF");
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend(b"WEBP");
    for (name, body) in chunks() {
        bytes.extend(name);
        bytes.extend((body.len() as u32).to_le_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    }
    bytes
}
