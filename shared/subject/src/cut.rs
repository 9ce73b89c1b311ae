//! The smoothest cut between subject and ground.

use raster::grid::Grid;

/// Pull of one pixel's neighbours to the right and below, 0..1: weak across an edge of the picture, strong elsewhere.
type Ties = Grid<2>;

/// The cut (0..1 per pixel, nearly 0 or 1) that minimises Σ cost·u + strength·Σ ties·|∇u|: a minimal cut in its convex form
/// (Chan, Esedoglu, Nikolova, 2006) by the primal-dual method (Chambolle and Pock, *A first-order primal-dual algorithm*, 2011).
/// `cost` is negative where a pixel looks like the subject. `rounds` of about 150 converge at 192 × 192.
pub(crate) fn minimal(cost: &Grid<1>, ties: &Ties, strength: f32, rounds: usize) -> Grid<1> {
    let (width, height) = (cost.width, cost.height);
    // tau * sigma * 8 < 1 (the squared norm of the gradient)
    let (tau, sigma) = (0.35, 0.35);
    let mut cut = cost.map(|c| [if c[0] < 0.0 { 1.0 } else { 0.0 }]);
    let mut ahead = cut.clone();
    let mut dual: Grid<2> = Grid::from_fn(width, height, |_, _| [0.0; 2]);
    for _ in 0..rounds {
        dual = Grid::from_fn(width, height, |x, y| raise(&dual, &ahead, ties, strength, sigma, x, y));
        let next = Grid::from_fn(width, height, |x, y| {
            let value = cut.value(x, y) + tau * (divergence(&dual, x, y) - cost.value(x, y));
            [value.clamp(0.0, 1.0)]
        });
        ahead = Grid::from_fn(width, height, |x, y| [2.0 * next.value(x, y) - cut.value(x, y)]);
        cut = next;
    }
    cut
}

/// One ascent of the dual variable, kept within what the ties allow.
fn raise(dual: &Grid<2>, ahead: &Grid<1>, ties: &Ties, strength: f32, sigma: f32, x: usize, y: usize) -> [f32; 2] {
    let here = ahead.value(x, y);
    let right = if x + 1 < ahead.width { ahead.value(x + 1, y) - here } else { 0.0 };
    let below = if y + 1 < ahead.height { ahead.value(x, y + 1) - here } else { 0.0 };
    let (old, tie) = (dual.at(x, y), ties.at(x, y));
    [
        (old[0] + sigma * right).clamp(-strength * tie[0], strength * tie[0]),
        (old[1] + sigma * below).clamp(-strength * tie[1], strength * tie[1]),
    ]
}

/// The divergence of the dual variable.
fn divergence(dual: &Grid<2>, x: usize, y: usize) -> f32 {
    let here = dual.at(x, y);
    let left = if x > 0 { dual.at(x - 1, y)[0] } else { 0.0 };
    let above = if y > 0 { dual.at(x, y - 1)[1] } else { 0.0 };
    here[0] - left + here[1] - above
}

/// Ties of a Lab picture: exp(−difference² / twice the mean squared difference), as in GrabCut (2004), with a floor that keeps the cut smooth.
pub(crate) fn ties(lab: &Grid<3>) -> Ties {
    let squared = |x: usize, y: usize| {
        let here = lab.at(x, y);
        let apart = |other: &[f32; 3]| -> f32 { (0..3).map(|i| (other[i] - here[i]).powi(2)).sum() };
        let (x, y) = (x as isize, y as isize);
        [apart(lab.nearest(x + 1, y)), apart(lab.nearest(x, y + 1))]
    };
    let differences = Grid::from_fn(lab.width, lab.height, squared);
    let sum: f64 = differences.cells.iter().map(|d| f64::from(d[0] + d[1])).sum();
    let mean = (sum / (2 * differences.cells.len()) as f64).max(1.0) as f32;
    differences.map(|d| d.map(|difference| 0.03 + 0.97 * (-difference / (2.0 * mean)).exp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specks_go_and_the_edge_is_followed() {
        let lab = Grid::from_fn(32, 32, |x, _| [if x < 16 { 20.0 } else { 80.0 }, 0.0, 0.0]);
        let cost = Grid::from_fn(32, 32, |x, y| {
            let speck = (x, y) == (6, 6) || (x, y) == (25, 25);
            [if (x < 14) == speck { 1.0 } else { -1.0 }]
        });
        let cut = minimal(&cost, &ties(&lab), 3.0, 200);
        assert!(cut.value(6, 6) > 0.5 && cut.value(25, 25) < 0.5);
        // The costs change at 14, the colours at 16: the cut moves to the colours.
        assert!(cut.value(15, 16) > 0.5 && cut.value(17, 16) < 0.5);
    }
}
