//! Matching colours, chosen by seed.

use crate::dice::Dice;
use raster::grid::{mix, mix3, smoothstep};
use raster::lab;

/// The colours of one drawing, sRGB 0..1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// Of the backdrop, above
    pub(crate) above: [f32; 3],
    /// Of the backdrop, below
    pub(crate) below: [f32; 3],
    /// Of its ornaments
    pub(crate) accent: [f32; 3],
    /// The tint of ink
    pub(crate) ink: [f32; 3],
}

impl Palette {
    /// A Lab colour of a picture without colours, as a print in two inks: the palette's in the dark, a warm one in the light.
    pub(crate) fn tinted(&self, [l, _, _]: [f32; 3]) -> [f32; 3] {
        let dark = lab::from_srgb(self.ink.map(|channel| (channel * 255.0) as u8));
        let light = smoothstep(15.0, 80.0, l);
        [l, mix(0.6 * dark[1], 4.0, light), mix(0.6 * dark[2], 9.0, light) * smoothstep(100.0, 90.0, l)]
    }
}

/// A row of the table: above, below, accent, ink.
type Row = [[u8; 3]; 4];

/// Pastels: sky, blossom, lavender, mint, apricot, dawn, lemon, lagoon.
const PASTELS: [Row; 8] = [
    [[154, 206, 245], [230, 245, 252], [255, 255, 255], [38, 44, 78]],
    [[255, 190, 208], [255, 236, 233], [255, 246, 248], [74, 32, 58]],
    [[190, 180, 240], [238, 226, 250], [255, 240, 250], [48, 34, 82]],
    [[160, 226, 204], [233, 250, 232], [255, 255, 240], [24, 56, 66]],
    [[255, 200, 150], [255, 239, 214], [255, 250, 236], [78, 38, 36]],
    [[176, 190, 246], [255, 214, 214], [255, 240, 214], [52, 36, 76]],
    [[252, 226, 132], [255, 248, 216], [255, 255, 246], [70, 48, 34]],
    [[130, 212, 222], [222, 244, 236], [252, 255, 255], [22, 48, 78]],
];

/// Loud colours for a bold drawing: ground, second colour, the light on the subject's rim, ink.
const LOUD: [Row; 8] = [
    [[255, 203, 5], [238, 46, 36], [255, 246, 190], [24, 14, 30]],
    [[0, 163, 224], [10, 52, 140], [190, 246, 255], [8, 12, 36]],
    [[255, 62, 108], [96, 16, 110], [255, 214, 120], [32, 6, 34]],
    [[20, 190, 140], [6, 76, 96], [226, 255, 170], [4, 22, 30]],
    [[255, 122, 0], [122, 16, 40], [255, 236, 140], [34, 10, 14]],
    [[124, 77, 255], [36, 14, 100], [120, 246, 255], [14, 6, 40]],
    [[214, 236, 36], [0, 132, 92], [255, 255, 220], [8, 26, 18]],
    [[240, 240, 244], [226, 28, 52], [255, 244, 200], [18, 16, 24]],
];

/// A pastel palette by seed, slightly varied.
pub(crate) fn pastel(seed: u64, dice: &mut Dice) -> Palette {
    let [above, below, accent, ink] = row(&PASTELS, seed);
    let fade = dice.between(0.0, 0.22);
    Palette { above: mix3(above, below, fade), below: mix3(below, above, 0.5 * dice.unit() * fade), accent, ink }
}

pub(crate) fn loud(seed: u64) -> Palette {
    let [above, below, accent, ink] = row(&LOUD, seed);
    Palette { above, below, accent, ink }
}

/// A row of a table by seed: eight neighbouring seeds have eight different rows, in leaps, as neighbours in the table look alike.
fn row(table: &[Row; 8], seed: u64) -> [[f32; 3]; 4] {
    let index = seed.wrapping_mul(3).wrapping_add(seed / 8) % 8;
    table[index as usize].map(|rgb| rgb.map(|byte| f32::from(byte) / 255.0))
}
