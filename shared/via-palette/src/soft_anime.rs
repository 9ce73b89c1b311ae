//! Cel anime in soft colours.

use image::RgbaImage;

use crate::SIDE;
use crate::backdrop;
use crate::dice::Dice;
use crate::lines::{self, Pen};
use crate::palette::{self, Palette};
use crate::silhouette::Silhouette;
use crate::sitting::{self, Sitting};
use crate::tone::{Histogram, Stairs};
use raster::gauss;
use raster::grid::{Grid, mix, mix3, smoothstep};
use raster::lab;

/// Draws a sitting in soft colours over a pastel backdrop.
pub(crate) fn draw(sitting: &Sitting, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 1);
    let palette = palette::pastel(&mut dice);
    let silhouette = Silhouette::of(&sitting.matte, 1.9);
    let ink = lines_of(sitting, dice.between(0.9, 1.2));
    let paint = paint(sitting);
    let backdrop = backdrop::colour::paint(SIDE as usize, seed, &palette);
    let picture = Grid::from_fn(paint.width, paint.height, |x, y| {
        let body = lab::to_srgb(*paint.at(x, y));
        let body = mix3(body, tint(body, &palette), 0.9 * ink.value(x, y) * silhouette.inner.value(x, y));
        let light = 0.6 * silhouette.glow.value(x, y) * (1.0 - silhouette.body.value(x, y));
        let behind = mix3(*backdrop.at(x, y), [1.0, 1.0, 1.0], light);
        let whole = mix3(behind, body, silhouette.body.value(x, y));
        mix3(whole, tint(body, &palette), 0.92 * silhouette.line.value(x, y))
    });
    sitting::picture(&picture, &silhouette.alpha)
}

/// The colour of ink on a colour: the palette's, warmed by what it lies on.
fn tint(under: [f32; 3], palette: &Palette) -> [f32; 3] {
    let dark = under.map(|channel| 0.34 * channel);
    mix3(palette.ink, dark, 0.45)
}

/// The inner lines: fine ones.
fn lines_of(sitting: &Sitting, boldness: f32) -> Grid<1> {
    let pen = Pen { sigma: 1.5, least: 0.5, length: 7, hardness: 0.75 * boldness };
    let ink = lines::draw(&sitting.contours(), &sitting.patience(), &sitting.flow, pen);
    ink.map(|ink| [smoothstep(0.25, 0.95, ink[0])])
}

/// The colours of the subject, in Lab: few levels of lightness, skin by its own rules.
fn paint(sitting: &Sitting) -> Grid<3> {
    let stairs = Stairs::of(&sitting.calm, &sitting.matte.alpha, 6);
    let skin = SkinTone::of(sitting);
    let sharp = sharpness(sitting);
    Grid::from_fn(sitting.calm.width, sitting.calm.height, |x, y| {
        let [l, a, b] = *sitting.calm.at(x, y);
        let l = l + sharp.value(x, y);
        let plain = plain_colour(stairs.level(l, 1.6), l, a, b);
        match smoothstep(0.25, 0.6, sitting.skin.value(x, y)) {
            share if share > 0.0 => mix3(plain, skin.colour(l, a, b), share),
            _ => plain,
        }
    })
}

/// What the calm picture lost of eyes and lips: small strong detail, none of the weak.
fn sharpness(sitting: &Sitting) -> Grid<1> {
    let fine = gauss::blur(&sitting.lab.map(|c| [c[0]]), 1.2);
    Grid::from_fn(fine.width, fine.height, |x, y| {
        let lost = fine.value(x, y) - sitting.calm.at(x, y)[0];
        let kept = (lost.abs() - 4.0).clamp(0.0, 18.0) * sitting.features(x, y);
        [kept * lost.signum()]
    })
}

/// Clothes, hair and things: a flat level with a breath of its shading, brighter and clearer, shadows towards violet.
fn plain_colour(level: f32, l: f32, a: f32, b: f32) -> [f32; 3] {
    let flat = mix(level, l, 0.12);
    let shade = smoothstep(45.0, 8.0, flat);
    // Middle tones gain most: the darks stay dark enough for form, the lights keep their room.
    let lifted = 9.0 + 0.91 * flat + 9.0 * smoothstep(10.0, 50.0, flat) * smoothstep(100.0, 60.0, flat);
    let clear = 1.2 + 0.12 * smoothstep(10.0, 40.0, a.hypot(b));
    [lifted, clear * a + 3.0 * shade, clear * b - 6.0 * shade]
}

/// The skin of one subject: its middle tone and how far it strays.
struct SkinTone {
    /// Middle lightness
    middle: f32,
    /// How far shades and lights lie from it
    spread: f32,
    /// Mean a and b
    hue: [f32; 2],
}

impl SkinTone {
    /// Measures the skin of a sitting.
    fn of(sitting: &Sitting) -> Self {
        let histogram = Histogram::of(&sitting.calm, &sitting.skin);
        let (mut sum, mut total) = ([0.0_f64; 2], 1e-6_f64);
        for (cell, weight) in sitting.calm.cells.iter().zip(&sitting.skin.cells) {
            let weight = f64::from(weight[0]);
            sum[0] += weight * f64::from(cell[1]);
            sum[1] += weight * f64::from(cell[2]);
            total += weight;
        }
        Self {
            middle: histogram.quantile(0.55),
            spread: (0.5 * (histogram.quantile(0.9) - histogram.quantile(0.1))).clamp(6.0, 16.0),
            hue: sum.map(|channel| (channel / total) as f32),
        }
    }

    /// Skin as a cel painter has it: one calm tone, one shade that turns warm rather than grey, one light.
    fn colour(&self, l: f32, a: f32, b: f32) -> [f32; 3] {
        let away = l - self.middle;
        let step = |at: f32| smoothstep(at * self.spread - 1.8, at * self.spread + 1.8, away);
        let (lit, shaded, deep) = (step(0.8), 1.0 - step(-0.75), 1.0 - step(-1.7));
        let flat = self.middle + 3.0 * lit - 7.0 * shaded - 11.0 * deep;
        // Features far darker than skin keep their own lightness.
        let feature = smoothstep(-2.4 * self.spread, -3.2 * self.spread, away);
        let level = mix(mix(flat, l, 0.1), l, feature);
        let strange = (a - self.hue[0]).powi(2) + (b - self.hue[1]).powi(2);
        let common = 0.8 * (-strange / 90.0).exp();
        let own = [mix(a, self.hue[0], common), mix(b, self.hue[1], common)];
        // Redder than the rest is a lip or a cheek, and may bloom.
        let bloom = (a - self.hue[0] - 2.0).clamp(0.0, 12.0);
        let brighter = 0.4 * (97.0 - level).max(0.0) * smoothstep(20.0, 75.0, self.middle) + 2.5;
        let pale = smoothstep(0.6, 0.42, a.hypot(b) / self.hue[0].hypot(self.hue[1]).max(1.0)) * smoothstep(-1.6, -0.6, away / self.spread);
        // Light and paler than skin within skin: teeth and the whites of eyes
        let painted = [level + brighter, 1.1 * own[0] + 3.0 * shaded + 0.8 * bloom, 1.25 * own[1] + 2.0 - 2.0 * lit];
        mix3(painted, [94.0, 1.0, 2.5], 0.85 * pale)
    }
}
