//! Writes a thumbnail of every style, named by its id: 192 × 192 pixels of the head, lossy WebP of at most 12 kB:
//! `cargo run --release -p via-palette --example thumbnails -- selfie.jpg 7 shared/api-studio/thumbnails` (a picture, the seed, a folder that exists).
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::path::Path;

use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage, RgbaImage};
use raster::Grid;
use subject::HeadBox;
use via_palette::{SIDE, Style, draw};

/// Pixels of a thumbnail's side.
const THUMBNAIL: u32 = 192;

/// The most bytes of a thumbnail.
const MOST_BYTES: usize = 12_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [picture, seed, folder] = arguments.as_slice() else {
        return Err("usage: thumbnails <picture> <seed> <folder>".into());
    };
    let selfie = image::open(picture)?.to_rgb8();
    let seed: u64 = seed.parse()?;
    for style in Style::ALL {
        let small = framed(&draw(&selfie, *style, seed));
        let bytes = encoded(&small).ok_or("no quality is small enough")?;
        std::fs::write(Path::new(folder).join(format!("{}.webp", style.id())), &bytes)?;
        println!("{}: {} bytes", style.id(), bytes.len());
    }
    Ok(())
}

/// The square about the head with a little of the shoulders.
fn framed(drawing: &RgbaImage) -> RgbImage {
    let coarse = SIDE as usize / 8;
    let alpha = Grid::from_fn(coarse, coarse, |x, y| [f32::from(drawing.get_pixel(8 * x as u32 + 4, 8 * y as u32 + 4).0[3]) / 255.0]);
    let head = HeadBox::of(&alpha, None);
    let side = (1.4 * (head.bottom - head.top).max(head.right - head.left)).clamp(0.5, 0.9);
    let left = (head.middle() - 0.5 * side).clamp(0.0, 1.0 - side);
    let top = (f32::midpoint(head.top, head.bottom) - 0.48 * side).clamp(0.0, 1.0 - side);
    let pixels = |share: f32| (share * SIDE as f32) as u32;
    let cut = imageops::crop_imm(drawing, pixels(left), pixels(top), pixels(side), pixels(side)).to_image();
    DynamicImage::ImageRgba8(imageops::resize(&cut, THUMBNAIL, THUMBNAIL, FilterType::Lanczos3)).to_rgb8()
}

/// Lossy WebP in the best quality that is small enough.
fn encoded(picture: &RgbImage) -> Option<Vec<u8>> {
    let encoder = webp::Encoder::from_rgb(picture.as_raw(), picture.width(), picture.height());
    (30..=90).rev().step_by(5).map(|quality| encoder.encode(quality as f32).to_vec()).find(|bytes| bytes.len() <= MOST_BYTES)
}
