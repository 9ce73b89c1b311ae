//! Whether a mask looks like a person.

use crate::skin::{self, Face};
use raster::grid::{Grid, smoothstep};

/// The signs by which a mask is judged, and their score
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plausibility {
    /// The subject's share of the picture's area; a portrait has a quarter to three quarters
    pub share: f32,
    /// The share of the outline that follows an edge of the picture; 1 if only the mask is known
    pub edges: f32,
    /// The share of the whole picture that is edge: where everything is edge, following one proves nothing; 0 if only the mask is known
    pub clutter: f32,
    /// How much of the upper corners, the likeliest ground, is covered, 0..1
    pub corners: f32,
    /// Length of the outline in sides of the picture; a person's is 2 to 4
    pub raggedness: f32,
    /// The share of the subject in pieces of at least a tenth of it, for two people are two pieces; below 1 there are specks
    pub whole: f32,
    /// How much of the expected place of head and shoulders is covered, 0..1; 1 if only the mask is known
    pub covered: f32,
    /// The share of the subject that looks like skin; hair and clothes are the rest, and without them a face was cut out of a head; 0 if only
    /// the mask is known
    pub bare: f32,
    /// 0 nonsense to 1 beyond doubt: the weakest sign decides. From [`PLAUSIBLE`] on a mask is used.
    pub score: f32,
}

/// The least [`Plausibility::score`] of a mask that is used; below it a frame takes its place
pub const PLAUSIBLE: f32 = 0.5;

impl Plausibility {
    /// Of a given mask (0 ground to 1 subject), by its shape alone
    pub fn of_shape(alpha: &Grid<1>) -> Self {
        let share = alpha.cells.iter().map(|c| c[0]).sum::<f32>() / alpha.cells.len() as f32;
        let (raggedness, whole) = (raggedness(alpha), whole(alpha));
        Self { share, edges: 1.0, clutter: 0.0, corners: corners(alpha), raggedness, whole, covered: 1.0, bare: 0.0, score: 0.0 }.scored()
    }

    /// Of a mask found in a picture of its size, with the prior of the subject at each pixel and the place of its face
    pub(crate) fn of_cut(alpha: &Grid<1>, lab: &Grid<3>, prior: &Grid<1>, face: Face) -> Self {
        let at_face = alpha.sample(face.x * alpha.width as f32, face.y * alpha.height as f32)[0];
        let covered = weighted_mean(alpha, |x, y| f32::from(u8::from(prior.value(x, y) > 0.85))) * smoothstep(0.2, 0.6, at_face);
        let skin = alpha.cells.iter().zip(&lab.cells).map(|(c, colour)| c[0] * skin::likeness(*colour)).sum::<f32>();
        let area: f32 = alpha.cells.iter().map(|c| c[0]).sum();
        let bare = skin / area.max(1.0);
        Self { edges: edge_share(alpha, lab), clutter: clutter(lab), covered, bare, ..Self::of_shape(alpha) }.scored()
    }

    /// Whether the mask is good enough to cut along
    pub fn is_enough(&self) -> bool {
        self.score >= PLAUSIBLE
    }

    fn scored(self) -> Self {
        let signs = [
            smoothstep(0.05, 0.13, self.share) * smoothstep(0.92, 0.8, self.share),
            smoothstep(0.55, 0.9, self.edges),
            smoothstep(0.97, 0.88, self.clutter),
            smoothstep(0.7, 0.3, self.corners),
            smoothstep(12.0, 6.0, self.raggedness),
            smoothstep(0.5, 0.9, self.whole),
            smoothstep(0.6, 0.84, self.covered),
            smoothstep(0.9, 0.6, self.bare),
        ];
        Self { score: signs.into_iter().fold(1.0, f32::min), ..self }
    }
}

fn corners(alpha: &Grid<1>) -> f32 {
    weighted_mean(alpha, |x, y| {
        let (px, py) = (x as f32 / alpha.width as f32, y as f32 / alpha.height as f32);
        smoothstep(0.2, 0.08, py) * smoothstep(0.22, 0.4, (px - 0.5).abs())
    })
}

/// The share of the solid part that lies in pieces of at least a tenth of it; 0 if nothing is solid
fn whole(alpha: &Grid<1>) -> f32 {
    let solid: Vec<bool> = alpha.cells.iter().map(|c| c[0] > 0.5).collect();
    let (_, sizes) = crate::components::label(&solid, alpha.width, alpha.height);
    let all: usize = sizes.iter().sum();
    let large: usize = sizes.iter().filter(|&&size| 10 * size >= all).sum();
    large as f32 / all.max(1) as f32
}

/// The mean of a mask under weights.
fn weighted_mean(mask: &Grid<1>, weight: impl Fn(usize, usize) -> f32) -> f32 {
    let (mut sum, mut total) = (0.0_f64, 1e-9_f64);
    for y in 0..mask.height {
        for x in 0..mask.width {
            let w = f64::from(weight(x, y));
            sum += w * f64::from(mask.value(x, y));
            total += w;
        }
    }
    (sum / total) as f32
}

/// The share of the cut that follows an edge of the picture.
fn edge_share(rough: &Grid<1>, lab: &Grid<3>) -> f32 {
    let (mut on_edge, mut length) = (0.0_f64, 1e-9_f64);
    for y in 2..rough.height.saturating_sub(2) {
        for x in 2..rough.width.saturating_sub(2) {
            let turn = (rough.value(x + 1, y) - rough.value(x - 1, y)).abs() + (rough.value(x, y + 1) - rough.value(x, y - 1)).abs();
            if turn == 0.0 {
                continue;
            }
            let steep = steepness(lab, x, y);
            on_edge += f64::from(turn * smoothstep(5.0, 12.0, steep));
            length += f64::from(turn);
        }
    }
    (on_edge / length) as f32
}

/// How much colour changes over four pixels across, or down if that is more, in Lab units; both neighbours lie inside.
fn steepness(lab: &Grid<3>, x: usize, y: usize) -> f32 {
    let step = |dx: usize, dy: usize| {
        let (a, b) = (lab.at(x - dx, y - dy), lab.at(x + dx, y + dy));
        (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
    };
    step(2, 0).max(step(0, 2))
}

fn clutter(lab: &Grid<3>) -> f32 {
    let (mut sum, mut count) = (0.0_f64, 1e-9_f64);
    for y in 2..lab.height.saturating_sub(2) {
        for x in 2..lab.width.saturating_sub(2) {
            sum += f64::from(smoothstep(5.0, 12.0, steepness(lab, x, y)));
            count += 1.0;
        }
    }
    (sum / count) as f32
}

/// The length of the outline in sides of the picture.
fn raggedness(rough: &Grid<1>) -> f32 {
    let mut length = 0.0_f64;
    for y in 0..rough.height - 1 {
        for x in 0..rough.width - 1 {
            let here = rough.value(x, y);
            length += f64::from((rough.value(x + 1, y) - here).abs() + (rough.value(x, y + 1) - here).abs());
        }
    }
    length as f32 / rough.width as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bust whose head has this radius, as a share of the side
    fn bust(radius: f32) -> Grid<1> {
        Grid::from_fn(96, 96, |x, y| {
            let (px, py) = (x as f32 / 96.0 - 0.5, y as f32 / 96.0);
            let head = px.hypot(py - 0.4) < radius;
            [f32::from(u8::from(head || (py > 0.4 + 0.8 * radius && px.abs() < 2.0 * radius)))]
        })
    }

    #[test]
    fn a_bust_is_plausible_and_specks_are_not() {
        assert!(Plausibility::of_shape(&bust(0.2)).score > 0.9);
        for implausible in [
            Grid::from_fn(96, 96, |_, _| [0.0]),
            Grid::from_fn(96, 96, |_, _| [1.0]),
            Grid::from_fn(96, 96, |x, y| [f32::from(u8::from(x % 40 < 3 && y % 40 < 3))]),
            Grid::from_fn(96, 96, |x, y| [f32::from(u8::from((x / 2 + y / 2) % 2 == 0))]),
        ] {
            assert!(!Plausibility::of_shape(&implausible).is_enough(), "{:?}", Plausibility::of_shape(&implausible));
        }
    }

    #[test]
    fn the_smaller_the_less_plausible() {
        let scores: Vec<f32> = (1..=10).rev().map(|i| Plausibility::of_shape(&bust(0.02 * i as f32)).score).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(scores[9] < 0.1);
    }

    #[test]
    fn more_specks_are_less_plausible() {
        let with = |specks: usize| {
            let mut mask = bust(0.15);
            for i in 0..specks {
                let (x, y) = (2 + 9 * (i % 3), 2 + 9 * (i / 3));
                (0..49).for_each(|at| mask.cells[(y + at / 7) * 96 + x + at % 7] = [1.0]);
            }
            Plausibility::of_shape(&mask).score
        };
        let scores: Vec<f32> = [0, 6, 12, 24].into_iter().map(with).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    }
}
