//! Printed dots for grey.

use std::f32::consts::TAU;

use raster::grid::smoothstep;

/// Ink 0..1 of a screen at 45° at pixel (`x`, `y`), dots `period` pixels apart, covering `share` (0..1) of the paper: two cosines compared
/// with the tone, as in a halftone cell (Ulichney, *Digital halftoning*, 1987).
pub(crate) fn ink(x: usize, y: usize, period: f32, share: f32) -> f32 {
    if share <= 0.01 {
        return 0.0;
    }
    let turned = TAU * std::f32::consts::FRAC_1_SQRT_2 / period;
    let (u, v) = ((x as f32 + y as f32) * turned, (x as f32 - y as f32) * turned);
    let height = 0.5 + 0.25 * (u.cos() + v.cos());
    let edge = threshold(share);
    let soft = 2.2 / period * 0.35;
    smoothstep(edge - soft, edge + soft, height)
}

/// The height above which the hills of two cosines cover `share` of the ground: nearly a straight line, bent at its ends.
fn threshold(share: f32) -> f32 {
    let away = 1.0 - 2.0 * share;
    0.5 + 0.5 * away * (0.72 + 0.28 * away * away)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_covers_its_share() {
        for share in [0.1, 0.25, 0.5, 0.75] {
            let sum: f32 = (0..90_000).map(|i| ink(i % 300, i / 300, 9.0, share)).sum();
            let found = sum / 90_000.0;
            assert!((found - share).abs() < 0.06, "{share}: {found}");
        }
    }
}
