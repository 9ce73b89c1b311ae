//! From a million pixels to a few thousand cells, without losing eyes.

use super::{CELL, CELLS};
use crate::draft;
use crate::prepared_selfie::PreparedSelfie;
use raster::gauss;
use raster::grid::{Grid, mix, mix3, smoothstep};

/// A prepared selfie in cells.
pub(super) struct Cells {
    /// Lab
    pub(super) colours: Grid<3>,
    /// How much a cell is skin, 0..1
    pub(super) skin: Grid<1>,
    /// How near a cell is to the middle of the face, 0..1
    pub(super) features: Grid<1>,
    /// Which cells are the subject, row by row
    pub(super) body: Vec<bool>,
    /// Whether the picture has no colours
    pub(super) grey: bool,
}

impl Cells {
    pub(super) fn of(prepared: &PreparedSelfie) -> Self {
        let features = Grid::from_fn(CELLS, CELLS, |x, y| [prepared.features(x * CELL + CELL / 2, y * CELL + CELL / 2)]);
        let means = gauss::blur(&prepared.lab.shrunk(CELL), 0.8);
        let plain = Grid::from_fn(CELLS, CELLS, |x, y| telling(prepared, *means.at(x, y), features.value(x, y), x, y));
        let found = prepared.skin.shrunk(CELL);
        let share = |at: usize| (at as f32 + 0.5) / CELLS as f32;
        let skin =
            Grid::from_fn(CELLS, CELLS, |x, y| [found.value(x, y).max(draft::throat(prepared, *plain.at(x, y), share(x), share(y)))]);
        Self { colours: crisp(&plain, &features), skin, features, body: body(prepared), grey: prepared.grey }
    }

    /// Whether a cell is not of the subject but touches it.
    pub(super) fn is_outline(&self, x: usize, y: usize) -> bool {
        let beside = |x: usize, y: usize| x < CELLS && y < CELLS && self.body[y * CELLS + x];
        !self.body[y * CELLS + x] && (beside(x + 1, y) || beside(x.wrapping_sub(1), y) || beside(x, y + 1) || beside(x, y.wrapping_sub(1)))
    }
}

/// The most significant colour of a cell: pixels count more the more they differ from the surroundings (Weber et al., *Rapid, detail-preserving image
/// downscaling*, 2016), in the face dark ones most, for they are eyes and lips.
fn telling(prepared: &PreparedSelfie, around: [f32; 3], feature: f32, x: usize, y: usize) -> [f32; 3] {
    let (mut sum, mut total) = ([0.0; 3], 0.0);
    for py in y * CELL..(y + 1) * CELL {
        for px in x * CELL..(x + 1) * CELL {
            let (calm, fine) = (*prepared.calm.at(px, py), *prepared.lab.at(px, py));
            // A large detail of the face that calming removed comes back: an eye, not a pore.
            let lost = smoothstep(2.0, 9.0, (fine[0] - calm[0]).abs());
            let colour = mix3(calm, fine, mix(0.3, 0.55 + 0.3 * lost, feature));
            let apart = (0..3).map(|i| (colour[i] - around[i]).powi(2)).sum::<f32>().sqrt();
            let dark = 1.0 + 1.0 * feature * smoothstep(0.0, 14.0, around[0] - colour[0]);
            let weight = dark * (apart + mix(9.0, 4.0, feature));
            (0..3).for_each(|i| sum[i] += weight * colour[i]);
            total += weight;
        }
    }
    sum.map(|channel| channel / total)
}

/// A little more contrast between neighbours, in the face most.
fn crisp(plain: &Grid<3>, features: &Grid<1>) -> Grid<3> {
    let soft = gauss::blur(plain, 1.1);
    Grid::from_fn(CELLS, CELLS, |x, y| {
        let ([l, a, b], strength) = (*plain.at(x, y), mix(0.25, 0.6, features.value(x, y)));
        [(l + strength * (l - soft.at(x, y)[0])).clamp(0.0, 100.0), a, b]
    })
}

/// The cells of the subject: those it covers by half, without spurs and notches of one cell.
fn body(prepared: &PreparedSelfie) -> Vec<bool> {
    let alpha = prepared.matte.alpha.shrunk(CELL);
    let mut body: Vec<bool> = alpha.cells.iter().map(|cell| cell[0] > 0.5).collect();
    for _ in 0..2 {
        let before = body.clone();
        let at = |x: isize, y: isize| {
            // Beyond the border the border's own cells are repeated.
            let (x, y) = (x.clamp(0, CELLS as isize - 1) as usize, y.clamp(0, CELLS as isize - 1) as usize);
            before[y * CELLS + x]
        };
        for (i, cell) in body.iter_mut().enumerate() {
            let (x, y) = ((i % CELLS) as isize, (i / CELLS) as isize);
            let friends = [(1, 0), (-1, 0), (0, 1), (0, -1)].iter().filter(|(dx, dy)| at(x + dx, y + dy)).count();
            *cell = if *cell { friends > 1 } else { friends > 2 };
        }
    }
    body
}
