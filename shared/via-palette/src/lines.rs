//! Ink lines where a picture turns from light to dark, drawn along the flow.

use crate::flow::{self, Flow, Walk};
use raster::gauss;
use raster::grid::Grid;

/// The parameters of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    /// Width of the inner Gaussian across the edge, in pixels; a line is about twice as wide
    pub(crate) sigma: f32,
    /// Units of L a line must be darker than its surroundings to begin
    pub(crate) least: f32,
    /// How far a line reaches along the flow each way, in steps of two pixels
    pub(crate) length: usize,
    /// How fast a line goes from nothing to full ink, per unit of L
    pub(crate) hardness: f32,
}

/// The threshold factor of a pixel that is never drawn, and costs no time.
pub(crate) const NEVER: f32 = 99.0;

/// Ink 0..1 per pixel by the flow-based difference of Gaussians (Kang, Lee, Chui, *Coherent line drawing*, 2007) with the soft threshold of XDoG
/// (Winnemöller, Kyprianidis, Olsen, 2012). `lightness` is L in 0..100; `threshold` multiplies, per pixel, the contrast at which a line begins: below
/// 1 where faint lines matter, above where they do not.
pub(crate) fn draw(lightness: &Grid<1>, threshold: &Grid<1>, flow: &Flow, pen: Pen) -> Grid<1> {
    let response = difference_across(lightness, threshold, flow, pen);
    let fall = gauss::kernel(pen.length as f32 / 2.5);
    let far = Walk { steps: pen.length, stride: 2.0 };
    let darkest = darkest_about(&response, 2 * pen.length);
    let tile = 2 * pen.length;
    Grid::from_fn(lightness.width, lightness.height, |x, y| {
        // A mean is never below its least element: most of a calm picture needs no walk.
        if threshold.value(x, y) >= NEVER || darkest.value(x / tile, y / tile) + pen.least * threshold.value(x, y) >= 0.0 {
            return [0.0];
        }
        let (mut sum, mut total) = (response.value(x, y) * fall[0], fall[0]);
        flow::walk(flow, x, y, far, |step, px, py| {
            sum += fall[step] * response.sample(px, py)[0];
            total += fall[step];
        });
        [ink(sum / total + pen.least * threshold.value(x, y), pen.hardness)]
    })
}

/// The least response in each tile of `tile` pixels and the eight tiles about it.
fn darkest_about(response: &Grid<1>, tile: usize) -> Grid<1> {
    let (columns, rows) = (response.width.div_ceil(tile), response.height.div_ceil(tile));
    let least = Grid::from_fn(columns, rows, |column, row| {
        let lines = row * tile..((row + 1) * tile).min(response.height);
        let within = |y: usize| {
            let start = y * response.width;
            &response.cells[start + column * tile..start + ((column + 1) * tile).min(response.width)]
        };
        [lines.flat_map(within).fold(f32::MAX, |least, c| least.min(c[0]))]
    });
    Grid::from_fn(columns, rows, |column, row| {
        let mut darkest = f32::MAX;
        for dy in -1..=1 {
            for dx in -1..=1 {
                darkest = darkest.min(least.nearest(column as isize + dx, row as isize + dy)[0]);
            }
        }
        [darkest]
    })
}

/// Ink of a smoothed response: none where it is positive, towards full the more negative it is.
fn ink(response: f32, hardness: f32) -> f32 {
    (-response * hardness).max(0.0).tanh()
}

/// The difference of two Gaussians across the flow at each pixel: negative on the dark side of an edge and on dark lines.
fn difference_across(lightness: &Grid<1>, threshold: &Grid<1>, flow: &Flow, pen: Pen) -> Grid<1> {
    let weights = difference_of_gaussians(pen.sigma);
    Grid::from_fn(lightness.width, lightness.height, |x, y| {
        if threshold.value(x, y) >= NEVER {
            return [0.0];
        }
        let [tx, ty, _] = *flow.at(x, y);
        let (px, py) = (x as f32, y as f32);
        let mut sum = weights[0] * lightness.value(x, y);
        for (i, weight) in weights.iter().enumerate().skip(1) {
            let (dx, dy) = (-ty * i as f32, tx * i as f32);
            let both = lightness.sample(px + dx, py + dy)[0] + lightness.sample(px - dx, py - dy)[0];
            sum += weight * both;
        }
        [sum]
    })
}

/// Right half of a narrow Gaussian less one 1.6 times as wide (Marr and Hildreth, *Theory of edge detection*, 1980); both halves sum to 0.
fn difference_of_gaussians(sigma: f32) -> Vec<f32> {
    let (inner, outer) = (gauss::kernel(sigma), gauss::kernel(sigma * 1.6));
    let reach = (sigma * 1.6 * 2.5).ceil() as usize;
    let weight = |i: usize| inner.get(i).copied().unwrap_or(0.0) - outer[i];
    let mut weights: Vec<f32> = (0..=reach.min(outer.len() - 1)).map(weight).collect();
    // The cut-off tail goes to the centre, so that flat areas give no response.
    let rest = weights[0] + 2.0 * weights[1..].iter().sum::<f32>();
    weights[0] -= rest;
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEN: Pen = Pen { sigma: 1.4, least: 0.3, length: 8, hardness: 1.0 };

    #[test]
    fn an_edge_is_inked_on_its_dark_side_only() {
        let lab = Grid::from_fn(48, 48, |x, _| [if x < 24 { 20.0 } else { 80.0 }, 0.0, 0.0]);
        let flow = flow::tangents(&lab, 2.0);
        let ink = draw(&lab.map(|c| [c[0]]), &lab.map(|_| [1.0]), &flow, PEN);
        assert!(ink.value(22, 24) > 0.9);
        assert!(ink.value(27, 24) < 0.1);
        assert!(ink.value(8, 24) < 0.1 && ink.value(40, 24) < 0.1);
    }

    #[test]
    fn a_flat_picture_has_no_lines() {
        for level in [0.0, 50.0, 100.0] {
            let lab = Grid::from_fn(16, 16, |_, _| [level, 0.0, 0.0]);
            let ink = draw(&lab.map(|c| [c[0]]), &lab.map(|_| [1.0]), &flow::tangents(&lab, 2.0), PEN);
            assert!(ink.cells.iter().all(|c| c[0] < 0.05));
        }
    }
}
