//! Cel shading of an action anime: flat saturated paint, hard shadows, heavy outlines, light on the rim.

use image::RgbaImage;

use crate::complexion::Complexion;
use crate::dice::{self, Dice, noise};
use crate::flats::Flats;
use crate::lines::{self, Pen};
use crate::palette::{self, Palette};
use crate::prepared_selfie::{self, PreparedSelfie};
use crate::silhouette::Silhouette;
use crate::visage::Accents;
use crate::{SIDE, backdrop};
use raster::gauss;
use raster::grid::{Grid, mix, mix3, smoothstep};
use raster::lab;

/// Draws a prepared selfie in flat paint with hard shadows over a loud backdrop.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 1);
    let palette = palette::loud(seed);
    let silhouette = Silhouette::of(&prepared.matte, 3.2);
    let light = Light::of(&mut dice, seed);
    let outline = outline(&silhouette, light, seed);
    let ink = lines_of(prepared, dice::pen_weight(seed));
    let paint = paint(prepared, &palette);
    let backdrop = backdrop::bold::paint(&silhouette.body, seed, &palette, (prepared.visage.x, prepared.visage.y));
    let keyline = *dice.pick(&[[1.0; 3], palette.accent, palette.ink]);
    let picture = Grid::from_fn(paint.width, paint.height, |x, y| {
        let (body, line) = (silhouette.body.value(x, y), outline.value(x, y));
        let behind = if body < 1.0 {
            let halo = smoothstep(0.17, 0.18, silhouette.glow.value(x, y));
            mix3(*backdrop.at(x, y), keyline, halo)
        } else {
            [0.0; 3]
        };
        if body <= 0.0 {
            return mix3(behind, palette.ink, line);
        }
        let colour = lab::to_srgb(*paint.at(x, y));
        let lit = mix3(colour, palette.accent, 0.85 * light.rim(&prepared.matte.alpha, x, y));
        let drawn = mix3(lit, palette.ink, ink.value(x, y) * silhouette.inner.value(x, y));
        mix3(mix3(behind, drawn, body), palette.ink, line)
    });
    prepared_selfie::picture(&picture, &silhouette.alpha)
}

/// The direction of the hard light.
#[derive(Clone, Copy, Debug)]
struct Light {
    /// Pixels from a point of the rim to the ground that lights it
    reach: [f32; 2],
    seed: u64,
}

impl Light {
    /// From above, left or right by seed.
    fn of(dice: &mut Dice, seed: u64) -> Self {
        let side = if seed.is_multiple_of(2) { 1.0 } else { -1.0 };
        let width = dice.between(13.0, 17.0);
        Self { reach: [side * width, -0.45 * width], seed }
    }

    /// Light on the rim at a pixel, 0..1: a hard band that swells and thins.
    fn rim(self, alpha: &Grid<1>, x: usize, y: usize) -> f32 {
        let (px, py) = (x as f32, y as f32);
        let swell = 1.25 * noise(self.seed, px / 90.0, py / 90.0);
        let seen = alpha.sample(px + swell * self.reach[0], py + swell * self.reach[1])[0];
        smoothstep(0.55, 0.45, seen)
    }
}

/// The outer line: heavy away from the light, fine towards it.
fn outline(silhouette: &Silhouette, light: Light, seed: u64) -> Grid<1> {
    let ramp = &silhouette.ramp;
    Grid::from_fn(ramp.width, ramp.height, |x, y| {
        let here = ramp.value(x, y);
        if here <= 0.02 || here >= 0.98 {
            return [0.0];
        }
        let (px, py) = (x as f32, y as f32);
        let slope =
            [ramp.sample(px + 3.0, py)[0] - ramp.sample(px - 3.0, py)[0], ramp.sample(px, py + 3.0)[0] - ramp.sample(px, py - 3.0)[0]];
        let steep = slope[0].hypot(slope[1]).max(1e-3);
        // The slope leads inwards: along the light, the rim is in the shade.
        let shade = (slope[0] * light.reach[0] + slope[1] * light.reach[1]) / (steep * light.reach[0].hypot(light.reach[1]));
        let half = 0.3 + 0.1 * shade + 0.1 * (noise(seed ^ 9, px / 60.0, py / 60.0) - 0.5);
        [smoothstep(half + 0.06, half - 0.06, (here - 0.5).abs())]
    })
}

/// The inner lines: hard and heavy, heavier where the drawing is darker.
fn lines_of(prepared: &PreparedSelfie, boldness: f32) -> Grid<1> {
    let pen = Pen { sigma: 2.1 * boldness.sqrt(), least: 0.75, length: 9, hardness: 1.1 * boldness };
    let ink = lines::draw(&prepared.contours(), &prepared.threshold(), &prepared.flow, pen);
    ink.map(|ink| [smoothstep(0.42, 0.62, ink[0])])
}

/// The colours of the subject, in Lab: each paint in light, in shade and in deep shade.
fn paint(prepared: &PreparedSelfie, palette: &Palette) -> Grid<3> {
    let side = SIDE as usize;
    let half = prepared.calm.shrunk(2);
    let flats = Flats::of(&half, &prepared.matte.alpha.shrunk(2), side);
    let shade = gauss::blur(&half.map(|c| [c[0]]), 2.0).resized(side, side);
    let complexion = Complexion::of(prepared);
    let accents = Accents::of(&prepared.lab, &prepared.calm, prepared.visage);
    let cold = shade_hue(palette);
    let night = lab::from_srgb(palette.ink.map(|channel| (channel * 255.0) as u8));
    Grid::from_fn(side, side, |x, y| {
        if !prepared.shows(x, y) {
            return night;
        }
        let hair = prepared.hair(x, y);
        let l = shade.value(x, y) + 1.5 * hair * prepared.strand(x, y);
        let plain = cel(flats.at(x, y), l, hair, cold);
        let skin = smoothstep(0.4, 0.5, prepared.skin.value(x, y));
        let colour = mix3(plain, skin_colour(&complexion, shade.value(x, y)), skin);
        let colour = with_features(prepared, &complexion, &accents, colour, (x, y));
        if prepared.grey { palette.tinted(colour) } else { colour }
    })
}

/// The shift of a and b in shade: towards the palette's second colour, and a little to violet.
fn shade_hue(palette: &Palette) -> [f32; 2] {
    let [_, a, b] = lab::from_srgb(palette.below.map(|channel| (channel * 255.0) as u8));
    let chroma = a.hypot(b).max(20.0);
    [1.0 + 5.0 * a / chroma, -2.5 + 5.0 * b / chroma]
}

/// A paint in light, shade or deep shade, by how far lightness `l` is from its own: with hard borders.
fn cel([own, a, b]: [f32; 3], l: f32, hair: f32, cold: [f32; 2]) -> [f32; 3] {
    let away = l - own;
    let step = |at: f32| smoothstep(at - 0.7, at + 0.7, away);
    let (lit, shaded, deep) = (step(mix(9.0, 7.0, hair)), 1.0 - step(-5.0), 1.0 - step(-15.0));
    let level = 4.0 + 1.02 * own + 9.0 * lit - 11.0 * shaded - 11.0 * deep;
    let chroma = a.hypot(b);
    // Colours become loud, greys stay grey, and shade leans to the backdrop's.
    let loud = 1.0 + 0.6 * smoothstep(6.0, 20.0, chroma) * smoothstep(95.0, 55.0, chroma);
    let shade = shaded + 0.6 * deep;
    [level.clamp(4.0, 97.0), loud * a + shade * cold[0], loud * b + shade * cold[1]]
}

/// Skin in light, shade or deep shade.
fn skin_colour(complexion: &Complexion, l: f32) -> [f32; 3] {
    let Complexion { middle, spread, hue } = *complexion;
    let away = (l - middle) / spread;
    let step = |at: f32| smoothstep(at - 0.07, at + 0.07, away);
    let (lit, shaded, deep) = (step(1.05), 1.0 - step(-0.6), 1.0 - step(-1.6));
    let level = middle + 2.0 + 0.22 * (92.0 - middle).max(0.0) * smoothstep(48.0, 72.0, middle) + 4.0 * lit - 13.0 * shaded - 10.0 * deep;
    let warm = complexion.tame() * (1.2 + 0.06 * shaded);
    [level.max(6.0), warm * hue[0] + 5.0 * shaded, warm * hue[1] - 2.0 * shaded]
}

/// The dark features of the face as ink, its whites as white, its lips redder.
fn with_features(
    prepared: &PreparedSelfie,
    complexion: &Complexion,
    accents: &Accents,
    mut colour: [f32; 3],
    (x, y): (usize, usize),
) -> [f32; 3] {
    let features = prepared.features(x, y);
    if features <= 0.0 {
        return colour;
    }
    let detail = accents.detail.value(x, y);
    colour[1] += 1.2 * features * complexion.lip(accents, x, y);
    let white = smoothstep(0.35, 0.6, features * complexion.white(accents, x, y));
    colour = mix3(colour, [(complexion.middle + 26.0).clamp(78.0, 97.0), 0.0, 1.0], white);
    let dark = features * smoothstep(-10.0, -16.0, detail);
    mix3(colour, [0.35 * colour[0].min(40.0), 0.4 * colour[1], 0.3 * colour[2]], dark)
}
