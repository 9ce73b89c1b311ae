//! Bold geometry behind the subject, by seed.

use std::f32::consts::TAU;

use super::dots::Screen;
use super::inks::Inks;
use crate::SIDE;
use crate::dice::Dice;
use raster::grid::{mix3, smoothstep};

/// The colour at a pixel.
type Motif = Box<dyn Fn(f32, f32) -> [f32; 3] + Sync>;

/// The ground of a seed round a face at (`x`, `y`), in shares of the side.
pub(super) fn of(seed: u64, inks: &Inks, (x, y): (f32, f32)) -> Motif {
    let mut dice = Dice::new(seed, 22);
    let side = SIDE as f32;
    let centre = (x * side, y * side);
    let mut colours = [inks.warm, inks.light, inks.cool];
    colours.rotate_left((seed / 7 + seed) as usize % 3);
    match seed.wrapping_add(seed >> 32) % 7 {
        0 => rays(&mut dice, colours, centre),
        1 => fading_dots(&mut dice, colours, inks.paper),
        2 => rings(&mut dice, colours, centre),
        3 => stripes(&mut dice, colours, inks.paper),
        4 => panels(&mut dice, colours, inks.paper),
        5 => disc(&mut dice, colours, inks.paper, centre),
        _ => bolt(&mut dice, colours, inks.paper),
    }
}

/// The cover of a shape whose edge is `inside` pixels away.
fn cover(inside: f32) -> f32 {
    smoothstep(-0.8, 0.8, inside)
}

/// Rays of two inks from behind the head.
fn rays(dice: &mut Dice, [one, two, _]: [[f32; 3]; 3], (x, y): (f32, f32)) -> Motif {
    let (count, turn) = (dice.between(9.0, 15.0).round(), dice.unit());
    Box::new(move |px, py| {
        let (dx, dy) = (px - x, py - y);
        let around = (dy.atan2(dx) / TAU + turn) * count;
        let across = ((around - around.floor() - 0.5).abs() - 0.25) / count * TAU * dx.hypot(dy);
        mix3(one, two, cover(across))
    })
}

/// A flat ink with large dots that grow to one side.
fn fading_dots(dice: &mut Dice, [one, _, _]: [[f32; 3]; 3], paper: [f32; 3]) -> Motif {
    let (sin, cos) = (dice.unit() * TAU).sin_cos();
    let screen = Screen { period: dice.between(34.0, 46.0) };
    let side = SIDE as f32;
    Box::new(move |px, py| {
        // The whole dot has the size of its middle: a dot, not a drop.
        let along = 0.5 + ((px / side - 0.5) * cos + (py / side - 0.5) * sin) / (cos.abs() + sin.abs());
        mix3(one, paper, screen.ink(px, py, 0.72 * smoothstep(0.1, 1.0, along)))
    })
}

/// Rings round the head.
fn rings(dice: &mut Dice, [one, two, three]: [[f32; 3]; 3], (x, y): (f32, f32)) -> Motif {
    let width = dice.between(78.0, 110.0);
    Box::new(move |px, py| {
        let away = (px - x).hypot(py - y) / width;
        let (ring, within) = (away.floor(), (away - away.floor()) * width);
        let of = |ring: f32| [one, two, three][ring.max(0.0) as usize % 3];
        mix3(of(ring - 1.0), of(ring), smoothstep(0.0, 1.5, within))
    })
}

/// Slanting stripes.
fn stripes(dice: &mut Dice, [one, two, _]: [[f32; 3]; 3], paper: [f32; 3]) -> Motif {
    let width = dice.between(84.0, 120.0);
    let slant = if dice.unit() < 0.5 { 1.0 } else { -1.0 };
    Box::new(move |px, py| {
        let at = (px + slant * py) * std::f32::consts::FRAC_1_SQRT_2 / width;
        let within = (at - at.floor()) * width;
        let stripe = cover(within - 0.5 * width) - cover(within - width + 0.8);
        let pin = cover(within - 0.7 * width) - cover(within - 0.8 * width);
        mix3(mix3(one, two, stripe), paper, pin)
    })
}

/// Four panels, like a sheet of prints.
fn panels(dice: &mut Dice, [one, two, three]: [[f32; 3]; 3], paper: [f32; 3]) -> Motif {
    let side = SIDE as f32;
    let (x, y) = (side * dice.between(0.44, 0.56), side * dice.between(0.4, 0.55));
    let screen = Screen { period: dice.between(22.0, 28.0) };
    Box::new(move |px, py| {
        let (right, below) = (cover(px - x), cover(py - y));
        let dotted = mix3(two, paper, screen.ink(px, py, 0.34));
        mix3(mix3(one, dotted, right), mix3(three, one, right), below)
    })
}

/// A great disc behind the head, over a dotted ground.
fn disc(dice: &mut Dice, [one, two, _]: [[f32; 3]; 3], paper: [f32; 3], (x, y): (f32, f32)) -> Motif {
    let radius = dice.between(330.0, 380.0);
    let screen = Screen { period: dice.between(20.0, 26.0) };
    Box::new(move |px, py| {
        let away = (px - x).hypot(py - y);
        let dotted = mix3(paper, two, screen.ink(px, py, 0.4));
        let ringed = mix3(dotted, paper, cover(radius + 26.0 - away));
        mix3(ringed, one, cover(radius - away))
    })
}

/// Two fields parted by a zigzag.
fn bolt(dice: &mut Dice, [one, two, three]: [[f32; 3]; 3], paper: [f32; 3]) -> Motif {
    let side = SIDE as f32;
    let (teeth, tall) = (dice.between(4.0, 6.0).round(), dice.between(90.0, 130.0));
    let (height, slope) = (side * dice.between(0.3, 0.42), dice.between(-0.25, 0.25));
    let screen = Screen { period: dice.between(20.0, 26.0) };
    Box::new(move |px, py| {
        let at = px / side * teeth;
        let zigzag = tall * (2.0 * (at - at.floor() - 0.5).abs() - 0.5);
        let below = py - height - slope * (px - 0.5 * side) - zigzag;
        let upper = mix3(one, paper, screen.ink(px, py, 0.26));
        mix3(mix3(upper, three, cover(below + 34.0)), two, cover(below))
    })
}
