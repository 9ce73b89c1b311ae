//! The key plate: shadows, features and lines, in one dark ink with smooth contours.

use crate::complexion::Complexion;
use crate::draft::Draft;
use crate::lines::Pen;
use raster::gauss;
use raster::grid::{Grid, mix, smoothstep};

/// The key plate, of a draft's size.
pub(super) struct Key {
    /// Above 0 where a shadow is printed, about ±1 within two pixels of its contour
    shadow: Grid<1>,
    /// Lines, 0..1, printed above 0.5
    line: Grid<1>,
    /// 1 where either is printed, else 0
    pub(super) mask: Grid<1>,
}

impl Key {
    /// The plate of a draft; `weight` makes lines bolder.
    pub(super) fn of(draft: &Draft, complexion: &Complexion, weight: f32) -> Self {
        let dark = darkness(draft, complexion);
        let pen = Pen { sigma: 1.25 * weight, least: 0.75, length: 9, hardness: 1.3 };
        let line = draft.lines(pen).map(|ink| [smoothstep(0.2, 0.9, ink[0])]);
        let mut mask: Vec<bool> = dark.cells.iter().zip(&line.cells).map(|(d, l)| d[0] > 0.0 || l[0] > 0.5).collect();
        let keep = |at: usize, area: usize| area >= if draft.features.cells[at][0] > 0.5 { 9 } else { 40 };
        let dropped = without_islands(&mut mask, draft.body.width, keep);
        let cleaned = |grid: &Grid<1>, none: f32| Grid {
            width: grid.width,
            height: grid.height,
            cells: grid.cells.iter().zip(&dropped).map(|(cell, drop)| if *drop { [none] } else { *cell }).collect(),
        };
        let (width, height) = (dark.width, dark.height);
        let mask = Grid { width, height, cells: mask.into_iter().map(|printed| [f32::from(u8::from(printed))]).collect() };
        Self { shadow: gauss::blur(&cleaned(&dark, -1.0), 1.3), line: gauss::blur(&cleaned(&line, 0.0), 0.6), mask }
    }

    /// How much of the pixel at (`x`, `y`) of the draft is key, 0..1.
    pub(super) fn cover(&self, x: f32, y: f32) -> f32 {
        let shadow = smoothstep(-0.3, 0.3, self.shadow.sample(x, y)[0]);
        shadow.max(smoothstep(0.36, 0.6, self.line.sample(x, y)[0]))
    }
}

/// Whether each pixel is darker than where its key begins: 1 or −1.
fn darkness(draft: &Draft, complexion: &Complexion) -> Grid<1> {
    let light = gauss::blur(&draft.colours.map(|c| [c[0]]), 0.8);
    let around = gauss::wide_blur(&light.shrunk(4), 7.0).resized(light.width, light.height);
    let in_skin = complexion.middle - (0.42 * complexion.middle).max(19.0);
    Grid::from_fn(light.width, light.height, |x, y| {
        let (l, mean) = (light.value(x, y), around.value(x, y));
        // A dark coat is an ink of its own, and only its folds are black; dark hair is black.
        let in_things = mix(0.62 * mean, 17.0, 0.3).min(24.0);
        let in_hair = 27.0;
        let elsewhere = mix(in_things, in_hair, smoothstep(0.3, 0.7, draft.hair.value(x, y)));
        let nearly_skin = draft.skin.value(x, y).max(draft.features.value(x, y));
        let begin = mix(elsewhere, in_skin, smoothstep(0.2, 0.6, nearly_skin));
        // A step: however slowly a shade begins, its contour is crisp.
        [(begin - l).signum()]
    })
}

/// Clears the islands of `mask` that `keep` rejects, by one of their cells and their area, and returns the cleared cells.
pub(super) fn without_islands(mask: &mut [bool], width: usize, keep: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let mut dropped = vec![false; mask.len()];
    let mut seen = vec![false; mask.len()];
    let mut island = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || seen[start] {
            continue;
        }
        island.clear();
        island.push(start);
        seen[start] = true;
        let mut next = 0;
        while next < island.len() {
            let at = island[next];
            next += 1;
            let x = at % width;
            let beside = [(x > 0, at.wrapping_sub(1)), (x + 1 < width, at + 1), (at >= width, at.wrapping_sub(width)), (true, at + width)];
            for (inside, other) in beside {
                if inside && other < mask.len() && mask[other] && !seen[other] {
                    seen[other] = true;
                    island.push(other);
                }
            }
        }
        if !keep(start, island.len()) {
            for &at in &island {
                mask[at] = false;
                dropped[at] = true;
            }
        }
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specks_go_and_regions_stay() {
        let width = 16;
        let mut mask: Vec<bool> = (0..width * width).map(|at| at % width > 9 || at == 3 * width + 3).collect();
        let dropped = without_islands(&mut mask, width, |_, area| area > 4);
        assert!(!mask[3 * width + 3] && dropped[3 * width + 3]);
        assert_eq!(dropped.iter().filter(|drop| **drop).count(), 1);
        assert!(mask[3 * width + 12]);
    }
}
