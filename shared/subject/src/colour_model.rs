//! The colours of the subject and of the ground.

use raster::grid::Grid;

/// Colours per model: enough for hair, skin, clothes and their shades.
const COLOURS: usize = 6;

/// The least variance of a colour, in squared Lab units: keeps a flat ground from claiming one colour alone.
const LEAST_VARIANCE: f32 = 12.0;

/// A mixture of round Gaussians in Lab, one per colour (the GMM of Rother, Kolmogorov, Blake, *GrabCut*, 2004).
#[derive(Clone, Debug)]
pub(crate) struct ColourModel {
    colours: Vec<Colour>,
}

/// One Gaussian of the mixture: axis-aligned.
#[derive(Clone, Debug)]
struct Colour {
    mean: [f32; 3],
    /// 1 / (2 variance) per channel
    precision: [f32; 3],
    /// Logarithm of its weight and normaliser
    log_scale: f32,
}

impl ColourModel {
    /// The mixture of the pixels of `lab` by their `weights` (0..1, as many as pixels); None if they weigh next to nothing.
    pub(crate) fn of(lab: &Grid<3>, weights: &[f32]) -> Option<Self> {
        let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
        if total < 4.0 {
            return None;
        }
        let means = cluster(lab, weights, first_means(lab, weights, total));
        let colours = measure(lab, weights, &means, total);
        Some(Self { colours })
    }

    /// The logarithm of the density of `colour` in the mixture.
    pub(crate) fn log_density(&self, colour: &[f32; 3]) -> f32 {
        let exponent = |c: &Colour| {
            let away: f32 = (0..3).map(|i| (colour[i] - c.mean[i]).powi(2) * c.precision[i]).sum();
            c.log_scale - away
        };
        // The density of the nearest colour stands for the sum, which it dominates: no exponentials.
        self.colours.iter().map(exponent).fold(f32::MIN, f32::max)
    }
}

/// Quantiles of lightness as first means.
fn first_means(lab: &Grid<3>, weights: &[f32], total: f64) -> Vec<[f32; 3]> {
    let mut histogram = [(0.0_f64, [0.0_f64; 3]); 101];
    for (cell, weight) in lab.cells.iter().zip(weights) {
        let bin = &mut histogram[cell[0].clamp(0.0, 100.0) as usize];
        bin.0 += f64::from(*weight);
        (0..3).for_each(|i| bin.1[i] += f64::from(*weight * cell[i]));
    }
    let (mut means, mut weight, mut sum) = (Vec::new(), 0.0, [0.0; 3]);
    for bin in histogram {
        weight += bin.0;
        (0..3).for_each(|i| sum[i] += bin.1[i]);
        if weight >= total / COLOURS as f64 - 1e-6 {
            means.push(sum.map(|channel| (channel / weight) as f32));
            (weight, sum) = (0.0, [0.0; 3]);
        }
    }
    if means.is_empty() {
        means.push(sum.map(|channel| (channel / weight.max(1e-9)) as f32));
    }
    means
}

/// A few rounds of weighted k-means (Lloyd, 1982).
fn cluster(lab: &Grid<3>, weights: &[f32], mut means: Vec<[f32; 3]>) -> Vec<[f32; 3]> {
    for _ in 0..5 {
        let mut sums = vec![(0.0_f64, [0.0_f64; 3]); means.len()];
        for (cell, weight) in lab.cells.iter().zip(weights).filter(|(_, w)| **w > 0.02) {
            let sum = &mut sums[nearest(&means, cell)];
            sum.0 += f64::from(*weight);
            (0..3).for_each(|i| sum.1[i] += f64::from(*weight * cell[i]));
        }
        for (mean, (weight, sum)) in means.iter_mut().zip(sums) {
            if weight > 1e-6 {
                *mean = sum.map(|channel| (channel / weight) as f32);
            }
        }
    }
    means
}

fn measure(lab: &Grid<3>, weights: &[f32], means: &[[f32; 3]], total: f64) -> Vec<Colour> {
    let mut sums = vec![(0.0_f64, [0.0_f64; 3]); means.len()];
    for (cell, weight) in lab.cells.iter().zip(weights).filter(|(_, w)| **w > 0.02) {
        let index = nearest(means, cell);
        sums[index].0 += f64::from(*weight);
        for i in 0..3 {
            sums[index].1[i] += f64::from(*weight * (cell[i] - means[index][i]).powi(2));
        }
    }
    let measured = means.iter().zip(sums).filter(|(_, (weight, _))| *weight > 1e-3 * total);
    measured.map(|(mean, (weight, sum))| colour(*mean, weight / total, sum.map(|s| (s / weight) as f32))).collect()
}

/// A Gaussian from its mean, share and variances.
fn colour(mean: [f32; 3], share: f64, variance: [f32; 3]) -> Colour {
    let variance = variance.map(|v| v + LEAST_VARIANCE);
    let volume: f32 = variance.iter().map(|v| v.ln()).sum();
    Colour { mean, precision: variance.map(|v| 0.5 / v), log_scale: share.ln() as f32 - 0.5 * volume }
}

fn nearest(means: &[[f32; 3]], cell: &[f32; 3]) -> usize {
    let distance = |mean: &[f32; 3]| -> f32 { (0..3).map(|i| (mean[i] - cell[i]).powi(2)).sum() };
    let first = (0, f32::MAX);
    let closer = |best: (usize, f32), (index, mean)| {
        let away = distance(mean);
        if away < best.1 { (index, away) } else { best }
    };
    means.iter().enumerate().fold(first, closer).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_likelier_where_it_is_common() {
        let lab = Grid::from_fn(16, 16, |x, _| if x < 8 { [30.0, 20.0, 10.0] } else { [80.0, -20.0, 5.0] });
        let left: Vec<f32> = (0..256).map(|i| f32::from(u8::from(i % 16 < 8))).collect();
        let model = ColourModel::of(&lab, &left).unwrap();
        assert!(model.log_density(&[31.0, 19.0, 10.0]) > model.log_density(&[79.0, -20.0, 5.0]) + 10.0);
    }

    #[test]
    fn nothing_has_no_model() {
        let lab = Grid::from_fn(16, 16, |_, _| [50.0; 3]);
        assert!(ColourModel::of(&lab, &[0.0; 256]).is_none());
        assert!(ColourModel::of(&lab, &[1.0; 256]).is_some());
    }
}
