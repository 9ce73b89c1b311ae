//! PNG.

use super::tags::Tags;
use super::{Colours, Decoded, Layered, on_white, picture};
use crate::{Limits, Unreadable};
use image::RgbaImage;
use picture_files::{PngChunk, PngChunks};
use png::{BitDepth, ColorType, DecodingError, Reader, Transformations};
use std::borrow::Cow;
use std::io::Cursor;

/// Decodes to RGB on white.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Unreadable> {
    let bytes = still(bytes)?;
    // All 16 bits: colours of light need them.
    let mut reader = open(&bytes, limits, Transformations::EXPAND)?;
    let mut tags = Tags::default();
    PngChunks::of(&bytes).for_each(|chunk| tags.png_chunk(chunk));
    let (colour, depth) = reader.output_color_type();
    let grey = matches!(colour, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let colours = Colours::of_png(reader.info(), grey, &tags)?;
    let (colours, rgb) = if depth == BitDepth::Sixteen {
        let deep = colours.deep(grey);
        (Colours::default(), rows(&mut reader, |row, line| deep_to_rgb(colour, &deep, row, line))?)
    } else {
        (colours, rows(&mut reader, |row, line| to_rgb(colour, row, line))?)
    };
    // Reads on to IEND: a file without an end is truncated.
    reader.finish().map_err(refusal)?;
    Ok(Decoded { orientation: tags.orientation(), colours, pixels: picture(reader.info().width, reader.info().height, rgb)? })
}

/// The pixels as `convert` brings each row of the file to RGB
fn rows(reader: &mut Reader<Cursor<&[u8]>>, convert: impl Fn(&[u8], &mut [u8])) -> Result<Vec<u8>, Unreadable> {
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let mut rgb = vec![0; 3 * width * height];
    if reader.output_color_type() == (ColorType::Rgb, BitDepth::Eight) {
        reader.next_frame(&mut rgb).map_err(refusal)?;
        return Ok(rgb);
    }
    let lines = rgb.chunks_exact_mut(3 * width);
    if reader.info().interlaced {
        let row = reader.output_line_size(width as u32).ok_or_else(|| Unreadable::corrupt("a row too long"))?;
        let mut all = vec![0; row * height];
        reader.next_frame(&mut all).map_err(refusal)?;
        all.chunks_exact(row).zip(lines).for_each(|(row, line)| convert(row, line));
    } else {
        for line in lines {
            let row = reader.next_row().map_err(refusal)?.ok_or(Unreadable::Truncated)?;
            convert(row.data(), line);
        }
    }
    Ok(rgb)
}

/// Decodes with the alpha of an RGBA picture; grey with alpha lies on white.
pub(super) fn decode_layered(bytes: &[u8], limits: &Limits) -> Result<Layered, Unreadable> {
    let still = still(bytes)?;
    let mut reader = open(&still, limits, Transformations::normalize_to_color8())?;
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

/// The file without the chunks of an animation. What is there counts, not what the header promises: several frames are refused, of one the picture is
/// shown, though it be not the one that stands for it in older programs.
fn still(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    let first = PngChunks::of(bytes).next();
    if first.is_some_and(|chunk| chunk.name == b"CgBI") {
        return Err(Unreadable::Unsupported { detail: "Apple's CgBI".into() });
    }
    if !PngChunks::of(bytes).any(|chunk| matches!(chunk.name, b"acTL" | b"fcTL" | b"fdAT")) {
        return Ok(bytes.into());
    }
    let before_pixels = |name: &[u8; 4]| PngChunks::of(bytes).take_while(|chunk| chunk.name != b"IDAT").any(|chunk| chunk.name == name);
    let moves = before_pixels(b"acTL");
    if moves && PngChunks::of(bytes).filter(|chunk| chunk.name == b"fcTL").count() > 1 {
        return Err(Unreadable::Animated);
    }
    let frame = PngChunks::of(bytes).find(|chunk| chunk.name == b"fcTL").filter(|_| moves && !before_pixels(b"fcTL"));
    let of_frame = frame.filter(|frame| first.is_some_and(|header| fills(*frame, header)));
    let mut file = bytes[..8].to_vec();
    for chunk in PngChunks::of(bytes) {
        match chunk.name {
            b"acTL" | b"fcTL" => {}
            b"IDAT" if of_frame.is_some() => {}
            b"fdAT" if of_frame.is_some() => pixels_of_frame(&mut file, chunk),
            b"fdAT" => {}
            _ => file.extend(chunk.bytes),
        }
    }
    Ok(file.into())
}

/// Whether a frame is as large as its picture
fn fills(frame: PngChunk, header: PngChunk) -> bool {
    let size = frame.body().get(4..12);
    size.is_some() && size == header.body().get(..8) && frame.body().get(12..20) == Some(&[0; 8])
}

/// The data of a frame as that of a picture: without its number
fn pixels_of_frame(file: &mut Vec<u8>, chunk: PngChunk) {
    let Some(data) = chunk.body().get(4..) else { return };
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(b"IDAT");
    file.extend(data);
    let checksum = crc32fast::hash(&file[start..]);
    file.extend(checksum.to_be_bytes());
}

/// A reader behind the header, with its size checked
fn open<'a>(bytes: &'a [u8], limits: &Limits, transformations: Transformations) -> Result<Reader<Cursor<&'a [u8]>>, Unreadable> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: limits.scratch });
    // Text chunks may be compression bombs: the few that are needed are read elsewhere.
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(transformations);
    let header = decoder.read_header_info().map_err(refusal)?;
    limits.admit_size(header.width, header.height)?;
    decoder.read_info().map_err(refusal)
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

/// A row of 16 bits a channel in its colours, laid on white
fn deep_to_rgb(colour: ColorType, deep: &impl Fn(&[u16]) -> Vec<u16>, from: &[u8], rgb: &mut [u8]) {
    let samples: Vec<u16> = from.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let channels = colour.samples();
    let transparent = matches!(colour, ColorType::Rgba | ColorType::GrayscaleAlpha);
    let seen = channels - usize::from(transparent);
    let colours: Vec<u16> = samples.chunks_exact(channels).flat_map(|pixel| &pixel[..seen]).copied().collect();
    let eight = |value: u16| ((u32::from(value) * 255 + 32_767) / 65_535) as u8;
    let pixels = deep(&colours);
    for ((from, of), to) in samples.chunks_exact(channels).zip(pixels.chunks_exact(3)).zip(rgb.chunks_exact_mut(3)) {
        let alpha = if transparent { eight(from[channels - 1]) } else { 255 };
        on_white(&[eight(of[0]), eight(of[1]), eight(of[2]), alpha], to);
    }
}

fn refusal(error: DecodingError) -> Unreadable {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Unreadable::Truncated,
        other => Unreadable::corrupt(other),
    }
}
