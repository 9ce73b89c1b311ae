//! The backdrop of the subject, and its continuation beyond the edges of the drawing.

use crate::drawing::DRAWING_SIDE;
use crate::matte::smooth;
use image::RgbaImage;
use raster::rows;

const SIDE: usize = DRAWING_SIDE as usize;
/// Cells along a side of the field: coarse, because the area behind the subject is unknown and only its light is kept
const CELLS: usize = 128;
/// Distance of the dots of a screened backdrop along the axes, in pixels
const SCREEN_PERIOD: f32 = 14.0;
/// How steeply a dot's edge goes from ink to paper
const SCREEN_SHARPNESS: f32 = 5.0;

/// The colours behind the subject as a smooth field: seen around the subject, interpolated behind it
pub(crate) struct Backdrop {
    field: Vec<[f32; 3]>,
    /// The two colours of a backdrop in ink, which has no tones between them
    inks: Option<Inks>,
}

/// Ink and paper, 0 to 255 a channel
#[derive(Clone, Copy, Debug, PartialEq)]
struct Inks {
    dark: [f32; 3],
    light: [f32; 3],
}

impl Backdrop {
    /// The backdrop of `drawing`; without a matte, its rim is taken.
    pub(crate) fn behind(drawing: &RgbaImage, matted: bool) -> Self {
        let mut cells = vec![[0.0_f32; 4]; CELLS * CELLS];
        let scale = SIDE / CELLS;
        rows::fill(&mut cells, CELLS, |row, cells| {
            for y in row * scale..(row + 1) * scale {
                let line = &drawing.as_raw()[4 * y * SIDE..4 * (y + 1) * SIDE];
                for (x, pixel) in line.chunks_exact(4).enumerate() {
                    let weight = if matted { clear(pixel[3]) } else { rim(x, y) };
                    for (sum, value) in cells[x / scale].iter_mut().zip([pixel[0], pixel[1], pixel[2], 1]) {
                        *sum += weight * f32::from(value);
                    }
                }
            }
        });
        let full = (scale * scale) as f32;
        cells.iter_mut().flatten().for_each(|value| *value /= full);
        Self { field: soften(continued(cells, CELLS)), inks: Inks::of(drawing, matted) }
    }

    /// A frame of `width` × `height`, RGB: column `x` shows the field at `columns[x]` of its width, in order. The field itself, or ink and paper in its
    /// proportion.
    pub(crate) fn drawn(&self, columns: &[f32], height: u32) -> Vec<u8> {
        let places: Vec<Place> = columns.iter().map(|&across| Place::of(across)).collect();
        let mut lines = [(usize::MAX, Vec::new()), (usize::MAX, Vec::new())];
        let mut frame = Vec::with_capacity(3 * columns.len() * height as usize);
        for y in 0..height {
            let down = Place::of((y as f32 + 0.5) / height as f32);
            // The rows of a frame between two rows of cells share what these are between columns.
            if lines[0].0 != down.low {
                lines.swap(0, 1);
            }
            for (line, row) in lines.iter_mut().zip([down.low, down.high]) {
                if line.0 != row {
                    *line = (row, self.line(row, &places));
                }
            }
            let [(_, upper), (_, lower)] = &lines;
            for ((x, upper), lower) in (0..).zip(upper).zip(lower) {
                let smooth = mixed(*upper, *lower, down.share);
                let colour = self.inks.map_or(smooth, |inks| inks.screened(smooth, x as f32, y as f32));
                frame.extend(colour.map(|value| (value + 0.5) as u8));
            }
        }
        frame
    }

    /// A row of cells at these places between them
    fn line(&self, row: usize, places: &[Place]) -> Vec<[f32; 3]> {
        let cells = &self.field[row * CELLS..(row + 1) * CELLS];
        places.iter().map(|place| mixed(cells[place.low], cells[place.high], place.share)).collect()
    }

    /// The colour at a place given in shares of the sides, 0 to 255 a channel; outside, that of the nearest place inside
    pub(crate) fn at(&self, across: f32, down: f32) -> [f32; 3] {
        let (across, down) = (Place::of(across), Place::of(down));
        let line = |row: usize| mixed(self.field[row * CELLS + across.low], self.field[row * CELLS + across.high], across.share);
        mixed(line(down.low), line(down.high), down.share)
    }
}

/// A place between two cells of a line of the field
#[derive(Clone, Copy, Debug)]
struct Place {
    low: usize,
    high: usize,
    /// How near it is to the second
    share: f32,
}

impl Place {
    /// At a share of the side; outside, at the nearest cell
    fn of(share: f32) -> Self {
        let at = (share * CELLS as f32 - 0.5).clamp(0.0, (CELLS - 1) as f32);
        let low = at as usize;
        Self { low, high: (low + 1).min(CELLS - 1), share: at - low as f32 }
    }
}

#[inline]
fn mixed(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|i| a[i] * (1.0 - share) + b[i] * share)
}

impl Inks {
    /// The inks of a drawing whose backdrop has two tones and hardly any between
    fn of(drawing: &RgbaImage, matted: bool) -> Option<Self> {
        let (mut all, mut dark, mut light) = (0.0_f32, [0.0_f32; 4], [0.0_f32; 4]);
        for (x, y, pixel) in drawing.enumerate_pixels() {
            let clear = if matted { clear(pixel.0[3]) } else { rim(x as usize, y as usize) };
            if clear < 1.0 {
                continue;
            }
            all += 1.0;
            let side = match luminance(pixel.0.map(f32::from)) {
                value if value < 80.0 => &mut dark,
                value if value > 175.0 => &mut light,
                _ => continue,
            };
            (0..3).for_each(|channel| side[channel] += f32::from(pixel.0[channel]));
            side[3] += 1.0;
        }
        let mean = |sum: [f32; 4]| [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]];
        let two = dark[3] > 0.02 * all && light[3] > 0.02 * all && dark[3] + light[3] > 0.8 * all;
        two.then(|| Self { dark: mean(dark), light: mean(light) })
    }

    /// Dots on a lattice turned by 45°, as large as the colour is dark (two cosines, compared softly)
    fn screened(self, colour: [f32; 3], x: f32, y: f32) -> [f32; 3] {
        let turn = std::f32::consts::TAU / SCREEN_PERIOD;
        let lattice = ((turn * (x + y)).cos() + (turn * (x - y)).cos()) / 4.0 + 0.5;
        let (low, high) = (luminance(self.dark), luminance(self.light));
        // The lightest tones have no dots: specks on white look like dirt.
        let light = 1.25 * (luminance(colour) - low) / (high - low) - 0.07;
        let paper = smooth((light - lattice) * SCREEN_SHARPNESS + 0.5);
        std::array::from_fn(|i| self.dark[i] + (self.light[i] - self.dark[i]) * paper)
    }
}

/// Rec. 709 luminance of gamma-coded values, which is near enough to tell ink from paper
fn luminance<const N: usize>(colour: [f32; N]) -> f32 {
    0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
}

/// How surely a pixel of this alpha shows the backdrop alone
fn clear(alpha: u8) -> f32 {
    (1.0 - 4.0 * f32::from(alpha) / 255.0).max(0.0)
}

/// In a drawing without a matte the outermost sixteenth of its upper half is taken for the backdrop; lower down shoulders reach the sides.
fn rim(x: usize, y: usize) -> f32 {
    let edge = SIDE / 16;
    let outermost = y < edge / 2 || (y < SIDE / 2 && (x < edge || x >= SIDE - edge));
    if outermost { 1.0 } else { 0.0 }
}

/// Fills cells of little weight from coarser ones, which know the surroundings (pull-push: Gortler et al., *The Lumigraph*, 1996, 5.2).
fn continued(mut cells: Vec<[f32; 4]>, side: usize) -> Vec<[f32; 4]> {
    if side == 1 {
        cells.iter_mut().for_each(normalise);
        return cells;
    }
    let half = side / 2;
    let mut coarse = vec![[0.0_f32; 4]; half * half];
    for y in 0..side {
        for x in 0..side {
            let to = &mut coarse[y / 2 * half + x / 2];
            (0..4).for_each(|i| to[i] += cells[y * side + x][i]);
        }
    }
    // A coarse cell is sure as soon as one of its four is.
    for cell in &mut coarse {
        let scale = 1.0 / cell[3].max(1.0);
        cell.iter_mut().for_each(|value| *value *= scale);
    }
    let coarse = continued(coarse, half);
    for y in 0..side {
        for x in 0..side {
            let known = cells[y * side + x];
            let guess = between(&coarse, half, x, y);
            let missing = 1.0 - known[3].min(1.0);
            cells[y * side + x] = std::array::from_fn(|i| if i == 3 { 1.0 } else { known[i] + missing * guess[i] });
        }
    }
    cells
}

fn normalise(cell: &mut [f32; 4]) {
    let weight = cell[3];
    *cell = if weight > 0.0 { cell.map(|value| value / weight) } else { [255.0, 255.0, 255.0, 1.0] };
}

/// The coarse field at a fine cell, bilinear
fn between(coarse: &[[f32; 4]], side: usize, x: usize, y: usize) -> [f32; 4] {
    let near = |fine: usize| {
        let low = fine.div_ceil(2);
        let (low, high) = (low.saturating_sub(1), low.min(side - 1));
        if fine.is_multiple_of(2) { (high, low) } else { (low, high) }
    };
    let ((x0, x1), (y0, y1)) = (near(x), near(y));
    std::array::from_fn(|i| {
        let row = |y: usize| 0.75 * coarse[y * side + x0][i] + 0.25 * coarse[y * side + x1][i];
        0.75 * row(y0) + 0.25 * row(y1)
    })
}

/// Three passes of a box of five cells, all but a Gaussian: motifs of the backdrop become its light.
fn soften(cells: Vec<[f32; 4]>) -> Vec<[f32; 3]> {
    let mut field: Vec<[f32; 3]> = cells.into_iter().map(|cell| [cell[0], cell[1], cell[2]]).collect();
    for _ in 0..3 {
        field = boxed(&field, 1);
        field = boxed(&field, CELLS);
    }
    field
}

/// A box of five along the axis whose neighbours are `step` apart
fn boxed(field: &[[f32; 3]], step: usize) -> Vec<[f32; 3]> {
    let along = |at: usize| at / step % CELLS;
    (0..field.len())
        .map(|at| {
            let here = along(at) as isize;
            let neighbour = |by: isize| at.wrapping_add_signed(((here + by).clamp(0, CELLS as isize - 1) - here) * step as isize);
            let sum = (-2..=2).map(neighbour).fold([0.0; 3], |sum, i| std::array::from_fn(|c| sum[c] + field[i][c]));
            sum.map(|value| value / 5.0)
        })
        .collect()
}
