//! Flat areas: the few paints of a picture and their regions.

use raster::gauss;
use raster::grid::Grid;

/// Paints a picture is reduced to
const PAINTS: usize = 10;

/// The weight of a difference in lightness relative to one in colour: shade is not another paint.
const LIGHTNESS: f32 = 0.4;

/// The paint of every pixel of a picture, with smooth borders between the paints.
pub(crate) struct Flats {
    paints: [[f32; 3]; PAINTS],
    /// The share of each paint, at the size of the calm picture
    shares: Grid<PAINTS>,
    /// Pixels of the calm picture for each of the whole one
    step: [f32; 2],
}

impl Flats {
    /// For a picture `side` pixels wide and high. `calm` is a Lab picture of half that size or of any other; paints are found where `weights` of its
    /// size are high, by k-means from the most different colours (Gonzalez 1985; Lloyd 1982).
    pub(crate) fn of(calm: &Grid<3>, weights: &Grid<1>, side: usize) -> Self {
        let paints = mixed(calm, weights);
        let shares = gauss::blur(&calm.map(|colour| shares(&paints, colour)), 1.6);
        let step = [calm.width, calm.height].map(|length| length as f32 / side as f32);
        Self { paints, shares, step }
    }

    /// The paint of a pixel, in Lab.
    pub(crate) fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let [sx, sy] = self.step;
        let shares = self.shares.sample((x as f32 + 0.5) * sx - 0.5, (y as f32 + 0.5) * sy - 0.5);
        let (mut sum, mut total) = ([0.0; 3], 1e-9);
        for (share, paint) in shares.iter().zip(&self.paints) {
            // To the eighth: the largest share takes all but a pixel's width of the border.
            let weight = share.powi(8);
            (0..3).for_each(|i| sum[i] += weight * paint[i]);
            total += weight;
        }
        sum.map(|channel| channel / total)
    }
}

/// How far apart two colours are, squared.
fn apart(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    (LIGHTNESS * (a[0] - b[0])).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

/// The share of each paint in a colour; together 1.
fn shares(paints: &[[f32; 3]; PAINTS], colour: &[f32; 3]) -> [f32; PAINTS] {
    let away: [f32; PAINTS] = std::array::from_fn(|i| apart(&paints[i], colour));
    let least = away.iter().copied().fold(f32::MAX, f32::min);
    let shares = away.map(|d| 1.0 / (1.0 + (d - least) * 0.12).powi(2));
    let total: f32 = shares.iter().sum();
    shares.map(|share| share / total)
}

/// The paints of a picture.
fn mixed(calm: &Grid<3>, weights: &Grid<1>) -> [[f32; 3]; PAINTS] {
    let points = || (0..calm.cells.len()).step_by(13).filter(|&i| weights.cells[i][0] > 0.5).map(|i| &calm.cells[i]);
    let Some(first) = points().next() else {
        return [[50.0, 0.0, 0.0]; PAINTS];
    };
    let mut paints = [*first; PAINTS];
    for count in 1..PAINTS {
        let nearest = |colour: &[f32; 3]| paints[..count].iter().map(|paint| apart(paint, colour)).fold(f32::MAX, f32::min);
        paints[count] = points().fold((*first, -1.0), |(best, most), c| if nearest(c) > most { (*c, nearest(c)) } else { (best, most) }).0;
    }
    for _ in 0..10 {
        let mut sums = [([0.0_f64; 3], 0.0_f64); PAINTS];
        for colour in points() {
            let at = (1..PAINTS).fold(0, |best, i| if apart(&paints[i], colour) < apart(&paints[best], colour) { i } else { best });
            (0..3).for_each(|i| sums[at].0[i] += f64::from(colour[i]));
            sums[at].1 += 1.0;
        }
        for (paint, (sum, count)) in paints.iter_mut().zip(sums) {
            if count > 0.0 {
                *paint = sum.map(|channel| (channel / count) as f32);
            }
        }
    }
    paints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_colours_with_noise_become_two_paints() {
        let noisy = Grid::from_fn(64, 64, |x, y| {
            let noise = 4.0 * crate::dice::hash(1, x as i64, y as i64);
            if x < 32 { [40.0 + noise, 30.0, noise] } else { [70.0, -20.0 - noise, 20.0] }
        });
        let flats = Flats::of(&noisy, &noisy.map(|_| [1.0]), 128);
        assert!(apart(&flats.at(20, 60), &[42.0, 30.0, 2.0]) < 12.0 && apart(&flats.at(100, 60), &[70.0, -22.0, 20.0]) < 12.0);
    }

    #[test]
    fn nothing_to_paint_is_grey() {
        let lab = Grid::from_fn(8, 8, |_, _| [10.0, 5.0, 5.0]);
        assert!(apart(&Flats::of(&lab, &lab.map(|_| [0.0]), 8).at(3, 3), &[50.0, 0.0, 0.0]) < 1.0);
    }
}
