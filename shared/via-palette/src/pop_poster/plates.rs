//! The colour plates: every place of the subject has one of a few fills, with smooth contours between them.

use super::dots::Screen;
use super::half;
use super::inks::Inks;
use super::key::{self, Key};
use crate::complexion::Complexion;
use crate::draft::Draft;
use crate::visage::Visage;
use raster::gauss;
use raster::grid::{Grid, mix3};

/// Kinds of fill.
const FILLS: usize = 8;
/// The fills: an ink, or an ink with dots of another.
const SKIN: usize = 0;
const SKIN_SHADE: usize = 1;
const PAPER: usize = 2;
const PAPER_SHADE: usize = 3;
const WARM: usize = 4;
const COOL: usize = 5;
const LIGHT: usize = 6;
const LIGHT_SHADE: usize = 7;

/// How much of each fill is near each pixel of the draft.
pub(super) struct Plates(Grid<FILLS>);

impl Plates {
    /// The plates of a draft.
    pub(super) fn of(draft: &Draft, key: &Key, visage: Visage) -> Self {
        let complexion = &draft.complexion;
        let smooth = gauss::blur(&draft.colours, 1.2);
        let dark = gauss::wide_blur(&key.mask, 4.0);
        let fills: Vec<Option<usize>> = (0..smooth.cells.len())
            .map(|at| {
                let place = Place {
                    skin: draft.skin.cells[at][0],
                    feature: draft.features.cells[at][0],
                    dark: dark.cells[at][0],
                    mouth: is_mouth(visage, at % smooth.width, at / smooth.width, smooth.width),
                };
                (draft.body.cells[at][0] > 0.0).then(|| fill(complexion, smooth.cells[at], place))
            })
            .collect();
        let dropped = specks(&fills, draft);
        let fills = Grid::from_fn(smooth.width, smooth.height, |x, y| {
            let at = y * smooth.width + x;
            let fill = fills[at].filter(|_| !dropped[at]);
            std::array::from_fn(|i| f32::from(u8::from(fill == Some(i))))
        });
        // The most common fill of a neighbourhood wins: contours become smooth, and gaps of dropped specks close.
        Self(gauss::blur(&fills, 1.8))
    }

    /// The colour at a pixel of the drawing; colours lie `slip` pixels beside the key.
    pub(super) fn print(&self, inks: &Inks, screen: Screen, (x, y): (f32, f32), slip: (f32, f32)) -> [f32; 3] {
        let near = self.0.sample(half(x + slip.0), half(y + slip.1));
        let (mut first, mut second) = (0, 1);
        if near[1] > near[0] {
            (first, second) = (1, 0);
        }
        for fill in 2..FILLS {
            if near[fill] > near[first] {
                (first, second) = (fill, first);
            } else if near[fill] > near[second] {
                second = fill;
            }
        }
        let colour = colour_of(first, inks, screen, x, y);
        let lead = near[first] - near[second];
        if lead > SOFT {
            return colour;
        }
        mix3(colour_of(second, inks, screen, x, y), colour, 0.5 + 0.5 * lead / SOFT)
    }
}

/// The lead of a fill over the next at which it is alone: a contour is about one pixel soft.
const SOFT: f32 = 0.12;

/// A fill's colour at a pixel.
fn colour_of(fill: usize, inks: &Inks, screen: Screen, x: f32, y: f32) -> [f32; 3] {
    match fill {
        SKIN => inks.skin,
        SKIN_SHADE => mix3(inks.skin, inks.warm, screen.ink(x, y, 0.3)),
        PAPER_SHADE => mix3(inks.paper, inks.cool, screen.ink(x, y, 0.3)),
        WARM => inks.warm,
        COOL => inks.cool,
        LIGHT => inks.light,
        LIGHT_SHADE => mix3(inks.light, inks.warm, screen.ink(x, y, 0.36)),
        _ => inks.paper,
    }
}

/// Fills of so few pixels of the draft that a printer would not cut them; in the face they may be teeth.
fn specks(fills: &[Option<usize>], draft: &Draft) -> Vec<bool> {
    let mut dropped = vec![false; fills.len()];
    for fill in 0..FILLS {
        let mut mask: Vec<bool> = fills.iter().map(|own| *own == Some(fill)).collect();
        let small = |at: usize| if draft.features.cells[at][0] > 0.5 && fill != SKIN_SHADE { 7 } else { 90 };
        let keep = |at: usize, area: usize| area >= small(at);
        for (all, own) in dropped.iter_mut().zip(key::without_islands(&mut mask, draft.body.width, keep)) {
            *all |= own;
        }
    }
    dropped
}

/// The surroundings of a pixel; numbers are 0..1.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// How much it is skin
    skin: f32,
    /// How near the middle of the face
    feature: f32,
    /// How much of the neighbourhood is key
    dark: f32,
    /// Whether lips may be here
    mouth: bool,
}

/// Whether a pixel of a draft `side` wide is in the region of the mouth.
fn is_mouth(visage: Visage, x: usize, y: usize, side: usize) -> bool {
    let share = |at: usize| (at as f32 + 0.5) / side as f32;
    let (u, v) = ((share(x) - visage.x) / visage.rx, (share(y) - visage.y) / visage.ry);
    u.abs() < 0.5 && (0.15..0.95).contains(&v)
}

/// The fill of a Lab colour at a place.
fn fill(complexion: &Complexion, colour: [f32; 3], place: Place) -> usize {
    if complexion.hue[0].hypot(complexion.hue[1]) < 4.0 {
        return grey(colour[0]);
    }
    let bright_enough = colour[0] > complexion.middle - 3.0 * complexion.spread;
    if place.skin > 0.3 || (place.feature > 0.6 && bright_enough) {
        return skin(complexion, colour, place);
    }
    thing(colour)
}

/// Skin: its own ink, dots in its shade; lips warm, teeth and the whites of eyes paper, both next to something dark.
fn skin(&Complexion { middle, spread, hue }: &Complexion, [l, a, b]: [f32; 3], place: Place) -> usize {
    let away = (l - middle) / spread;
    let pale = a.hypot(b) / hue[0].hypot(hue[1]).max(1.0);
    match (place.feature > 0.4 && place.dark > 0.08, away) {
        (true, away) if pale < 0.62 && away > -1.1 => PAPER,
        (true, away) if place.mouth && a - hue[0] > 7.0 && away < 0.3 => WARM,
        (_, away) if away < -0.85 => SKIN_SHADE,
        _ => SKIN,
    }
}

/// A picture without colours: fills by lightness alone.
fn grey(l: f32) -> usize {
    match l {
        l if l > 84.0 => PAPER,
        l if l > 60.0 => SKIN,
        l if l > 42.0 => SKIN_SHADE,
        _ => COOL,
    }
}

/// Any other part: greys by lightness, colours by hue. Darks count as colours only when they are clear ones: a coat is of one ink.
fn thing([l, a, b]: [f32; 3]) -> usize {
    let chroma = a.hypot(b);
    if chroma < 11.0 + 0.25 * (45.0 - l).max(0.0) + 0.2 * (l - 70.0).max(0.0) {
        return match l {
            l if l > 72.0 => PAPER,
            l if l > 44.0 => PAPER_SHADE,
            _ => COOL,
        };
    }
    match b.atan2(a).to_degrees() {
        hue if (-35.0..66.0).contains(&hue) && l < 80.0 => WARM,
        hue if (-35.0..140.0).contains(&hue) && l > 54.0 => LIGHT,
        hue if (-35.0..140.0).contains(&hue) => LIGHT_SHADE,
        _ => COOL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_have_the_ink_of_their_hue() {
        for (rgb, own) in
            [([240, 90, 30], WARM), ([30, 60, 160], COOL), ([250, 210, 60], LIGHT), ([250, 250, 250], PAPER), ([20, 22, 30], COOL)]
        {
            assert_eq!(thing(raster::lab::from_srgb(rgb)), own, "{rgb:?}");
        }
    }
}
