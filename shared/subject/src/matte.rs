//! The subject's mask: 1 for the person, 0 for the ground, soft between.

use crate::colour_model::ColourModel;
use crate::guided::Coefficients;
use crate::plausibility::Plausibility;
use crate::prior::{self, head_and_shoulders};
use crate::skin::{self, Face};
use crate::{components, cut};
use raster::gauss;
use raster::grid::{Grid, smoothstep};

#[derive(Clone, Debug)]
pub struct Matte {
    /// 0 ground to 1 subject
    pub alpha: Grid<1>,
    /// Where the face probably is
    pub face: Face,
    /// How plausible the cut is, used or not
    pub plausibility: Plausibility,
    /// Whether `alpha` is the cut; else it is a frame round the whole picture, for the cut was not plausible enough
    pub found: bool,
}

/// The matte of a square Lab picture whose side divides by 8, by GrabCut (Rother, Kolmogorov, Blake, 2004) with a head-and-shoulders
/// prior in place of the user's rectangle. A cut that does not look like a subject is dropped for a frame.
pub fn find(lab: &Grid<3>) -> Matte {
    find_at(&lab.shrunk(4), (lab.width, lab.height), |x, y| *lab.at(x, y))
}

/// The same for a small copy with even sides and the colours (Lab) of the original picture, which has `size`.
pub(crate) fn find_at(small: &Grid<3>, size: (usize, usize), fine: impl Fn(usize, usize) -> [f32; 3] + Sync) -> Matte {
    let coarse = small.shrunk(2);
    let face = skin::find_face(&coarse);
    let scale = prior::face_scale(&coarse, face);
    let prior = head_and_shoulders((coarse.width, coarse.height), face, scale);
    let rough = segment(&coarse, &prior, face).map(|rough| components::solid(&closed(&rough, &prior, face, scale), face));
    let rough = rough.unwrap_or_else(|| coarse.map(|_| [0.0]));
    let plausibility = Plausibility::of_cut(&rough, &coarse, &prior, face);
    let found = plausibility.is_enough();
    let alpha = if found { outline(&rough, small, size, fine) } else { frame(size) };
    Matte { alpha, face, plausibility, found }
}

/// Rounds of learning colours and cutting.
const ROUNDS: usize = 4;
/// How much a colour can say for or against the subject, in logarithms of likelihood
const MOST_OF_A_COLOUR: f32 = 4.5;
/// How much a pixel of outline costs beside a pixel of the wrong side
const SMOOTHNESS: f32 = 9.0;
/// How much further one side of the head may reach than the other
const LOPSIDED: f32 = 1.3;
/// The cost of reaching further
const EVENING: f32 = 2.0;

/// The GrabCut rounds on a coarse picture; None when there are no two sets of colours to tell apart.
fn segment(lab: &Grid<3>, prior: &Grid<1>, face: Face) -> Option<Grid<1>> {
    let ties = cut::ties(lab);
    let before = before_colours(prior);
    let mut subject: Vec<f32> = prior.cells.iter().map(|p| smoothstep(0.75, 0.95, p[0])).collect();
    let mut ground: Vec<f32> = border(prior);
    let mut rough = before.map(|cost| [f32::from(u8::from(cost[0] < 0.0))]);
    for round in 0..ROUNDS {
        let (mine, other) = (ColourModel::of(lab, &subject)?, ColourModel::of(lab, &ground)?);
        let colours = lab.map(|colour| {
            let apart = other.log_density(colour) - mine.log_density(colour);
            [apart.clamp(-MOST_OF_A_COLOUR, MOST_OF_A_COLOUR)]
        });
        let trust = if round == 0 { 1.6 } else { 1.2 };
        let cost = Grid::from_fn(lab.width, lab.height, |x, y| [colours.value(x, y) + trust * before.value(x, y)]);
        let cost = if round > 1 { evened(&cost, &rough, face) } else { cost };
        rough = cut::minimal(&cost, &ties, SMOOTHNESS, &rough, if round == 0 { 120 } else { 80 });
        // Pixels that look like the ground do not train the subject's colours, though the prior keeps them in the cut.
        let belief = |at: usize| 1.0 / (1.0 + colours.cells[at][0].exp());
        let at = 0..rough.cells.len();
        subject = at.clone().map(|i| rough.cells[i][0] * belief(i)).collect();
        ground = at.map(|i| 1.0 - rough.cells[i][0]).collect();
    }
    Some(rough)
}

/// The cost where one side of the head reaches far beyond the other: such a part is rather a lamp or a neighbour than a cheek.
fn evened(cost: &Grid<1>, rough: &Grid<1>, face: Face) -> Grid<1> {
    let (width, height) = (cost.width as f32, cost.height as f32);
    let middle = ((face.x * width) as usize).min(cost.width - 1);
    let chin = face.y + 0.12;
    let reach = |y: usize, steps: &mut dyn Iterator<Item = usize>| steps.take_while(|&x| rough.value(x, y) > 0.5).count() as f32 / width;
    let limits: Vec<f32> = (0..cost.height)
        .map(|y| {
            let (left, right) = (reach(y, &mut (0..=middle).rev()), reach(y, &mut (middle..cost.width)));
            if left == 0.0 { 1.0 } else { LOPSIDED * left.min(right).max(0.06) + 0.02 }
        })
        .collect();
    Grid::from_fn(cost.width, cost.height, |x, y| {
        let away = ((x as f32 + 0.5) / width - face.x).abs() - limits[y];
        let above = smoothstep(chin + 0.06, chin - 0.02, y as f32 / height);
        [cost.value(x, y) + EVENING * above * smoothstep(0.0, 0.05, away)]
    })
}

/// The cost of each pixel before its colour is known
fn before_colours(prior: &Grid<1>) -> Grid<1> {
    prior.map(|p| {
        let p = p[0].clamp(0.02, 0.995);
        [((1.0 - p) / p).ln()]
    })
}

/// Weights of the pixels that show the ground if any do: the top edge and the upper part of both sides.
fn border(prior: &Grid<1>) -> Vec<f32> {
    let (width, height) = (prior.width, prior.height);
    let strip = (width / 14).max(1);
    let weigh = |i: usize| {
        let (x, y) = (i % width, i / width);
        let aside = x < strip || x >= width - strip;
        let shown = y < strip || (aside && y < height * 7 / 10);
        if shown { 1.0 - prior.cells[i][0] } else { 0.0 }
    };
    (0..width * height).map(weigh).collect()
}

/// Half the width of a notch that is closed in a usual portrait, as a share of the side
const NOTCH: f32 = 0.047;

/// Notches up to about a tenth of the side wide are closed where a person is likely: a collar in the colour of the wall is still a collar
/// (closing, Serra, *Image analysis and mathematical morphology*, 1982).
fn closed(rough: &Grid<1>, prior: &Grid<1>, face: Face, scale: f32) -> Grid<1> {
    let radius = (rough.width as f32 * NOTCH * scale.max(1.0)).round() as isize;
    let (width, height) = (rough.width as isize, rough.height as isize);
    let spread = |mask: &Grid<1>, sign: f32| {
        Grid::from_fn(mask.width, mask.height, |x, y| {
            let mut most = f32::MIN;
            for dy in -radius..=radius {
                let reach = ((radius * radius - dy * dy) as f32).sqrt() as isize;
                let py = y as isize + dy;
                for px in x as isize - reach..=x as isize + reach {
                    // Beyond the upper border is ground; beyond the others the border is repeated.
                    let value = if py < 0 { 0.0 } else { mask.nearest(px.clamp(0, width - 1), py.min(height - 1))[0] };
                    most = most.max(sign * value);
                }
            }
            [sign * most]
        })
    };
    let whole = spread(&spread(rough, 1.0), -1.0);
    Grid::from_fn(rough.width, rough.height, |x, y| {
        let below_face = y as f32 > face.y * rough.height as f32;
        let likely = prior.value(x, y) > if below_face { 0.28 } else { 0.7 };
        [if likely { whole.value(x, y) } else { rough.value(x, y) }]
    })
}

/// The rough mask at the picture's own size, along the picture's own edges.
fn outline(rough: &Grid<1>, small: &Grid<3>, (width, height): (usize, usize), fine: impl Fn(usize, usize) -> [f32; 3] + Sync) -> Grid<1> {
    let guide = small.map(|c| c.map(|channel| channel / 100.0));
    let start = gauss::blur(&rough.resized(small.width, small.height), 1.0);
    let once = Coefficients::of(&start, &guide, 6, 4e-4).applied(&guide).map(|c| [smoothstep(0.2, 0.8, c[0])]);
    let twice = Coefficients::of(&once, &guide, 3, 2e-4);
    // Far from the outline nothing changes, and most of a picture is far from it.
    let near = gauss::box_blur(&once, 4);
    let (across, down) = (small.width as f32 / width as f32, small.height as f32 / height as f32);
    let edge = Grid::from_fn(width, height, |x, y| {
        let (sx, sy) = ((x as f32 + 0.5) * across - 0.5, (y as f32 + 0.5) * down - 0.5);
        match near.sample(sx, sy)[0] {
            value if value < 0.002 => [0.0],
            value if value > 0.998 => [1.0],
            _ => [smoothstep(0.3, 0.75, twice.at(sx, sy, &fine(x, y).map(|channel| channel / 100.0)))],
        }
    });
    gauss::blur(&edge, 1.3 * width as f32 / 1024.0)
}

/// The mask when the person cannot be told from the ground: everything but a margin, like the panel of a comic.
pub(crate) fn frame((width, height): (usize, usize)) -> Grid<1> {
    Grid::from_fn(width, height, |x, y| {
        let from_middle = |at: usize, size: usize| ((at as f32 + 0.5) / size as f32 - 0.5).abs() * 2.0;
        let away = (from_middle(x, width).powi(10) + from_middle(y, height).powi(10)).powf(0.1);
        [smoothstep(0.955, 0.945, away)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use raster::lab;

    /// A person of three discs and a trapezium on a wall.
    fn person(size: usize, wall: [u8; 3]) -> Grid<3> {
        let wall = lab::from_srgb(wall);
        Grid::from_fn(size, size, |x, y| {
            let (px, py) = (x as f32 / size as f32, y as f32 / size as f32);
            let inside = |cx: f32, cy: f32, rx: f32, ry: f32| ((px - cx) / rx).powi(2) + ((py - cy) / ry).powi(2) < 1.0;
            if inside(0.5, 0.42, 0.13, 0.18) {
                lab::from_srgb([210, 158, 124])
            } else if inside(0.5, 0.36, 0.18, 0.22) {
                lab::from_srgb([50, 35, 30])
            } else if py > 0.65 && (px - 0.5).abs() < 0.2 + 0.6 * (py - 0.65) {
                lab::from_srgb([30, 60, 130])
            } else {
                wall
            }
        })
    }

    #[test]
    fn a_person_before_a_wall_is_cut_out() {
        let matte = find(&person(256, [200, 205, 210]));
        assert!(matte.alpha.value(128, 4) < 0.1);
        for (x, y, inside) in [(128, 100, true), (128, 50, true), (128, 240, true), (20, 20, false), (235, 60, false), (20, 140, false)] {
            assert_eq!(matte.alpha.value(x, y) > 0.5, inside, "({x}, {y})");
        }
    }

    #[test]
    fn without_a_person_the_mask_is_a_frame() {
        let matte = find(&Grid::from_fn(256, 256, |x, _| [40.0 + x as f32 / 20.0, 0.0, 0.0]));
        assert!(matte.alpha.value(30, 30) > 0.9);
        assert!(matte.alpha.value(128, 128) > 0.99 && matte.alpha.value(0, 0) < 0.01);
    }
}
