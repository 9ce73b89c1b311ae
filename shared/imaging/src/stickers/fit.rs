//! Encoding pixels within the messenger's limit of bytes.

use super::StickerSpec;
use crate::encode::{self, Frame};
use crate::webp::{self, Quality};
use crate::{DigitalSource, Format, Unreadable};
use color_quant::NeuQuant;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// The pixels do not match the row's width and height
    #[error("{given} bytes of pixels; {width}×{height} RGBA pixels have another number")]
    WrongSize {
        /// Length of the pixels in bytes
        given: usize,
        width: u32,
        height: u32,
    },
    /// Even the coarsest file is too large
    #[error("the sticker cannot be made smaller than {bytes} bytes; the aim is {target}")]
    TooLarge {
        /// The smallest file that was written
        bytes: usize,
        /// The row's [`target_bytes`](StickerSpec::target_bytes)
        target: usize,
    },
    #[error("the sticker could not be written")]
    Unwritten(#[from] Unreadable),
}

/// The quality without visible loss: no file is written with a higher one
const BEST: u8 = 92;
/// The quality below which blocks show; coarser files are for pixels that no drawing has
const WORST: u8 = 12;
/// Maximum encodings between [`BEST`] and [`WORST`]
const ENCODINGS: u32 = 5;
/// Mean difference of alpha between neighbours above which pixels are noise, which takes a second to encode carefully; a sticker's, whose alpha
/// changes only at its edges, is below 3
const RESTLESS: usize = 16;
/// Alpha from which a colour of a palette is opaque
const ALL_BUT_OPAQUE: u8 = 244;
/// One of so many pixels trains the palette (NeuQuant: 1 is best and slowest, 30 worst)
const SAMPLING: i32 = 10;

/// Encodes the straight RGBA `pixels` of a sticker in the row's format, at the best quality within the row's
/// [`target_bytes`](StickerSpec::target_bytes), the provenance of `source` included where the messenger takes it.
///
/// # Errors
/// [`FitError`] if the pixels do not have the row's size, or no quality is coarse enough.
pub fn fit_sticker(pixels: &[u8], row: &StickerSpec, source: DigitalSource) -> Result<Vec<u8>, FitError> {
    Fitter::new(pixels, (row.width, row.height), source).fit(row)
}

/// What a row asks of a WebP
#[derive(Clone, Copy)]
struct Aim {
    /// At most
    bytes: usize,
    /// What its XMP says; none where it has none
    source: Option<DigitalSource>,
}

impl Aim {
    /// A file without metadata with those of the row
    fn complete(self, file: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let Some(source) = self.source else { return Ok(file.to_vec()) };
        webp::declare(file, source).ok_or_else(|| Unreadable::corrupt("libwebp wrote no picture"))
    }
}

/// The files of one picture: a file written for one row may serve the next
pub(super) struct Fitter<'a> {
    pixels: &'a [u8],
    size: (u32, u32),
    source: DigitalSource,
    /// WebP files without metadata by quality, each written once
    written: Vec<(Quality, Vec<u8>)>,
}

impl<'a> Fitter<'a> {
    pub(super) fn new(pixels: &'a [u8], size: (u32, u32), source: DigitalSource) -> Self {
        Self { pixels, size, source, written: Vec::new() }
    }

    /// The file for a row of this picture's size
    pub(super) fn fit(&mut self, row: &StickerSpec) -> Result<Vec<u8>, FitError> {
        let (width, height) = self.size;
        if self.size != (row.width, row.height) || self.pixels.len() != 4 * width as usize * height as usize {
            return Err(FitError::WrongSize { given: self.pixels.len(), width: row.width, height: row.height });
        }
        match row.format {
            Format::Webp => self.webp(Aim { bytes: row.target_bytes(), source: (!row.bare).then_some(self.source) }),
            _ => self.png(row.target_bytes()),
        }
    }

    fn webp(&mut self, aim: Aim) -> Result<Vec<u8>, FitError> {
        let whole = |colours| Quality { colours, alpha: 100 };
        if restless(self.pixels) {
            return self.coarse(aim);
        }
        if let Some(file) = self.within(whole(BEST), aim)? {
            return Ok(file);
        }
        let (mut fits, mut fails) = (WORST, BEST);
        let mut best = self.within(whole(WORST), aim)?;
        if best.is_none() {
            return self.coarse(aim);
        }
        for _ in 0..ENCODINGS {
            let quality = fits.midpoint(fails);
            if quality == fits {
                break;
            }
            match self.within(whole(quality), aim)? {
                Some(file) => (fits, best) = (quality, Some(file)),
                None => fails = quality,
            }
        }
        best.ok_or(FitError::TooLarge { bytes: 0, target: aim.bytes })
    }

    /// For noise: alpha in few levels, then fewer pixels as well
    fn coarse(&mut self, aim: Aim) -> Result<Vec<u8>, FitError> {
        for alpha in [60, 10] {
            if let Some(file) = self.within(Quality { colours: WORST, alpha }, aim)? {
                return Ok(file);
            }
        }
        let mut bytes = usize::MAX;
        for blocks in [2, 4, 8] {
            let calmed = calmed(self.pixels, self.size, blocks);
            let file = aim.complete(&webp::lossy(&calmed, self.size, Quality { colours: WORST, alpha: 10 })?)?;
            if file.len() <= aim.bytes {
                return Ok(file);
            }
            bytes = bytes.min(file.len());
        }
        Err(FitError::TooLarge { bytes, target: aim.bytes })
    }

    /// The file of this quality, if it is within the aim
    fn within(&mut self, quality: Quality, aim: Aim) -> Result<Option<Vec<u8>>, Unreadable> {
        let known = self.written.iter().position(|(written, _)| *written == quality);
        let at = match known {
            Some(at) => at,
            None => {
                let file = webp::lossy(self.pixels, self.size, quality)?;
                self.written.push((quality, file));
                self.written.len() - 1
            }
        };
        let file = aim.complete(&self.written[at].1)?;
        Ok((file.len() <= aim.bytes).then_some(file))
    }

    fn png(&self, target: usize) -> Result<Vec<u8>, FitError> {
        let file = encode::png(&Frame::rgba(self.size, self.pixels.to_vec()), self.source)?;
        if file.len() <= target {
            return Ok(file);
        }
        let (indices, palette) = few_colours(self.pixels);
        let file = encode::png_of_palette(self.size, &indices, &palette, self.source)?;
        if file.len() <= target { Ok(file) } else { Err(FitError::TooLarge { bytes: file.len(), target }) }
    }
}

/// `pixels` in at most 256 colours: transparency is one of them and stays exact
fn few_colours(pixels: &[u8]) -> (Vec<u8>, Vec<[u8; 4]>) {
    let seen: Vec<u8> = pixels.chunks_exact(4).filter(|pixel| pixel[3] > 0).flatten().copied().collect();
    if seen.is_empty() {
        return (vec![0; pixels.len() / 4], vec![[0; 4]]);
    }
    let network = NeuQuant::new(SAMPLING, 255, &seen);
    let mut palette = vec![[0; 4]];
    // The network ends near the colours it has seen: nearly opaque pixels were opaque.
    let opaque = |alpha: u8| if alpha >= ALL_BUT_OPAQUE { 255 } else { alpha };
    palette.extend(network.color_map_rgba().chunks_exact(4).map(|colour| [colour[0], colour[1], colour[2], opaque(colour[3])]));
    let mut last = ([0; 4], 0);
    let indices = pixels.chunks_exact(4).map(|pixel| {
        // Neighbours are often alike: only different ones are searched for.
        if pixel[3] == 0 {
            return 0;
        }
        if pixel != last.0 {
            last = ([pixel[0], pixel[1], pixel[2], pixel[3]], (network.index_of(pixel) + 1).min(255) as u8);
        }
        last.1
    });
    let indices = indices.collect();
    (indices, palette)
}

/// Whether alpha changes from pixel to pixel as in no sticker
fn restless(pixels: &[u8]) -> bool {
    let steps = pixels.chunks_exact(4).zip(pixels.chunks_exact(4).skip(1)).map(|(a, b)| usize::from(a[3].abs_diff(b[3])));
    steps.sum::<usize>() > RESTLESS * (pixels.len() / 4)
}

/// Every square of `blocks` × `blocks` pixels in the colour and alpha of its middle; transparent pixels stay transparent
fn calmed(pixels: &[u8], (width, height): (u32, u32), blocks: u32) -> Vec<u8> {
    let mut calm = Vec::with_capacity(pixels.len());
    for y in 0..height {
        for x in 0..width {
            let middle = |at: u32, length: u32| (at / blocks * blocks + blocks / 2).min(length - 1);
            let from = 4 * (middle(y, height) * width + middle(x, width)) as usize;
            let here = 4 * (y * width + x) as usize;
            if pixels[here + 3] == 0 { calm.extend([0; 4]) } else { calm.extend(&pixels[from..from + 4]) }
        }
    }
    calm
}
