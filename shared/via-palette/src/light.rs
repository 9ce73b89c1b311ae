//! Correction of white balance and exposure.

use crate::tone::Histogram;
use crate::visage;
use raster::grid::{Grid, smoothstep};
use subject::{Matte, skin};

/// The farthest a cast is taken for the light's, in units of a and b: beyond, things are of that colour.
const STRONGEST_CAST: f32 = 14.0;

/// The b of white in light as warm as is pleasant: lamps, a low sun, a beige wall.
const WARMEST: f32 = 20.0;

/// A picture in bluish or greenish light, in nearly white light: the lightest part that is not skin is taken for white (Land and McCann, *Lightness
/// and retinex theory*, 1971). Warm light stays, as skin has its colour, but for its orange excess.
pub(crate) fn balanced(lab: Grid<3>) -> Grid<3> {
    let [a, b] = cast(&lab);
    if a.abs() + b.abs() < 1.5 {
        return lab;
    }
    lab.map(|&[l, own_a, own_b]| {
        let share = 0.01 * l.clamp(0.0, 100.0);
        [l, own_a - share * a, own_b - share * b]
    })
}

/// The distance of apparent white from neutral, in a and b; 0 without such a part.
fn cast(lab: &Grid<3>) -> [f32; 2] {
    let count = lab.cells.len();
    let light = Histogram::of(lab, &lab.map(|_| [1.0])).quantile(0.85).max(35.0);
    let (mut sum, mut found) = ([0.0_f64; 2], 0.0_f64);
    let (mut warm, mut lit) = ([0.0_f64; 2], 1e-9_f64);
    for &[l, a, b] in lab.cells.iter().step_by(7) {
        let chroma = (a * a + b * b).sqrt();
        if l > light && chroma < 60.0 {
            warm[0] += f64::from(a);
            warm[1] += f64::from(b);
            lit += 1.0;
        }
        if l > light && chroma < 26.0 && skin::likeness([l, a, b]) < 0.3 {
            sum[0] += f64::from(a);
            sum[1] += f64::from(b);
            found += 7.0;
        }
    }
    let [warm_a, warm_b] = warm.map(|channel| (channel / lit) as f32);
    if warm_b > WARMEST {
        let excess = 0.9 * (warm_b - WARMEST).min(24.0);
        return [0.3 * warm_a.clamp(0.0, 20.0), excess];
    }
    if found < 0.03 * count as f64 {
        return [0.0; 2];
    }
    let [a, b] = sum.map(|channel| (7.0 * channel / found) as f32);
    let chroma = (a * a + b * b).sqrt();
    let share = 0.8 * (STRONGEST_CAST / chroma.max(STRONGEST_CAST));
    [share * a, share * b.min(0.0)]
}

/// A dim or hazy picture, better exposed: its lightest part becomes nearly white, its darkest nearly black. Skin is not measured: a dark face beside
/// a white collar stays dark, and a pale one in a dim room does not.
pub(crate) fn exposed(lab: Grid<3>) -> Grid<3> {
    let histogram = Histogram::of(&lab, &lab.map(|_| [1.0]));
    let (dark, light) = (histogram.quantile(0.01), histogram.quantile(0.985));
    let black = 0.8 * (dark - 5.0).clamp(0.0, 30.0);
    let gain = (93.0 / (light - black).max(1.0)).clamp(1.0, 1.5);
    if black < 0.5 && gain < 1.02 {
        return lab;
    }
    let colourful = gain.sqrt();
    lab.map(|&[l, a, b]| [(gain * (l - black)).clamp(0.0, 100.0), colourful * a, colourful * b])
}

/// A subject in the shade of a bright ground, lighter: if it wears something white that looks grey, by that difference.
pub(crate) fn lit(lab: Grid<3>, matte: &Matte) -> Grid<3> {
    let neutral = |[l, a, b]: [f32; 3]| l > 50.0 && a * a + b * b < 100.0;
    let weights = Grid::from_fn(lab.width, lab.height, |x, y| [if neutral(*lab.at(x, y)) { matte.alpha.value(x, y) } else { 0.0 }]);
    let found = weights.cells.iter().step_by(8).map(|c| c[0]).sum::<f32>() * 8.0;
    let white = Histogram::of(&lab, &weights).quantile(0.8);
    // A face in good light needs none.
    let dim = smoothstep(70.0, 58.0, visage::lightness(&lab, matte.face));
    let gain = 1.0 + dim * ((91.0 / white).clamp(1.0, 1.25) - 1.0);
    if found < 0.004 * lab.cells.len() as f32 || gain < 1.03 {
        return lab;
    }
    // Its lights are lifted less than its middle tones, and white parts stay.
    lab.map(|&[l, a, b]| [l + (gain - 1.0) * l * smoothstep(100.0, 70.0, l), gain.sqrt() * a, gain.sqrt() * b])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_wall_in_blue_light_is_grey() {
        let blue = Grid::from_fn(64, 64, |x, y| [40.0 + (x + y) as f32 / 3.0, -2.0, -12.0]);
        let [_, a, b] = *balanced(blue).at(60, 60);
        assert!(a.abs() < 2.0 && b.abs() < 5.0, "{a} {b}");
    }

    #[test]
    fn a_good_exposure_stays_and_a_dim_one_gains() {
        let ramp = |most: f32| Grid::from_fn(100, 4, |x, _| [x as f32 * most / 100.0, 0.0, 0.0]);
        assert!(exposed(ramp(99.0)).cells == ramp(99.0).cells);
        assert!(exposed(ramp(60.0)).at(98, 0)[0] > 80.0);
    }
}
