//! PNG.

use crate::outline::be32;
use crate::{Limits, Unreadable};

/// Walks the chunks from IHDR to IEND and their checksums; gives width and height.
pub(crate) fn walk(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), Unreadable> {
    let (mut at, mut size) = (8, None);
    loop {
        let length = be32(bytes, at).ok_or(Unreadable::Truncated)? as usize;
        let chunk = bytes.get(at + 4..at + 8 + length).ok_or(Unreadable::Truncated)?;
        let checksum = be32(bytes, at + 8 + length).ok_or(Unreadable::Truncated)?;
        if crc32fast::hash(chunk) != checksum {
            return Err(Unreadable::corrupt("a chunk is not what its checksum says"));
        }
        match (&chunk[..4], size) {
            (b"IHDR", None) => {
                let (width, height) = be32(chunk, 4).zip(be32(chunk, 8)).ok_or_else(|| Unreadable::corrupt("a short header"))?;
                limits.admit_size(width, height)?;
                size = Some((width, height));
            }
            (_, None) => return Err(Unreadable::corrupt("no header where one must be")),
            (b"IEND", Some(size)) => return Ok(size),
            _ => {}
        }
        at += 12 + length;
    }
}
