//! A picture of `N` numbers per pixel, and reading it between pixels.

use crate::rows;

/// A row-major picture, at least one pixel wide and high, with `N` channels per pixel.
#[derive(Clone, Debug)]
pub struct Grid<const N: usize> {
    /// Pixels in a row
    pub width: usize,
    pub height: usize,
    /// `width * height` pixels, row by row
    pub cells: Vec<[f32; N]>,
}

impl<const N: usize> Grid<N> {
    /// A picture with every pixel computed from its column and row.
    pub fn from_fn(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [f32; N] + Sync) -> Self {
        let mut cells = vec![[0.0; N]; width * height];
        rows::fill(&mut cells, width, |y, row| {
            for (x, cell) in row.iter_mut().enumerate() {
                *cell = pixel(x, y);
            }
        });
        Self { width, height, cells }
    }

    /// A picture of the same size, each pixel computed from the pixel at its place.
    pub fn map<const M: usize>(&self, pixel: impl Fn(&[f32; N]) -> [f32; M] + Sync) -> Grid<M> {
        Grid::from_fn(self.width, self.height, |x, y| pixel(self.at(x, y)))
    }

    /// The same picture, with the pixels recomputed where `drawn`, of the same size, is above 0.
    pub fn where_drawn(&self, drawn: &Grid<1>, pixel: impl Fn(usize, usize) -> [f32; N] + Sync) -> Self {
        Grid::from_fn(self.width, self.height, |x, y| if drawn.value(x, y) > 0.0 { pixel(x, y) } else { *self.at(x, y) })
    }

    /// The pixel at column `x` and row `y`, both inside.
    #[inline]
    pub fn at(&self, x: usize, y: usize) -> &[f32; N] {
        &self.cells[y * self.width + x]
    }

    /// The pixel nearest to column `x` and row `y`, which may lie outside.
    #[inline]
    pub fn nearest(&self, x: isize, y: isize) -> &[f32; N] {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.at(x, y)
    }

    /// The pixel at (`x`, `y`) between pixel centres (centres have whole coordinates), bilinear; outside is the border.
    #[inline(always)]
    pub fn sample(&self, x: f32, y: f32) -> [f32; N] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        // Through i32: the cast of a float straight to usize is several times slower.
        let (left, top) = (x as i32 as usize, y as i32 as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let start = top * self.width + left;
        let right = usize::from(left + 1 < self.width);
        let down = if top + 1 < self.height { self.width } else { 0 };
        let upper = &self.cells[start..=start + right];
        let lower = &self.cells[start + down..=start + down + right];
        let (a, b, c, d) = (&upper[0], &upper[right], &lower[0], &lower[right]);
        std::array::from_fn(|i| {
            let upper = a[i] + (b[i] - a[i]) * fx;
            let lower = c[i] + (d[i] - c[i]) * fx;
            upper + (lower - upper) * fy
        })
    }

    /// The same picture at another size, bilinear: for enlarging, or for shrinking a picture that is already smooth.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let sx = self.width as f32 / width as f32;
        let sy = self.height as f32 / height as f32;
        Grid::from_fn(width, height, |x, y| self.sample((x as f32 + 0.5) * sx - 0.5, (y as f32 + 0.5) * sy - 0.5))
    }

    /// The same picture at 1/`factor` of its size, each pixel the mean of `factor` × `factor`; sizes divide evenly.
    pub fn shrunk(&self, factor: usize) -> Self {
        let share = 1.0 / (factor * factor) as f32;
        Grid::from_fn(self.width / factor, self.height / factor, |x, y| {
            let mut sum = [0.0; N];
            for dy in 0..factor {
                for dx in 0..factor {
                    let cell = self.at(x * factor + dx, y * factor + dy);
                    for i in 0..N {
                        sum[i] += cell[i];
                    }
                }
            }
            sum.map(|channel| channel * share)
        })
    }
}

impl Grid<1> {
    /// The value at column `x` and row `y`, both inside.
    #[inline]
    pub fn value(&self, x: usize, y: usize) -> f32 {
        self.at(x, y)[0]
    }
}

/// `a` at 0, `b` at 1.
#[inline]
pub fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// [`mix`] of three channels.
#[inline]
pub fn mix3(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|i| mix(a[i], b[i], share))
}

/// 0 below `from`, 1 above `to`, a smooth cubic between; `from` may lie above `to`, which turns it round.
#[inline]
pub fn smoothstep(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_meets_pixels_and_their_middle() {
        let grid = Grid::from_fn(3, 2, |x, y| [(x + 10 * y) as f32]);
        assert_eq!(grid.sample(2.0, 1.0), [12.0]);
        assert_eq!(grid.sample(0.5, 0.5), [5.5]);
        assert_eq!(grid.sample(-9.0, 99.0), [10.0]);
    }

    #[test]
    fn resizing_keeps_a_flat_picture_flat() {
        let flat = Grid::from_fn(8, 8, |_, _| [0.25, 0.5]);
        for grid in [flat.resized(31, 17), flat.shrunk(4)] {
            assert!(grid.cells.iter().all(|cell| *cell == [0.25, 0.5]));
        }
    }

    #[test]
    fn smoothstep_turns_round() {
        assert_eq!(smoothstep(0.0, 1.0, 2.0), 1.0);
        assert_eq!(smoothstep(1.0, 0.0, 2.0), 0.0);
        assert_eq!(smoothstep(1.0, 0.0, 0.5), 0.5);
    }
}
