//! Pictures that are too dark or too hazy for the network, which learned from good ones.

use raster::grid::Grid;

/// Between the darkest and the lightest hundredth of a good picture lies at least this part of the scale.
const LEAST_RANGE: f32 = 0.35;
/// The ends of the scale of a picture that was stretched
const DARKEST: f32 = 0.05;
const LIGHTEST: f32 = 0.93;
/// Beyond, nothing but noise is stretched.
const STRONGEST: f32 = 8.0;

/// A picture (sRGB 0..1) with at least a usual range from dark to light
pub(crate) fn stretched(picture: &Grid<3>) -> Grid<3> {
    let mut light: Vec<f32> = picture.cells.iter().map(|[r, g, b]| 0.3 * r + 0.59 * g + 0.11 * b).collect();
    light.sort_unstable_by(f32::total_cmp);
    let (dark, bright) = (light[light.len() / 100], light[light.len() * 99 / 100]);
    if bright - dark >= LEAST_RANGE {
        return picture.clone();
    }
    let black = (dark - DARKEST).max(0.0);
    let gain = (LIGHTEST / (bright - black).max(1e-3)).clamp(1.0, STRONGEST);
    picture.map(|colour| colour.map(|channel| (gain * (channel - black)).clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_picture_stays_and_a_dark_or_hazy_one_gains() {
        let ramp = |from: f32, to: f32| Grid::from_fn(64, 64, |x, _| [from + (to - from) * x as f32 / 63.0; 3]);
        assert!(stretched(&ramp(0.1, 0.9)).cells == ramp(0.1, 0.9).cells);
        for (from, to) in [(0.0, 0.2), (0.4, 0.7)] {
            let gained = stretched(&ramp(from, to));
            assert!(gained.at(63, 0)[0] - gained.at(0, 0)[0] > 0.75, "{from}..{to}");
        }
        assert!(stretched(&ramp(0.5, 0.5)).cells.iter().flatten().all(|value| value.is_finite()));
    }
}
