//! A screen print: a handful of loud inks, Ben-Day dots, a black key plate over all.
//!
//! ```text
//! draft → every pixel one of a few fills → smooth regions → colour plates, a little out of register
//!       → shadows, lines and outline    → key plate over them     → before a bold ground
//! ```

mod dots;
mod ground;
mod inks;
mod key;
mod plates;

use image::RgbaImage;

use crate::SIDE;
use crate::dice::Dice;
use crate::draft::Draft;
use crate::prepared_selfie::{self, PreparedSelfie};
use dots::Screen;
use inks::Inks;
use key::Key;
use plates::Plates;
use raster::gauss;
use raster::grid::{Grid, mix3, smoothstep};

/// Prints a prepared selfie.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 21);
    let draft = Draft::of(prepared);
    let complexion = draft.complexion;
    let inks = Inks::of(seed, &complexion, prepared.grey);
    let screen = Screen { period: dice.between(11.5, 15.5) };
    let key = Key::of(&draft, &complexion, dice.between(0.9, 1.25));
    let plates = Plates::of(&draft, &key, prepared.visage);
    let ground = ground::of(seed, &inks, (prepared.visage.x, prepared.visage.y));
    let edge = Edge::of(&draft, dice.between(1.7, 2.3));
    // How far the colours lie beside the key, in pixels
    let slip = (dice.between(-2.6, 2.6), dice.between(-2.0, 2.0));

    let side = SIDE as usize;
    let mut alpha = Grid::from_fn(side, side, |x, y| [edge.body.sample(half(x as f32), half(y as f32))[0]]);
    let picture = Grid::from_fn(side, side, |x, y| {
        let (px, py) = (x as f32, y as f32);
        let body = alpha.value(x, y);
        let whole = smoothstep(OUTER.0, OUTER.1, body);
        let behind = if whole < 1.0 {
            let margin = smoothstep(0.05, 0.09, edge.margin.sample(half(px), half(py))[0]);
            mix3(ground(px + 0.5, py + 0.5), inks.paper, margin)
        } else {
            inks.paper
        };
        if whole <= 0.0 {
            return behind;
        }
        let colour = plates.print(&inks, screen, (px, py), slip);
        let line = smoothstep(0.78, 0.68, body);
        let black = line.max(key.cover(half(px), half(py)));
        mix3(behind, mix3(colour, inks.key, black), whole)
    });
    alpha = alpha.map(|a| [smoothstep(OUTER.0, OUTER.1, a[0])]);
    prepared_selfie::picture(&picture, &alpha)
}

/// The end of the outline, as values of [`Edge::body`].
const OUTER: (f32, f32) = (0.1, 0.18);

/// The place of a drawing's pixel in the draft.
fn half(at: f32) -> f32 {
    0.5 * at - 0.25
}

/// The edge of the subject as ramps.
struct Edge {
    /// 1 inside to 0 outside, the edge at 0.5
    body: Grid<1>,
    /// The same, wider
    margin: Grid<1>,
}

impl Edge {
    /// The edge for an outline of about four times `width` pixels.
    fn of(draft: &Draft, width: f32) -> Self {
        Self { body: gauss::blur(&draft.body, width), margin: gauss::wide_blur(&draft.body, 2.4 * width) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use std::collections::BTreeMap;

    #[test]
    fn any_picture_is_printed_in_a_handful_of_inks() {
        let noise = RgbImage::from_fn(90, 60, |x, y| Rgb([(x * 37 + y * 11) as u8, (x * y) as u8, (y * 91) as u8]));
        for (seed, picture) in [RgbImage::new(0, 0), noise].iter().enumerate() {
            let drawing = draw(&PreparedSelfie::of(picture), seed as u64);
            let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
            for pixel in drawing.pixels() {
                *counts.entry([pixel.0[0], pixel.0[1], pixel.0[2]]).or_default() += 1;
            }
            // Flat inks are common; only soft edges between them are not.
            let mut common: Vec<usize> = counts.into_values().collect();
            common.sort_unstable_by(|a, b| b.cmp(a));
            let flat: usize = common.iter().take(inks::MOST).sum();
            assert!(flat * 10 > 7 * (SIDE * SIDE) as usize, "{flat}");
        }
    }

    #[test]
    fn a_seed_prints_the_same_twice() {
        let picture = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 4) as u8, 90]));
        let prepared = PreparedSelfie::of(&picture);
        assert!(draw(&prepared, 5) == draw(&prepared, 5));
        assert!(draw(&prepared, 5) != draw(&prepared, 6));
    }
}
