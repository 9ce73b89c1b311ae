//! The subject's mask: 1 for the person, 0 for the ground, soft between.

use crate::guided::Coefficients;
use crate::head::{self, HeadBox};
use crate::plausibility::Plausibility;
use crate::skin::{self, Face};
use crate::{components, exposure, network};
use raster::grid::{Grid, smoothstep};
use raster::{gauss, lab};

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

/// Side of the small copy that the network sees
pub(crate) const SMALL: usize = network::SIDE;

/// The matte of a Lab picture that is about square. A cut that does not look like a subject is dropped for a frame.
pub fn find(lab: &Grid<3>) -> Matte {
    let small = shrunk((lab.width, lab.height), (SMALL, SMALL), |x, y| *lab.at(x, y));
    let seen = small.map(|&colour| lab::to_srgb(colour));
    find_at(&seen, &small, (lab.width, lab.height), |x, y| *lab.at(x, y))
}

/// The same for two copies, [`SMALL`] pixels wide and high: one in sRGB (0..1), one in Lab. `fine` knows the colours (Lab) of the original picture,
/// which has `size`.
pub(crate) fn find_at(seen: &Grid<3>, small: &Grid<3>, size: (usize, usize), fine: impl Fn(usize, usize) -> [f32; 3] + Sync) -> Matte {
    let people = network::people(&exposure::stretched(seen));
    let anywhere = skin::find_face(small, &people, head::USUAL);
    let subject = components::subject(&people, anywhere);
    let (width, height) = in_proportion(size, SMALL);
    let head = HeadBox::of(&subject.resized(width, height), None);
    let face = skin::find_face(small, &subject, head);
    let plausibility = Plausibility::of_cut(&subject, face, head);
    let found = plausibility.is_enough();
    let alpha = if found { outline(&subject, small, size, fine) } else { frame(size) };
    Matte { alpha, face: if found { face } else { anywhere }, plausibility, found }
}

/// The rough mask at the picture's own size, along the picture's own edges.
fn outline(rough: &Grid<1>, small: &Grid<3>, (width, height): (usize, usize), fine: impl Fn(usize, usize) -> [f32; 3] + Sync) -> Grid<1> {
    let guide = small.map(|c| c.map(|channel| channel / 100.0));
    let start = rough.map(|c| [smoothstep(0.25, 0.75, c[0])]);
    let once = Coefficients::of(&start, &guide, 4, 1e-4).applied(&guide).map(|c| [smoothstep(0.2, 0.8, c[0])]);
    let twice = Coefficients::of(&once, &guide, 2, 1e-4);
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

/// The measures of a grid with the proportions of a picture, whose longer side is `side`
pub(crate) fn in_proportion((width, height): (usize, usize), side: usize) -> (usize, usize) {
    let long = width.max(height);
    ((side * width / long).max(1), (side * height / long).max(1))
}

/// Means over the cells of a grid of the size `to`, of a picture of the size `from` whose pixels `pixel` knows
pub(crate) fn shrunk<const N: usize>(from: (usize, usize), to: (usize, usize), pixel: impl Fn(usize, usize) -> [f32; N] + Sync) -> Grid<N> {
    let span = |at: usize, length: usize, cells: usize| {
        let first = at * length / cells;
        first..((at + 1) * length / cells).max(first + 1)
    };
    Grid::from_fn(to.0, to.1, |x, y| {
        let (columns, rows) = (span(x, from.0, to.0), span(y, from.1, to.1));
        let share = 1.0 / (columns.len() * rows.len()) as f32;
        let mut sum = [0.0; N];
        for row in rows {
            for column in columns.clone() {
                let value = pixel(column, row);
                (0..N).for_each(|i| sum[i] += value[i]);
            }
        }
        sum.map(|channel| channel * share)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_person_the_mask_is_a_frame() {
        let matte = find(&Grid::from_fn(256, 256, |x, _| [40.0 + x as f32 / 20.0, 0.0, 0.0]));
        assert!(!matte.found);
        assert!(matte.alpha.value(30, 30) > 0.9);
        assert!(matte.alpha.value(128, 128) > 0.99 && matte.alpha.value(0, 0) < 0.01);
    }
}
