//! Stains of colour behind the subject, by seed.

use super::Weather;
use super::pigment::Pigments;
use crate::dice::Dice;
use raster::gauss;
use raster::grid::{Grid, smoothstep};

/// How far inside each pigment's stain a point of 0..1 × 0..1 is, in shares of the side; negative outside.
type Motif = Box<dyn Fn(f32, f32) -> [f32; 3] + Sync>;

/// The light that the stains of a seed let through, sRGB 0..1, of the weather's size; they gather round a face at (`x`, `y`).
pub(super) fn of(seed: u64, weather: &Weather, pigments: &Pigments, (x, y): (f32, f32)) -> Grid<3> {
    let mut dice = Dice::new(seed, 12);
    let (motif, ragged): (Motif, f32) = match seed.wrapping_add(seed >> 32) % 7 {
        0 => (halo(&mut dice, x, y), 0.3),
        1 => (drops(&mut dice), 0.05),
        2 => (sky(&mut dice), 0.35),
        3 => (strokes(&mut dice), 0.06),
        4 => (leaves(&mut dice, x, y), 0.025),
        5 => (sweep(&mut dice), 0.22),
        _ => (hills(&mut dice), 0.12),
    };
    let splashes = splashes(&mut dice);
    let side = weather.broad.width;
    let covers = Grid::from_fn(side, side, |x, y| {
        let (px, py) = ((x as f32 + 0.5) / side as f32, (y as f32 + 0.5) / side as f32);
        let chance = [weather.broad.value(x, y), 1.0 - weather.broad.value(x, y), weather.other.value(x, y)];
        let fray = 0.012 * (weather.fine.value(x, y) - 0.5);
        let inside = motif(px, py);
        let splash = splashes(px, py);
        std::array::from_fn(|i| {
            let edge = inside[i] + ragged * (chance[i] - 0.5) + fray;
            smoothstep(-0.004, 0.004, edge.max(splash[i] + 0.6 * fray))
        })
    });
    dried(&covers, weather, pigments)
}

/// The light that covers of the three pigments let through once dry, with rims and clouds.
fn dried(covers: &Grid<3>, weather: &Weather, pigments: &Pigments) -> Grid<3> {
    let (near, far) = (gauss::blur(covers, 1.7), gauss::wide_blur(covers, 9.0));
    let tint = pigments.0.map(|rgb| rgb.map(f32::ln));
    Grid::from_fn(covers.width, covers.height, |x, y| {
        let clouds = [weather.broad.value(x, y), weather.other.value(x, y), 1.0 - weather.broad.value(x, y)];
        let mut dark = [0.0_f32; 3];
        for i in 0..3 {
            let (here, near, far) = (covers.at(x, y)[i], near.at(x, y)[i], far.at(x, y)[i]);
            let rim = 0.75 * (here - near).max(0.0) + 0.5 * (here - far).max(0.0);
            let amount = 0.88 * here * (0.32 + 0.75 * clouds[i] * clouds[i] + rim);
            (0..3).for_each(|c| dark[c] += amount * tint[i][c]);
        }
        // Beer and Lambert: each pigment takes its share of the light the others left.
        dark.map(f32::exp)
    })
}

/// Drops flung off the brush: how far inside one a point is.
fn splashes(dice: &mut Dice) -> Motif {
    let drops: Vec<(usize, [f32; 3])> = (0..54)
        .map(|i| {
            let size = dice.unit();
            (i % 3, [dice.unit(), dice.unit() * 0.9, 0.0015 + 0.011 * size * size * size])
        })
        .collect();
    Box::new(move |px, py| {
        let mut inside = [-1.0_f32; 3];
        for &(pigment, [x, y, radius]) in &drops {
            if (px - x).abs() < 0.03 && (py - y).abs() < 0.03 {
                inside[pigment] = inside[pigment].max(radius - (px - x).hypot(py - y));
            }
        }
        inside
    })
}

/// Clouds of colour round the head.
fn halo(dice: &mut Dice, x: f32, y: f32) -> Motif {
    let turn = dice.unit() * std::f32::consts::TAU;
    let centres = [0.0, 2.1, 4.2].map(|third: f32| (x + 0.17 * (turn + third).cos(), y + 0.06 + 0.15 * (turn + third).sin()));
    let radius = [dice.between(0.34, 0.42), dice.between(0.28, 0.36), dice.between(0.24, 0.32)];
    Box::new(move |px, py| std::array::from_fn(|i| radius[i] - (px - centres[i].0).hypot(1.1 * (py - centres[i].1))))
}

/// Round drops of clear colour, one over the other.
fn drops(dice: &mut Dice) -> Motif {
    let drops: Vec<[f32; 3]> = (0..21)
        .map(|i| {
            let aside = if i % 2 == 0 { dice.between(-0.02, 0.36) } else { dice.between(0.64, 1.02) };
            [aside, dice.between(0.0, 0.8), 0.03 + 0.1 * dice.unit() * dice.unit() + 0.03 * f32::from(u8::from(i % 5 == 0))]
        })
        .collect();
    Box::new(move |px, py| {
        let mut inside = [-1.0_f32; 3];
        for (i, &[x, y, radius]) in drops.iter().enumerate() {
            inside[i % 3] = inside[i % 3].max(radius - (px - x).hypot(py - y));
        }
        inside
    })
}

/// A wet sky: one colour from above, another from a side, a third low.
fn sky(dice: &mut Dice) -> Motif {
    let lean = dice.between(-0.3, 0.3);
    let (upper, lower) = (dice.between(0.44, 0.54), dice.between(0.5, 0.6));
    Box::new(move |px, py| {
        let down = py + lean * (px - 0.5);
        [upper - down, 0.2 - (down - lower).abs(), 0.13 - (down - lower - 0.16).abs()]
    })
}

/// Broad strokes of a flat brush, side by side.
fn strokes(dice: &mut Dice) -> Motif {
    let slant = dice.between(-0.28, 0.28);
    let strokes: Vec<[f32; 4]> = (0..8)
        .map(|i| {
            [
                0.04 + 0.105 * i as f32 + dice.between(-0.015, 0.015),
                dice.between(0.0, 0.16),
                dice.between(0.84, 1.0),
                dice.between(0.036, 0.062),
            ]
        })
        .collect();
    Box::new(move |px, py| {
        let at = py + slant * (px - 0.5);
        let mut inside = [-1.0_f32; 3];
        for (i, &[y, from, to, half]) in strokes.iter().enumerate() {
            inside[i % 3] = inside[i % 3].max((half - (at - y).abs()).min(px - from).min(to - px));
        }
        inside
    })
}

/// Loose leaves on both sides.
fn leaves(dice: &mut Dice, x: f32, y: f32) -> Motif {
    let leaves: Vec<[f32; 5]> = (0..34)
        .map(|i| {
            let around = (i as f32 + 0.8 * dice.unit()) / 34.0 * std::f32::consts::TAU;
            let away = dice.between(0.34, 0.58);
            let (lx, ly) = (x + away * around.cos(), y + 0.08 + 0.95 * away * around.sin());
            [lx, ly, around + dice.between(-0.7, 0.7), dice.between(0.055, 0.11), dice.between(0.26, 0.4)]
        })
        .collect();
    Box::new(move |px, py| {
        let mut inside = [-1.0_f32; 3];
        for (i, &[x, y, angle, size, slender]) in leaves.iter().enumerate() {
            let (dx, dy) = (px - x, py - y);
            if dx.abs() > 1.2 * size || dy.abs() > 1.2 * size {
                continue;
            }
            let (sin, cos) = angle.sin_cos();
            let (along, across) = ((dx * cos + dy * sin) / size, (dy * cos - dx * sin) / size);
            let edge = slender * (1.0 - along * along) * (1.0 - 0.3 * along) - across.abs();
            inside[i % 3] = inside[i % 3].max(edge * size);
        }
        inside
    })
}

/// One great sweep from corner to corner.
fn sweep(dice: &mut Dice) -> Motif {
    let rise = if dice.unit() < 0.5 { 0.75 } else { -0.75 };
    let widths = [dice.between(0.26, 0.32), dice.between(0.12, 0.17), dice.between(0.1, 0.15)];
    Box::new(move |px, py| {
        let at = (py - 0.42 + rise * (px - 0.5)) * 0.8;
        [widths[0] - (at + 0.04).abs(), widths[1] - (at - 0.2).abs(), widths[2] - (at + 0.27).abs()]
    })
}

/// Far hills, one range before another.
fn hills(dice: &mut Dice) -> Motif {
    let [a, b, c] = [(); 3].map(|()| dice.between(0.0, 6.3));
    let (sun_x, sun_y) = (if a > 3.1 { 0.2 } else { 0.8 }, dice.between(0.14, 0.24));
    Box::new(move |px, py| {
        let range = |base: f32, swing: f32, pitch: f32, turn: f32| base + swing * (px * pitch + turn).sin();
        let far = py - range(0.4, 0.06, 7.0, a);
        let near = py - range(0.56, 0.05, 9.0, b);
        let sun = 0.085 - (px - sun_x).hypot(py - sun_y);
        [near.min(0.86 - py), far.min(0.8 - py), sun.max(py - range(0.68, 0.04, 6.0, c)).min(0.92 - py)]
    })
}
