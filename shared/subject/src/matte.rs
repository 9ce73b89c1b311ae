//! Who is the subject: 1 where the person is, 0 where the ground is, soft between.

use crate::colour_model::ColourModel;
use crate::skin::{self, Face};
use crate::{components, cut, guided};
use raster::gauss;
use raster::grid::{Grid, smoothstep};

/// The subject's mask.
#[derive(Clone, Debug)]
pub struct Matte {
    /// 0 ground to 1 subject
    pub alpha: Grid<1>,
    /// Where the face probably is
    pub face: Face,
}

/// The matte of a square Lab picture whose side divides by 8, by GrabCut (Rother, Kolmogorov, Blake, 2004) with a head-and-shoulders
/// prior in place of the user's rectangle. A cut that does not look like a subject is dropped for a frame.
pub fn find(lab: &Grid<3>) -> Matte {
    let middle = lab.shrunk(4);
    let coarse = middle.shrunk(2);
    let face = skin::find_face(&coarse);
    let prior = head_and_shoulders(coarse.width, face);
    let alpha = segment(&coarse, &prior)
        .map(|rough| components::solid(&closed(&rough, &prior, face), face))
        .filter(|rough| looks_like_subject(rough, &coarse, &prior, face))
        .map(|rough| outline(&rough, &middle, lab));
    Matte { alpha: alpha.unwrap_or_else(|| frame(lab.width)), face }
}

/// How likely a subject is at each pixel before looking at colours: an ellipse round the face with its hair, and shoulders below.
fn head_and_shoulders(size: usize, face: Face) -> Grid<1> {
    let top_of_body = face.y + 0.2;
    Grid::from_fn(size, size, |x, y| {
        let (px, py) = ((x as f32 + 0.5) / size as f32, (y as f32 + 0.5) / size as f32);
        let (dx, dy) = (px - face.x, py - face.y + 0.03);
        let head = ((dx / 0.23).powi(2) + (dy / 0.31).powi(2)).sqrt();
        let down = (py - top_of_body) / (1.0 - top_of_body);
        let shoulders = if down > 0.0 { dx.abs() / (0.14 + 0.36 * down.sqrt()) } else { 9.0 };
        let inside = 1.0 - head.min(shoulders);
        [1.0 / (1.0 + (-inside / 0.16).exp())]
    })
}

/// Rounds of learning colours and cutting.
const ROUNDS: usize = 4;

/// The GrabCut rounds on a coarse picture; None when there are no two sets of colours to tell apart.
fn segment(lab: &Grid<3>, prior: &Grid<1>) -> Option<Grid<1>> {
    let ties = cut::ties(lab);
    let mut subject: Vec<f32> = prior.cells.iter().map(|p| smoothstep(0.75, 0.95, p[0])).collect();
    let mut ground: Vec<f32> = border(prior);
    let mut rough = prior.clone();
    for round in 0..ROUNDS {
        let (mine, other) = (ColourModel::of(lab, &subject)?, ColourModel::of(lab, &ground)?);
        let colours = lab.map(|colour| {
            let apart = other.log_density(colour) - mine.log_density(colour);
            [apart.clamp(-6.0, 6.0)]
        });
        let trust = if round == 0 { 1.6 } else { 1.2 };
        let cost = Grid::from_fn(lab.width, lab.height, |x, y| {
            let p = prior.value(x, y).clamp(0.02, 0.98);
            [colours.value(x, y) + trust * ((1.0 - p) / p).ln()]
        });
        rough = cut::minimal(&cost, &ties, 9.0, 120);
        // What looks like the ground teaches the subject's colours nothing, though the prior keeps it in the cut.
        let belief = |at: usize| 1.0 / (1.0 + colours.cells[at][0].exp());
        let at = 0..rough.cells.len();
        subject = at.clone().map(|i| rough.cells[i][0] * belief(i)).collect();
        ground = at.map(|i| 1.0 - rough.cells[i][0]).collect();
    }
    Some(rough)
}

/// Notches up to about a tenth of the side wide are closed where a person is likely: a collar in the colour of the wall is still a collar
/// (closing, Serra, *Image analysis and mathematical morphology*, 1982).
fn closed(rough: &Grid<1>, prior: &Grid<1>, face: Face) -> Grid<1> {
    let radius = (rough.width / 24) as isize;
    let (width, height) = (rough.width as isize, rough.height as isize);
    let spread = |mask: &Grid<1>, sign: f32| {
        Grid::from_fn(mask.width, mask.height, |x, y| {
            let mut most = f32::MIN;
            for dy in -radius..=radius {
                let reach = ((radius * radius - dy * dy) as f32).sqrt() as isize;
                let py = y as isize + dy;
                for px in x as isize - reach..=x as isize + reach {
                    // Beyond the upper border is ground, beyond the others what is at them.
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

/// Whether a cut can be trusted: of a plausible size, over the face, not over the upper corners, and along edges of the picture.
fn looks_like_subject(rough: &Grid<1>, lab: &Grid<3>, prior: &Grid<1>, face: Face) -> bool {
    let share = rough.cells.iter().map(|c| c[0]).sum::<f32>() / rough.cells.len() as f32;
    let covered = weighted_mean(rough, |x, y| f32::from(u8::from(prior.value(x, y) > 0.85)));
    let corners = weighted_mean(rough, |x, y| {
        let (px, py) = (x as f32 / rough.width as f32, y as f32 / rough.height as f32);
        smoothstep(0.2, 0.08, py) * smoothstep(0.22, 0.4, (px - 0.5).abs())
    });
    let at_face = rough.sample(face.x * rough.width as f32, face.y * rough.height as f32)[0];
    // A head and its neck are an eighth of a portrait. Much more is a face so near that the border shows hair, not ground.
    let skin = rough.cells.iter().zip(&lab.cells).map(|(c, colour)| c[0] * skin::likeness(*colour)).sum::<f32>();
    let bare = skin / rough.cells.len() as f32;
    (0.1..0.86).contains(&share)
        && covered > 0.72
        && corners < 0.5
        && at_face > 0.5
        && edge_share(rough, lab) > 0.75
        && bare < 0.24
        && raggedness(rough) < 9.0
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
    for y in 2..rough.height - 2 {
        for x in 2..rough.width - 2 {
            let step = |dx: usize, dy: usize| {
                let (a, b) = (lab.at(x - dx, y - dy), lab.at(x + dx, y + dy));
                (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
            };
            let turn = (rough.value(x + 1, y) - rough.value(x - 1, y)).abs() + (rough.value(x, y + 1) - rough.value(x, y - 1)).abs();
            let steep = step(2, 0).max(step(0, 2));
            on_edge += f64::from(turn * smoothstep(5.0, 12.0, steep));
            length += f64::from(turn);
        }
    }
    (on_edge / length) as f32
}

/// The length of the cut in sides of the picture: a person's outline is about 2 to 4.
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

/// The rough mask at the picture's own size, along the picture's own edges.
fn outline(rough: &Grid<1>, middle: &Grid<3>, lab: &Grid<3>) -> Grid<1> {
    let scaled = |grid: &Grid<3>| grid.map(|c| [c[0] / 100.0, c[1] / 100.0, c[2] / 100.0]);
    let (guide, fine) = (scaled(middle), scaled(lab));
    let start = gauss::blur(&rough.resized(middle.width, middle.height), 1.0);
    let once = guided::refine(&start, &guide, &guide, 6, 4e-4).map(|c| [smoothstep(0.2, 0.8, c[0])]);
    let twice = guided::refine(&once, &guide, &fine, 3, 2e-4);
    gauss::blur(&twice.map(|c| [smoothstep(0.3, 0.75, c[0])]), 1.3)
}

/// The mask when nobody can be told from the ground: everything but a margin, like the panel of a comic.
fn frame(size: usize) -> Grid<1> {
    Grid::from_fn(size, size, |x, y| {
        let from_middle = |at: usize| ((at as f32 + 0.5) / size as f32 - 0.5).abs() * 2.0;
        let away = (from_middle(x).powi(10) + from_middle(y).powi(10)).powf(0.1);
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
