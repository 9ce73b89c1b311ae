//! Pictures of people and attackers: each either shows the [`card`] upright or is refused for a stated reason.
//!
//! PNG and WebP containers are built by hand here, so that their headers can be wrong; files that need a real encoder are in `fixtures/card-*`.

mod cases;
mod containers;
mod strange;

pub use cases::bomb_png;
pub use containers::{
    PngLayout, exif, jpeg, jpeg_with_segment, png, png_chunk, rgb_png, riff, riff_chunk, turned_jpeg, turned_png, turned_webp, vp8x, webp,
    zlib, zlib_bomb,
};
use image::{Rgb, RgbImage};

/// Width of the upright card in pixels
pub const CARD_WIDTH: u32 = 96;
/// Height of the upright card in pixels
pub const CARD_HEIGHT: u32 = 64;
/// Colours of the card's quarters: upper left, upper right, lower left, lower right
pub const CARD_COLOURS: [[u8; 3]; 4] = [[200, 30, 40], [30, 160, 60], [40, 60, 190], [255, 255, 255]];

/// One picture and its expected outcome
#[derive(Clone, Debug)]
pub struct Case {
    /// In kebab case, unique
    pub name: &'static str,
    /// The declared media type, one of the three that an upload may have
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

/// The outcome of a correct decoder
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The card, upright, its transparency white, without any other content of the file
    Upright,
    /// The card in greys: the luma of its colours
    UprightGrey,
    /// A refusal with this reason, as `picture_files::Unreadable::reason` names it
    Refused(&'static str),
}

/// The card: four quarters of four colours, so that every orientation is visible
pub fn card() -> RgbImage {
    RgbImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| {
        let quarter = usize::from(x >= CARD_WIDTH / 2) + 2 * usize::from(y >= CARD_HEIGHT / 2);
        Rgb(CARD_COLOURS[quarter])
    })
}

/// The card as a camera stores it with this EXIF orientation, 1 to 8 (EXIF 2.32, tag 0x0112: the meaning of the first row and column)
pub fn stored(orientation: u8) -> RgbImage {
    let upright = card();
    let (right, bottom) = (CARD_WIDTH - 1, CARD_HEIGHT - 1);
    let (width, height) = if orientation < 5 { (CARD_WIDTH, CARD_HEIGHT) } else { (CARD_HEIGHT, CARD_WIDTH) };
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = match orientation {
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (right - row, column),
            7 => (right - row, bottom - column),
            8 => (row, bottom - column),
            _ => (column, row),
        };
        *upright.get_pixel(x, y)
    })
}

/// Rec. 601 luma, as JPEG's grey
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500) / 1000) as u8
}

/// Every picture, each of its own name
pub fn corpus() -> Vec<Case> {
    [cases::plain(), cases::turned(), cases::odd(), cases::refused(), strange::strange()].concat()
}
