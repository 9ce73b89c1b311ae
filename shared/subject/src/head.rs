//! The head in a subject's mask: the area that a speech bubble must not cover.

use crate::skin::Face;
use raster::grid::Grid;

/// The head with its hair, in shares of the picture's width and height: a box that holds crown, chin and both sides, a little generously
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadBox {
    /// The crown of hair or hat
    pub top: f32,
    /// The chin, or up to half a neck below it
    pub bottom: f32,
    /// The leftmost hair or ear
    pub left: f32,
    /// The rightmost hair or ear
    pub right: f32,
}

/// The usual place of the head in a portrait, for pictures that show no shape
pub const USUAL: HeadBox = HeadBox { top: 0.1, bottom: 0.68, left: 0.26, right: 0.74 };

/// A head is at most this much taller than wide, hair included
const TALLEST: f32 = 1.5;
/// and at least this much, if the mask shows neither neck nor shoulders
const USUAL_HEIGHT: f32 = 1.25;
/// however broad the hair is, at least this
const LEAST_HEIGHT: f32 = 0.95;
/// A neck is narrower than the head by at least this factor
const NECK: f32 = 0.86;
/// Shoulders are wider than the head by at least this factor
const SHOULDERS: f32 = 1.35;

impl HeadBox {
    /// The head in `alpha` (0 ground to 1 subject; about 64 to 256 pixels a side suffice): from the crown down to where the shape narrows to
    /// a neck or widens to shoulders. A `face` that is sure pulls the chin to below itself. [`USUAL`] if the mask is empty.
    pub fn of(alpha: &Grid<1>, face: Option<Face>) -> Self {
        let Some(runs) = head_runs(alpha) else {
            return USUAL;
        };
        let chin = chin(&runs);
        let (width, height) = (alpha.width as f32, alpha.height as f32);
        let top = runs[0].row as f32 / height;
        let kept = &runs[..=chin];
        let left = kept.iter().map(|run| run.from).min().unwrap_or(0) as f32 / width;
        let right = kept.iter().map(|run| run.to).max().unwrap_or(alpha.width) as f32 / width;
        // However a cut narrows, a head is not much wider than tall.
        let least = top + LEAST_HEIGHT * (right - left) * width / height;
        let mut bottom = ((runs[chin].row + 1) as f32 / height).max(least).min((runs[runs.len() - 1].row + 1) as f32 / height);
        if let Some(face) = face.filter(|face| face.sure > 0.5 && (left..right).contains(&face.x) && face.y > top) {
            // The middle of the skin lies between eyes and mouth, or lower where a neck is bare.
            bottom = bottom.max(face.y + 0.3 * (face.y - top)).min(1.0);
        }
        Self { top, bottom, left, right }
    }

    /// A usual head round a face, without a mask
    pub fn round(face: Face) -> Self {
        let within = |share: f32| share.clamp(0.0, 1.0);
        Self { top: within(face.y - 0.34), bottom: within(face.y + 0.24), left: within(face.x - 0.22), right: within(face.x + 0.22) }
    }

    pub fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Where a head has its face, without a look at its colours
    pub fn face(&self) -> Face {
        Face { x: self.middle(), y: self.top + 0.55 * self.height(), sure: 0.0 }
    }
}

/// The part of one row that belongs to the head's column
#[derive(Clone, Copy, Debug)]
struct Run {
    row: usize,
    from: usize,
    /// One beyond its last pixel
    to: usize,
}

impl Run {
    fn width(self) -> usize {
        self.to - self.from
    }
}

/// The runs of the subject downwards from its crown, each the longest that touches the one above; none if there is no subject.
fn head_runs(alpha: &Grid<1>) -> Option<Vec<Run>> {
    let column = head_column(alpha)?;
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..alpha.height {
        let here = row_runs(alpha, row);
        let next = match runs.last() {
            None => here.into_iter().find(|run| run.from <= column && column < run.to && run.width() * 50 > alpha.width),
            Some(above) => {
                here.into_iter().filter(|run| run.from < above.to && above.from < run.to).max_by_key(|run| (run.width(), run.from))
            }
        };
        match next {
            Some(run) => runs.push(run),
            None if runs.len() * 12 > alpha.height => break,
            // A curl above the head, not the head
            None => runs.clear(),
        }
    }
    (!runs.is_empty()).then_some(runs)
}

/// The column of the head: where most of the subject's upper half is. Two people have their middle between them, and under a raised hand is little.
fn head_column(alpha: &Grid<1>) -> Option<usize> {
    let solid = |row: &usize| (0..alpha.width).filter(|&x| alpha.value(x, *row) > 0.5).count() * 50 > alpha.width;
    let first = (0..alpha.height).find(solid)?;
    let last = (0..alpha.height).rev().find(solid)?;
    let upper = first..=first + (last - first) / 2;
    let mass: Vec<f32> = (0..alpha.width).map(|x| upper.clone().map(|y| alpha.value(x, y)).sum()).collect();
    let reach = alpha.width / 16;
    let about = |x: usize| -> f32 {
        let central = (x as f32 + 0.5) / alpha.width as f32 - 0.5;
        mass[x.saturating_sub(reach)..(x + reach + 1).min(alpha.width)].iter().sum::<f32>() * (1.0 - central * central)
    };
    (0..alpha.width).max_by(|&a, &b| about(a).total_cmp(&about(b)))
}

/// The solid stretches of a row
fn row_runs(alpha: &Grid<1>, row: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut start = None;
    for x in 0..=alpha.width {
        let solid = x < alpha.width && alpha.value(x, row) > 0.5;
        match (solid, start) {
            (true, None) => start = Some(x),
            (false, Some(from)) => {
                runs.push(Run { row, from, to: x });
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// The index of the run at the chin: above the narrowest row of a neck, else where shoulders begin, else by a head's proportions
fn chin(runs: &[Run]) -> usize {
    let usual = head_width(runs);
    let mut widest = 0;
    for (index, run) in runs.iter().enumerate() {
        let (tall, width) = ((index + 1) as f32, run.width() as f32);
        let enough = tall > 0.8 * usual;
        if enough && width < NECK * widest as f32 {
            return neck(runs, index, widest);
        }
        if enough && width > SHOULDERS * usual {
            return index.saturating_sub(1);
        }
        if tall > TALLEST * usual.max(widest as f32) {
            return index;
        }
        widest = widest.max(run.width());
    }
    ((USUAL_HEIGHT * usual) as usize).min(runs.len() - 1)
}

/// The width of the head: that of the first row which is so far below the crown that a round head would be at its widest. Shoulders widen too fast to
/// have such a row.
fn head_width(runs: &[Run]) -> f32 {
    let widest = runs.iter().zip(1..).find(|(run, tall)| *tall as f32 >= 0.6 * run.width() as f32);
    widest.map_or_else(|| median_width(runs), |(run, _)| run.width()) as f32
}

/// From the row where a head of this width begins to narrow: down to its neck's narrowest row, or where it has narrowed enough for a chin
fn neck(runs: &[Run], start: usize, widest: usize) -> usize {
    let limit = (start + widest / 3).min(runs.len() - 1);
    (start..=limit).min_by_key(|&index| (runs[index].width(), index)).unwrap_or(start)
}

fn median_width(runs: &[Run]) -> usize {
    let mut widths: Vec<usize> = runs.iter().map(|run| run.width()).collect();
    let middle = widths.len() / 2;
    *widths.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(inside: impl Fn(f32, f32) -> bool + Sync) -> Grid<1> {
        Grid::from_fn(128, 128, |x, y| [f32::from(u8::from(inside((x as f32 + 0.5) / 128.0, (y as f32 + 0.5) / 128.0)))])
    }

    fn disc(x: f32, y: f32, cx: f32, cy: f32, rx: f32, ry: f32) -> bool {
        ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0
    }

    fn near(found: HeadBox, expected: [f32; 4]) {
        let found = [found.top, found.bottom, found.left, found.right];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.07), "{found:?} for {expected:?}");
    }

    #[test]
    fn a_head_ends_at_its_neck() {
        let person = |x: f32, y: f32| {
            disc(x, y, 0.45, 0.35, 0.16, 0.22)
                || ((x - 0.45).abs() < 0.08 && y > 0.35)
                || (y > 0.66 && (x - 0.45).abs() < 0.15 + 1.5 * (y - 0.66))
        };
        near(HeadBox::of(&drawn(person), None), [0.13, 0.58, 0.29, 0.61]);
    }

    #[test]
    fn long_hair_ends_at_the_shoulders() {
        let person = |x: f32, y: f32| {
            disc(x, y, 0.5, 0.3, 0.2, 0.2) || ((x - 0.5).abs() < 0.2 && (0.3..0.8).contains(&y)) || (y > 0.62 && (x - 0.5).abs() < 0.45)
        };
        near(HeadBox::of(&drawn(person), None), [0.1, 0.62, 0.3, 0.7]);
    }

    #[test]
    fn a_coat_that_widens_slowly_ends_the_head() {
        let person = |x: f32, y: f32| disc(x, y, 0.5, 0.25, 0.1, 0.13) || (y > 0.33 && (x - 0.5).abs() < 0.1 + 0.9 * (y - 0.33));
        near(HeadBox::of(&drawn(person), None), [0.12, 0.38, 0.37, 0.63]);
    }

    #[test]
    fn a_raised_hand_is_no_head() {
        let person = |x: f32, y: f32| {
            disc(x, y, 0.5, 0.35, 0.1, 0.13)
                || ((x - 0.5).abs() < 0.05 && y > 0.35)
                || (y > 0.53 && (x - 0.5).abs() < 0.2)
                || ((x - 0.75).abs() < 0.04 && (0.1..0.6).contains(&y))
                || ((0.5..0.79).contains(&x) && (0.53..0.6).contains(&y))
        };
        near(HeadBox::of(&drawn(person), None), [0.22, 0.5, 0.4, 0.6]);
    }

    #[test]
    fn of_two_people_side_by_side_one_has_the_head() {
        let person = |x: f32, y: f32, at: f32| {
            disc(x, y, at, 0.3, 0.1, 0.13) || ((x - at).abs() < 0.05 && y > 0.3) || (y > 0.48 && (x - at).abs() < 0.24)
        };
        let two = |x: f32, y: f32| person(x, y, 0.3) || person(x, y, 0.72);
        near(HeadBox::of(&drawn(two), None), [0.17, 0.45, 0.2, 0.4]);
    }

    #[test]
    fn nothing_has_the_usual_head_and_everything_a_high_one() {
        assert_eq!(HeadBox::of(&drawn(|_, _| false), None), USUAL);
        let all = HeadBox::of(&drawn(|_, _| true), None);
        assert!(all.top < 0.01 && all.bottom > 0.6);
    }
}
