//! Cuts subjects out of pictures and shows them on magenta, white and a dark ground, with the head's box:
//! `cargo run -p subject --example cut -- SHEET.png PICTURE…`
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

const SIDE: u32 = 1024;
/// Pixels along a picture of the sheet
const CELL: u32 = 240;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [sheet_path, pictures @ ..] = arguments.as_slice() else {
        return Err("usage: cut SHEET.png PICTURE…".into());
    };
    let mut sheet = RgbImage::new(4 * CELL, CELL * pictures.len() as u32);
    for (row, path) in pictures.iter().enumerate() {
        let picture = image::open(path)?.to_rgb8();
        let (w, h) = picture.dimensions();
        let s = w.min(h);
        let square = imageops::crop_imm(&picture, (w - s) / 2, (h - s) / 5, s, s).to_image();
        let picture = imageops::resize(&square, SIDE, SIDE, FilterType::Triangle);
        let start = Instant::now();
        let found = subject::find(&picture);
        let took = start.elapsed().as_millis();
        let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
        println!("{stem}: {took} ms, {:?}, {:?}", found.origin, found.plausibility);
        for (i, ground) in [None, Some([255.0, 0.0, 255.0]), Some([255.0; 3]), Some([20.0, 22.0, 30.0])].into_iter().enumerate() {
            let mut laid = RgbImage::from_fn(SIDE, SIDE, |x, y| {
                let alpha = if ground.is_some() { f32::from(found.alpha.get_pixel(x, y).0[0]) / 255.0 } else { 1.0 };
                let ground = ground.unwrap_or([0.0; 3]);
                let pixel = picture.get_pixel(x, y).0;
                Rgb(std::array::from_fn(|c| (f32::from(pixel[c]) * alpha + ground[c] * (1.0 - alpha)) as u8))
            });
            if i == 0 {
                boxed(&mut laid, found.head);
            }
            let cell = imageops::resize(&laid, CELL, CELL, FilterType::Triangle);
            imageops::replace(&mut sheet, &cell, i64::from(CELL) * i as i64, i64::from(CELL) * row as i64);
        }
    }
    sheet.save(sheet_path)?;
    Ok(())
}

fn boxed(picture: &mut RgbImage, head: subject::HeadBox) {
    let at = |share: f32| ((share * SIDE as f32) as u32).min(SIDE - 3);
    let (top, bottom, left, right) = (at(head.top), at(head.bottom), at(head.left), at(head.right));
    for i in 0..3 {
        (left..right).for_each(|x| [top + i, bottom + i].iter().for_each(|&y| picture.put_pixel(x, y.min(SIDE - 1), Rgb([255, 0, 0]))));
        (top..bottom).for_each(|y| [left + i, right + i].iter().for_each(|&x| picture.put_pixel(x.min(SIDE - 1), y, Rgb([255, 0, 0]))));
    }
}
