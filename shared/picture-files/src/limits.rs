//! Limits on pictures, checked before memory is allocated.

use crate::Unreadable;

/// The largest picture that is decoded, checked by the headers
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum bytes of the file; decimal, as the upload promises (10 MB = 10 000 000)
    pub bytes: usize,
    /// Maximum pixels, width × height
    pub pixels: u64,
    /// Maximum pixels of one side
    pub side: u32,
    /// Maximum bytes of a decoder's own memory, beside the pixels it returns
    pub scratch: usize,
}

impl Limits {
    /// For uploads: a 50-megapixel phone picture passes, a decompression bomb does not.
    /// At most 12 bytes a pixel are in memory at once, 600 MB: the four inks of a progressive JPEG, with their coefficients. A baseline JPEG or a PNG
    /// takes 3 to 4, WebP 5, a progressive RGB JPEG 9, a lossy WebP with alpha 10.
    pub const UPLOAD: Self = Self { bytes: 10_000_000, pixels: 50_000_000, side: 12_000, scratch: 16 << 20 };

    /// For artists' pictures: the built-in one's drawings are 1024², vendors' at most 4096².
    pub const DRAWING: Self = Self { bytes: 64_000_000, pixels: 4096 * 4096, side: 4096, scratch: 16 << 20 };

    /// Refuses a file by its length alone: [`Unreadable::Empty`] or [`Unreadable::TooManyBytes`].
    pub fn admit_bytes(&self, bytes: &[u8]) -> Result<(), Unreadable> {
        match bytes.len() {
            0 => Err(Unreadable::Empty),
            length if length > self.bytes => Err(Unreadable::TooManyBytes { bytes: length, limit: self.bytes }),
            _ => Ok(()),
        }
    }

    /// Refuses a picture by its size alone: [`Unreadable::TooManyPixels`], or [`Unreadable::Corrupt`] for a side of zero.
    pub fn admit_size(&self, width: u32, height: u32) -> Result<(), Unreadable> {
        if width == 0 || height == 0 {
            return Err(Unreadable::Corrupt { detail: "a side is zero".into() });
        }
        if width > self.side || height > self.side || u64::from(width) * u64::from(height) > self.pixels {
            return Err(Unreadable::TooManyPixels { width, height });
        }
        Ok(())
    }
}
