//! Whether a mask looks like a person.

use crate::head::HeadBox;
use crate::skin::Face;
use raster::grid::{Grid, smoothstep};

/// The signs by which a mask is judged, and their score
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plausibility {
    /// The subject's share of the picture's area
    pub share: f32,
    /// The pixels that are neither subject nor ground, over the subject's: a person has a sharp outline, and where nobody is the network is unsure
    pub undecided: f32,
    /// How much of the face's place is covered, 0..1; 1 of a given mask
    pub face: f32,
    /// How much of the upper corners, the likeliest ground, a given mask covers, 0..1; 0 of a found one
    pub corners: f32,
    /// Length of the outline in sides of the picture; a person's is 2 to 4
    pub raggedness: f32,
    /// The share of the subject in pieces of at least a tenth of it, for two people are two pieces; below 1 there are specks
    pub whole: f32,
    /// 0 nonsense to 1 beyond doubt: the weakest sign decides. From [`PLAUSIBLE`] on a mask is used.
    pub score: f32,
}

/// The least [`Plausibility::score`] of a mask that is used; below it a frame takes its place
pub const PLAUSIBLE: f32 = 0.5;

/// The share of a given mask that may be specks
const SPECKS: f32 = 0.04;
/// The share that the network may take for somebody where nobody is. People who are far away are small.
const NOBODY: f32 = 0.01;

impl Plausibility {
    /// Of a given mask (0 ground to 1 subject), by its shape alone
    pub fn of_shape(alpha: &Grid<1>) -> Self {
        Self { corners: corners(alpha), ..Self::of(alpha, 1.0) }.scored(SPECKS)
    }

    /// Of a mask that was found, by its face as well. Its corners prove nothing: a face may fill the picture.
    pub(crate) fn of_cut(alpha: &Grid<1>, face: Face, head: HeadBox) -> Self {
        let covered = weighted_mean(alpha, |x, y| {
            let (px, py) = ((x as f32 + 0.5) / alpha.width as f32, (y as f32 + 0.5) / alpha.height as f32);
            let away = ((px - face.x) / head.width()).hypot((py - face.y) / head.height());
            smoothstep(0.3, 0.2, away)
        });
        Self::of(alpha, covered).scored(NOBODY)
    }

    fn of(alpha: &Grid<1>, face: f32) -> Self {
        let share = alpha.cells.iter().map(|c| c[0]).sum::<f32>() / alpha.cells.len() as f32;
        let (undecided, raggedness, whole) = (undecided(alpha), raggedness(alpha), whole(alpha));
        Self { share, undecided, face, corners: 0.0, raggedness, whole, score: 0.0 }
    }

    /// Whether the mask is good enough to cut along
    pub fn is_enough(&self) -> bool {
        self.score >= PLAUSIBLE
    }

    /// With its score; up to `least` of the area is too little, and from two and a half times as much on it is enough.
    fn scored(self, least: f32) -> Self {
        let signs = [
            smoothstep(least, 2.5 * least, self.share) * smoothstep(0.99, 0.95, self.share),
            smoothstep(0.6, 0.3, self.undecided),
            smoothstep(0.4, 0.8, self.face),
            smoothstep(0.7, 0.3, self.corners),
            smoothstep(12.0, 6.0, self.raggedness),
            smoothstep(0.5, 0.9, self.whole),
        ];
        Self { score: signs.into_iter().fold(1.0, f32::min), ..self }
    }
}

/// Pixels that are neither, over those that are the subject
fn undecided(alpha: &Grid<1>) -> f32 {
    let count = |chosen: fn(f32) -> bool| alpha.cells.iter().filter(|c| chosen(c[0])).count() as f32;
    count(|alpha| (0.1..0.9).contains(&alpha)) / count(|alpha| alpha > 0.5).max(1.0)
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
