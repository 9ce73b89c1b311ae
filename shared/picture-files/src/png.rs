//! PNG.

use crate::outline::be32;
use crate::{Limits, Unreadable};

/// Walks the chunks from IHDR to IEND and their checksums; gives width and height.
pub(crate) fn walk(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), Unreadable> {
    let (mut chunks, mut size) = (PngChunks::of(bytes), None);
    while let Some(chunk) = chunks.advance()? {
        if crc32fast::hash(&chunk.bytes[4..chunk.bytes.len() - 4]) != be32(chunk.bytes, chunk.bytes.len() - 4).unwrap_or_default() {
            return Err(Unreadable::corrupt("a chunk is not what its checksum says"));
        }
        match (chunk.name, size) {
            (b"IHDR", None) => {
                let (width, height) =
                    be32(chunk.body(), 0).zip(be32(chunk.body(), 4)).ok_or_else(|| Unreadable::corrupt("a short header"))?;
                limits.admit_size(width, height)?;
                size = Some((width, height));
            }
            (b"CgBI", None) => return Err(Unreadable::Unsupported { detail: "Apple's CgBI".into() }),
            (_, None) => return Err(Unreadable::corrupt("no header where one must be")),
            _ => {}
        }
    }
    size.ok_or(Unreadable::Truncated)
}

/// The chunks of a PNG, up to IEND or to where it is cut off; their checksums are not looked at
pub struct PngChunks<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

/// One chunk of a PNG
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PngChunk<'a> {
    pub name: &'a [u8; 4],
    /// Its length, name, body and checksum
    pub bytes: &'a [u8],
}

impl<'a> PngChunk<'a> {
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        &self.bytes[8..self.bytes.len() - 4]
    }
}

impl<'a> PngChunks<'a> {
    /// Those behind the signature of `bytes`
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 8, ended: false }
    }

    fn advance(&mut self) -> Result<Option<PngChunk<'a>>, Unreadable> {
        if self.ended {
            return Ok(None);
        }
        let length = be32(self.bytes, self.at).ok_or(Unreadable::Truncated)? as usize;
        let bytes = self.bytes.get(self.at..self.at + 12 + length).ok_or(Unreadable::Truncated)?;
        let name = bytes[4..].first_chunk().ok_or(Unreadable::Truncated)?;
        self.at += 12 + length;
        self.ended = name == b"IEND";
        Ok(Some(PngChunk { name, bytes }))
    }
}

impl<'a> Iterator for PngChunks<'a> {
    type Item = PngChunk<'a>;

    fn next(&mut self) -> Option<PngChunk<'a>> {
        self.advance().ok().flatten()
    }
}
