//! Drawing blobs out into strands: smoothing along the flow, then sharpening across it.

use crate::flow::{self, Flow, Walk};
use raster::gauss;
use raster::grid::Grid;

/// Pixels from sample to sample: its input is already smooth.
const STRIDE: f32 = 1.5;

/// Coherence-enhancing filtering (Kyprianidis and Kang, *Image and video abstraction by coherence-enhancing filtering*, 2011):
/// a mean over `length` pixels each way along the flow, then one step of a shock filter across it.
/// Where `drawn` is 0 the picture stays as it is, at no cost.
pub(crate) fn enhance(lab: &Grid<3>, drawn: &Grid<1>, flow: &Flow, length: usize) -> Grid<3> {
    let smooth = lab.where_drawn(drawn, |x, y| along(lab, flow, length, x, y));
    smooth.where_drawn(drawn, |x, y| shock(&smooth, flow, x, y))
}

/// The mean along the flow, falling off linearly; it reaches only as far as the flow has a direction.
fn along(lab: &Grid<3>, flow: &Flow, length: usize, x: usize, y: usize) -> [f32; 3] {
    let strength = flow.at(x, y)[2];
    let reach = 1.0 + strength * length as f32;
    let mut sum = *lab.at(x, y);
    let mut total = 1.0;
    let far = Walk { steps: (reach / STRIDE) as usize, stride: STRIDE };
    flow::walk(flow, x, y, far, |step, px, py| {
        let weight = 1.0 - step as f32 * STRIDE / (reach + 1.0);
        let colour = lab.sample(px, py);
        for c in 0..3 {
            sum[c] += weight * colour[c];
        }
        total += weight;
    });
    sum.map(|channel| channel / total)
}

/// Lightness finer than `sigma` pixels, drawn out along the flow over `length` pixels each way: strands of hair lighter (above 0) or
/// darker (below) than the hair round them, in units of L. 0 where nothing is `drawn`.
pub(crate) fn strands(lab: &Grid<3>, drawn: &Grid<1>, flow: &Flow, (sigma, length): (f32, usize)) -> Grid<1> {
    let lightness = lab.map(|c| [c[0]]);
    let broad = gauss::blur(&lightness, sigma);
    let fine = Grid::from_fn(lab.width, lab.height, |x, y| [lightness.value(x, y) - broad.value(x, y)]);
    let far = Walk { steps: (length as f32 / STRIDE) as usize, stride: STRIDE };
    Grid::from_fn(lab.width, lab.height, |x, y| {
        if drawn.value(x, y) <= 0.0 {
            return [0.0];
        }
        let (mut sum, mut total) = (fine.value(x, y), 1.0);
        flow::walk(flow, x, y, far, |_, px, py| {
            sum += fine.sample(px, py)[0];
            total += 1.0;
        });
        [flow.at(x, y)[2] * sum / total]
    })
}

/// One step of a shock filter across the flow (Osher and Rudin, *Feature-oriented image enhancement using shock filters*, 1990):
/// the dark side of an edge takes its darker neighbour, the light side the lighter one.
fn shock(lab: &Grid<3>, flow: &Flow, x: usize, y: usize) -> [f32; 3] {
    let here = *lab.at(x, y);
    let [tx, ty, strength] = *flow.at(x, y);
    let at = |distance: f32| lab.sample(x as f32 - ty * distance, y as f32 + tx * distance);
    let (near, far) = ([at(-1.0), at(1.0)], [at(-2.5), at(2.5)]);
    let bend = far[0][0] + far[1][0] - 2.0 * here[0];
    let share = (bend.abs() / 4.0).min(1.0) * strength;
    let lighter = usize::from(near[1][0] > near[0][0]);
    let pull = if bend > 0.0 { near[1 - lighter] } else { near[lighter] };
    let onward = (pull[0] - here[0]) * -bend.signum();
    if onward <= 0.0 { here } else { raster::grid::mix3(here, pull, share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strands_become_even_along_and_crisp_across() {
        // A dark soft stripe whose darkness flickers along its length
        let lab = Grid::from_fn(64, 64, |x, y| {
            let away = (x as f32 - 32.0) / 4.0;
            let flicker = 6.0 * crate::dice::hash(3, 0, y as i64);
            [80.0 - (40.0 + flicker) * (-away * away).exp(), 0.0, 0.0]
        });
        let flow = flow::tangents(&lab, 3.0);
        let drawn = enhance(&lab, &lab.map(|_| [1.0]), &flow, 8);
        let unrest = |grid: &Grid<3>| -> f32 { (10..54).map(|y| (grid.at(32, y)[0] - grid.at(32, y + 1)[0]).abs()).sum() };
        assert!(unrest(&drawn) < 0.5 * unrest(&lab));
        let slope = |grid: &Grid<3>| grid.at(35, 32)[0] - grid.at(34, 32)[0];
        assert!(slope(&drawn) > 0.8 * slope(&lab));
    }
}
