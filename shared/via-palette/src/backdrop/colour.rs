//! Coloured backdrops: calm pastel gradients with one motif each.

use std::f32::consts::TAU;

use super::shapes::{EDGE, cover, disc, dots, length, petal, rays, sparkle};
use crate::dice::{Dice, fractal};
use crate::palette::Palette;
use raster::grid::{Grid, mix3, smoothstep};

/// A drawing of a motif at a point in 0..1 × 0..1, over the colour already there.
type Motif = Box<dyn Fn(f32, f32, [f32; 3]) -> [f32; 3] + Sync>;

/// A square backdrop in sRGB 0..1, of the size of `hidden`; where that is 1, it is not painted.
pub(crate) fn paint(hidden: &Grid<1>, seed: u64, palette: &Palette) -> Grid<3> {
    let mut dice = Dice::new(seed, 2);
    let motif = match super::motif(seed, 7) {
        0 => sunburst(&mut dice, *palette),
        1 => bokeh(&mut dice, *palette),
        2 => clouds(&mut dice, *palette),
        3 => halftone(&mut dice, *palette),
        4 => petals(&mut dice, *palette),
        5 => sparkles(&mut dice, *palette),
        _ => hills(&mut dice, *palette),
    };
    let lean = dice.between(-0.25, 0.25);
    super::behind(hidden, |px, py| {
        let down = smoothstep(0.0, 1.0, py + lean * (px - 0.5));
        motif(px, py, mix3(palette.above, palette.below, down))
    })
}

/// Rays from behind the head, fading outwards.
fn sunburst(dice: &mut Dice, palette: Palette) -> Motif {
    let (x, y) = (dice.between(0.4, 0.6), dice.between(0.42, 0.62));
    let (count, turn) = (dice.between(9.0, 15.0).round(), dice.unit());
    Box::new(move |px, py, below| {
        let (dx, dy) = (px - x, py - y);
        let away = length(dx, dy);
        let lit = mix3(below, palette.accent, 0.62 * rays(dx, dy, count, turn) * smoothstep(1.0, 0.15, away));
        mix3(lit, palette.accent, 0.7 * smoothstep(0.5, 0.05, away))
    })
}

/// Soft discs of light out of focus.
fn bokeh(dice: &mut Dice, palette: Palette) -> Motif {
    let lights: Vec<[f32; 5]> = (0..26)
        .map(|i| {
            let radius = dice.between(0.02, 0.05) + 0.045 * (i % 3) as f32 * dice.unit();
            [dice.unit(), dice.unit(), radius, dice.between(0.12, 0.45), dice.between(0.003, 0.02)]
        })
        .collect();
    Box::new(move |px, py, below| {
        lights.iter().fold(below, |colour, &[x, y, radius, strength, soft]| {
            if (px - x).abs() > radius + soft || (py - y).abs() > radius + soft {
                return colour;
            }
            let whole = disc(px, py, x, y, radius, soft);
            let rim = whole - disc(px, py, x, y, radius * 0.9, soft);
            mix3(colour, palette.accent, strength * whole + 0.25 * strength * rim)
        })
    })
}

/// Heaped summer clouds in two tones.
fn clouds(dice: &mut Dice, palette: Palette) -> Motif {
    let puffs: Vec<[f32; 4]> = (0..5)
        .flat_map(|bank| {
            let (x, y) = (dice.between(-0.05, 1.05), 0.2 + 0.17 * bank as f32 + dice.between(-0.05, 0.05));
            let size = dice.between(0.6, 1.1);
            let puff = |dice: &mut Dice, i: usize| {
                let spread = i as f32 / 7.0 - 0.5;
                let radius = size * (0.1 - 0.2 * spread * spread) * dice.between(0.7, 1.1);
                [x + spread * 0.42 * size, y - radius * dice.between(0.1, 0.9), radius, bank as f32]
            };
            (0..8).map(|i| puff(dice, i)).collect::<Vec<_>>()
        })
        .collect();
    let shade = mix3(palette.accent, palette.above, 0.38);
    Box::new(move |px, py, below| {
        let mut colour = below;
        for bank in puffs.chunks(8) {
            // A bank is a band across the picture: most points are in one or none.
            if py > bank[0][1] + 0.06 || bank.iter().all(|&[_, y, radius, _]| py < y - radius - EDGE) {
                continue;
            }
            let inside =
                |lift: f32| bank.iter().fold(-1.0_f32, |most, &[x, y, radius, _]| most.max(radius - length(px - x, py - y + lift)));
            let base = cover(bank[0][1] + 0.035 - py, 0.02);
            colour = mix3(colour, shade, 0.8 * base * cover(inside(0.0), EDGE));
            colour = mix3(colour, palette.accent, 0.9 * base * cover(inside(-0.02).min(inside(0.0)), 0.006));
        }
        colour
    })
}

/// Dots that grow towards one corner.
fn halftone(dice: &mut Dice, palette: Palette) -> Motif {
    let angle = dice.unit() * TAU;
    let (sin, cos) = angle.sin_cos();
    let period = dice.between(0.026, 0.038);
    let reach = cos.abs() + sin.abs();
    Box::new(move |px, py, below| {
        let along = 0.5 + ((px - 0.5) * cos + (py - 0.5) * sin) / reach;
        mix3(below, palette.accent, 0.8 * dots(px, py, period, 0.62 * smoothstep(0.15, 1.0, along)))
    })
}

/// Cherry petals on the wind, the large ones out of focus.
fn petals(dice: &mut Dice, palette: Palette) -> Motif {
    let blossom = mix3(palette.accent, [1.0, 0.66, 0.77], 0.62);
    let petals: Vec<[f32; 6]> = (0..44)
        .map(|i| {
            let near = f32::from(u8::from(i % 6 == 0));
            let size = dice.between(0.012, 0.026) + near * dice.between(0.02, 0.045);
            let soft = EDGE + near * 0.008;
            [dice.unit(), dice.unit(), size, dice.unit() * TAU, soft, dice.between(0.55, 0.95) - 0.3 * near]
        })
        .collect();
    Box::new(move |px, py, below| {
        petals.iter().fold(below, |colour, &[x, y, size, angle, soft, strength]| {
            let (dx, dy) = (px - x, py - y);
            if dx.abs() > size * 1.2 || dy.abs() > size * 1.2 {
                return colour;
            }
            let light = mix3(blossom, palette.accent, (0.5 - dx / size * 0.5).clamp(0.0, 1.0) * 0.5);
            mix3(colour, light, strength * petal(dx, dy, size, angle, soft))
        })
    })
}

/// Four-pointed stars and motes of light.
fn sparkles(dice: &mut Dice, palette: Palette) -> Motif {
    let stars: Vec<[f32; 4]> = (0..46)
        .map(|i| {
            let large = f32::from(u8::from(i % 4 == 0));
            [dice.unit(), dice.unit(), dice.between(0.006, 0.016) + large * dice.between(0.025, 0.06), large]
        })
        .collect();
    Box::new(move |px, py, below| {
        stars.iter().fold(below, |colour, &[x, y, size, large]| {
            let (dx, dy) = (px - x, py - y);
            if dx.abs() > size * 1.3 || dy.abs() > size * 1.3 {
                return colour;
            }
            let glow = 0.35 * large * smoothstep(size * 0.8, 0.0, length(dx, dy));
            let shape = if large > 0.5 { sparkle(dx, dy, size) } else { disc(px, py, x, y, size * 0.45, EDGE) };
            mix3(colour, palette.accent, (0.9 * shape).max(glow))
        })
    })
}

/// Points of a range's crest from left to right.
const CREST_POINTS: usize = 512;

/// The crest between its points, at `px` in 0..1.
fn crest_at(crest: &[f32], px: f32) -> f32 {
    let at = px.clamp(0.0, 0.9999) * CREST_POINTS as f32;
    let left = at as usize;
    crest[left] + (crest[left + 1] - crest[left]) * (at - left as f32)
}

/// Soft ranges of hills or waves, one behind another.
fn hills(dice: &mut Dice, palette: Palette) -> Motif {
    let noise = (dice.unit() * 1e6) as u64;
    let (x, y, radius) = (dice.between(0.12, 0.88), dice.between(0.14, 0.3), dice.between(0.09, 0.15));
    let crests: Vec<Vec<f32>> = (0..4_u8)
        .map(|range| {
            let depth = f32::from(range);
            let crest = |px: f32| 0.36 + 0.15 * depth - 0.16 * fractal(noise + u64::from(range), px * (2.2 + depth), depth);
            (0..=CREST_POINTS).map(|i| crest(i as f32 / CREST_POINTS as f32)).collect()
        })
        .collect();
    Box::new(move |px, py, below| {
        let mut colour = mix3(below, palette.accent, 0.85 * disc(px, py, x, y, radius, EDGE));
        for range in 0..4_u8 {
            let depth = f32::from(range);
            let crest = crest_at(&crests[usize::from(range)], px);
            let tint = mix3(palette.below, palette.above, 0.25 + 0.2 * depth);
            let mist = mix3(tint, palette.below, 0.7 * smoothstep(crest, crest + 0.2, py));
            colour = mix3(colour, mist, 0.9 * cover(py - crest, EDGE));
        }
        colour
    })
}
