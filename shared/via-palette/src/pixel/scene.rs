//! The backdrop of a pixel portrait, by seed: a small scene in at most [`MOST`] colours.

use super::CELLS;
use crate::dice::{Dice, hash};
use raster::lab;

/// Colours of a scene at most.
pub(super) const MOST: usize = 8;

pub(super) struct Scene {
    /// Lab, row by row
    pub(super) cells: Vec<[f32; 3]>,
    /// The colour its shadows lean to, in Lab
    pub(super) mood: [f32; 3],
}

/// A row of the table: four colours from top to bottom, then near ground, far ground, light, and another light; sRGB.
type Row = [[u8; 3]; MOST];

/// Dusk, night, day and pop, twice each.
const HUES: [Row; 8] = [
    [[62, 36, 110], [150, 58, 130], [240, 106, 100], [255, 186, 106], [38, 22, 66], [96, 40, 108], [255, 232, 150], [255, 150, 110]],
    [[20, 22, 58], [30, 40, 92], [44, 66, 130], [70, 104, 160], [12, 14, 36], [24, 32, 74], [255, 244, 196], [150, 190, 236]],
    [[66, 160, 230], [116, 194, 244], [172, 222, 250], [226, 244, 252], [70, 158, 90], [120, 196, 110], [255, 255, 255], [198, 226, 250]],
    [[255, 92, 138], [255, 128, 150], [255, 166, 158], [255, 206, 168], [120, 44, 108], [200, 70, 128], [255, 246, 214], [255, 226, 120]],
    [[18, 60, 82], [24, 98, 112], [50, 146, 140], [130, 204, 170], [10, 36, 54], [18, 74, 90], [240, 250, 210], [250, 214, 120]],
    [[44, 24, 84], [84, 40, 140], [140, 64, 186], [214, 104, 206], [22, 12, 50], [58, 26, 104], [120, 240, 240], [255, 120, 200]],
    [[250, 196, 80], [252, 212, 112], [254, 228, 150], [255, 242, 196], [200, 104, 52], [232, 146, 66], [255, 255, 240], [240, 120, 80]],
    [[112, 128, 200], [156, 160, 222], [204, 190, 232], [246, 214, 226], [72, 80, 140], [112, 116, 176], [255, 250, 240], [255, 190, 200]],
];

/// Thresholds of a 4 × 4 ordered dither (Bayer, *An optimum method for two-level rendition of continuous-tone pictures*, 1973).
const BAYER: [[f32; 4]; 4] = [[0.0, 8.0, 2.0, 10.0], [12.0, 4.0, 14.0, 6.0], [3.0, 11.0, 1.0, 9.0], [15.0, 7.0, 13.0, 5.0]];

/// The names of a row's colours after the four of the sky.
const NEAR: usize = 4;
const FAR: usize = 5;
const LIGHT: usize = 6;
const OTHER: usize = 7;

/// The index of a cell's colour in its row.
type Motif = Box<dyn Fn(usize, usize) -> usize>;

/// Paints the scene of a seed round a face at (`x`, `y`), in shares of the side.
pub(super) fn paint(seed: u64, face: (f32, f32)) -> Scene {
    let mut dice = Dice::new(seed, 32);
    // Neighbouring seeds have different motifs; the colours are chosen separately.
    let turn = seed.wrapping_add(seed >> 32);
    let (motif, row): (Motif, usize) = match turn % 7 {
        0 => (sunset(&mut dice, face), *dice.pick(&[0, 3, 5])),
        1 => (night(&mut dice, seed), *dice.pick(&[1, 4, 5])),
        2 => (day(&mut dice, seed), *dice.pick(&[2, 7, 4])),
        3 => (checker(&mut dice), *dice.pick(&[3, 6, 5, 2])),
        4 => (city(&mut dice, seed), *dice.pick(&[0, 1, 7])),
        5 => (burst(&mut dice, face), *dice.pick(&[6, 3, 2, 7])),
        _ => (tiles(&mut dice, seed), *dice.pick(&[4, 7, 3, 6])),
    };
    let hues = HUES[row].map(lab::from_srgb);
    let cells = (0..CELLS * CELLS).map(|at| hues[motif(at % CELLS, at / CELLS)]).collect();
    Scene { cells, mood: hues[NEAR] }
}

/// One of the four colours of the sky, dithered: `height` is 0 at the top, 1 at the bottom.
fn sky(x: usize, y: usize, height: f32) -> usize {
    let threshold = (BAYER[y % 4][x % 4] + 0.5) / 16.0;
    // Dithering only near the change from one colour to the next keeps the bands.
    let at = height.clamp(0.0, 1.0) * 3.0;
    let within = ((at - at.floor() - 0.5) * 2.2 + 0.5).clamp(0.0, 1.0);
    (at.floor() as usize + usize::from(within > threshold)).min(3)
}

/// A low sun with slits over a sea of stripes.
fn sunset(dice: &mut Dice, face: (f32, f32)) -> Motif {
    let side = CELLS as f32;
    let (x0, y0, radius) = (side * (0.5 + 0.6 * (face.0 - 0.5)), dice.between(44.0, 52.0), dice.between(38.0, 46.0));
    let horizon = (y0 + 0.62 * radius) as usize;
    Box::new(move |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - x0, y as f32 + 0.5 - y0);
        let slit = dy > 0.0 && (y % 7) < (dy / 9.0) as usize;
        if y >= horizon {
            let band = (y - horizon) / 2;
            let shine = dx.abs() < radius * 0.9 - band as f32 * 0.8 && y % 4 < 2;
            return if shine {
                OTHER
            } else if y % 6 == 0 {
                FAR
            } else {
                NEAR
            };
        }
        if dx.hypot(dy) < radius && !slit { if dy < -0.2 * radius { LIGHT } else { OTHER } } else { sky(x, y, y as f32 / horizon as f32) }
    })
}

/// Stars, a moon and hills.
fn night(dice: &mut Dice, seed: u64) -> Motif {
    let side = if dice.unit() < 0.5 { 0.17 } else { 0.83 };
    let (mx, my, radius) = (CELLS as f32 * side, dice.between(20.0, 30.0), dice.between(9.0, 13.0));
    let hills = hills(dice, 84.0, 10.0);
    Box::new(move |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - mx, y as f32 + 0.5 - my);
        let bitten = (dx - 0.5 * radius).hypot(dy + 0.3 * radius) < 0.85 * radius;
        if dx.hypot(dy) < radius && !bitten {
            return LIGHT;
        }
        match hills(x, y) {
            Some(ground) => ground,
            None => star(seed, x, y).unwrap_or_else(|| sky(x, y, y as f32 / 96.0)),
        }
    })
}

/// A star of one cell, or a larger one with four points.
fn star(seed: u64, x: usize, y: usize) -> Option<usize> {
    let centre = |x: usize, y: usize| {
        hash(seed ^ 77, x as i64 / 9, y as i64 / 9) < 0.5 && {
            let (cx, cy) = (hash(seed, x as i64 / 9, y as i64 / 9), hash(seed ^ 5, x as i64 / 9, y as i64 / 9));
            (x % 9, y % 9) == (1 + (cx * 7.0) as usize, 1 + (cy * 7.0) as usize)
        }
    };
    let large = |x: usize, y: usize| centre(x, y) && hash(seed ^ 9, x as i64, y as i64) < 0.3;
    if centre(x, y) {
        return Some(LIGHT);
    }
    let beside = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
    beside.iter().any(|(x, y)| *x < CELLS && *y < CELLS && large(*x, *y)).then_some(OTHER)
}

/// Two ranges of hills; None is above both.
fn hills(dice: &mut Dice, crest: f32, swing: f32) -> impl Fn(usize, usize) -> Option<usize> + use<> {
    let [a, b, c, d] = [(); 4].map(|()| dice.between(0.0, 6.3));
    move |x, y| {
        let x = x as f32;
        let far = crest + swing * ((x * 0.06 + a).sin() + 0.5 * (x * 0.13 + b).sin());
        let near = crest + 16.0 + 0.8 * swing * ((x * 0.045 + c).sin() + 0.4 * (x * 0.16 + d).sin());
        if y as f32 > near {
            Some(NEAR)
        } else if y as f32 > far {
            Some(FAR)
        } else {
            None
        }
    }
}

/// A sky with flat clouds over hills.
fn day(dice: &mut Dice, seed: u64) -> Motif {
    let clouds: Vec<[f32; 3]> =
        (0..9).map(|i| [dice.between(-8.0, 136.0), 8.0 + 9.0 * i as f32 + dice.between(-3.0, 3.0), dice.between(5.0, 10.0)]).collect();
    let hills = hills(dice, 92.0, 7.0);
    Box::new(move |x, y| {
        if let Some(ground) = hills(x, y) {
            return ground;
        }
        let cloud = |x: f32, y: f32| {
            clouds.iter().enumerate().any(|(i, &[cx, cy, size])| {
                let puff = |k: i64| {
                    let jitter = hash(seed, i as i64, k);
                    let (px, radius) =
                        (cx + (k as f32 - 2.0) * 0.8 * size, size * (0.45 + 0.5 * jitter) * (1.0 - 0.12 * (k as f32 - 2.0).abs()));
                    y < cy && (x - px).hypot((y - cy) * 1.2) < radius
                };
                (0..5).any(puff)
            })
        };
        let (px, py) = (x as f32, y as f32);
        match (cloud(px, py), cloud(px, py + 2.0)) {
            (true, true) => LIGHT,
            (true, false) => OTHER,
            _ => sky(x, y, py / 90.0),
        }
    })
}

/// A board of squares on its point, paling downwards.
fn checker(dice: &mut Dice) -> Motif {
    let size = *dice.pick(&[12, 16, 16, 20]);
    let shift = (dice.unit() * 16.0) as usize;
    Box::new(move |x, y| {
        let (u, v) = (x + y + shift, x + 4 * CELLS - y);
        let light = (u / size + v / size).is_multiple_of(2);
        let height = y as f32 / CELLS as f32;
        if light { sky(x, y, 0.45 + 0.55 * height) } else { sky(x, y, 0.5 * height) }
    })
}

/// A skyline with lit windows.
fn city(dice: &mut Dice, seed: u64) -> Motif {
    let (width, shift) = (13, (dice.unit() * 13.0) as usize);
    let (mx, my) = (dice.between(14.0, 114.0), dice.between(12.0, 22.0));
    Box::new(move |x, y| {
        let house = |layer: u64, width: usize, crest: f32, swing: f32| {
            let (column, within) = ((x + shift * layer as usize) / width, (x + shift * layer as usize) % width);
            let top = crest - swing * hash(seed ^ layer, column as i64, 1);
            (y as f32 > top).then(|| (within, y - top as usize, column))
        };
        if let Some((within, down, column)) = house(1, width, 84.0, 40.0) {
            let window = within % 3 == 1 && within + 2 < width && down % 4 == 2;
            let lit = hash(seed ^ 3, (column * 16 + within) as i64, y as i64) < 0.42;
            return if window && lit { LIGHT } else { NEAR };
        }
        if house(2, 9, 66.0, 34.0).is_some() {
            return FAR;
        }
        let moon = (x as f32 - mx).hypot(y as f32 - my) < 7.5;
        if moon { LIGHT } else { star(seed, x, y).filter(|_| y < 40).unwrap_or_else(|| sky(x, y, y as f32 / 84.0)) }
    })
}

/// Rays from behind the head.
fn burst(dice: &mut Dice, (fx, fy): (f32, f32)) -> Motif {
    let (count, turn) = (dice.between(9.0, 14.0).round(), dice.unit());
    Box::new(move |x, y| {
        let side = CELLS as f32;
        let (dx, dy) = (x as f32 + 0.5 - side * fx, y as f32 + 0.5 - side * fy);
        let around = (dy.atan2(dx) / std::f32::consts::TAU + turn) * count;
        let away = dx.hypot(dy) / side;
        if around - around.floor() < 0.5 { sky(x, y, 1.15 - 0.9 * away) } else { sky(x, y, 0.62 - 0.9 * away) }
    })
}

/// A wallpaper of small hearts, plusses or diamonds.
fn tiles(dice: &mut Dice, seed: u64) -> Motif {
    const HEART: [u8; 7] = [0b011_0110, 0b111_1111, 0b111_1111, 0b111_1111, 0b011_1110, 0b001_1100, 0b000_1000];
    const PLUS: [u8; 7] = [0b001_1100, 0b001_1100, 0b111_1111, 0b111_1111, 0b111_1111, 0b001_1100, 0b001_1100];
    const GEM: [u8; 7] = [0b000_1000, 0b001_1100, 0b011_1110, 0b111_1111, 0b011_1110, 0b001_1100, 0b000_1000];
    const STAR: [u8; 7] = [0b000_1000, 0b000_1000, 0b111_1111, 0b011_1110, 0b011_1110, 0b111_0111, 0b110_0011];
    let shape = *dice.pick(&[HEART, PLUS, GEM, STAR]);
    Box::new(move |x, y| {
        let row = y / 14;
        let (u, v) = ((x + 7 * (row % 2)) % 14, y % 14);
        let inside = |u: usize, v: usize| u < 7 && v < 7 && shape[v] >> (6 - u) & 1 == 1;
        let lit = hash(seed, ((x + 7 * (row % 2)) / 14) as i64, row as i64) < 0.3;
        if inside(u.wrapping_sub(3), v.wrapping_sub(3)) {
            return if lit { OTHER } else { LIGHT };
        }
        if inside(u.wrapping_sub(4), v.wrapping_sub(4)) { FAR } else { sky(x, y, 0.1 + 0.75 * y as f32 / CELLS as f32) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_seeds_have_different_scenes() {
        for seed in [0, 6, 41, u64::MAX - 1] {
            let (one, other) = (paint(seed, (0.5, 0.4)), paint(seed.wrapping_add(1), (0.5, 0.4)));
            let same = one.cells.iter().zip(&other.cells).filter(|(a, b)| a == b).count();
            assert!(same < CELLS * CELLS / 2, "{seed}");
        }
    }
}
