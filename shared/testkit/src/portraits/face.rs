//! A face: its relief in the light, and what is painted on it. Lengths are half widths of the face, from its middle, right and down.

use super::noise::{bell, between, rough, smooth, speckle, step};
use super::sitters::{Colour, Sitter};

/// Half the height of the face
pub(super) const TALL: f32 = 1.36;

/// Signed distance from the outline of the face, about right near it; negative inside
pub(super) fn outline(u: f32, v: f32) -> f32 {
    // An egg: jaw and chin are narrower than the temples.
    let wide = 1.0 - 0.24 * step(0.2, 1.6, v) - 0.04 * step(-0.3, -1.3, v);
    ((u / wide).hypot(v / TALL) - 1.0) * wide
}

/// Signed distance from the ears
pub(super) fn ears(u: f32, v: f32) -> f32 {
    let across = (u.abs() - 0.99) / 0.15;
    let down = (v - 0.02 - 0.12 * (u.abs() - 1.0)) / 0.3;
    (across.hypot(down) - 1.0) * 0.15
}

/// How the skin leans at a place, towards right, down and the camera
fn normal(u: f32, v: f32) -> [f32; 3] {
    let flat = (1.0 - (u / 1.02).powi(2) - (v / (TALL + 0.06)).powi(2)).max(0.02).sqrt();
    let slope = |at: (f32, f32)| relief(at.0, at.1);
    let e = 0.02;
    let across = 1.5 * (slope((u + e, v)) - slope((u - e, v))) / (2.0 * e);
    let down = 1.5 * (slope((u, v + e)) - slope((u, v - e))) / (2.0 * e);
    unit([u / flat.max(0.25) * 0.8 - across, v / (TALL * TALL) / flat.max(0.25) * 0.8 - down, 1.0])
}

/// Height of nose, brow, cheeks, lips and chin over the egg
fn relief(u: f32, v: f32) -> f32 {
    let side = u.abs();
    let bridge = 0.17 * bell(u, 0.11) * step(-0.35, 0.1, v) * step(0.52, 0.32, v);
    let tip = 0.16 * bell(u, 0.14) * bell(v - 0.33, 0.12) + 0.08 * bell(side - 0.16, 0.07) * bell(v - 0.38, 0.07);
    let sockets = -0.13 * bell(side - 0.4, 0.2) * bell(v + 0.08, 0.13);
    let brow = 0.06 * bell(side - 0.38, 0.24) * bell(v + 0.33, 0.1);
    let cheeks = 0.07 * bell(side - 0.5, 0.2) * bell(v - 0.32, 0.2);
    let mouth = 0.06 * bell(u, 0.24) * bell(v - 0.72, 0.14) - 0.05 * bell(u, 0.3) * bell(v - 0.74, 0.022);
    let chin = 0.08 * bell(u, 0.2) * bell(v - 1.1, 0.12);
    bridge + tip + sockets + brow + cheeks + mouth + chin
}

/// The colour of the face at a place inside it
pub(super) fn colour(sitter: &Sitter, u: f32, v: f32) -> Colour {
    let lit = lit(sitter, normal(u, v)) * under_nose(u, v);
    let mut paint = skin(sitter, u, v);
    lips(&mut paint, u, v);
    if sitter.beard > 0.0 {
        let dense = sitter.beard * bearded(u, v) * (0.72 + 0.28 * smooth(22.0 * u, 9.0 * v));
        paint = std::array::from_fn(|i| {
            between(paint[i], sitter.hair_colour[i] * (0.75 + 0.5 * speckle((90.0 * u) as i32, (30.0 * v) as i32)), dense)
        });
    }
    let mut seen = paint.map(|channel| channel * lit);
    eyes(&mut seen, sitter, u, v, lit);
    brows(&mut seen, sitter, u, v, lit);
    if sitter.glasses {
        glasses(&mut seen, u, v);
    }
    seen
}

/// Light on a surface that leans like this: a soft lamp, and what the room gives back
pub(super) fn lit(sitter: &Sitter, normal: [f32; 3]) -> f32 {
    let light = unit(sitter.light);
    let facing: f32 = (0..3).map(|i| normal[i] * light[i]).sum();
    let wrapped = ((facing + 0.15) / 1.15).max(0.0);
    sitter.fill + (1.2 - sitter.fill) * wrapped
}

pub(super) fn unit(vector: [f32; 3]) -> [f32; 3] {
    let length = vector.iter().map(|c| c * c).sum::<f32>().sqrt().max(1e-6);
    vector.map(|c| c / length)
}

/// Skin with warmer cheeks, nose and ears, and pores
fn skin(sitter: &Sitter, u: f32, v: f32) -> Colour {
    let side = u.abs();
    let warm = bell(side - 0.52, 0.2) * bell(v - 0.32, 0.2) + 0.7 * bell(u, 0.14) * bell(v - 0.36, 0.12) + step(0.9, 1.0, side);
    let mottled = 1.0 + 0.035 * rough(7.0 * u, 7.0 * v) + 0.02 * smooth(45.0 * u, 45.0 * v);
    let [red, green, blue] = sitter.skin;
    [red * mottled * (1.0 + 0.05 * warm), green * mottled * (1.0 - 0.11 * warm), blue * mottled * (1.0 - 0.11 * warm)]
}

fn under_nose(u: f32, v: f32) -> f32 {
    let nostrils = 0.6 * bell(u.abs() - 0.1, 0.045) * bell(v - 0.45, 0.028);
    let shade = 0.22 * bell(u, 0.15) * bell(v - 0.5, 0.06);
    let chin = 0.15 * bell(u, 0.2) * bell(v - 0.9, 0.05);
    1.0 - nostrils - shade - chin
}

fn lips(paint: &mut Colour, u: f32, v: f32) {
    let half = 0.36;
    let open = (1.0 - (u / half).powi(2)).max(0.0);
    let line = 0.735 - 0.03 * (u / half).powi(2);
    let upper = step(line - 0.075 * open - 0.012, line - 0.075 * open + 0.012, v);
    let lower = step(line + 0.105 * open + 0.015, line + 0.105 * open - 0.015, v);
    let share = 0.9 * upper * lower * step(0.0, 0.15, open);
    let rose = [paint[0] * 0.8, paint[1] * 0.46, paint[2] * 0.54];
    *paint = std::array::from_fn(|i| between(paint[i], rose[i], share));
    let gap = 0.75 * bell(v - line, 0.012) * step(0.0, 0.2, open);
    paint.iter_mut().for_each(|channel| *channel *= 1.0 - gap);
}

/// Where a beard grows
fn bearded(u: f32, v: f32) -> f32 {
    let jaw = step(0.3, 0.62, v - 0.2 + 0.5 * (u.abs() - 0.55).max(0.0) + 0.05 * smooth(14.0 * u, 14.0 * v));
    let sides = step(0.72, 0.86, u.abs()) * step(0.0, 0.3, v);
    let mouth = step(1.15, 0.9, (u / 0.4).hypot((v - 0.74) / 0.15));
    let cheek = step(1.1, 0.85, (u / 0.62).hypot((v - 0.22) / 0.42));
    (jaw.max(sides) * (1.0 - mouth) * (1.0 - cheek)).clamp(0.0, 1.0)
}

fn eyes(seen: &mut Colour, sitter: &Sitter, u: f32, v: f32, lit: f32) {
    let (x, y) = (u.abs() - 0.4, v + 0.06);
    if x.abs() > 0.26 || y.abs() > 0.2 {
        return;
    }
    let lid = 0.095 * (1.0 - (x / 0.2).powi(2));
    let open = step(0.0, 0.018, lid - y.abs()) * step(0.2, 0.18, x.abs());
    let (ix, iy) = (u - 0.4 * u.signum() + 0.015, y + 0.005);
    let away = ix.hypot(iy);
    let mut eye = [0.72, 0.7, 0.68].map(|channel| channel * lit.min(1.0));
    let iris = step(0.098, 0.088, away);
    eye = std::array::from_fn(|i| between(eye[i], sitter.iris[i] * (0.7 + 4.0 * away), iris));
    let pupil = step(0.045, 0.035, away);
    eye = eye.map(|channel| between(channel, 0.008, pupil));
    let shade = 1.0 - 0.45 * step(-0.02, -0.09, y);
    let spark = 0.85 * step(0.024, 0.014, (ix - 0.035 * sitter.light[0].signum()).hypot(iy + 0.035));
    *seen = std::array::from_fn(|i| between(seen[i], eye[i] * shade + spark, open));
    // Lashes, and the fold over the lid
    let lash = 0.85 * bell(y + lid.max(0.0), 0.017) * step(0.25, 0.2, x.abs()) * step(0.03, -0.01, y);
    let fold = 0.35 * bell(y + 1.25 * lid.max(0.0) + 0.035, 0.014) * step(0.24, 0.15, x.abs());
    let under = 0.18 * bell(y - lid.max(0.0), 0.015) * step(0.22, 0.16, x.abs());
    seen.iter_mut().for_each(|channel| *channel *= (1.0 - lash) * (1.0 - fold) * (1.0 - under));
}

fn brows(seen: &mut Colour, sitter: &Sitter, u: f32, v: f32, lit: f32) {
    let side = u.abs();
    if !(0.1..0.75).contains(&side) || !(-0.55..-0.15).contains(&v) {
        return;
    }
    let arch = -0.36 + 0.5 * (side - 0.45).powi(2) + 0.05 * (0.45 - side);
    let thick = 0.05 * step(0.72, 0.4, side) + 0.012;
    let hairs = 0.7 + 0.3 * smooth(40.0 * u + 25.0 * v, 12.0 * v);
    let dense = 0.85 * hairs * step(1.25 * thick, 0.5 * thick, (v - arch).abs()) * step(0.13, 0.2, side) * step(0.73, 0.62, side);
    *seen = std::array::from_fn(|i| between(seen[i], sitter.hair_colour[i] * lit, dense));
}

/// Dark rims and a little reflection
fn glasses(seen: &mut Colour, u: f32, v: f32) {
    let (x, y) = (u.abs() - 0.42, v + 0.03);
    let round = (x / 0.3).powi(4).abs() + (y / 0.25).powi(4).abs();
    let rim = step(0.42, 0.16, (round.powf(0.25) - 1.0).abs() * 3.0);
    let bridge = step(0.022, 0.012, (v + 0.1 - 0.6 * u * u).abs()) * step(0.14, 0.12, u.abs());
    let arm = step(0.026, 0.014, (v + 0.1).abs()) * step(0.7, 0.72, u.abs());
    let glare = if round < 0.9 { 0.05 * step(0.12, 0.0, (x + 0.6 * y + 0.12).abs()) } else { 0.0 };
    let frame = 0.95 * rim.max(bridge).max(arm);
    *seen = seen.map(|channel| between(channel + glare, 0.012, frame));
}
