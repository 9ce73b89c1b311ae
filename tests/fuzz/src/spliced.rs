//! Pictures with an EXIF block spliced in.

use crate::png::chunk;

/// A PNG, a JPEG and a lossless WebP of one small picture that looks different in each of the eight orientations
const PNG: &[u8] = include_bytes!("spliced/plain.png");
const JPEG: &[u8] = include_bytes!("spliced/plain.jpg");
const WEBP: &[u8] = include_bytes!("spliced/plain.webp");

/// The longest block in a JPEG: a segment's length includes itself and the EXIF marker
pub const LONGEST_IN_JPEG: usize = 0xffff - 2 - 6;

/// The place of a block
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Before the pixels
    Before,
    /// Behind them, where the format allows it
    Behind,
}

/// The JPEG with these EXIF blocks; each at most [`LONGEST_IN_JPEG`] bytes
pub fn jpeg(blocks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = JPEG[..2].to_vec();
    for block in blocks {
        let length = u16::try_from(block.len() + 8).expect("a block that fits");
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length.to_be_bytes());
        bytes.extend(b"Exif\0\0");
        bytes.extend(*block);
    }
    bytes.extend(&JPEG[2..]);
    bytes
}

/// The PNG with these EXIF blocks
pub fn png(blocks: &[&[u8]], place: Place) -> Vec<u8> {
    let at = match place {
        Place::Before => 8 + 25,
        Place::Behind => PNG.len() - 12,
    };
    let mut bytes = PNG[..at].to_vec();
    for block in blocks {
        bytes.extend(chunk(b"eXIf", block));
    }
    bytes.extend(&PNG[at..]);
    bytes
}

/// The WebP with these EXIF blocks
pub fn webp(blocks: &[&[u8]], place: Place) -> Vec<u8> {
    let size = u32::from_le_bytes(WEBP[21..25].try_into().expect("four bytes"));
    let side = |bits: u32| (bits & 0x3fff).to_le_bytes();
    let (width, height) = (side(size), side(size >> 14));
    let header = [if blocks.is_empty() { 0 } else { 0x08 }, 0, 0, 0, width[0], width[1], 0, height[0], height[1], 0];
    let exif: Vec<u8> = blocks.iter().flat_map(|block| riff_chunk(b"EXIF", block)).collect();
    let (before, behind) = match place {
        Place::Before => (exif.as_slice(), [].as_slice()),
        Place::Behind => ([].as_slice(), exif.as_slice()),
    };
    let body = [b"WEBP", riff_chunk(b"VP8X", &header).as_slice(), before, &WEBP[12..], behind].concat();
    riff_chunk(b"RIFF", &body)
}

fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk that fits");
    [name, length.to_le_bytes().as_slice(), body, &[0][..body.len() % 2]].concat()
}
