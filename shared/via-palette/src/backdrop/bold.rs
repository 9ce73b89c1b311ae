//! Bold backdrops: hard-edged shapes in loud colours that move.

use super::shapes::{EDGE, FocusLines, cover, disc, dots, length, rays};
use crate::dice::{Dice, hash};
use crate::palette::Palette;
use raster::grid::{Grid, mix3, smoothstep};

/// The colour at a point in 0..1 × 0..1.
type Motif = Box<dyn Fn(f32, f32) -> [f32; 3] + Sync>;

/// A square backdrop in sRGB 0..1, of the size of `hidden`; where that is 1, it is not painted. Its lines lead to (`x`, `y`), in shares of the side.
pub(crate) fn paint(hidden: &Grid<1>, seed: u64, palette: &Palette, (x, y): (f32, f32)) -> Grid<3> {
    let mut dice = Dice::new(seed, 4);
    let motif = match super::motif(seed, 6) {
        0 => burst(&mut dice, *palette, x, y),
        1 => bands(&mut dice, *palette),
        2 => focus(&mut dice, seed, *palette, x, y),
        3 => bolt(&mut dice, *palette),
        4 => sun(&mut dice, *palette, x, y),
        _ => speed(&mut dice, seed, *palette),
    };
    super::behind(hidden, motif)
}

/// Hard rays from behind the head, dotted towards the corners.
fn burst(dice: &mut Dice, palette: Palette, x: f32, y: f32) -> Motif {
    let (count, turn) = (dice.between(10.0, 14.0).round(), dice.unit());
    Box::new(move |px, py| {
        let (dx, dy) = (px - x, py - y);
        let ray = rays(dx, dy, count, turn);
        let far = smoothstep(0.38, 0.95, length(dx, dy));
        let dotted = mix3(palette.above, palette.below, dots(px, py, 0.024, 0.7 * far));
        mix3(dotted, palette.below, ray)
    })
}

/// Broad slanting bands with thin ones beside them.
fn bands(dice: &mut Dice, palette: Palette) -> Motif {
    let lean = if dice.unit() < 0.5 { 1.0 } else { -1.0 } * dice.between(0.45, 0.75);
    let start = dice.between(0.12, 0.3);
    Box::new(move |px, py| {
        let along = (px + lean * (py - 0.5) - start) * 0.8;
        let band = |from: f32, to: f32| cover((along - from).min(to - along), EDGE);
        let colour = mix3(palette.above, palette.below, band(0.0, 0.3).max(band(0.36, 0.385)).max(band(-0.075, -0.05)));
        let colour = mix3(colour, palette.accent, band(0.045, 0.075).max(band(0.53, 0.6)));
        mix3(colour, palette.ink, band(0.6, 0.615).max(band(-0.4, -0.22)))
    })
}

/// Dark and light wedges that point to the face.
fn focus(dice: &mut Dice, seed: u64, palette: Palette, x: f32, y: f32) -> Motif {
    let dark = FocusLines { count: dice.between(54.0, 80.0) as i64, clear: dice.between(0.34, 0.4), width: 1.1, taper: 0.4, seed };
    let light = FocusLines { count: 90, clear: 0.28, width: 0.5, taper: 0.5, seed: seed ^ 0x5eed };
    Box::new(move |px, py| {
        let (dx, dy) = (px - x, 0.85 * (py - y));
        let colour = mix3(palette.above, palette.accent, light.cover(dx, dy));
        mix3(colour, palette.below, dark.cover(dx, dy))
    })
}

/// Two halves, torn apart by a zigzag.
fn bolt(dice: &mut Dice, palette: Palette) -> Motif {
    let (sin, cos) = dice.between(-0.5, 0.1).sin_cos();
    let (teeth, height) = (dice.between(3.0, 5.0), dice.between(0.07, 0.12));
    let shift = dice.unit();
    Box::new(move |px, py| {
        let (along, across) = ((px - 0.5) * cos + (py - 0.42) * sin, (py - 0.42) * cos - (px - 0.5) * sin);
        let tooth = ((along * teeth + shift).rem_euclid(1.0) - 0.7).abs() / 0.7 - 0.5;
        let away = across - height * tooth;
        let below = cover(away, EDGE);
        let dotted = mix3(palette.below, palette.ink, dots(px, py, 0.022, 0.55 * smoothstep(0.1, 0.55, away)));
        let colour = mix3(palette.above, dotted, below);
        let colour = mix3(colour, palette.accent, cover(0.032 - away.abs(), EDGE));
        mix3(colour, palette.ink, cover(0.007 - (away - 0.032).abs(), EDGE).max(cover(0.007 - (away + 0.032).abs(), EDGE)))
    })
}

/// A great disc behind the head, over slanting stripes.
fn sun(dice: &mut Dice, palette: Palette, x: f32, y: f32) -> Motif {
    let (lean, count) = (dice.between(-0.8, 0.8), dice.between(9.0, 13.0));
    let radius = dice.between(0.36, 0.42);
    Box::new(move |px, py| {
        let stripe = ((px * lean + py) * count).rem_euclid(1.0);
        let striped = mix3(palette.below, palette.ink, 0.45 * cover((0.25 - (stripe - 0.5).abs()) / count, EDGE));
        let ringed = mix3(striped, palette.accent, disc(px, py, x, y, radius + 0.022, EDGE));
        mix3(ringed, palette.above, disc(px, py, x, y, radius, EDGE))
    })
}

/// Streaks of speed, thick and thin.
fn speed(dice: &mut Dice, seed: u64, palette: Palette) -> Motif {
    let (sin, cos) = dice.between(-0.7, -0.2).sin_cos();
    let rows = dice.between(26.0, 36.0);
    Box::new(move |px, py| {
        let (along, across) = ((px - 0.5) * cos + (py - 0.5) * sin, ((py - 0.5) * cos - (px - 0.5) * sin) * rows);
        let row = across.floor() as i64;
        let chance = |what| hash(seed, row, what);
        let side = if chance(2) < 0.5 { 1.0 } else { -1.0 };
        let length = (0.15 + 0.6 * chance(3) - along * side) / 0.9;
        let width = (0.15 + 0.4 * chance(4)) * length.clamp(0.0, 1.0);
        let streak = cover((width - (across - across.floor() - 0.5).abs()) / rows, EDGE);
        let colour = if chance(1) < 0.22 {
            palette.accent
        } else if chance(1) < 0.34 {
            palette.ink
        } else {
            palette.below
        };
        mix3(palette.above, colour, if chance(5) < 0.16 { 0.0 } else { streak })
    })
}
