//! The inks of one print.

use crate::complexion::Complexion;
use raster::grid::smoothstep;
use raster::lab;

/// Inks of a print, paper and key included.
#[cfg(test)]
pub(super) const MOST: usize = 6;

/// The inks, sRGB 0..1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inks {
    /// The darkest: lines and shadows
    pub(super) key: [f32; 3],
    /// The ground of the print
    pub(super) paper: [f32; 3],
    /// A warm ink
    pub(super) warm: [f32; 3],
    /// A cool or dark ink
    pub(super) cool: [f32; 3],
    /// A light ink
    pub(super) light: [f32; 3],
    /// The subject's own skin, clearer
    pub(super) skin: [f32; 3],
}

/// A row of the table: key, paper, warm, cool, light.
type Row = [[u8; 3]; 5];

/// Comic, campaign, seaside, riso, grape, tram, gallery, orchard.
const SETS: [Row; 8] = [
    [[26, 20, 34], [255, 250, 238], [234, 50, 60], [32, 110, 200], [255, 212, 46]],
    [[8, 42, 70], [252, 238, 204], [220, 38, 44], [98, 158, 172], [246, 206, 118]],
    [[44, 18, 70], [255, 246, 242], [255, 72, 146], [0, 172, 190], [255, 198, 72]],
    [[38, 42, 62], [251, 245, 233], [242, 104, 86], [44, 124, 112], [238, 186, 84]],
    [[32, 12, 62], [251, 248, 242], [232, 66, 172], [84, 84, 214], [196, 226, 70]],
    [[18, 34, 48], [255, 248, 234], [250, 112, 44], [18, 128, 150], [252, 216, 140]],
    [[24, 24, 30], [247, 243, 235], [216, 44, 52], [122, 138, 154], [230, 208, 164]],
    [[52, 24, 40], [255, 247, 236], [226, 64, 92], [70, 140, 92], [248, 204, 96]],
];

impl Inks {
    /// The inks of a seed, with one mixed for the subject's skin; a `grey` subject gets a tint of the warm ink.
    pub(super) fn of(seed: u64, complexion: &Complexion, grey: bool) -> Self {
        // Steps of 3 among 8: neighbouring seeds differ, and so do the pairs of set and ground.
        let set = SETS[(seed.wrapping_mul(3).wrapping_add(seed >> 32) % 8) as usize];
        let [key, paper, warm, cool, light] = set.map(|rgb| rgb.map(|byte| f32::from(byte) / 255.0));
        let [_, a, b] = lab::from_srgb(set[2]);
        let [hue_a, hue_b] = complexion.hue;
        let middle = complexion.middle;
        // Prints are brighter than selfies; yet never so dark that the key would not show, nor so light that it would be paper
        let l = (middle + 2.0 + 0.1 * (94.0 - middle) * smoothstep(15.0, 65.0, middle)).clamp(32.0, 86.0);
        let skin = if grey { [l.max(76.0), 0.3 * a, 0.3 * b + 6.0] } else { [l, 1.1 * hue_a + 2.0, 1.35 * hue_b + 3.0] };
        Self { key, paper, warm, cool, light, skin: lab::to_srgb(skin) }
    }
}
