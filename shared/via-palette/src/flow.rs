//! The direction of a picture's structure: along hair, folds and edges.

use raster::gauss;
use raster::grid::Grid;

/// Per pixel: a unit vector along the edge, and how strongly the neighbourhood runs that way (0 none, 1 fully).
pub(crate) type Flow = Grid<3>;

/// The edge tangent field of a Lab picture, from its structure tensor smoothed by `sigma` pixels
/// (Brox et al., *Nonlinear structure tensors*, 2006; Kyprianidis and Döllner, *Image abstraction by structure adaptive filtering*, 2008).
pub(crate) fn tangents(lab: &Grid<3>, sigma: f32) -> Flow {
    smooth_tensor(lab, sigma).map(minor_direction)
}

/// The same at the size of `lab`, and `side` pixels wide and high: tensors can be enlarged, directions cannot.
pub(crate) fn tangents_at(lab: &Grid<3>, sigma: f32, side: usize) -> (Flow, Flow) {
    let tensor = smooth_tensor(lab, sigma);
    (tensor.map(minor_direction), tensor.resized(side, side).map(minor_direction))
}

/// The structure tensor under a Gaussian.
fn smooth_tensor(lab: &Grid<3>, sigma: f32) -> Grid<3> {
    gauss::blur(&Grid::from_fn(lab.width, lab.height, |x, y| tensor_at(lab, x, y)), sigma)
}

/// The structure tensor of all three channels (Di Zenzo, *A note on the gradient of a multi-image*, 1986), gradients by Scharr's kernel.
fn tensor_at(lab: &Grid<3>, x: usize, y: usize) -> [f32; 3] {
    let (x, y) = (x as isize, y as isize);
    let at = |dx, dy| lab.nearest(x + dx, y + dy);
    let mut tensor = [0.0; 3];
    let (nw, n, ne) = (at(-1, -1), at(0, -1), at(1, -1));
    let (w, e) = (at(-1, 0), at(1, 0));
    let (sw, s, se) = (at(-1, 1), at(0, 1), at(1, 1));
    for c in 0..3 {
        let gx = 3.0 * (ne[c] - nw[c] + se[c] - sw[c]) + 10.0 * (e[c] - w[c]);
        let gy = 3.0 * (sw[c] - nw[c] + se[c] - ne[c]) + 10.0 * (s[c] - n[c]);
        tensor[0] += gx * gx;
        tensor[1] += gx * gy;
        tensor[2] += gy * gy;
    }
    tensor
}

/// The eigenvector of the smaller eigenvalue, and the anisotropy; a flat neighbourhood runs down with anisotropy 0.
fn minor_direction(&[xx, xy, yy]: &[f32; 3]) -> [f32; 3] {
    let root = ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt();
    let trace = xx + yy;
    if trace < 1e-6 || root < 1e-6 {
        return [0.0, 1.0, 0.0];
    }
    let major = 0.5 * (trace + root);
    // Two ways to write the eigenvector; the longer is the accurate one.
    let (a, b) = ((major - yy, xy), (xy, major - xx));
    let (gx, gy) = if a.0 * a.0 + a.1 * a.1 > b.0 * b.0 + b.1 * b.1 { a } else { b };
    let length = (gx * gx + gy * gy).sqrt().max(1e-12);
    [-gy / length, gx / length, root / trace]
}

/// The extent of a walk along the flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    /// Steps each way
    pub(crate) steps: usize,
    /// Pixels per step
    pub(crate) stride: f32,
}

/// Walks along the flow from pixel (`x`, `y`), both ways, and calls `visit` with the number and the place of each step. Stops at the border and where
/// the flow turns by more than about 60 degrees in one step.
#[inline]
pub(crate) fn walk(flow: &Flow, x: usize, y: usize, far: Walk, mut visit: impl FnMut(usize, f32, f32)) {
    let start = *flow.at(x, y);
    let (right, bottom) = ((flow.width - 1) as f32, (flow.height - 1) as f32);
    for sign in [far.stride, -far.stride] {
        let (mut px, mut py) = (x as f32, y as f32);
        let (mut dx, mut dy) = (start[0] * sign, start[1] * sign);
        for step in 1..=far.steps {
            px += dx;
            py += dy;
            if px < 0.0 || py < 0.0 || px > right || py > bottom {
                break;
            }
            visit(step, px, py);
            let next = flow.at((px + 0.5) as i32 as usize, (py + 0.5) as i32 as usize);
            let agreement = next[0] * dx + next[1] * dy;
            if agreement.abs() < 0.5 * far.stride {
                break;
            }
            let turn = far.stride.copysign(agreement);
            (dx, dy) = (next[0] * turn, next[1] * turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_run_along_themselves() {
        // Stripes at 30 degrees: their direction is (cos 30°, sin 30°)
        let (sin, cos) = 30_f32.to_radians().sin_cos();
        let lab = Grid::from_fn(64, 64, |x, y| {
            let across = -(x as f32) * sin + y as f32 * cos;
            [50.0 + 40.0 * (across * 0.6).sin(), 0.0, 0.0]
        });
        let [tx, ty, strength] = *tangents(&lab, 3.0).at(32, 32);
        assert!((tx * cos + ty * sin).abs() > 0.99);
        assert!(strength > 0.9);
    }

    #[test]
    fn a_flat_picture_has_no_direction_but_is_finite() {
        let flow = tangents(&Grid::from_fn(8, 8, |_, _| [50.0, 0.0, 0.0]), 2.0);
        assert!(flow.cells.iter().all(|cell| *cell == [0.0, 1.0, 0.0]));
    }

    #[test]
    fn a_walk_goes_both_ways_and_stays_inside() {
        let flow = Grid::from_fn(9, 9, |_, _| [0.0, 1.0, 1.0]);
        let mut seen = Vec::new();
        walk(&flow, 4, 4, Walk { steps: 9, stride: 1.0 }, |_, x, y| seen.push((x as i32, y as i32)));
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 5, 6, 7, 8].map(|y| (4, y)));
    }
}
