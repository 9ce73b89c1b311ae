//! The headers of a file, read without decoding pixels.

use crate::{Jpeg, Limits, PictureFormat, Unreadable, Webp, png};

/// The headers of a complete picture
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// By its first bytes
    pub format: PictureFormat,
    /// Pixels across as stored, before an EXIF orientation
    pub width: u32,
    /// Pixels down as stored
    pub height: u32,
}

/// Walks a picture from its signature to its end: sizes within `limits`, every part as long as it declares, a PNG's checksums, and the end present
/// (IEND, EOI, the length of RIFF). One pass over the bytes, without allocation.
///
/// # Errors
/// [`Unreadable`]; [`Truncated`](Unreadable::Truncated) when the end is missing.
pub fn outline(bytes: &[u8], limits: &Limits) -> Result<Outline, Unreadable> {
    limits.admit_bytes(bytes)?;
    let format = PictureFormat::sniff(bytes)?;
    let (width, height) = match format {
        PictureFormat::Jpeg => Jpeg::walk(bytes, limits).map(|jpeg| (jpeg.width, jpeg.height))?,
        PictureFormat::Png => png::walk(bytes, limits)?,
        PictureFormat::Webp => Webp::walk(bytes, limits)?.size,
    };
    Ok(Outline { format, width, height })
}

/// Whether `bytes` are a complete PNG, JPEG or WebP within [`Limits::DRAWING`]: artists use it to detect a vendor's answer that was cut off.
#[must_use]
pub fn is_whole_picture(bytes: &[u8]) -> bool {
    outline(bytes, &Limits::DRAWING).is_ok()
}

/// Big-endian 16 bits at `at`
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Big-endian 32 bits at `at`
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Little-endian 32 bits at `at`
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
