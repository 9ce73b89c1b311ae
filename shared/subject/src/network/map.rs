//! What passes between layers.

use raster::grid::Grid;
use raster::rows;

use super::activation::Activation;

/// A square picture of any number of channels per pixel
#[derive(Clone, Debug)]
pub(super) struct Map {
    /// Pixels along it
    pub(super) side: usize,
    pub(super) channels: usize,
    /// Pixels row by row, each with all its channels
    pub(super) cells: Vec<f32>,
}

impl Map {
    pub(super) fn new(side: usize, channels: usize) -> Self {
        Self { side, channels, cells: vec![0.0; side * side * channels] }
    }

    pub(super) fn picture(picture: &Grid<3>) -> Self {
        Self { side: picture.width, channels: 3, cells: picture.cells.as_flattened().to_vec() }
    }

    pub(super) fn grid(self) -> Grid<1> {
        Grid { width: self.side, height: self.side, cells: self.cells.into_iter().map(|value| [value]).collect() }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> &[f32] {
        let start = (y * self.side + x) * self.channels;
        &self.cells[start..start + self.channels]
    }

    pub(super) fn with(mut self, activation: Activation) -> Self {
        activation.apply(&mut self.cells);
        self
    }

    /// Each value plus the one at its place in a map of the same shape
    pub(super) fn plus(mut self, other: &Self) -> Self {
        self.cells.iter_mut().zip(&other.cells).for_each(|(value, more)| *value += more);
        self
    }

    /// Each channel times its factor in a map of one pixel
    pub(super) fn times(mut self, factors: &Self) -> Self {
        for pixel in self.cells.chunks_exact_mut(self.channels) {
            pixel.iter_mut().zip(&factors.cells).for_each(|(value, factor)| *value *= factor);
        }
        self
    }

    /// The mean of each channel, as one pixel
    pub(super) fn mean(&self) -> Self {
        let mut mean = Self::new(1, self.channels);
        for pixel in self.cells.chunks_exact(self.channels) {
            mean.cells.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
        }
        let share = 1.0 / (self.side * self.side) as f32;
        mean.cells.iter_mut().for_each(|sum| *sum *= share);
        mean
    }

    /// Twice as wide and high, bilinear between the middles of pixels
    pub(super) fn doubled(&self) -> Self {
        let mut doubled = Self::new(2 * self.side, self.channels);
        // The pixels on both sides of each new one, and how near the second is
        let between = |at: usize| {
            let half = at / 2;
            if at.is_multiple_of(2) { (half.saturating_sub(1), half, 0.75) } else { (half, (half + 1).min(self.side - 1), 0.25) }
        };
        rows::fill(&mut doubled.cells, 2 * self.side * self.channels, |row, line| {
            let (above, below, down) = between(row);
            for (column, pixel) in line.chunks_exact_mut(self.channels).enumerate() {
                let (left, right, across) = between(column);
                let corners = [self.at(left, above), self.at(right, above), self.at(left, below), self.at(right, below)];
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let [a, b, c, d] = corners.map(|corner| corner[channel]);
                    let (upper, lower) = (a + (b - a) * across, c + (d - c) * across);
                    *value = upper + (lower - upper) * down;
                }
            }
        });
        doubled
    }

    /// The four channels of each pixel as four pixels
    pub(super) fn spread(&self) -> Self {
        let mut spread = Self::new(2 * self.side, 1);
        for (index, four) in self.cells.chunks_exact(4).enumerate() {
            let (x, y) = (2 * (index % self.side), 2 * (index / self.side));
            for (part, &value) in four.iter().enumerate() {
                spread.cells[(y + part / 2) * 2 * self.side + x + part % 2] = value;
            }
        }
        spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubling_meets_the_middles_and_keeps_the_border() {
        let map = Map { side: 2, channels: 1, cells: vec![0.0, 4.0, 8.0, 12.0] };
        let doubled = map.doubled();
        assert_eq!(doubled.cells[..4], [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(doubled.cells[12..], [8.0, 9.0, 11.0, 12.0]);
    }

    #[test]
    fn four_channels_become_four_pixels() {
        let map = Map { side: 1, channels: 4, cells: vec![1.0, 2.0, 3.0, 4.0] };
        assert_eq!(map.spread().cells, [1.0, 2.0, 3.0, 4.0]);
    }
}
