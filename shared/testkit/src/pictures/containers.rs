//! Files built by hand, so that their headers can be wrong.

use super::stored;
use image::codecs::{jpeg::JpegEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, RgbImage};

/// An EXIF block: a TIFF header and one tag, the orientation; little-endian if it is odd, else big-endian
pub fn exif(orientation: u8) -> Vec<u8> {
    let little = orientation % 2 == 1;
    let short = |value: u16| {
        if little { value.to_le_bytes() } else { value.to_be_bytes() }
    };
    let long = |value: u32| {
        if little { value.to_le_bytes() } else { value.to_be_bytes() }
    };
    let mut block = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
    block.extend(long(8));
    block.extend(short(1));
    block.extend(short(0x0112));
    block.extend(short(3));
    block.extend(long(1));
    block.extend(short(orientation.into()));
    block.extend(short(0));
    block.extend(long(0));
    block
}

/// `picture` as a baseline JPEG
pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(picture);
    assert!(written.is_ok(), "a JPEG is written");
    bytes
}

/// A JPEG with a segment more, directly behind its start
pub fn jpeg_with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 2) as u16;
    [&jpeg[..2], &[0xff, marker], &length.to_be_bytes(), body, &jpeg[2..]].concat()
}

/// A JPEG of the card, stored with this orientation
pub fn turned_jpeg(orientation: u8) -> Vec<u8> {
    jpeg_with_segment(&jpeg(&stored(orientation)), 0xe1, &[b"Exif\0\0".as_slice(), &exif(orientation)].concat())
}

/// How a PNG stores its pixels
#[derive(Clone, Copy, Debug)]
pub struct PngLayout {
    /// Width the header declares, in pixels
    pub width: u32,
    /// Height the header declares, in pixels
    pub height: u32,
    /// Bits a channel
    pub depth: u8,
    /// Colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
    pub colour: u8,
    /// Whether Adam7 interlacing is declared
    pub interlaced: bool,
}

/// A PNG of hand-made parts: `before` are chunks before the pixels, `after` behind them, `data` the zlib stream of the pixels
pub fn png(layout: PngLayout, before: &[Vec<u8>], data: &[u8], after: &[Vec<u8>]) -> Vec<u8> {
    let mut header = layout.width.to_be_bytes().to_vec();
    header.extend(layout.height.to_be_bytes());
    header.extend([layout.depth, layout.colour, 0, 0, u8::from(layout.interlaced)]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(png_chunk(b"IHDR", &header));
    before.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(png_chunk(b"IDAT", data));
    after.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(png_chunk(b"IEND", &[]));
    bytes
}

/// One PNG chunk with its length and checksum
pub fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(body);
    let checksum = crc32(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    chunk
}

fn crc32(bytes: &[u8]) -> u32 {
    let turn = |value: u32, _: i32| {
        if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 }
    };
    !bytes.iter().fold(u32::MAX, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), turn))
}

/// A zlib stream that holds `data` uncompressed
pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for &byte in data {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// A zlib stream of 13 bits for every 258 bytes, all zero, that it unpacks to; at least `length` of them
pub fn zlib_bomb(length: u64) -> Vec<u8> {
    // One block of fixed codes: literal 0, then "258 bytes from one byte back" again and again. Eight of these fill 13 bytes, which repeat.
    let repeat = [1_u8, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = [0; 3].into_iter().chain(repeat.into_iter().cycle().take(101)).collect();
    let thirteen: Vec<u8> = bits.chunks(8).map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit)).collect();
    let times = length.div_ceil(8 * 258);
    let mut stream = vec![0x78, 0x01, 0x63];
    (0..times).for_each(|_| stream.extend(&thirteen));
    stream.extend([0; 2]); // the end of the block
    let unpacked = ((1 + 8 * 258 * times) % 65_521) as u32;
    stream.extend((unpacked << 16 | 1).to_be_bytes());
    stream
}

/// A PNG of `picture`, RGB, with chunks before and behind the pixels
pub fn rgb_png(picture: &RgbImage, before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let layout = PngLayout { width, height, depth: 8, colour: 2, interlaced: false };
    png(layout, before, &zlib(&rows(picture, |pixel| pixel.to_vec())), after)
}

/// Unfiltered rows of `picture`, each pixel as `encode` gives it
pub(super) fn rows(picture: &RgbImage, encode: impl Fn([u8; 3]) -> Vec<u8>) -> Vec<u8> {
    picture.rows().flat_map(|row| std::iter::once(0).chain(row.flat_map(|pixel| encode(pixel.0)))).collect()
}

/// `picture` as a lossless WebP of one chunk
pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let written = WebPEncoder::new_lossless(&mut bytes).encode(picture, width, height, ExtendedColorType::Rgb8);
    assert!(written.is_ok(), "a WebP is written");
    bytes
}

/// One RIFF chunk, padded
pub fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((body.len() as u32).to_le_bytes());
    chunk.extend(body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A WebP of these chunks
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF".as_slice(), &(body.len() as u32 + 4).to_le_bytes(), b"WEBP", &body].concat()
}

/// The header of an extended WebP with these flags (0x08 EXIF, 0x04 XMP, 0x02 animation)
pub fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let size = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    riff_chunk(b"VP8X", &[vec![flags, 0, 0, 0], size(width), size(height)].concat())
}

/// A WebP of the card, stored with this orientation; an even one has the `Exif\0\0` that some writers put before the block
pub fn turned_webp(orientation: u8) -> Vec<u8> {
    let picture = stored(orientation);
    let prefix: &[u8] = if orientation.is_multiple_of(2) { b"Exif\0\0" } else { b"" };
    let frame = webp(&picture)[12..].to_vec();
    riff(&[vp8x(0x08, picture.width(), picture.height()), frame, riff_chunk(b"EXIF", &[prefix, &exif(orientation)].concat())])
}

/// A PNG of the card, stored with this orientation; an even one has its EXIF behind the pixels
pub fn turned_png(orientation: u8) -> Vec<u8> {
    let chunk = [png_chunk(b"eXIf", &exif(orientation))];
    let (before, after): (&[_], &[_]) = if orientation.is_multiple_of(2) { (&[], &chunk) } else { (&chunk, &[]) };
    rgb_png(&stored(orientation), before, after)
}
