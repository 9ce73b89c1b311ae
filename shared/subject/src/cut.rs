//! The smoothest cut between subject and ground.

use raster::grid::Grid;

/// Pull of one pixel's neighbours to the right and below, 0..1: weak across an edge of the picture, strong elsewhere.
type Ties = Grid<2>;

/// Step of the cut and of its dual variable: their product times 8, the squared norm of the gradient, stays below 1
const STEP: f32 = 0.35;

/// The cut (0..1 per pixel, nearly 0 or 1) that minimises Σ cost·u + strength·Σ ties·|∇u|: a minimal cut in its convex form (Chan, Esedoglu,
/// Nikolova, 2006) by the primal-dual method (Chambolle and Pock, *A first-order primal-dual algorithm*, 2011).
/// `cost` is negative where a pixel looks like the subject. `start` changes the time of the search, not its result: about 120 `rounds` converge at
/// 128 × 128, half of them from a near start.
pub(crate) fn minimal(cost: &Grid<1>, ties: &Ties, strength: f32, start: &Grid<1>, rounds: usize) -> Grid<1> {
    let mut search = Search::new(cost, ties, strength, start);
    for _ in 0..rounds {
        search.raise();
        search.descend();
    }
    Grid { width: cost.width, height: cost.height, cells: search.cut.into_iter().map(|value| [value]).collect() }
}

/// The state of the search: planes instead of pixels of several channels, so that the compiler computes several pixels at once.
struct Search {
    width: usize,
    cost: Vec<f32>,
    /// The bound of the dual variable towards the right and below; 0 at the last column and row
    most: [Vec<f32>; 2],
    dual: [Vec<f32>; 2],
    cut: Vec<f32>,
    /// The cut, extrapolated by its last step
    ahead: Vec<f32>,
}

impl Search {
    fn new(cost: &Grid<1>, ties: &Ties, strength: f32, start: &Grid<1>) -> Self {
        let (width, height) = (cost.width, cost.height);
        let most = |axis: usize| {
            let inside = |at: usize| if axis == 0 { at % width + 1 < width } else { at / width + 1 < height };
            ties.cells.iter().enumerate().map(|(at, tie)| if inside(at) { strength * tie[axis] } else { 0.0 }).collect()
        };
        let cut: Vec<f32> = start.cells.iter().map(|c| c[0]).collect();
        let none = vec![0.0; cut.len()];
        Self {
            width,
            cost: cost.cells.iter().map(|c| c[0]).collect(),
            most: [most(0), most(1)],
            dual: [none.clone(), none],
            ahead: cut.clone(),
            cut,
        }
    }

    /// One ascent of the dual variable, bounded by the ties
    fn raise(&mut self) {
        for (axis, step) in [1, self.width].into_iter().enumerate() {
            let beyond = self.ahead.get(step..).unwrap_or_default();
            let ends = self.ahead.iter().zip(beyond);
            for ((dual, most), (here, there)) in self.dual[axis].iter_mut().zip(&self.most[axis]).zip(ends) {
                *dual = (*dual + STEP * (there - here)).max(-most).min(*most);
            }
        }
    }

    /// One descent of the cut along the divergence of the dual variable
    fn descend(&mut self) {
        let width = self.width;
        let none = vec![0.0; width];
        for row in 0..self.cut.len() / width {
            let here = row * width..(row + 1) * width;
            let above = if row > 0 { &self.dual[1][here.start - width..here.start] } else { &none[..] };
            let (right, below) = (&self.dual[0][here.clone()], &self.dual[1][here.clone()]);
            let cost = &self.cost[here.clone()];
            let (cut, ahead) = (&mut self.cut[here.clone()], &mut self.ahead[here]);
            for x in 0..width {
                let left = if x > 0 { right[x - 1] } else { 0.0 };
                let value = cut[x] + STEP * (right[x] - left + below[x] - above[x] - cost[x]);
                let value = value.clamp(0.0, 1.0);
                ahead[x] = 2.0 * value - cut[x];
                cut[x] = value;
            }
        }
    }
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
        for start in [0.0, 1.0] {
            let start = Grid::from_fn(32, 32, |_, _| [start]);
            let cut = minimal(&cost, &ties(&lab), 3.0, &start, 200);
            assert!(cut.value(6, 6) > 0.5 && cut.value(25, 25) < 0.5);
            // The costs change at 14, the colours at 16: the cut moves to the colours.
            assert!(cut.value(15, 16) > 0.5 && cut.value(17, 16) < 0.5);
        }
    }
}
