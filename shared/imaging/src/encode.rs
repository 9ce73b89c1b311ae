//! Writing PNG and WebP.

use crate::{DigitalSource, Unreadable};
use image::RgbImage;

/// Keyword of the PNG text that holds XMP (XMP part 3, 1.1.5)
const XMP_KEYWORD: &str = "XML:com.adobe.xmp";

/// Channels of a frame's pixels
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
    Rgba,
}

/// Pixels and their format, ready to be encoded
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: Channels,
    pub(crate) pixels: Vec<u8>,
}

impl Frame {
    /// A frame of RGB pixels; a grey one needs a third of the bytes
    pub(crate) fn rgb((width, height): (u32, u32), mut pixels: Vec<u8>) -> Self {
        if !pixels.chunks_exact(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]) {
            return Self { width, height, channels: Channels::Rgb, pixels };
        }
        let greys = pixels.len() / 3;
        (0..greys).for_each(|at| pixels[at] = pixels[3 * at]);
        pixels.truncate(greys);
        Self { width, height, channels: Channels::Grey, pixels }
    }

    /// A frame of straight RGBA pixels
    pub(crate) fn rgba((width, height): (u32, u32), pixels: Vec<u8>) -> Self {
        Self { width, height, channels: Channels::Rgba, pixels }
    }
}

/// `picture` as a PNG of IHDR, IDAT and IEND
pub(crate) fn png_without_metadata(picture: &RgbImage) -> Result<Vec<u8>, Unreadable> {
    write_png(picture.dimensions(), Channels::Rgb, picture, None)
}

/// `frame` as a PNG whose only metadata is the XMP of `source`, uncompressed and before the pixels
pub(crate) fn png(frame: &Frame, source: DigitalSource) -> Result<Vec<u8>, Unreadable> {
    write_png((frame.width, frame.height), frame.channels, &frame.pixels, Some(source))
}

fn write_png((width, height): (u32, u32), channels: Channels, pixels: &[u8], source: Option<DigitalSource>) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::with_capacity(pixels.len() / 2);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(match channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::Rgb => png::ColorType::Rgb,
        Channels::Rgba => png::ColorType::Rgba,
    });
    encoder.set_depth(png::BitDepth::Eight);
    // Slower levels take four times the time for 5 % of the bytes.
    encoder.set_compression(png::Compression::Fast);
    if let Some(source) = source {
        encoder.add_itxt_chunk(XMP_KEYWORD.into(), source.xmp()).map_err(Unreadable::corrupt)?;
    }
    let mut writer = encoder.write_header().map_err(Unreadable::corrupt)?;
    writer.write_image_data(pixels).map_err(Unreadable::corrupt)?;
    writer.finish().map_err(Unreadable::corrupt)?;
    Ok(bytes)
}

/// Indices into a palette of straight RGBA colours, as a PNG whose only metadata is the XMP of `source`
pub(crate) fn png_of_palette(
    (width, height): (u32, u32),
    indices: &[u8],
    palette: &[[u8; 4]],
    source: DigitalSource,
) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::with_capacity(indices.len() / 2);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_palette(palette.iter().flat_map(|colour| [colour[0], colour[1], colour[2]]).collect::<Vec<_>>());
    encoder.set_trns(palette.iter().map(|colour| colour[3]).collect::<Vec<_>>());
    encoder.add_itxt_chunk(XMP_KEYWORD.into(), source.xmp()).map_err(Unreadable::corrupt)?;
    let mut writer = encoder.write_header().map_err(Unreadable::corrupt)?;
    writer.write_image_data(indices).map_err(Unreadable::corrupt)?;
    writer.finish().map_err(Unreadable::corrupt)?;
    Ok(bytes)
}
