//! Ben-Day dots.

use raster::grid::smoothstep;

/// A screen of round dots at 45°.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// Pixels from dot to dot
    pub(super) period: f32,
}

impl Screen {
    /// The ink at a pixel, 0..1, of dots that cover `share` (0 none, above about 0.78 they touch) of the paper.
    pub(super) fn ink(self, x: f32, y: f32, share: f32) -> f32 {
        let turned = std::f32::consts::FRAC_1_SQRT_2 / self.period;
        let (u, v) = ((x + y) * turned, (x - y) * turned);
        let (fu, fv) = (u - u.floor() - 0.5, v - v.floor() - 0.5);
        let inside = (share / std::f32::consts::PI).sqrt() - (fu * fu + fv * fv).sqrt();
        smoothstep(-0.7, 0.7, inside * self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_regular_and_cover_their_share() {
        let screen = Screen { period: 12.0 };
        let step = 12.0 * std::f32::consts::SQRT_2;
        for share in [0.2, 0.4, 0.6] {
            let mut sum = 0.0;
            for at in 0..160 * 160 {
                let (x, y) = ((at % 160) as f32, (at / 160) as f32);
                let ink = screen.ink(x, y, share);
                assert!((ink - screen.ink(x + step, y, share)).abs() < 0.02);
                assert!((ink - screen.ink(x + 0.5 * step, y + 0.5 * step, share)).abs() < 0.02);
                sum += ink;
            }
            assert!((sum / (160.0 * 160.0) - share).abs() < 0.03, "{share}");
        }
    }
}
