//! Draws pictures in every style, a row for each picture and a column for each style, the picture itself first:
//! `cargo run --release -p via-palette --example contact_sheet -- sheet.png 256 7 selfie.jpg other.jpg`
//! (the file to write, pixels of a cell's side, the seed, pictures).
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;

use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};
use via_palette::{Style, draw};

/// White pixels between cells.
const GAP: u32 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [output, cell, seed, pictures @ ..] = arguments.as_slice() else {
        return Err("usage: contact_sheet <out.png> <side of a cell> <seed> <picture>...".into());
    };
    let (cell, seed): (u32, u64) = (cell.parse()?, seed.parse()?);
    let columns = 1 + Style::ALL.len() as u32;
    let pitch = cell + GAP;
    let mut sheet = RgbImage::from_pixel(columns * pitch - GAP, pictures.len() as u32 * pitch - GAP, image::Rgb([255; 3]));
    for (row, path) in (0_u32..).zip(pictures) {
        let selfie = image::open(path)?.to_rgb8();
        let drawings = Style::ALL.iter().map(|style| DynamicImage::ImageRgba8(draw(&selfie, *style, seed)).to_rgb8());
        for (column, picture) in (0_u32..).zip(std::iter::once(square(&selfie)).chain(drawings)) {
            let small = imageops::resize(&picture, cell, cell, FilterType::Lanczos3);
            imageops::replace(&mut sheet, &small, i64::from(column * pitch), i64::from(row * pitch));
        }
        println!("{path}");
    }
    sheet.save(output)?;
    Ok(())
}

/// The upper or middle square of a picture.
fn square(selfie: &RgbImage) -> RgbImage {
    let (width, height) = selfie.dimensions();
    let side = width.min(height);
    imageops::crop_imm(selfie, (width - side) / 2, 0, side, side).to_image()
}
