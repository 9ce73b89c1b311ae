//! Black ink, screentone and pure white.

use image::RgbaImage;

use crate::backdrop;
use crate::complexion::Complexion;
use crate::dice;
use crate::lines::{self, Pen};
use crate::prepared_selfie::{self, PreparedSelfie};
use crate::screentone;
use crate::silhouette::Silhouette;
use crate::tone::Histogram;
use crate::visage::Accents;
use raster::gauss;
use raster::grid::{Grid, mix, smoothstep};

/// Pixels from dot to dot: 16 along a row, so that dots are all alike at 1024, 512, 256 and 128 pixels and even at sizes between.
const PERIOD: f32 = 16.0 * std::f32::consts::FRAC_1_SQRT_2;

/// Draws a prepared selfie in ink over a backdrop of lines or tone.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let silhouette = Silhouette::of(&prepared.matte, 2.2);
    let ink = lines_of(prepared, dice::pen_weight(seed));
    let face = prepared.matte.face;
    let backdrop = backdrop::ink::paint(&silhouette.body, seed, (face.x, face.y));
    let tones = Tones::of(prepared);
    let accents = Accents::of(&prepared.lab, &prepared.calm, prepared.visage);
    let picture = Grid::from_fn(prepared.lab.width, prepared.lab.height, |x, y| {
        let body = if silhouette.body.value(x, y) > 0.0 {
            let paper = 1.0 - in_face(prepared, &tones, &accents, x, y);
            paper * (1.0 - ink.value(x, y) * silhouette.inner.value(x, y))
        } else {
            1.0
        };
        let halo = smoothstep(0.2, 0.215, silhouette.glow.value(x, y));
        let behind = mix(backdrop.value(x, y), 1.0, halo);
        let whole = mix(behind, body, silhouette.body.value(x, y));
        [whole * (1.0 - silhouette.line.value(x, y)); 3]
    });
    prepared_selfie::picture(&picture, &silhouette.alpha)
}

/// Ink of tones and, in the face, of small dark features; eyes and teeth have no tone.
fn in_face(prepared: &PreparedSelfie, tones: &Tones, accents: &Accents, x: usize, y: usize) -> f32 {
    let (features, tone) = (prepared.features(x, y), tones.ink(x, y));
    if features <= 0.0 {
        return tone;
    }
    let bare = smoothstep(0.6, 0.7, features * accents.near.value(x, y));
    let dark = features * smoothstep(-13.0, -18.0, accents.detail.value(x, y));
    (tone * (1.0 - bare)).max(dark)
}

/// The inner lines: bold and black.
fn lines_of(prepared: &PreparedSelfie, boldness: f32) -> Grid<1> {
    let pen = Pen { sigma: 1.7 * boldness.sqrt(), least: 0.55, length: 8, hardness: 0.95 * boldness };
    let ink = lines::draw(&prepared.contours(), &prepared.threshold(), &prepared.flow, pen);
    ink.map(|ink| [smoothstep(0.25, 0.8, ink[0])])
}

/// The regions of each tone.
struct Tones {
    /// 1 in the lighter tone
    light: Grid<1>,
    /// 1 in the darker tone
    middle: Grid<1>,
    /// 1 in solid black
    black: Grid<1>,
}

impl Tones {
    /// Three steps over the range of the subject's lightnesses, each a whole shape without specks. Skin is paper but for its deep shade.
    fn of(prepared: &PreparedSelfie) -> Self {
        let histogram = Histogram::of(&prepared.calm, &prepared.matte.alpha);
        // Halfway to the full range, so that dark parts stay dark
        let dark = mix(6.0, histogram.quantile(0.04), 0.5);
        let light = mix(96.0, histogram.quantile(0.96), 0.5).max(dark + 20.0);
        let calm = prepared.calm.shrunk(2);
        let real = prepared.lab.shrunk(2);
        let complexion = Complexion::of(prepared);
        let scale = |x: usize, y: usize| (2 * x, 2 * y);
        let tonal = Grid::from_fn(calm.width, calm.height, |x, y| {
            let (fx, fy) = scale(x, y);
            let l = calm.at(x, y)[0] + prepared.hair(fx, fy) * prepared.strand(fx, fy);
            [mix(l, on_paper(&complexion, l, dark, light), smoothstep(0.3, 0.5, prepared.skin.value(fx, fy)))]
        });
        // Dark skin in its shade is as dark as ink; it keeps its form by tone, and solid black is left to features and hair.
        let lift = (mix(dark, light, 0.2) + 8.0 - (complexion.middle - 3.0 * complexion.spread)).max(0.0);
        let strands = Grid::from_fn(calm.width, calm.height, |x, y| {
            let (fx, fy) = scale(x, y);
            let hair = prepared.hair(fx, fy);
            let bare = (1.0 - hair) * smoothstep(0.15, 0.4, prepared.skin.value(fx, fy).max(prepared.features(fx, fy)));
            let l = mix(calm.at(x, y)[0], real.at(x, y)[0], mix(0.5, 0.25, hair)) + 1.8 * hair * prepared.strand(fx, fy);
            // Black hair is black but for its lights; other dark parts keep a little form.
            [l - 7.0 * hair + lift * bare]
        });
        let side = prepared.calm.width;
        let step = |lightness: &Grid<1>, at: f32, smooth: f32| {
            let level = mix(dark, light, at);
            let shape = gauss::blur(&lightness.map(|l| [smoothstep(level + 2.0, level - 2.0, l[0])]), smooth);
            shape.resized(side, side).map(|s| [smoothstep(0.42, 0.58, s[0])])
        };
        Self { light: step(&tonal, 0.62, 4.0), middle: step(&tonal, 0.42, 3.0), black: step(&strands, 0.2, 0.9) }
    }

    /// Ink of the tones at a pixel.
    fn ink(&self, x: usize, y: usize) -> f32 {
        let share = 0.15 * self.light.value(x, y) + 0.2 * self.middle.value(x, y);
        screentone::ink(x, y, PERIOD, share).max(self.black.value(x, y))
    }
}

/// The lightness that skin of lightness `l` has on paper: white, but for deep shade; dark skin has the light tone, its lights are paper.
fn on_paper(complexion: &Complexion, l: f32, dark: f32, light: f32) -> f32 {
    let away = (l - complexion.middle) / complexion.spread;
    let toned = mix(dark, light, 0.52);
    let own = smoothstep(50.0, 44.0, complexion.middle);
    let lit = smoothstep(0.1, 0.6, away);
    let base = mix(light, toned, own * (1.0 - lit));
    let shaded = smoothstep(-1.2, -1.7, away);
    let deep = smoothstep(-3.2, -4.0, away);
    mix(mix(base, toned - 0.14 * own * (light - dark), shaded), l, deep)
}
