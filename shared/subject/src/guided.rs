//! Lending a mask the edges of a picture.

use raster::gauss::box_blur;
use raster::grid::Grid;

/// The guided filter (He, Sun, Tang, *Guided image filtering*, 2010) in its fast form (He, Sun, *Fast guided filter*, 2015): its linear
/// coefficients are found at the size of `mask` and `guide`, and applied to `fine`, the same guide at any larger size.
/// `radius` is in pixels of the mask, `epsilon` in squared units of the guide.
pub(crate) fn refine(mask: &Grid<1>, guide: &Grid<3>, fine: &Grid<3>, radius: usize, epsilon: f32) -> Grid<1> {
    let coefficients = coefficients(mask, guide, radius, epsilon);
    let coefficients = box_blur(&coefficients, radius).resized(fine.width, fine.height);
    Grid::from_fn(fine.width, fine.height, |x, y| {
        let (k, colour) = (coefficients.at(x, y), fine.at(x, y));
        let value = k[0] * colour[0] + k[1] * colour[1] + k[2] * colour[2] + k[3];
        [value.clamp(0.0, 1.0)]
    })
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
        let fine = refine(&mask, &guide, &guide, 8, 1e-3);
        assert!(fine.value(30, 32) < 0.5 && fine.value(33, 32) > 0.8);
    }

    #[test]
    fn a_flat_guide_gives_a_blurred_mask() {
        let guide = Grid::from_fn(32, 32, |_, _| [0.5; 3]);
        let mask = Grid::from_fn(32, 32, |x, _| [if x < 16 { 0.0 } else { 1.0 }]);
        let fine = refine(&mask, &guide, &guide, 4, 1e-3);
        assert!(fine.cells.iter().all(|c| c[0].is_finite()));
        assert!((fine.value(15, 16) - 0.5).abs() < 0.2);
    }
}
