//! The chunks of PNG and WebP files, read without decoding.

use crate::{Format, PictureFormat};

/// The chunks of a picture
#[derive(Debug, Default)]
pub(super) struct Container {
    pub(super) size: (u32, u32),
    /// Bits a channel, for PNG
    pub(super) depth: u8,
    /// Whether the header, a transparency chunk or the frame declares alpha
    pub(super) alpha: bool,
    pub(super) animated: bool,
    /// The number of C2PA manifest stores
    pub(super) credentials: usize,
    /// Names of chunks that are neither pixels nor XMP nor a manifest
    pub(super) strange: Vec<String>,
    /// The XMP packets
    pub(super) xmp: Vec<Vec<u8>>,
    /// The end of the picture
    pub(super) end: usize,
}

/// Keyword of the text that holds XMP, with the following bytes of an uncompressed text without a language
const XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// The size in a file's header, if it is PNG or WebP
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let container = match PictureFormat::sniff(bytes).ok()? {
        PictureFormat::Png => png(bytes),
        PictureFormat::Webp => webp(bytes),
        PictureFormat::Jpeg => None,
    };
    Some(container?.size)
}

/// Walks the chunks of a file of this format; none if they contradict each other or the end is missing
pub(super) fn open(format: Format, bytes: &[u8]) -> Option<Container> {
    match format {
        Format::Png => png(bytes),
        _ => webp(bytes),
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn png(bytes: &[u8]) -> Option<Container> {
    let mut found = Container::default();
    let mut at = 8;
    loop {
        let length = be32(bytes, at)? as usize;
        let name = bytes.get(at + 4..at + 8)?;
        let body = bytes.get(at + 8..(at + 8).checked_add(length)?)?;
        at += 12 + length;
        bytes.get(..at)?;
        match name {
            b"IHDR" if body.len() == 13 => {
                found.size = (be32(body, 0)?, be32(body, 4)?);
                found.depth = body[8];
                // Colour types with alpha have bit 2 set.
                found.alpha |= body[9] & 4 != 0;
            }
            b"tRNS" => found.alpha = true,
            b"acTL" | b"fcTL" | b"fdAT" => found.animated = true,
            b"iTXt" if body.starts_with(XMP) => found.xmp.push(body[XMP.len()..].to_vec()),
            b"IDAT" | b"PLTE" => {}
            // The place of C2PA's manifest store (specification 2.2, A.3.3)
            b"caBX" => found.credentials += 1,
            b"IEND" => {
                found.end = at;
                return (found.size != (0, 0)).then_some(found);
            }
            other => found.strange.push(String::from_utf8_lossy(other).into_owned()),
        }
    }
}

fn webp(bytes: &[u8]) -> Option<Container> {
    let length = le32(bytes, 4)? as usize;
    let end = length.checked_add(8)?;
    let inside = bytes.get(..end)?;
    let mut found = Container { end, depth: 8, ..Container::default() };
    let mut at = 12;
    while at < inside.len() {
        let name = inside.get(at..at + 4)?;
        let size = le32(inside, at + 4)? as usize;
        let body = inside.get(at + 8..(at + 8).checked_add(size)?)?;
        at += 8 + size + size % 2;
        match name {
            b"VP8X" => {
                found.size = ((le32(body, 4)? & 0xff_ffff) + 1, (le32(body, 6)? >> 8) + 1);
                found.animated |= body.first()? & 0x02 != 0;
            }
            b"VP8 " if found.size == (0, 0) => found.size = (le32(body, 6)? & 0x3fff, (le32(body, 6)? >> 16) & 0x3fff),
            b"VP8L" => {
                let header = le32(body, 1)?;
                found.size = ((header & 0x3fff) + 1, ((header >> 14) & 0x3fff) + 1);
                found.alpha |= header & 0x1000_0000 != 0;
            }
            b"VP8 " => {}
            b"ALPH" => found.alpha = true,
            b"ANIM" | b"ANMF" => found.animated = true,
            b"XMP " => found.xmp.push(body.to_vec()),
            // The place of C2PA's manifest store (specification 2.2, A.3.6)
            b"C2PA" => found.credentials += 1,
            other => found.strange.push(String::from_utf8_lossy(other).trim_end().to_owned()),
        }
    }
    (found.size != (0, 0)).then_some(found)
}
