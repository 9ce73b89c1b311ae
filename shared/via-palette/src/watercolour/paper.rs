//! Cold-pressed paper.

use crate::dice;
use raster::gauss;
use raster::grid::Grid;

/// Its colour, sRGB 0..1: a warm white.
pub(super) const WHITE: [f32; 3] = [0.992, 0.976, 0.945];

/// Width and height of the tile that is repeated; smaller than a drawing, far larger than a bump.
const TILE: usize = 512;
/// The reach of the widest blur.
const REACH: usize = 12;

/// The surface of a sheet.
pub(super) struct Paper {
    /// Height, about −1 (hollow) to 1 (bump)
    tile: Grid<1>,
}

impl Paper {
    /// The sheet of a seed: bumps of a few pixels, and a felt finer than that.
    pub(super) fn of(seed: u64) -> Self {
        // Noise that repeats, blurred past its border and cut back: tiles meet without a seam.
        let side = TILE + 2 * REACH;
        let rough = Grid::from_fn(side, side, |x, y| [dice::hash(seed ^ 0xba9, (x % TILE) as i64, (y % TILE) as i64) - 0.5]);
        // Each level of blur is brought back to the same strength.
        let levels = [(gauss::blur(&rough, 0.7), 2.2), (gauss::blur(&rough, 1.5), 5.5), (gauss::blur(&rough, 3.2), 5.0)];
        let tile = Grid::from_fn(TILE, TILE, |x, y| {
            let height: f32 = levels.iter().map(|(level, strength)| level.value(x + REACH, y + REACH) * strength).sum();
            [(0.9 * height).clamp(-1.0, 1.0)]
        });
        Self { tile }
    }

    /// Height at a pixel of the drawing.
    pub(super) fn height(&self, x: usize, y: usize) -> f32 {
        self.tile.value(x % TILE, y % TILE)
    }

    /// How much a pixel is turned towards the light at the upper left, about −1..1.
    pub(super) fn slope(&self, x: usize, y: usize) -> f32 {
        (self.height(x + 1, y + 1) - self.height(x, y)).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_meet_without_a_seam() {
        let paper = Paper::of(3);
        let step = |at: usize| (0..TILE).map(|y| (paper.height(at, y) - paper.height(at + 1, y)).abs()).sum::<f32>();
        assert!(step(TILE - 1) < 1.3 * step(100) && step(TILE - 1) > 0.7 * step(100));
        let mean = paper.tile.cells.iter().map(|c| c[0]).sum::<f32>() / (TILE * TILE) as f32;
        assert!(mean.abs() < 0.05, "{mean}");
    }
}
