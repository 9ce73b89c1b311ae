//! Colours that go together, chosen by seed.

use crate::dice::Dice;
use raster::grid::mix3;

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

/// A palette by seed, slightly varied.
pub(crate) fn pastel(dice: &mut Dice) -> Palette {
    let unit = |rgb: [u8; 3]| rgb.map(|byte| f32::from(byte) / 255.0);
    let [above, below, accent, ink] = dice.pick(&PASTELS).map(unit);
    let fade = dice.between(0.0, 0.22);
    Palette { above: mix3(above, below, fade), below: mix3(below, above, 0.5 * dice.unit() * fade), accent, ink }
}
