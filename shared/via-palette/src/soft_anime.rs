//! Cel anime in soft colours.

use image::RgbaImage;

use crate::backdrop;
use crate::complexion::{self, Complexion};
use crate::dice::{self, Dice};
use crate::lines::{self, Pen};
use crate::palette::{self, Palette};
use crate::prepared_selfie::{self, PreparedSelfie};
use crate::silhouette::Silhouette;
use crate::tone::Stairs;
use crate::visage::Accents;
use raster::grid::{Grid, mix, mix3, smoothstep};
use raster::lab;

/// Draws a prepared selfie in soft colours over a pastel backdrop.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 1);
    let palette = palette::pastel(seed, &mut dice);
    let silhouette = Silhouette::of(&prepared.matte, 1.9);
    let ink = lines_of(prepared, dice::pen_weight(seed));
    let paint = paint(prepared, &palette);
    let backdrop = backdrop::colour::paint(&silhouette.body, seed, &palette);
    let picture = Grid::from_fn(paint.width, paint.height, |x, y| {
        let body = graded(lab::to_srgb(*paint.at(x, y)), &palette);
        let body = mix3(body, tint(body, &palette), 0.9 * ink.value(x, y) * silhouette.inner.value(x, y));
        let light = 0.6 * silhouette.glow.value(x, y) * (1.0 - silhouette.body.value(x, y));
        let behind = mix3(*backdrop.at(x, y), [1.0, 1.0, 1.0], light);
        let whole = mix3(behind, body, silhouette.body.value(x, y));
        mix3(whole, tint(body, &palette), 0.92 * silhouette.line.value(x, y))
    });
    prepared_selfie::picture(&picture, &silhouette.alpha)
}

/// A colour in the light of the palette: slightly, or skin would change.
fn graded(colour: [f32; 3], palette: &Palette) -> [f32; 3] {
    std::array::from_fn(|i| colour[i] * (1.0 + 0.28 * (palette.below[i] - 0.96)))
}

/// The colour of ink on a colour: the palette's, warmed by the colour below.
fn tint(under: [f32; 3], palette: &Palette) -> [f32; 3] {
    let dark = under.map(|channel| 0.34 * channel);
    mix3(palette.ink, dark, 0.45)
}

/// The inner lines: fine ones.
fn lines_of(prepared: &PreparedSelfie, boldness: f32) -> Grid<1> {
    let pen = Pen { sigma: 1.5 * boldness.sqrt(), least: 0.5, length: 7, hardness: 0.78 * boldness };
    let ink = lines::draw(&prepared.contours(), &prepared.threshold(), &prepared.flow, pen);
    ink.map(|ink| [smoothstep(0.25, 0.95, ink[0])])
}

/// The colours of the subject, in Lab: few levels of lightness, skin and hair by their own rules.
fn paint(prepared: &PreparedSelfie, palette: &Palette) -> Grid<3> {
    let stairs = Stairs::of(&prepared.calm, &prepared.matte.alpha, 6);
    let complexion = Complexion::of(prepared);
    let accents = Accents::of(&prepared.lab, &prepared.calm, prepared.visage);
    let hair_hue = complexion::mean_hue(&prepared.calm, |x, y| prepared.hair(x, y) * prepared.matte.alpha.value(x, y));
    Grid::from_fn(prepared.calm.width, prepared.calm.height, |x, y| {
        if !prepared.shows(x, y) {
            return *prepared.calm.at(x, y);
        }
        let features = prepared.features(x, y);
        let detail = features * accents.detail.value(x, y);
        let skin = smoothstep(0.25, 0.6, prepared.skin.value(x, y));
        let plain = if skin < 1.0 { plain_colour(prepared, &stairs, hair_hue, (x, y), detail) } else { [0.0; 3] };
        let mut colour = if skin > 0.0 { mix3(plain, skin_colour(&complexion, *prepared.calm.at(x, y), detail), skin) } else { plain };
        if features > 0.0 {
            colour[1] += 0.7 * features * complexion.lip(&accents, x, y);
            let white = features * complexion.white(&accents, x, y);
            let bright = (complexion.middle + 22.0).clamp(74.0, 95.0) + 0.4 * detail.min(0.0);
            colour = mix3(colour, [bright, 1.0, 2.5], 0.9 * white);
        }
        if prepared.grey { palette.tinted(colour) } else { colour }
    })
}

/// Clothes, hair and things: a flat level with a breath of its shading, brighter and clearer, shadows towards violet.
fn plain_colour(prepared: &PreparedSelfie, stairs: &Stairs, hair_hue: [f32; 2], (x, y): (usize, usize), detail: f32) -> [f32; 3] {
    let [l, a, b] = *prepared.calm.at(x, y);
    let hair = prepared.hair(x, y);
    let strand = hair * prepared.strand(x, y).clamp(-9.0, 12.0);
    let l = l + 1.2 * strand + 0.5 * (detail.abs() - 6.0).clamp(0.0, 18.0) * detail.signum();
    let flat = mix(stairs.level(l, mix(1.6, 3.5, hair)), l, mix(0.12, 0.22, hair));
    // Hair has one colour, whatever the light does to it.
    let strange = (a - hair_hue[0]).powi(2) + (b - hair_hue[1]).powi(2);
    let common = 0.7 * hair * (-strange / 200.0).exp();
    let (a, b) = (mix(a, hair_hue[0], common), mix(b, hair_hue[1], common));
    let shade = smoothstep(45.0, 8.0, flat);
    // Middle tones gain most: the darks stay dark enough for form, the lights keep their room.
    let lifted = 9.0 + 0.91 * flat + 8.0 * smoothstep(10.0, 50.0, flat) * smoothstep(100.0, 60.0, flat);
    let chroma = a.hypot(b);
    let clear = 1.2 + 0.12 * smoothstep(10.0, 40.0, chroma);
    // Dark yellow is olive, and only olive things should be.
    let warm = 0.3 * chroma * smoothstep(0.2, 2.0, b - a.abs()) * smoothstep(75.0, 45.0, flat) * smoothstep(-4.0, 2.0, a);
    [lifted, clear * a + 3.0 * shade + warm, clear * b - 5.0 * shade]
}

/// Skin as a cel painter has it: one calm tone, one shade that turns warm rather than grey, one light, and its dark features.
fn skin_colour(complexion: &Complexion, [l, a, b]: [f32; 3], detail: f32) -> [f32; 3] {
    let Complexion { middle, spread, .. } = *complexion;
    let away = l - middle;
    let step = |at: f32| smoothstep(at * spread - 1.8, at * spread + 1.8, away);
    let (lit, shaded, deep) = (step(0.8), 1.0 - step(-0.75), 1.0 - step(-1.7));
    let flat = middle + 3.0 * lit - 6.0 * shaded - 9.0 * deep;
    // A feature of the face is darker than its surroundings; the rest of the shade is in the steps.
    let dark = 1.4 * (detail + 8.0).min(0.0);
    let level = (mix(flat, l, 0.12) + dark).max(6.0);
    let own = complexion.calm_hue(a, b);
    // Light skin gains a little light; dark skin stays as it is.
    let brighter = 1.5 + 0.3 * (97.0 - level).max(0.0) * smoothstep(45.0, 80.0, middle);
    let ink = smoothstep(-12.0, -30.0, detail);
    let chroma = mix(1.12, 0.6, ink);
    [level + brighter * (1.0 - ink), chroma * own[0] + 3.0 * shaded, (chroma + 0.06) * own[1] + 1.0 - 1.5 * lit]
}
