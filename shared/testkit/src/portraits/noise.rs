//! Noise without a generator: a hash of where it is wanted.

/// 0 to 1, the same for the same place
pub(super) fn speckle(x: i32, y: i32) -> f32 {
    let mut bits = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    (bits >> 8) as f32 / 16_777_216.0
}

/// Smooth noise of −1 to 1 with features of about 1 (value noise)
pub(super) fn smooth(x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (ease(x - left), ease(y - top));
    let (left, top) = (left as i32, top as i32);
    let upper = between(speckle(left, top), speckle(left + 1, top), fx);
    let lower = between(speckle(left, top + 1), speckle(left + 1, top + 1), fx);
    2.0 * between(upper, lower, fy) - 1.0
}

/// Two octaves of [`smooth`]
pub(super) fn rough(x: f32, y: f32) -> f32 {
    0.67 * smooth(x, y) + 0.33 * smooth(2.1 * x + 31.7, 2.1 * y - 17.3)
}

/// `a` at 0, `b` at 1
pub(super) fn between(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 0 at `from`, 1 at `to`, smooth; `from` may lie above `to`
pub(super) fn step(from: f32, to: f32, value: f32) -> f32 {
    ease(((value - from) / (to - from)).clamp(0.0, 1.0))
}

/// A bell of height 1 at 0 that has fallen to 0.6 at `width`
pub(super) fn bell(x: f32, width: f32) -> f32 {
    let away = x / width;
    if away.abs() > 4.0 { 0.0 } else { (-0.5 * away * away).exp() }
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
