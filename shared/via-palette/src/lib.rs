//! The offline artist: turns a selfie into an avatar by classical image processing. No I/O, and no weights but those that find the subject.
//!
//! ```text
//! selfie → crop (head and shoulders) → light (a better exposure, whiter whites)
//!   → matte (the subject), visage (the place and size of the face), complexion (the tone of the skin)
//!   → flow, bilateral, coherence (calm colours along hair and folds), strands, accents (brows, eyes, mouth)
//!   → the tones of a style, its lines, its palette → over a backdrop by seed
//! ```
//!
//! The same selfie, style and seed give the same bytes on any number of threads. Another seed draws
//! another backdrop, palette and pen.

mod artist;
mod backdrop;
mod bilateral;
mod bold_cel;
mod coherence;
mod complexion;
mod crop;
mod dice;
mod draft;
mod flats;
mod flow;
mod ink_manga;
mod light;
mod lines;
mod palette;
mod pixel;
mod pop_poster;
mod prepared_selfie;
mod screentone;
mod silhouette;
mod soft_anime;
mod style;
mod tone;
mod visage;
mod watercolour;

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
    let prepared = prepared_selfie::PreparedSelfie::of(selfie);
    match style {
        Style::SoftAnime => soft_anime::draw(&prepared, seed),
        Style::BoldCel => bold_cel::draw(&prepared, seed),
        Style::InkManga => ink_manga::draw(&prepared, seed),
        Style::Watercolour => watercolour::draw(&prepared, seed),
        Style::PopPoster => pop_poster::draw(&prepared, seed),
        Style::Pixel => pixel::draw(&prepared, seed),
    }
}
