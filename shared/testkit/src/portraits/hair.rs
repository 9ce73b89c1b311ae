//! Hair, scarves and caps. Lengths as in the face.

use super::face;
use super::noise::{bell, between, rough, smooth, speckle, step};
use super::sitters::{Colour, Hair, Sitter};

/// How wide shoulders, from the neck down, are
const SCARF_DROP: f32 = 1.9;

/// Signed distance from what hangs behind the face; negative inside
pub(super) fn behind(hair: Hair, u: f32, v: f32) -> f32 {
    match hair {
        Hair::Long => {
            let wave = 0.06 * smooth(2.0 * v, u.signum() * 3.0) + 0.02 * smooth(9.0 * v, u.signum());
            let top = u.hypot((v + 0.1) / 1.22) - 1.2;
            let fall = (u.abs() - 1.16 - wave - 0.12 * step(0.0, 1.6, v)).max(-v - 0.1).max(v - 2.15 - 0.1 * smooth(6.0 * u, 0.0));
            top.min(fall)
        }
        Hair::Curly => {
            let edge = 0.1 * smooth(4.5 * u, 4.5 * v) + 0.05 * smooth(12.0 * u, 12.0 * v);
            (u / 1.62).hypot((v + 0.35) / 1.6) * 1.6 - 1.6 + edge
        }
        Hair::Scarf(_) => {
            let head = (u / 1.2).hypot((v + 0.05) / 1.55) - 1.0;
            let drape = (u.abs() - 0.75 - 0.45 * step(0.6, SCARF_DROP, v)).max(0.5 - v).max(v - SCARF_DROP - 0.5 + 0.3 * u.abs());
            (1.2 * head).min(drape)
        }
        Hair::Short | Hair::Cap(_) => (u / 1.07).hypot((v + 0.12) / 1.4) * 1.07 - 1.07 + (v - 0.15).max(0.0),
        Hair::Bald => 1.0,
    }
}

/// How much of the face a place inside its outline is covered, 0 to 1
pub(super) fn over(sitter: &Sitter, u: f32, v: f32) -> f32 {
    let ragged = 0.04 * smooth(16.0 * u, 4.0 * v) + 0.02 * smooth(40.0 * u, 6.0 * v);
    match sitter.hair {
        Hair::Bald => 0.0,
        Hair::Short => {
            let line = -0.9 + 0.3 * u * u + 0.08 * smooth(2.5 * u, 8.0) + ragged;
            let temples = 0.93 - 0.08 * step(-0.5, 0.1, v) + ragged;
            step(0.03, -0.03, v - line).max(step(-0.03, 0.03, u.abs() - temples) * step(0.12, -0.05, v))
        }
        Hair::Long => {
            // A parting on one side, and curtains
            let parting = u + 0.25;
            let line = -1.12 + 0.75 * parting.abs().powf(0.8) + ragged;
            let curtain = 0.9 - 0.06 * step(0.2, 1.2, v) + 1.5 * ragged;
            step(0.04, -0.04, v - line).max(step(-0.03, 0.03, u.abs() - curtain))
        }
        Hair::Curly => step(-0.05, 0.05, (u / 0.92).hypot((v - 0.25) / 1.12) - 1.0 + 2.0 * ragged) * step(0.75, 0.45, v),
        Hair::Scarf(_) => step(-0.015, 0.015, (u / 0.86).hypot((v - 0.12) / 1.14) - 1.0),
        Hair::Cap(_) => step(0.02, -0.02, v + 0.62 - 0.1 * u * u).max(step(-0.03, 0.03, u.abs() - 0.93 + ragged) * step(0.1, -0.05, v)),
    }
}

/// Signed distance from a cap's dome and brim
pub(super) fn cap(u: f32, v: f32) -> f32 {
    let dome = ((u / 1.13).hypot((v + 0.6) / 0.98) - 1.0).max(v + 0.55 - 0.1 * u * u);
    let brim = ((u / 1.18).hypot((v + 0.6 - 0.08 * u * u) / 0.17) - 1.0) * 0.17;
    dome.min(brim)
}

/// The colour of hair or cloth at a place
pub(super) fn colour(sitter: &Sitter, u: f32, v: f32) -> Colour {
    let round = face::unit([0.75 * u, 0.5 * (v + 0.3), (1.6 - (u * u + v * v).min(3.0) * 0.3).max(0.2)]);
    let lit = face::lit(sitter, round);
    match sitter.hair {
        Hair::Scarf(cloth) => {
            let fold = 0.5 + 0.5 * (9.0 * (u.abs() - 0.35 * v) + 2.0 * rough(2.0 * u, 1.5 * v)).sin();
            let pleat = 0.78 + 0.3 * fold * step(0.75, 1.0, (u / 1.05).hypot(v / 1.3)) + 0.05 * smooth(80.0 * u, 80.0 * v);
            cloth.map(|channel| channel * lit * pleat)
        }
        Hair::Cap(cloth) if cap(u, v) < 0.02 => {
            let seam = 1.0 - 0.3 * bell(u.abs() - 0.45 * (1.0 + v).max(0.0), 0.02);
            let brim = if v > -0.68 + 0.1 * u * u { 0.62 } else { 1.0 };
            let weave = 0.94 + 0.12 * speckle((120.0 * u) as i32, (120.0 * v) as i32);
            cloth.map(|channel| channel * lit * seam * brim * weave)
        }
        Hair::Curly => {
            let curl = 0.5 + 0.5 * smooth(11.0 * u + 2.0 * smooth(5.0 * u, 5.0 * v), 11.0 * v);
            let shine = between(0.55, 1.9, curl * curl) * lit;
            sitter.hair_colour.map(|channel| channel * shine + 0.008 * curl * lit)
        }
        _ => {
            // Strands run away from the crown, then hang.
            let turn = if v < -0.2 { u.atan2(v + 1.9) * 3.0 } else { u };
            let strand = 0.6 * smooth(24.0 * turn, 1.3 * v) + 0.4 * smooth(70.0 * turn, 2.5 * v);
            let shine = bell(v + 0.95 - 0.25 * u * u, 0.16) * 0.5 * (0.5 + 0.5 * strand);
            sitter.hair_colour.map(|channel| (channel * (1.0 + 0.55 * strand) + 0.06 * shine) * lit)
        }
    }
}
