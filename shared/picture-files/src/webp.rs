//! WebP.

use crate::outline::le32;
use crate::{Limits, Unreadable};

type Size = (u32, u32);

/// The chunks of a WebP
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webp<'a> {
    /// The file up to the end that its header declares
    pub picture: &'a [u8],
    /// Pixels across and down, as its frame says; none where it has no frame
    pub size: Option<(u32, u32)>,
}

impl<'a> Webp<'a> {
    /// Walks the chunks to the declared end. A decoder asks for memory by the size in the frame, and looks at the canvas later: both must be within
    /// `limits`.
    ///
    /// # Errors
    /// [`Unreadable`] when it is truncated, animated, or larger than `limits`.
    pub fn walk(bytes: &'a [u8], limits: &Limits) -> Result<Self, Unreadable> {
        let length = le32(bytes, 4).ok_or(Unreadable::Truncated)? as usize;
        let bytes = bytes.get(..8 + length).ok_or(Unreadable::Truncated)?;
        let (mut at, mut size) = (12, None);
        while let Some(name) = bytes.get(at..at + 4) {
            let length = le32(bytes, at + 4).ok_or(Unreadable::Truncated)? as usize;
            let body = bytes.get(at + 8..at + 8 + length).ok_or(Unreadable::Truncated)?;
            match name {
                b"ANIM" | b"ANMF" => return Err(Unreadable::Animated),
                b"VP8X" => {
                    admit(canvas(body), limits)?;
                }
                b"VP8 " => size = Some(admit(lossy_frame(body), limits)?),
                b"VP8L" => size = Some(admit(lossless_frame(body), limits)?),
                _ => {}
            }
            at += 8 + length + length % 2;
        }
        Ok(Self { picture: bytes, size })
    }
}

fn admit(size: Option<Size>, limits: &Limits) -> Result<Size, Unreadable> {
    let (width, height) = size.ok_or_else(|| Unreadable::corrupt("a short header"))?;
    limits.admit_size(width, height)?;
    Ok((width, height))
}

fn canvas(body: &[u8]) -> Option<Size> {
    let (width, height) = (le32(body, 4)? & 0xff_ffff, le32(body, 6)? >> 8);
    Some((width + 1, height + 1))
}

fn lossy_frame(body: &[u8]) -> Option<Size> {
    let size = le32(body, 6)?;
    Some((size & 0x3fff, (size >> 16) & 0x3fff))
}

fn lossless_frame(body: &[u8]) -> Option<Size> {
    let size = le32(body, 1)?;
    Some(((size & 0x3fff) + 1, ((size >> 14) & 0x3fff) + 1))
}
