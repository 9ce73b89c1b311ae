//! Aligning a mask with the edges of a picture.

use raster::gauss::box_blur;
use raster::grid::Grid;

/// A mask as a linear function of the colours round each pixel: three slopes and an offset
pub(crate) struct Coefficients(Grid<4>);

impl Coefficients {
    /// The guided filter (He, Sun, Tang, *Guided image filtering*, 2010) up to its last step. `radius` is in pixels, `epsilon` in squared
    /// units of the guide, which has the size of the mask.
    pub(crate) fn of(mask: &Grid<1>, guide: &Grid<3>, radius: usize, epsilon: f32) -> Self {
        Self(box_blur(&coefficients(mask, guide, radius, epsilon), radius))
    }

    /// The mask at the size of its guide
    pub(crate) fn applied(&self, guide: &Grid<3>) -> Grid<1> {
        Grid::from_fn(guide.width, guide.height, |x, y| [value(self.0.at(x, y), guide.at(x, y))])
    }

    /// The mask at a place between pixels, for the colour at that place (the fast form: He, Sun, *Fast guided filter*, 2015)
    pub(crate) fn at(&self, x: f32, y: f32, colour: &[f32; 3]) -> f32 {
        value(&self.0.sample(x, y), colour)
    }
}

fn value(k: &[f32; 4], colour: &[f32; 3]) -> f32 {
    (k[0] * colour[0] + k[1] * colour[1] + k[2] * colour[2] + k[3]).clamp(0.0, 1.0)
}

/// Per pixel three slopes and an offset: the best linear guess of the mask from the guide round it.
fn coefficients(mask: &Grid<1>, guide: &Grid<3>, radius: usize, epsilon: f32) -> Grid<4> {
    let moments = Grid::from_fn(mask.width, mask.height, |x, y| {
        let ([r, g, b], p) = (*guide.at(x, y), mask.value(x, y));
        [r, g, b, p, r * p, g * p, b * p, r * r, r * g, r * b, g * g, g * b, b * b]
    });
    box_blur(&moments, radius).map(|m| {
        let [r, g, b, p, rp, gp, bp, rr, rg, rb, gg, gb, bb] = *m;
        let with_mask = [rp - r * p, gp - g * p, bp - b * p];
        let spread = [rr - r * r + epsilon, rg - r * g, rb - r * b, gg - g * g + epsilon, gb - g * b, bb - b * b + epsilon];
        let slope = solve(spread, with_mask);
        [slope[0], slope[1], slope[2], p - slope[0] * r - slope[1] * g - slope[2] * b]
    })
}

/// Solves a symmetric 3 × 3 system (upper triangle, row by row) by Cramer's rule; a singular one has slope 0.
fn solve([a, b, c, d, e, f]: [f32; 6], [x, y, z]: [f32; 3]) -> [f32; 3] {
    let (i, j, k) = (d * f - e * e, c * e - b * f, b * e - c * d);
    let determinant = a * i + b * j + c * k;
    if determinant.abs() < 1e-12 {
        return [0.0; 3];
    }
    let (l, m, n) = (a * f - c * c, b * c - a * e, a * d - b * b);
    [(i * x + j * y + k * z) / determinant, (j * x + l * y + m * z) / determinant, (k * x + m * y + n * z) / determinant]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_mask_takes_the_edge_of_the_guide() {
        let guide = Grid::from_fn(64, 64, |x, _| if x < 32 { [0.1; 3] } else { [0.9; 3] });
        let mask = Grid::from_fn(64, 64, |x, _| [if x < 29 { 0.0 } else { 1.0 }]);
        let fine = Coefficients::of(&mask, &guide, 8, 1e-3).applied(&guide);
        assert!(fine.value(30, 32) < 0.5 && fine.value(33, 32) > 0.8);
    }

    #[test]
    fn a_flat_guide_gives_a_blurred_mask() {
        let guide = Grid::from_fn(32, 32, |_, _| [0.5; 3]);
        let mask = Grid::from_fn(32, 32, |x, _| [if x < 16 { 0.0 } else { 1.0 }]);
        let fine = Coefficients::of(&mask, &guide, 4, 1e-3).applied(&guide);
        assert!(fine.cells.iter().all(|c| c[0].is_finite()));
        assert!((fine.value(15, 16) - 0.5).abs() < 0.2);
    }
}
