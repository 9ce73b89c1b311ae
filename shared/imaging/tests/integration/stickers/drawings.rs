//! Drawings and generations to make stickers of.

use bubble_text::{Side, Words};
use image::{Rgba, RgbaImage};
use imaging::{BubbleRequest, Deliverable, Extras, stickers};
use picture_files::{DigitalSource, Messenger};
use std::io::Cursor;
use std::sync::OnceLock;

pub(crate) const SOURCE: DigitalSource = DigitalSource::AlgorithmicallyEnhanced;

/// A drawing with a subject where `inside` is below 1, in shares of the side
pub(crate) fn drawing(inside: impl Fn(f32, f32) -> f32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(1024, 1024, |x, y| {
        let (across, down) = ((x as f32 + 0.5) / 1024.0, (y as f32 + 0.5) / 1024.0);
        let alpha = ((1.0 - inside(across, down)) * 120.0 + 0.5).clamp(0.0, 1.0);
        let stripe: [u8; 3] = if (y / 40) % 2 == 0 { [200, 60, 50] } else { [60, 40, 120] };
        let mix = |i: usize, sky: f32| (f32::from(stripe[i]) * alpha + sky * (1.0 - alpha)) as u8;
        Rgba([mix(0, 90.0), mix(1, 160.0), mix(2, 220.0), (255.0 * alpha) as u8])
    });
    png(&picture)
}

pub(crate) fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Distance from a middle in units of the radii: below 1 inside
pub(crate) fn oval((x, y): (f32, f32), (middle_x, middle_y): (f32, f32), (across, down): (f32, f32)) -> f32 {
    ((x - middle_x) / across).hypot((y - middle_y) / down)
}

/// Head and shoulders that run out of the drawing below
pub(crate) fn bust(x: f32, y: f32) -> f32 {
    let neck = oval((x, y), (0.5, 0.6), (0.1, 0.2));
    oval((x, y), (0.5, 0.36), (0.18, 0.23)).min(neck).min(oval((x, y), (0.5, 1.05), (0.42, 0.4)))
}

/// Portraits, and pictures of other things
pub(crate) fn drawings() -> Vec<(&'static str, Vec<u8>)> {
    let noise = RgbaImage::from_fn(1024, 1024, |x, y| {
        let mixed = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
        Rgba((mixed ^ (mixed >> 15)).to_le_bytes())
    });
    vec![
        ("a portrait", drawing(bust)),
        ("a head that touches both sides and the top", drawing(|x, y| oval((x, y), (0.5, 0.4), (0.62, 0.52)))),
        ("a small subject in a corner", drawing(|x, y| oval((x, y), (0.2, 0.7), (0.12, 0.14)))),
        ("no matte", drawing(|_, _| 0.0)),
        ("no subject", drawing(|_, _| 2.0)),
        ("noise", png(&noise)),
    ]
}

pub(crate) fn extras_of(messengers: &[Messenger], text: Option<(&str, Option<Side>)>) -> Extras {
    let bubble = text.map(|(text, side)| BubbleRequest { words: Words::parse(text).unwrap(), side });
    Extras { stickers: messengers.to_vec(), bubble, ..Extras::default() }
}

/// The stickers of a portrait with a bubble, made once
pub(crate) fn portrait() -> &'static [Deliverable] {
    static FILES: OnceLock<Vec<Deliverable>> = OnceLock::new();
    FILES.get_or_init(|| stickers(&drawing(bust), SOURCE, &extras_of(Messenger::ALL, Some(("Hello!", None)))).unwrap())
}

/// The bytes of one of them
pub(crate) fn file(path: &str) -> Vec<u8> {
    portrait().iter().find(|file| file.path == path).unwrap().bytes.clone()
}
