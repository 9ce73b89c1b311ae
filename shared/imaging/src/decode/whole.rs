//! What a file says of itself, without a pixel decoded.

use super::{PictureFormat, jpeg, png, webp};
use crate::{Limits, Unreadable};

/// What the headers of a whole picture say
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// By its first bytes
    pub format: PictureFormat,
    /// Pixels across as stored, before an EXIF orientation
    pub width: u32,
    /// Pixels down as stored
    pub height: u32,
}

/// Walks a picture from its signature to its end: sizes within `limits`, every part as long as it declares, a PNG's checksums, and the end
/// there (IEND, EOI, the length of RIFF). A passage over the bytes; no memory is taken.
///
/// # Errors
/// [`Unreadable`]: [`Truncated`](Unreadable::Truncated) for what was cut off.
pub fn outline(bytes: &[u8], limits: &Limits) -> Result<Outline, Unreadable> {
    limits.admit_bytes(bytes)?;
    let format = PictureFormat::sniff(bytes)?;
    let (width, height) = match format {
        PictureFormat::Jpeg => jpeg::outline(bytes, limits)?,
        PictureFormat::Png => png::outline(bytes, limits)?,
        PictureFormat::Webp => webp::outline(bytes, limits)?,
    };
    Ok(Outline { format, width, height })
}

/// Whether `bytes` are a PNG, JPEG or WebP within [`Limits::DRAWING`] that is there to its end: how artists tell a vendor's answer that was cut off.
#[must_use]
pub fn is_whole_picture(bytes: &[u8]) -> bool {
    outline(bytes, &Limits::DRAWING).is_ok()
}
