//! WebP.

use crate::outline::le32;
use crate::{Limits, Unreadable};

type Size = (u32, u32);

/// The chunks of a WebP with one picture
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webp<'a> {
    /// Pixels across and down
    pub size: Size,
    pub frame: WebpFrame<'a>,
    /// The file up to the end that its header declares
    file: &'a [u8],
}

/// The one picture of a WebP
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebpFrame<'a> {
    /// Its upper left corner on the canvas, which is clear around it
    pub place: (u32, u32),
    pub size: Size,
    /// The body of its `VP8 ` or `VP8L` chunk
    pub bitstream: &'a [u8],
    pub lossless: bool,
    /// The body of its `ALPH` chunk
    pub alpha: Option<&'a [u8]>,
}

impl<'a> Webp<'a> {
    /// Walks the chunks to the declared end. What is there counts, not what the header promises. A decoder asks for memory by the size in the frame,
    /// and looks at the canvas later: both must be within `limits`.
    ///
    /// # Errors
    /// [`Unreadable`] when it is truncated, without a picture, of several frames, or larger than `limits`.
    pub fn walk(bytes: &'a [u8], limits: &Limits) -> Result<Self, Unreadable> {
        let length = le32(bytes, 4).ok_or(Unreadable::Truncated)? as usize;
        let file = bytes.get(..8 + length).ok_or(Unreadable::Truncated)?;
        let (mut extended, mut moving) = (None, None);
        let mut still = Parts::default();
        let mut chunks = Chunks { bytes: file, at: 12 };
        while let Some((name, body)) = chunks.advance()? {
            match name {
                b"VP8X" if extended.is_none() => extended = Some(admit(canvas(body), limits)?),
                b"ANMF" if moving.is_some() => return Err(Unreadable::Animated),
                b"ANMF" => moving = Some(body),
                _ => still.take(name, body, limits)?,
            }
        }
        let whole = match moving {
            Some(body) => moving_frame(body, limits)?,
            None => still.frame((0, 0)).ok_or_else(|| Unreadable::corrupt("no picture in it"))?,
        };
        let size = extended.unwrap_or(whole.size);
        let fits = |place: u32, length: u32, of: u32| place.checked_add(length).is_some_and(|end| end <= of);
        if !fits(whole.place.0, whole.size.0, size.0) || !fits(whole.place.1, whole.size.1, size.1) {
            return Err(Unreadable::corrupt("a frame outside its canvas"));
        }
        if moving.is_none() && whole.size != size {
            return Err(Unreadable::corrupt("a frame that is not as large as its canvas"));
        }
        Ok(Self { size, frame: whole, file })
    }

    /// Its chunks, by name.
    pub fn chunks(&self) -> impl Iterator<Item = (&'a [u8; 4], &'a [u8])> + use<'a> {
        let mut chunks = Chunks { bytes: self.file, at: 12 };
        std::iter::from_fn(move || chunks.advance().ok().flatten())
    }
}

/// The chunks of a frame as they come; of several of a kind the first counts
#[derive(Default)]
struct Parts<'a> {
    alpha: Option<&'a [u8]>,
    bitstream: Option<(Size, &'a [u8], bool)>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, name: &[u8; 4], body: &'a [u8], limits: &Limits) -> Result<(), Unreadable> {
        match name {
            b"ALPH" if self.alpha.is_none() => self.alpha = Some(body),
            b"VP8 " if self.bitstream.is_none() => self.bitstream = Some((admit(lossy_frame(body), limits)?, body, false)),
            b"VP8L" if self.bitstream.is_none() => self.bitstream = Some((admit(lossless_frame(body), limits)?, body, true)),
            _ => {}
        }
        Ok(())
    }

    fn frame(self, place: (u32, u32)) -> Option<WebpFrame<'a>> {
        let (size, bitstream, lossless) = self.bitstream?;
        Some(WebpFrame { place, size, bitstream, lossless, alpha: self.alpha.filter(|_| !lossless) })
    }
}

/// The frame of an animation (RFC 9649, 2.7.1.1)
fn moving_frame<'a>(body: &'a [u8], limits: &Limits) -> Result<WebpFrame<'a>, Unreadable> {
    let short = || Unreadable::corrupt("a short frame");
    let of24 = |at: usize| Some(le32(body, at)? & 0xff_ffff);
    let place = of24(0).zip(of24(3)).ok_or_else(short)?;
    let size = of24(6).zip(of24(9)).ok_or_else(short)?;
    let mut parts = Parts::default();
    let mut chunks = Chunks { bytes: body, at: 16 };
    while let Some((name, body)) = chunks.advance()? {
        parts.take(name, body, limits)?;
    }
    let frame = parts.frame((2 * place.0, 2 * place.1)).ok_or_else(|| Unreadable::corrupt("no picture in its frame"))?;
    if frame.size != (size.0 + 1, size.1 + 1) {
        return Err(Unreadable::corrupt("a frame of another size than it says"));
    }
    Ok(frame)
}

/// The name of a chunk, and its content
type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

/// The chunks of a RIFF file or a frame in it
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    fn advance(&mut self) -> Result<Option<Chunk<'a>>, Unreadable> {
        let Some(name) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) else { return Ok(None) };
        let length = le32(self.bytes, self.at + 4).ok_or(Unreadable::Truncated)? as usize;
        let body = self.bytes.get(self.at + 8..self.at + 8 + length).ok_or(Unreadable::Truncated)?;
        self.at += 8 + length + length % 2;
        Ok(Some((name, body)))
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
