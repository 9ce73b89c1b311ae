//! Shapes of backdrops. Lengths are in shares of the picture's side; a cover is 0 outside to 1 inside.

use std::f32::consts::TAU;

use crate::dice::hash;
use raster::grid::smoothstep;

/// Half a pixel of a drawing: the softness of a clean edge.
pub(crate) const EDGE: f32 = 0.7 / 1024.0;

/// The length of (`dx`, `dy`): a plain root is several times faster than `hypot`, and nothing here overflows.
#[inline]
pub(crate) fn length(dx: f32, dy: f32) -> f32 {
    (dx * dx + dy * dy).sqrt()
}

/// The cover of a shape from how far inside (positive) or outside its edge a point is, softened over `soft` to either side.
pub(crate) fn cover(inside: f32, soft: f32) -> f32 {
    smoothstep(-soft, soft, inside)
}

/// A disc round (`x`, `y`).
pub(crate) fn disc(px: f32, py: f32, x: f32, y: f32, radius: f32, soft: f32) -> f32 {
    cover(radius - length(px - x, py - y), soft)
}

/// `count` rays round a centre, half of the circle covered: `dx` and `dy` lead from the centre, `turn` is in turns.
pub(crate) fn rays(dx: f32, dy: f32, count: f32, turn: f32) -> f32 {
    let around = (dy.atan2(dx) / TAU + turn) * count;
    let within = (around - around.floor() - 0.5).abs();
    let across = (within - 0.25) / count * TAU * length(dx, dy);
    cover(across, EDGE)
}

/// Wedges that point to a centre, like the focus lines of a manga.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FocusLines {
    /// Sectors of the circle, one wedge in each
    pub(crate) count: i64,
    /// Radius that stays clear
    pub(crate) clear: f32,
    /// Shares of its sector a wedge may fill; above 1 they run together
    pub(crate) width: f32,
    /// Length over which a wedge grows from its point to its width
    pub(crate) taper: f32,
    /// Decides every wedge's place, start and width
    pub(crate) seed: u64,
}

impl FocusLines {
    /// The cover at (`dx`, `dy`) from the centre.
    pub(crate) fn cover(&self, dx: f32, dy: f32) -> f32 {
        let (away, around) = (length(dx, dy), (dy.atan2(dx) / TAU).rem_euclid(1.0) * self.count as f32);
        let sector = around.floor() as i64;
        (sector - 1..=sector + 1).fold(0.0, |most: f32, wedge| most.max(self.wedge(wedge, away, around)))
    }

    /// The cover of one wedge at a distance and an angle, in sectors.
    fn wedge(&self, wedge: i64, away: f32, around: f32) -> f32 {
        let chance = |what| hash(self.seed, wedge.rem_euclid(self.count), what);
        let start = self.clear * (1.0 + 0.55 * chance(2));
        if away <= start {
            return 0.0;
        }
        let middle = wedge as f32 + 0.25 + 0.5 * chance(1);
        let share = self.width * (0.25 + 0.75 * chance(3)) * ((away - start) / self.taper).min(1.0);
        let sector_width = TAU * away / self.count as f32;
        cover((0.5 * share - (around - middle).abs()) * sector_width, EDGE)
    }
}

/// A petal of `size` at the origin, its notched tip to the right, turned by `angle` (radians).
pub(crate) fn petal(dx: f32, dy: f32, size: f32, angle: f32, soft: f32) -> f32 {
    let (sin, cos) = angle.sin_cos();
    let (x, y) = ((dx * cos + dy * sin) / size, (dy * cos - dx * sin) / size);
    // Wide at two thirds, pointed at the root, with a notch at the tip
    let half_width = 0.62 * ((x + 1.0).max(0.0)).sqrt() * (1.0 - x).max(0.0).sqrt() * (0.75 + 0.25 * x);
    let notch = (x - 0.72) - 1.6 * y.abs();
    cover((half_width - y.abs()).min(-notch * 0.5) * size, soft)
}

/// A four-pointed sparkle of `size`.
pub(crate) fn sparkle(dx: f32, dy: f32, size: f32) -> f32 {
    let (x, y) = (dx.abs() / size, dy.abs() / size);
    let inside = 1.0 - (x.sqrt() + y.sqrt());
    cover(inside * size * 0.5, EDGE)
}

/// Dots in a square grid turned by 45°, `period` apart, each covering `share` (0..1) of its cell.
pub(crate) fn dots(px: f32, py: f32, period: f32, share: f32) -> f32 {
    let turned = std::f32::consts::FRAC_1_SQRT_2 / period;
    let (u, v) = ((px + py) * turned, (px - py) * turned);
    let (fu, fv) = (u - u.floor() - 0.5, v - v.floor() - 0.5);
    let radius = (share.clamp(0.0, 1.0) / std::f32::consts::PI).sqrt();
    cover((radius - length(fu, fv)) * period, EDGE) * smoothstep(0.0, 0.02, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_cover_their_inside_only() {
        assert!(disc(0.5, 0.5, 0.5, 0.5, 0.1, EDGE) > 0.99 && disc(0.7, 0.5, 0.5, 0.5, 0.1, EDGE) < 0.01);
        assert!(sparkle(0.0, 0.0, 0.1) > 0.99 && sparkle(0.06, 0.06, 0.1) < 0.01);
        assert!(petal(0.0, 0.0, 0.1, 1.0, EDGE) > 0.99 && petal(0.2, 0.0, 0.1, 1.0, EDGE) < 0.01);
        let lines = FocusLines { count: 90, clear: 0.3, width: 0.8, taper: 0.3, seed: 1 };
        assert_eq!(lines.cover(0.1, 0.1), 0.0);
        assert!((0..90).any(|i| lines.cover(0.7, i as f32 / 90.0) > 0.9));
    }

    #[test]
    fn dots_cover_their_share() {
        for share in [0.1, 0.3, 0.6] {
            let count = 200;
            let sum: f32 = (0..count * count).map(|i| dots((i % count) as f32 / 400.0, (i / count) as f32 / 400.0, 0.05, share)).sum();
            assert!((sum / (count * count) as f32 - share).abs() < 0.05);
        }
    }
}
