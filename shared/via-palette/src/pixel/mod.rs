//! Large pixels, few colours: a portrait of a 16-bit game.
//!
//! ```text
//! prepared → 128 × 128 cells that keep detail → ramps of colour per material → every cell one of them, orphans removed
//!                                            → a dark outline one cell wide → a scene on the same cells
//! ```

mod cells;
mod ramps;
mod scene;

use image::{Rgba, RgbaImage};

use crate::SIDE;
use crate::dice::Dice;
use crate::prepared_selfie::PreparedSelfie;
use cells::Cells;
use ramps::Ramps;
use raster::lab;

/// Pixels along a cell.
const CELL: usize = 8;
/// Cells along a drawing.
const CELLS: usize = SIDE as usize / CELL;
/// Colours of a drawing at most: of the subject, its outline and the scene.
#[cfg(test)]
const MOST_COLOURS: usize = ramps::MOST + 1 + scene::MOST;

/// Draws a prepared selfie in square cells.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let scene = scene::paint(seed, (prepared.matte.face.x, prepared.matte.face.y));
    let cells = Cells::of(prepared);
    let painted = Ramps::of(&cells, scene.mood).paint(&cells);
    let outline = outline(&mut Dice::new(seed, 31));
    let rows: Vec<[u8; 4]> = (0..CELLS * CELLS)
        .map(|at| {
            let (x, y) = (at % CELLS, at / CELLS);
            let (colour, alpha) = match (cells.body[at], cells.is_outline(x, y)) {
                (true, _) => (painted[at], 255),
                (false, true) => (outline, 255),
                _ => (scene.cells[at], 0),
            };
            let [r, g, b] = bytes(colour);
            [r, g, b, alpha]
        })
        .collect();
    RgbaImage::from_fn(SIDE, SIDE, |x, y| Rgba(rows[y as usize / CELL * CELLS + x as usize / CELL]))
}

/// A dark tint for the outline, in Lab.
fn outline(dice: &mut Dice) -> [f32; 3] {
    *dice.pick(&[[11.0, 10.0, -20.0], [9.0, 3.0, -10.0], [12.0, 14.0, -6.0], [12.0, -4.0, -12.0]])
}

fn bytes(colour: [f32; 3]) -> [u8; 3] {
    lab::to_srgb(colour).map(|channel| (channel * 255.0 + 0.5) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use std::collections::BTreeSet;

    /// Every cell is of one colour and one alpha, and the colours are few.
    fn assert_of_cells(drawing: &RgbaImage) {
        let mut colours = BTreeSet::new();
        for (x, y, pixel) in drawing.enumerate_pixels() {
            let corner = drawing.get_pixel(x / CELL as u32 * CELL as u32, y / CELL as u32 * CELL as u32);
            assert_eq!(pixel, corner, "{x}, {y}");
            assert!(pixel.0[3] == 0 || pixel.0[3] == 255);
            colours.insert([pixel.0[0], pixel.0[1], pixel.0[2]]);
        }
        assert!(colours.len() <= MOST_COLOURS, "{}", colours.len());
    }

    #[test]
    fn any_picture_becomes_whole_cells_in_few_colours() {
        let noise = RgbImage::from_fn(90, 60, |x, y| Rgb([(x * 37 + y * 11) as u8, (x * y) as u8, (y * 91) as u8]));
        for (seed, picture) in [RgbImage::new(0, 0), noise].iter().enumerate() {
            let prepared = PreparedSelfie::of(picture);
            for more in 0..3 {
                assert_of_cells(&draw(&prepared, 3 * seed as u64 + more));
            }
        }
    }

    #[test]
    fn a_drawing_has_at_most_24_colours() {
        const { assert!(MOST_COLOURS <= 24) };
    }
}
