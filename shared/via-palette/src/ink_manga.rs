//! Black ink, screentone and pure white.

use image::RgbaImage;

use crate::backdrop;
use crate::dice::Dice;
use crate::lines::{self, Pen};
use crate::silhouette::Silhouette;
use crate::sitting::{self, Sitting};
use crate::tone::Histogram;
use crate::{SIDE, screentone};
use raster::gauss;
use raster::grid::{Grid, mix, smoothstep};

/// Draws a sitting in ink over a backdrop of lines or tone.
pub(crate) fn draw(sitting: &Sitting, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 1);
    let silhouette = Silhouette::of(&sitting.matte, 2.2);
    let ink = lines_of(sitting, dice.between(0.9, 1.25));
    let period = dice.between(8.5, 10.5);
    let face = sitting.matte.face;
    let backdrop = backdrop::ink::paint(SIDE as usize, seed, (face.x, face.y));
    let tones = Tones::of(sitting);
    let picture = Grid::from_fn(sitting.lab.width, sitting.lab.height, |x, y| {
        let paper = 1.0 - tones.ink(x, y, period);
        let body = paper * (1.0 - ink.value(x, y) * silhouette.inner.value(x, y));
        let halo = smoothstep(0.2, 0.215, silhouette.glow.value(x, y));
        let behind = mix(backdrop.value(x, y), 1.0, halo);
        let whole = mix(behind, body, silhouette.body.value(x, y));
        [whole * (1.0 - silhouette.line.value(x, y)); 3]
    });
    sitting::picture(&picture, &silhouette.alpha)
}

/// The inner lines: bold and black.
fn lines_of(sitting: &Sitting, boldness: f32) -> Grid<1> {
    let pen = Pen { sigma: 1.7, least: 0.55, length: 8, hardness: 0.9 * boldness };
    let ink = lines::draw(&sitting.contours(), &sitting.patience(), &sitting.flow, pen);
    ink.map(|ink| [smoothstep(0.25, 0.8, ink[0])])
}

/// Which parts get which tone.
struct Tones {
    /// 1 in the lighter tone
    light: Grid<1>,
    /// 1 in the darker tone
    middle: Grid<1>,
    /// 1 in solid black
    black: Grid<1>,
}

impl Tones {
    /// Three steps over the range of the subject's lightnesses, each a whole shape without specks.
    fn of(sitting: &Sitting) -> Self {
        let histogram = Histogram::of(&sitting.calm, &sitting.matte.alpha);
        // Halfway to the full range, so that what is dark stays dark
        let dark = mix(6.0, histogram.quantile(0.04), 0.5);
        let light = mix(96.0, histogram.quantile(0.96), 0.5).max(dark + 20.0);
        let calm = sitting.calm.shrunk(2);
        let real = sitting.lab.shrunk(2);
        let strands = Grid::from_fn(calm.width, calm.height, |x, y| [mix(calm.at(x, y)[0], real.at(x, y)[0], 0.5)]);
        let side = sitting.calm.width;
        let step = |lightness: &Grid<1>, at: f32, smooth: f32| {
            let level = mix(dark, light, at);
            let shape = gauss::blur(&lightness.map(|l| [smoothstep(level + 2.0, level - 2.0, l[0])]), smooth);
            shape.resized(side, side).map(|s| [smoothstep(0.42, 0.58, s[0])])
        };
        let calm = calm.map(|c| [c[0]]);
        Self { light: step(&calm, 0.62, 5.0), middle: step(&calm, 0.42, 3.0), black: step(&strands, 0.2, 0.9) }
    }

    /// Ink of the tones at a pixel.
    fn ink(&self, x: usize, y: usize, period: f32) -> f32 {
        let share = 0.15 * self.light.value(x, y) + 0.2 * self.middle.value(x, y);
        screentone::ink(x, y, period, share).max(self.black.value(x, y))
    }
}
