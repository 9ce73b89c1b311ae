//! The skin of one subject, and its reduction to a few paints.

use crate::prepared_selfie::PreparedSelfie;
use crate::tone::Histogram;
use crate::visage::Accents;
use raster::grid::{Grid, mix, smoothstep};

/// The middle tone of the skin and its spread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complexion {
    /// Middle lightness
    pub(crate) middle: f32,
    /// Distance of shades and lights from it
    pub(crate) spread: f32,
    /// Mean a and b
    pub(crate) hue: [f32; 2],
}

impl Complexion {
    pub(crate) fn of(prepared: &PreparedSelfie) -> Self {
        let histogram = Histogram::of(&prepared.calm, &prepared.skin);
        let hue = mean_hue(&prepared.calm, |x, y| prepared.skin.value(x, y));
        Self { middle: histogram.quantile(0.55), spread: (0.5 * (histogram.quantile(0.9) - histogram.quantile(0.1))).clamp(6.0, 16.0), hue }
    }

    /// How much a pixel is a tooth or the white of an eye, 0..1: next to something dark, paler than the skin and about as light.
    pub(crate) fn white(&self, accents: &Accents, x: usize, y: usize) -> f32 {
        let near = accents.near.value(x, y);
        if near <= 0.0 {
            return 0.0;
        }
        let [l, a, b] = *accents.fine.at(x, y);
        let own = self.hue[0].hypot(self.hue[1]).max(1.0);
        let pale = smoothstep(0.72, 0.48, a.hypot(b) / own);
        near * pale * smoothstep(-1.5, -0.5, (l - self.middle) / self.spread)
    }

    /// How much redder a pixel is than the skin, in units of a, next to something dark: a lip.
    pub(crate) fn lip(&self, accents: &Accents, x: usize, y: usize) -> f32 {
        let redder = (accents.fine.at(x, y)[1] - self.hue[0] - 2.0).clamp(0.0, 12.0);
        redder * accents.near.value(x, y)
    }

    /// The factor of the hue where it is painted: below 1 where warm light makes skin more orange than any is.
    pub(crate) fn tame(&self) -> f32 {
        let chroma = self.hue[0].hypot(self.hue[1]).max(27.0);
        (27.0 + 0.2 * (chroma - 27.0)) / chroma
    }

    /// The skin's own hue for a colour of a and b: small deviations are the same skin in other light.
    pub(crate) fn calm_hue(&self, a: f32, b: f32) -> [f32; 2] {
        let strange = (a - self.hue[0]).powi(2) + (b - self.hue[1]).powi(2);
        let common = 0.9 * (-strange / 260.0).exp();
        [mix(a, self.hue[0], common), mix(b, self.hue[1], common)].map(|channel| self.tame() * channel)
    }
}

/// The mean a and b of a Lab picture under weights.
pub(crate) fn mean_hue(lab: &Grid<3>, weight: impl Fn(usize, usize) -> f32) -> [f32; 2] {
    let (mut sum, mut total) = ([0.0_f64; 2], 1e-6_f64);
    for y in (0..lab.height).step_by(2) {
        for x in (0..lab.width).step_by(2) {
            let weight = f64::from(weight(x, y));
            let colour = lab.at(x, y);
            sum[0] += weight * f64::from(colour[1]);
            sum[1] += weight * f64::from(colour[2]);
            total += weight;
        }
    }
    sum.map(|channel| (channel / total) as f32)
}
