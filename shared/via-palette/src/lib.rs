//! The offline artist: turns a selfie into an avatar by classical image processing. No network, no weights, no I/O.
//!
//! ```text
//! selfie → crop (head and shoulders) → matte (who is the subject)
//!                                    → flow, bilateral, coherence (calm colours along hair and folds)
//!                                    → tone or screentone, lines → over a backdrop by seed
//! ```
//!
//! The same selfie, style and seed give the same bytes on any number of threads. Another seed draws
//! another backdrop, palette and pen.

mod artist;
mod backdrop;
mod bilateral;
mod coherence;
mod crop;
mod dice;
mod flow;
mod ink_manga;
mod lines;
mod palette;
mod screentone;
mod silhouette;
mod sitting;
mod soft_anime;
mod style;
mod tone;

use image::{RgbImage, RgbaImage};

pub use artist::PaletteArtist;
pub use style::Style;

/// Width and height of a drawing in pixels.
pub const SIDE: u32 = 1024;

/// Draws `selfie` (upright, any size from 1×1 and any aspect ratio) in `style`: [`SIDE`] × [`SIDE`] pixels, full colour everywhere, and
/// as alpha the matte of the subject, so that a cut-out can be made of it. An empty picture is drawn as a black one.
///
/// Equal arguments give equal bytes; another `seed` gives another backdrop and palette. Takes about a second of one core.
#[must_use]
pub fn draw(selfie: &RgbImage, style: Style, seed: u64) -> RgbaImage {
    let sitting = sitting::Sitting::of(selfie);
    match style {
        Style::SoftAnime => soft_anime::draw(&sitting, seed),
        Style::InkManga => ink_manga::draw(&sitting, seed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let selfie = RgbImage::from_fn(70, 90, |x, y| image::Rgb([(x * 3) as u8, (y * 2) as u8, (x * y % 251) as u8]));
        for style in Style::ALL {
            let alone = raster::rows::with_threads(1, || draw(&selfie, *style, 5));
            let crew = raster::rows::with_threads(3, || draw(&selfie, *style, 5));
            assert!(alone == crew, "{style:?}");
        }
    }
}
