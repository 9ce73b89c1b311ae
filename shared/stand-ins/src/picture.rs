//! The pictures in the answers: made of the request's selfie, so that a demonstration shows something.

use certificates::TestAuthority;
use futures_util::FutureExt;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Scaling};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use picture_files::DigitalSource;
use provenance::{LocalSigner, Origin, sign};

/// The selfie of a request.
pub struct Sitter {
    square: RgbImage,
}

impl Sitter {
    /// Reads a PNG, JPEG or WebP; anything else is `None`.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let format = image::guess_format(bytes).ok()?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
            return None;
        }
        let picture = image::load_from_memory_with_format(bytes, format).ok()?.to_rgb8();
        let side = picture.width().min(picture.height());
        let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
        Some(Self { square: imageops::crop_imm(&picture, left, top, side, side).to_image() })
    }

    /// The picture in this size, tinted by `turn` and coarsened by `coarse` (1 is not coarse).
    #[must_use]
    pub fn drawn(&self, width: u32, height: u32, turn: u64, coarse: u32) -> RgbImage {
        let small = imageops::resize(&self.square, (width / coarse).max(1), (height / coarse).max(1), Scaling::Triangle);
        let mut picture = if coarse > 1 { imageops::resize(&small, width, height, Scaling::Nearest) } else { small };
        tinted(&mut picture, turn);
        picture
    }
}

/// Shifts the colours and leaves a mark of `turn`, so that no two drawings are equal.
pub fn tinted(picture: &mut RgbImage, turn: u64) {
    const TINTS: [[u16; 3]; 6] = [[255, 236, 200], [205, 225, 255], [225, 255, 215], [255, 215, 230], [235, 220, 255], [255, 250, 225]];
    let tint = TINTS[usize::try_from(turn % 6).unwrap_or_default()];
    for pixel in picture.pixels_mut() {
        for (channel, tint) in pixel.0.iter_mut().zip(tint) {
            // Six levels, as a poster has, then the tint.
            let level = u16::from(*channel) / 43 * 51;
            *channel = u8::try_from(level.min(255) * tint / 255).unwrap_or(u8::MAX);
        }
    }
    for (x, byte) in (0..8).zip(turn.to_le_bytes()) {
        if x < picture.width() && picture.height() > 0 {
            picture.put_pixel(x, 0, image::Rgb([byte, byte, byte]));
        }
    }
}

#[must_use]
pub fn png(picture: &RgbImage) -> Vec<u8> {
    let mut png = Vec::new();
    // Writing to memory cannot fail, and the length is that of the picture.
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Sub)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap_or_default();
    png
}

/// The PNG with Content Credentials, as vendors add them to drawings, by an untrusted signer of its own. `None` unless it is a PNG.
#[must_use]
pub fn signed(png: &[u8]) -> Option<Vec<u8>> {
    let keys = TestAuthority::new(&[7; 32]).and_then(|authority| authority.keys(&[8; 32])).ok()?;
    let signer = LocalSigner::new(&keys.key, &keys.chain).ok()?;
    let origin = Origin::of(DigitalSource::TrainedAlgorithmicMedia);
    // A local signer never waits.
    sign(png, "image/png", &origin, &signer).now_or_never()?.ok()
}

/// The PNG with a private chunk before its end that makes it at least `bytes` long: vendors' pictures are larger than ours.
#[must_use]
pub fn padded(mut png: Vec<u8>, bytes: usize) -> Vec<u8> {
    const END: usize = 12;
    let missing = bytes.saturating_sub(png.len() + 12);
    if missing == 0 || png.len() < END {
        return png;
    }
    let end = png.split_off(png.len() - END);
    let mut chunk = b"paDd".to_vec();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    chunk.extend((0..missing).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    }));
    png.extend(u32::try_from(missing).unwrap_or_default().to_be_bytes());
    let checksum = crc32fast::hash(&chunk);
    png.extend(chunk);
    png.extend(checksum.to_be_bytes());
    png.extend(end);
    png
}
