//! Few flat levels of lightness, like a cel painter's few pots of paint.

use raster::grid::{Grid, mix, smoothstep};

/// Levels nearer to each other than this many units of L are one.
const LEAST_GAP: f32 = 7.0;

/// A staircase of lightness levels.
#[derive(Clone, Debug)]
pub(crate) struct Stairs {
    /// L of each level, ascending, at least one
    levels: Vec<f32>,
}

impl Stairs {
    /// At most `count` levels where the lightnesses of `lab` gather under `weights`, so that no step falls into a calm area (Lloyd, *Least squares
    /// quantization in PCM*, 1982; fixed steps turn skin blotchy).
    pub(crate) fn of(lab: &Grid<3>, weights: &Grid<1>, count: usize) -> Self {
        let histogram = Histogram::of(lab, weights);
        let mut levels: Vec<f32> = (0..count).map(|i| histogram.quantile((i as f32 + 0.5) / count as f32)).collect();
        for _ in 0..12 {
            levels = histogram.settle(&levels);
        }
        levels.dedup_by(|next, previous| *next - *previous < LEAST_GAP);
        Self { levels }
    }

    /// The level of lightness `l`, with steps softened over `softness` units of L to either side.
    pub(crate) fn level(&self, l: f32, softness: f32) -> f32 {
        self.levels.windows(2).fold(self.levels[0], |value, pair| {
            let step = 0.5 * (pair[0] + pair[1]);
            mix(value, pair[1], smoothstep(step - softness, step + softness, l))
        })
    }
}

/// How often each lightness occurs, in steps of one unit of L.
#[derive(Clone, Debug)]
pub(crate) struct Histogram([f64; 101]);

impl Histogram {
    /// Counts the lightness of every pixel by its weight. All 0 counts as one pixel of middle grey.
    pub(crate) fn of(lab: &Grid<3>, weights: &Grid<1>) -> Self {
        let mut bins = [0.0; 101];
        for (cell, weight) in lab.cells.iter().zip(&weights.cells) {
            bins[cell[0].clamp(0.0, 100.0).round() as usize] += f64::from(weight[0]);
        }
        if bins.iter().sum::<f64>() < 1.0 {
            bins[50] = 1.0;
        }
        Self(bins)
    }

    /// The lightness below which `share` (0..1) of the pixels lie.
    pub(crate) fn quantile(&self, share: f32) -> f32 {
        let wanted = f64::from(share) * self.0.iter().sum::<f64>();
        let mut passed = 0.0;
        for (l, weight) in self.0.iter().enumerate() {
            passed += weight;
            if passed >= wanted && *weight > 0.0 {
                return l as f32;
            }
        }
        100.0
    }

    /// One round of k-means in one dimension: every level moves to the mean of the lightnesses nearest to it.
    fn settle(&self, levels: &[f32]) -> Vec<f32> {
        let mut sums = vec![(0.0_f64, 0.0_f64); levels.len()];
        for (l, weight) in self.0.iter().enumerate() {
            let away = |level: &f32| (level - l as f32).abs();
            let nearest = (1..levels.len()).fold(0, |best, i| if away(&levels[i]) < away(&levels[best]) { i } else { best });
            sums[nearest].0 += weight;
            sums[nearest].1 += weight * l as f64;
        }
        let moved = levels.iter().zip(sums);
        moved.map(|(level, (weight, sum))| if weight > 0.0 { (sum / weight) as f32 } else { *level }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_where_lightness_gathers() {
        let lab = Grid::from_fn(30, 30, |x, y| {
            let base = [20.0, 55.0, 90.0][x / 10];
            [base + (y % 3) as f32, 0.0, 0.0]
        });
        let stairs = Stairs::of(&lab, &lab.map(|_| [1.0]), 3);
        for (l, level) in [(18.0, 21.0), (30.0, 21.0), (50.0, 56.0), (70.0, 56.0), (95.0, 91.0)] {
            assert!((stairs.level(l, 1.0) - level).abs() < 1.0, "{l}: {stairs:?}");
        }
    }

    #[test]
    fn one_lightness_is_one_level() {
        for l in [0.0, 50.0, 100.0] {
            let lab = Grid::from_fn(8, 8, |_, _| [l, 0.0, 0.0]);
            let stairs = Stairs::of(&lab, &lab.map(|_| [1.0]), 6);
            assert_eq!(stairs.level(l, 1.0), l);
        }
    }
}
