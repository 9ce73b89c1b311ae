//! The layers that have weights. Each sums in a fixed order, the bias first.

use raster::rows;

use super::map::Map;
use super::weights::{Malformed, Weights};

/// Channels that are computed at once: they fit into the registers of every processor.
const LANES: usize = 8;
/// Pixels that are computed at once
const PIXELS: usize = 4;

/// A matrix from the channels of a pixel to others (a convolution of 1 × 1)
#[derive(Debug)]
pub(super) struct Pointwise {
    from: usize,
    to: usize,
    columns: Vec<Column>,
}

/// The part of a matrix that makes [`LANES`] channels; in the last, what is beyond the channels is 0.
#[derive(Debug)]
struct Column {
    bias: [f32; LANES],
    /// One row for each channel of the input
    rows: Vec<[f32; LANES]>,
}

impl Pointwise {
    pub(super) fn read(weights: &mut Weights, from: usize, to: usize) -> Result<Self, Malformed> {
        let matrix = weights.next(from * to)?;
        let bias = weights.next(to)?;
        let lanes = |row: &[f32], first: usize| std::array::from_fn(|lane| row.get(first + lane).copied().unwrap_or(0.0));
        let column = |first| Column { bias: lanes(&bias, first), rows: matrix.chunks_exact(to).map(|row| lanes(row, first)).collect() };
        Ok(Self { from, to, columns: (0..to).step_by(LANES).map(column).collect() })
    }

    pub(super) fn of(&self, map: &Map) -> Map {
        let mut out = Map::new(map.side, self.to);
        let (read, made) = (map.side * self.from, map.side * self.to);
        rows::fill(&mut out.cells, made, |y, line| self.row(&map.cells[y * read..(y + 1) * read], line));
        out
    }

    /// A row of pixels
    fn row(&self, from: &[f32], to: &mut [f32]) {
        for (index, column) in self.columns.iter().enumerate() {
            let first = index * LANES;
            let count = LANES.min(self.to - first);
            for (pixels, made) in from.chunks(PIXELS * self.from).zip(to.chunks_mut(PIXELS * self.to)) {
                let sums = column.of(pixels, self.from);
                for (pixel, sum) in made.chunks_exact_mut(self.to).zip(sums) {
                    pixel[first..first + count].copy_from_slice(&sum[..count]);
                }
            }
        }
    }
}

impl Column {
    /// The channels of up to [`PIXELS`] pixels; where there are fewer, the last is repeated.
    fn of(&self, pixels: &[f32], from: usize) -> [[f32; LANES]; PIXELS] {
        let last = pixels.len() / from - 1;
        let pixels: [&[f32]; PIXELS] = std::array::from_fn(|i| &pixels[i.min(last) * from..][..from]);
        let mut sums = [self.bias; PIXELS];
        for (channel, row) in self.rows[..from].iter().enumerate() {
            for (sum, pixel) in sums.iter_mut().zip(pixels) {
                add(sum, row, pixel[channel]);
            }
        }
        sums
    }
}

/// A convolution of 3 × 3 over all channels, that halves the side
#[derive(Debug)]
pub(super) struct Full {
    window: Window,
    from: usize,
    bias: Vec<f32>,
    /// By row and column of the window and channel of the input: the channels of the output
    kernel: Vec<f32>,
}

impl Full {
    pub(super) fn read(weights: &mut Weights, from: usize, to: usize) -> Result<Self, Malformed> {
        let window = Window { size: 3, stride: 2 };
        Ok(Self { window, from, kernel: weights.next(window.area() * from * to)?, bias: weights.next(to)? })
    }

    pub(super) fn of(&self, map: &Map) -> Map {
        let to = self.bias.len();
        self.window.slid(map, &self.bias, |sums, tap, pixel| {
            let rows = self.kernel[tap * self.from * to..].chunks_exact(to);
            pixel.iter().zip(rows).for_each(|(value, row)| sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight));
        })
    }
}

/// A convolution of each channel by itself
#[derive(Debug)]
pub(super) struct Depthwise {
    window: Window,
    bias: Vec<f32>,
    /// By row and column of the window: its channels
    kernel: Vec<f32>,
}

impl Depthwise {
    pub(super) fn read(weights: &mut Weights, window: Window, channels: usize) -> Result<Self, Malformed> {
        Ok(Self { window, kernel: weights.next(window.area() * channels)?, bias: weights.next(channels)? })
    }

    pub(super) fn of(&self, map: &Map) -> Map {
        let channels = self.bias.len();
        self.window.slid(map, &self.bias, |sums, tap, pixel| {
            let row = &self.kernel[tap * channels..][..channels];
            sums.iter_mut().zip(pixel).zip(row).for_each(|((sum, value), weight)| *sum += value * weight);
        })
    }
}

/// A square of pixels that slides over a map
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) size: usize,
    pub(super) stride: usize,
}

impl Window {
    fn area(self) -> usize {
        self.size * self.size
    }

    /// A map made by sliding over another, which is as if surrounded by zeros: each pixel begins with the `bias`, and `add` gets its sums, the
    /// number of a place in the window, and the pixel there. The border is that of TensorFlow's padding "same": the odd pixel is on the right and
    /// below.
    fn slid(self, map: &Map, bias: &[f32], add: impl Fn(&mut [f32], usize, &[f32]) + Sync) -> Map {
        let mut out = Map::new(map.side.div_ceil(self.stride), bias.len());
        let before = ((out.side - 1) * self.stride + self.size).saturating_sub(map.side) / 2;
        let width = out.side * bias.len();
        rows::fill(&mut out.cells, width, |row, line| {
            for (column, sums) in line.chunks_exact_mut(bias.len()).enumerate() {
                sums.copy_from_slice(bias);
                for tap in 0..self.area() {
                    let x = (column * self.stride + tap % self.size).checked_sub(before).filter(|x| *x < map.side);
                    let y = (row * self.stride + tap / self.size).checked_sub(before).filter(|y| *y < map.side);
                    if let (Some(x), Some(y)) = (x, y) {
                        add(sums, tap, map.at(x, y));
                    }
                }
            }
        });
        out
    }
}

#[inline]
fn add(sums: &mut [f32; LANES], row: &[f32; LANES], factor: f32) {
    for (sum, weight) in sums.iter_mut().zip(row) {
        *sum += factor * weight;
    }
}
