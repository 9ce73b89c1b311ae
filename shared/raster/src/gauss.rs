//! Blur: true Gaussians where they are small, box blurs where they are wide.

use crate::grid::Grid;
use crate::rows;

/// A Gaussian blur with standard deviation `sigma` in pixels; 0 or less returns the picture as it is.
pub fn blur<const N: usize>(grid: &Grid<N>, sigma: f32) -> Grid<N> {
    if sigma <= 0.0 {
        return grid.clone();
    }
    let kernel = kernel(sigma);
    vertical(&horizontal(grid, &kernel), &kernel)
}

/// A wide blur like a Gaussian of `sigma` pixels, at a cost that does not grow with `sigma`: three box blurs
/// (Wells, *Efficient synthesis of Gaussian filters by cascaded uniform filters*, 1986).
pub fn wide_blur<const N: usize>(grid: &Grid<N>, sigma: f32) -> Grid<N> {
    let radius = ((sigma * sigma * 4.0 + 1.0).sqrt() * 0.5).round().max(1.0) as usize;
    let once = box_blur(grid, radius);
    let twice = box_blur(&once, radius);
    box_blur(&twice, radius)
}

/// The mean over a square of `radius` pixels each way, repeating the border.
pub fn box_blur<const N: usize>(grid: &Grid<N>, radius: usize) -> Grid<N> {
    transposed(&box_rows(&transposed(&box_rows(grid, radius)), radius))
}

/// Right half of a Gaussian, the centre first; both halves together sum to 1.
pub fn kernel(sigma: f32) -> Vec<f32> {
    let radius = (sigma * 3.0).ceil().max(1.0) as usize;
    let weight = |i: usize| (-((i * i) as f32) / (2.0 * sigma * sigma)).exp();
    let total = weight(0) + 2.0 * (1..=radius).map(weight).sum::<f32>();
    (0..=radius).map(|i| weight(i) / total).collect()
}

/// Convolves each row with a symmetric kernel.
fn horizontal<const N: usize>(grid: &Grid<N>, kernel: &[f32]) -> Grid<N> {
    let width = grid.width;
    let mut out = empty(grid);
    rows::fill(&mut out.cells, width, |y, row| {
        let source = &grid.cells[y * width..(y + 1) * width];
        for (x, cell) in row.iter_mut().enumerate() {
            *cell = source[x].map(|channel| channel * kernel[0]);
            for (i, weight) in kernel.iter().enumerate().skip(1) {
                let (left, right) = (source[x.saturating_sub(i)], source[(x + i).min(width - 1)]);
                for c in 0..N {
                    cell[c] += weight * (left[c] + right[c]);
                }
            }
        }
    });
    out
}

/// Convolves each column with a symmetric kernel.
fn vertical<const N: usize>(grid: &Grid<N>, kernel: &[f32]) -> Grid<N> {
    let (width, height) = (grid.width, grid.height);
    let line = |y: usize| &grid.cells[y * width..(y + 1) * width];
    let mut out = empty(grid);
    rows::fill(&mut out.cells, width, |y, row| {
        for (cell, centre) in row.iter_mut().zip(line(y)) {
            *cell = centre.map(|channel| channel * kernel[0]);
        }
        for (i, weight) in kernel.iter().enumerate().skip(1) {
            let (above, below) = (line(y.saturating_sub(i)), line((y + i).min(height - 1)));
            for ((cell, up), down) in row.iter_mut().zip(above).zip(below) {
                for c in 0..N {
                    cell[c] += weight * (up[c] + down[c]);
                }
            }
        }
    });
    out
}

/// The mean over `radius` pixels each way in each row, by a running sum in double precision (single would drift).
fn box_rows<const N: usize>(grid: &Grid<N>, radius: usize) -> Grid<N> {
    let width = grid.width;
    let share = 1.0 / (2 * radius + 1) as f64;
    let mut out = empty(grid);
    rows::fill(&mut out.cells, width, |y, row| {
        let source = &grid.cells[y * width..(y + 1) * width];
        let mut sum = source[0].map(|channel| f64::from(channel) * (radius + 1) as f64);
        for i in 1..=radius {
            add(&mut sum, &source[i.min(width - 1)], 1.0);
        }
        for (x, cell) in row.iter_mut().enumerate() {
            *cell = sum.map(|channel| (channel * share) as f32);
            add(&mut sum, &source[(x + radius + 1).min(width - 1)], 1.0);
            add(&mut sum, &source[x.saturating_sub(radius)], -1.0);
        }
    });
    out
}

/// A picture of the same size, for rows to be written into: unlike a copy, nothing touches its memory before them.
fn empty<const N: usize>(grid: &Grid<N>) -> Grid<N> {
    Grid { width: grid.width, height: grid.height, cells: vec![[0.0; N]; grid.cells.len()] }
}

fn add<const N: usize>(sum: &mut [f64; N], cell: &[f32; N], sign: f64) {
    for c in 0..N {
        sum[c] += sign * f64::from(cell[c]);
    }
}

fn transposed<const N: usize>(grid: &Grid<N>) -> Grid<N> {
    Grid::from_fn(grid.height, grid.width, |x, y| *grid.at(y, x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blurs_keep_the_mean_of_a_flat_picture() {
        let flat = Grid::from_fn(9, 5, |_, _| [0.5]);
        for blurred in [blur(&flat, 2.5), wide_blur(&flat, 6.0), blur(&flat, 0.0)] {
            assert!(blurred.cells.iter().all(|c| (c[0] - 0.5).abs() < 1e-5));
        }
    }

    #[test]
    fn a_point_spreads_evenly() {
        let point = Grid::from_fn(33, 33, |x, y| [f32::from(u8::from(x == 16 && y == 16))]);
        for blurred in [blur(&point, 2.0), wide_blur(&point, 3.0)] {
            assert!((blurred.cells.iter().map(|c| c[0]).sum::<f32>() - 1.0).abs() < 1e-3);
            assert!((blurred.value(12, 16) - blurred.value(20, 16)).abs() < 1e-6);
            assert!((blurred.value(16, 12) - blurred.value(12, 16)).abs() < 1e-6);
        }
    }
}
