//! The subject in transparent washes.

use super::Weather;
use super::pigment::{self, Pigments};
use crate::complexion::Complexion;
use crate::draft::Draft;
use crate::prepared_selfie::PreparedSelfie;
use crate::tone::Stairs;
use raster::gauss;
use raster::grid::{Grid, mix, mix3, smoothstep};
use raster::lab;

/// The painted subject, of a draft's size.
pub(super) struct Washes {
    /// The light that the paint lets through, sRGB 0..1
    pub(super) light: Grid<3>,
    /// Area with paint, 0..1
    pub(super) cover: Grid<1>,
    /// Area in which the ground is not painted, 0..1
    pub(super) kept: Grid<1>,
}

/// Paints a draft.
pub(super) fn of(prepared: &PreparedSelfie, draft: &Draft, weather: &Weather, pigments: &Pigments) -> Washes {
    let tones = tones(prepared, draft, weather, pigments);
    let cover = cover(prepared, draft, weather);
    // Water carries pigment to the border of a wash: the dark side of each change has a rim, and so has the end of the paint.
    let depth = Grid::from_fn(tones.width, tones.height, |x, y| [(100.0 - tones.at(x, y)[0]) * cover.value(x, y)]);
    let (near, far) = (gauss::blur(&depth, 1.6), gauss::blur(&depth, 5.0));
    let light = Grid::from_fn(tones.width, tones.height, |x, y| {
        let here = depth.value(x, y);
        let rim = ((here - near.value(x, y)) / 9.0).clamp(0.0, 1.0) + 0.6 * ((here - far.value(x, y)) / 22.0).clamp(0.0, 1.0);
        let calm = draft.features.value(x, y).max(0.7 * smoothstep(0.2, 0.6, draft.skin.value(x, y)));
        let turbulence = 0.75 * (weather.broad.value(x, y) - 0.5) + 0.4 * (weather.other.value(x, y) - 0.5);
        let density = 1.0 + mix(0.55, 0.22, calm) * rim + mix(1.0, 0.16, calm) * turbulence;
        lab::to_srgb(*tones.at(x, y)).map(|c| pigment::denser(c, density))
    });
    let kept = gauss::blur(&draft.body, 1.5).map(|k| [smoothstep(0.02, 0.4, k[0])]);
    let kept = Grid::from_fn(kept.width, kept.height, |x, y| [kept.value(x, y) * mix(0.25, 1.0, cover.value(x, y))]);
    Washes { light, cover, kept }
}

/// Lab of the paint: soft tones, light and clear, on wobbling borders.
fn tones(prepared: &PreparedSelfie, draft: &Draft, weather: &Weather, pigments: &Pigments) -> Grid<3> {
    let stairs = Stairs::of(&draft.colours, &draft.body, 6);
    let skin = Skin { own: draft.complexion };
    let charge = pigments.0.map(|rgb| lab::from_srgb(rgb.map(|c| (c * 255.0) as u8)));
    let inky = darkest(charge);
    let middle = draft.complexion.middle;
    let dark = draft.colours.map(|c| [smoothstep(0.75 * middle, 0.6 * middle, c[0])]);
    let dark = gauss::wide_blur(&dark, 5.0).map(|d| [smoothstep(0.04, 0.12, d[0])]);
    Grid::from_fn(draft.body.width, draft.body.height, |x, y| {
        let feature = draft.features.value(x, y);
        let sway = 7.0 * (1.0 - 0.9 * feature);
        let (dx, dy) = (sway * (weather.fine.value(x, y) - 0.5), sway * (weather.other.value(x, y) - 0.5));
        let (px, py) = (x as f32 + dx, y as f32 + dy);
        let [l, a, b] = draft.colours.sample(px, py);
        let flat = mix(stairs.level(l, 2.5), l, 0.3);
        let bloom = weather.broad.value(x, y);
        let mut paint = plain(flat, a, b);
        // Another pigment is dropped into clothes and hair while they are wet.
        let drop = charge[usize::from(bloom > 0.5)];
        let share = 0.3 * (2.0 * (bloom - 0.5).abs()) * smoothstep(0.0, 0.3, 1.0 - feature);
        paint = [paint[0], mix(paint[1], drop[1], share), mix(paint[2], drop[2], share)];
        if prepared.grey {
            return sepia(l, flat, inky, share);
        }
        match smoothstep(0.25, 0.6, draft.skin.sample(px, py)[0].max(0.9 * feature)) {
            share if share > 0.0 => mix3(paint, skin.paint([l, a, b], blush(prepared, x, y, draft.body.width), dark.value(x, y)), share),
            _ => paint,
        }
    })
}

/// Clothes, hair and things: nothing quite black, colours a little clearer, the lightest left as paper.
fn plain(l: f32, a: f32, b: f32) -> [f32; 3] {
    let clear = 1.15 + 0.15 * smoothstep(10.0, 35.0, a.hypot(b));
    let shade = smoothstep(40.0, 5.0, l);
    let lifted = 100.0 - 0.84 * (100.0 - l);
    let bare = smoothstep(84.0, 96.0, lifted);
    [mix(lifted, 100.0, bare), mix(clear * a + 1.0 * shade, 0.0, bare), mix(clear * b - 7.0 * shade, 0.0, bare)]
}

/// The darkest of three Lab colours.
fn darkest(colours: [[f32; 3]; 3]) -> [f32; 3] {
    colours.iter().fold(colours[0], |dark, c| if c[0] < dark[0] { *c } else { dark })
}

/// A picture without colours becomes an ink wash of one pigment, with some of the turned hue where it was dropped in.
fn sepia(l: f32, flat: f32, ink: [f32; 3], share: f32) -> [f32; 3] {
    let level = 100.0 - 0.86 * (100.0 - mix(flat, l, 0.3));
    // Indigo, sepia or neutral tint, never poster paint
    let strength = (17.0 / ink[1].hypot(ink[2]).max(1.0)).min(1.1) * smoothstep(100.0, 55.0, level);
    [level, strength * ink[1] + 8.0 * share, strength * ink[2] + 10.0 * share]
}

/// How rosy a pixel of the draft is: both cheeks, 0..1.
fn blush(prepared: &PreparedSelfie, x: usize, y: usize, side: usize) -> f32 {
    let visage = &prepared.visage;
    let (px, py) = ((x as f32 + 0.5) / side as f32, (y as f32 + 0.5) / side as f32);
    let (u, v) = ((px - visage.x).abs() / visage.rx, (py - visage.y) / visage.ry);
    let away = ((u - 0.55) / 0.28).powi(2) + ((v - 0.18) / 0.2).powi(2);
    visage.sure * (-away).exp()
}

/// Skin: luminous, warm in the light and rosy in the shade.
struct Skin {
    own: Complexion,
}

impl Skin {
    /// The paint for a colour of skin. A pale pixel is a tooth or an eye only near something `dark`, 0..1.
    fn paint(&self, [l, a, b]: [f32; 3], blush: f32, dark: f32) -> [f32; 3] {
        let Complexion { middle, spread, hue } = self.own;
        let away = (l - middle) / spread;
        let step = |at: f32| smoothstep(at - 0.32, at + 0.32, away);
        let flat = middle + spread * (0.5 * step(0.75) - 0.75 * (1.0 - step(-0.8)) - 0.8 * (1.0 - step(-1.7)));
        let feature = smoothstep(-2.0, -2.8, away);
        let level = mix(mix(flat, l, 0.35), l, feature);
        let level = level + 0.3 * (97.0 - level).max(0.0) * smoothstep(10.0, 80.0, middle) + 1.5;
        let pale = dark * smoothstep(0.6, 0.4, a.hypot(b) / hue[0].hypot(hue[1]).max(1.0)) * smoothstep(-1.2, -0.4, away);
        let shade = 1.0 - step(-0.8);
        let own = [mix(hue[0], a, 0.45), mix(hue[1], b, 0.45)];
        let rosy = [level - 1.5 * blush, 1.05 * own[0] + 3.0 * shade + 6.0 * blush + 1.0, 1.1 * own[1] - 3.0 * shade];
        mix3(rosy, [97.0, 0.0, 1.0], 0.8 * pale)
    }
}

/// The area of paint: the subject, its border swaying a little beside the drawing, dissolving towards the bottom and the sides.
fn cover(prepared: &PreparedSelfie, draft: &Draft, weather: &Weather) -> Grid<1> {
    let side = draft.body.width as f32;
    let visage = prepared.visage;
    // The paint ends in a wide bow under the chest, lower the lower the face is.
    let low = (visage.y + 2.0 * visage.ry).clamp(0.55, 0.8);
    Grid::from_fn(draft.body.width, draft.body.height, |x, y| {
        let sway = 6.0 * (1.0 - draft.features.value(x, y));
        let (dx, dy) = (sway * (weather.other.value(x, y) - 0.5), sway * (weather.fine.value(x, y) - 0.5));
        let body = draft.body.sample(x as f32 + dx, y as f32 + dy)[0];
        let (px, py) = (x as f32 / side, y as f32 / side);
        let bow = ((px - 0.5) / 0.66).hypot((py - low + 0.3).max(0.0) / 0.62);
        let ending = smoothstep(0.66, 1.12, bow) * smoothstep(low - 0.2, low + 0.05, py);
        let chance = 0.7 * (weather.broad.value(x, y) - 0.5) + 0.2 * (weather.fine.value(x, y) - 0.5);
        let wet = 1.0 - ending + chance * smoothstep(0.0, 0.3, ending);
        // A pale first wash reaches farther than the strong one over it.
        let strong = smoothstep(0.27, 0.36, wet);
        let first = smoothstep(0.02, 0.12, wet);
        [body * mix(0.42 * first, 1.0, strong)]
    })
}
