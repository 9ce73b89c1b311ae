//! JPEG.

use crate::outline::be16;
use crate::{Limits, Unreadable};

/// The markers of a JPEG
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jpeg<'a> {
    /// In pixels as stored, before an EXIF orientation
    pub width: u32,
    /// In pixels as stored
    pub height: u32,
    /// The first block of EXIF, behind its signature
    pub exif: Option<&'a [u8]>,
    /// Whether an Adobe marker is there
    pub adobe: bool,
    /// The end of the picture: behind EOI. Phones append videos and depth maps there, and attackers other data.
    pub end: usize,
}

impl<'a> Jpeg<'a> {
    /// Walks the markers from SOI to EOI, and checks the size.
    ///
    /// # Errors
    /// [`Unreadable`] when it is truncated, an unsupported JPEG, or larger than `limits`.
    pub fn walk(bytes: &'a [u8], limits: &Limits) -> Result<Self, Unreadable> {
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
        limits.admit_size(width, height)?;
        Ok(Self { width, height, exif, adobe, end: at + 2 })
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

/// The place of the next marker behind the entropy-coded data that begins at `at`
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
