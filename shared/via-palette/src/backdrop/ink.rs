//! Backdrops in ink: lines and tones of a manga page. Values are paper, 0 black to 1 white.

use std::f32::consts::{FRAC_1_SQRT_2, TAU};

use super::shapes::{EDGE, FocusLines, cover, dots, length, sparkle};
use crate::dice::{Dice, hash};
use raster::grid::{Grid, smoothstep};

/// Paper at a point in 0..1 × 0..1.
type Motif = Box<dyn Fn(f32, f32) -> f32 + Sync>;

/// From dot to dot: 16, 20 or 24 pixels of 1024 along a row, so that dots are alike and smaller pictures of them even.
const PERIODS: [f32; 3] = [16.0 * FRAC_1_SQRT_2 / 1024.0, 20.0 * FRAC_1_SQRT_2 / 1024.0, 24.0 * FRAC_1_SQRT_2 / 1024.0];

/// A square backdrop of the size of `hidden`; where that is 1, it is not painted. Lines lead to (`x`, `y`), in shares of the side.
pub(crate) fn paint(hidden: &Grid<1>, seed: u64, (x, y): (f32, f32)) -> Grid<1> {
    let mut dice = Dice::new(seed, 3);
    let motif = match super::motif(seed, 6) {
        0 => focus(&mut dice, seed, x, y),
        1 => tone(&mut dice),
        2 => flash(&mut dice, seed, x, y),
        3 => speed(&mut dice, seed),
        4 => stars(&mut dice),
        _ => bubbles(&mut dice),
    };
    super::behind(hidden, |px, py| [motif(px, py)])
}

/// Black wedges that point to the face.
fn focus(dice: &mut Dice, seed: u64, x: f32, y: f32) -> Motif {
    let (count, clear) = (dice.between(110.0, 170.0) as i64, dice.between(0.34, 0.42));
    let lines = FocusLines { count, clear, width: 0.8, taper: 0.35, seed };
    Box::new(move |px, py| 1.0 - lines.cover(px - x, 0.85 * (py - y)))
}

/// A tone that fades from one side.
fn tone(dice: &mut Dice) -> Motif {
    let (sin, cos) = (dice.unit() * TAU).sin_cos();
    let period = *dice.pick(&PERIODS);
    Box::new(move |px, py| {
        let along = 0.5 + ((px - 0.5) * cos + (py - 0.5) * sin) / (cos.abs() + sin.abs());
        1.0 - dots(px, py, period, 0.6 * smoothstep(0.2, 1.0, along))
    })
}

/// A white burst in the dark.
fn flash(dice: &mut Dice, seed: u64, x: f32, y: f32) -> Motif {
    let (count, clear) = (dice.between(70.0, 110.0) as i64, dice.between(0.27, 0.33));
    let spikes = FocusLines { count, clear, width: 2.6, taper: 0.2, seed };
    Box::new(move |px, py| {
        let (dx, dy) = (px - x, 0.85 * (py - y));
        1.0 - spikes.cover(dx, dy).max(cover(length(dx, dy) - 0.66, EDGE))
    })
}

/// Parallel lines of speed.
fn speed(dice: &mut Dice, seed: u64) -> Motif {
    let (sin, cos) = dice.between(-0.5, 0.5).sin_cos();
    let rows = dice.between(80.0, 120.0);
    Box::new(move |px, py| {
        let (along, across) = ((px - 0.5) * cos + (py - 0.5) * sin, ((py - 0.5) * cos - (px - 0.5) * sin) * rows);
        let row = across.floor() as i64;
        let chance = |what| hash(seed, row, what);
        if chance(1) < 0.35 {
            return 1.0;
        }
        // From one side, thinning to a point
        let side = if chance(2) < 0.5 { 1.0 } else { -1.0 };
        let tip = -0.5 + 0.85 * chance(3);
        let width = chance(4) * 0.5 * ((tip - along * side) / 0.7).clamp(0.0, 1.0);
        1.0 - cover((width - (across - across.floor() - 0.5).abs()) / rows, EDGE)
    })
}

/// A flat tone with sparkles left white.
fn stars(dice: &mut Dice) -> Motif {
    let stars: Vec<[f32; 3]> = (0..38)
        .map(|i| {
            let large = f32::from(u8::from(i % 3 == 0));
            [dice.unit(), dice.unit(), dice.between(0.012, 0.03) + large * dice.between(0.03, 0.07)]
        })
        .collect();
    let (share, period) = (dice.between(0.3, 0.42), *dice.pick(&PERIODS[..2]));
    Box::new(move |px, py| {
        let paper = 1.0 - dots(px, py, period, share * (0.6 + 0.5 * py));
        stars.iter().fold(paper, |paper, &[x, y, size]| paper.max(sparkle(px - x, py - y, size)))
    })
}

/// Round lights, each with its own tone, one before the other.
fn bubbles(dice: &mut Dice) -> Motif {
    let lights: Vec<[f32; 4]> = (0..30).map(|_| [dice.unit(), dice.unit(), dice.between(0.02, 0.11), dice.between(0.06, 0.34)]).collect();
    let period = *dice.pick(&PERIODS[..2]);
    Box::new(move |px, py| {
        let from_edge = |light: &[f32; 4]| light[2] - length(px - light[0], py - light[1]);
        let Some(front) = lights.iter().find(|light| from_edge(light) > -EDGE) else {
            return 1.0;
        };
        let rim = cover(0.0016 - from_edge(front).abs(), EDGE);
        1.0 - dots(px, py, period, front[3] * cover(from_edge(front) - 0.006, EDGE)).max(rim)
    })
}
