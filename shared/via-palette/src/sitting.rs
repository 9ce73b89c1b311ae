//! What every style needs to know of a selfie before it draws.

use image::{RgbImage, Rgba, RgbaImage};

use crate::bilateral::{self, Reach};
use crate::flow::{self, Flow};
use crate::{SIDE, coherence, crop, lines};
use raster::grid::{Grid, mix, smoothstep};
use raster::{gauss, lab};
use subject::matte::{self, Matte};
use subject::skin::{self, Face};

/// A selfie prepared for drawing; all grids are [`SIDE`] wide and high.
#[derive(Clone, Debug)]
pub(crate) struct Sitting {
    /// The square crop in Lab
    pub(crate) lab: Grid<3>,
    /// The same, calmed and drawn out along its flow
    pub(crate) calm: Grid<3>,
    /// Where edges and hair run
    pub(crate) flow: Flow,
    /// Who is the subject
    pub(crate) matte: Matte,
    /// How much each pixel is the subject's skin, 0..1, smooth
    pub(crate) skin: Grid<1>,
}

impl Sitting {
    /// Prepares a selfie of any size.
    pub(crate) fn of(selfie: &RgbImage) -> Self {
        let square = match selfie.dimensions() {
            (0, _) | (_, 0) => RgbImage::new(SIDE, SIDE),
            _ => crop::square(selfie, SIDE),
        };
        let lab = lab::from_image(&square);
        let matte = matte::find(&lab);
        let half = lab.shrunk(2);
        let drawn = matte.alpha.shrunk(2);
        let smooth = calmed(&half, &drawn);
        let side = SIDE as usize;
        Self {
            skin: skin_of(&smooth, &drawn, matte.face).resized(side, side),
            calm: gauss::blur(&smooth.resized(side, side), 0.8),
            flow: flow::tangents_at(&half, 2.0, side),
            matte,
            lab,
        }
    }
}

impl Sitting {
    /// The lightness that lines are drawn from: calm, but with what calming took from the face.
    pub(crate) fn contours(&self) -> Grid<1> {
        Grid::from_fn(self.lab.width, self.lab.height, |x, y| {
            [mix(self.calm.at(x, y)[0], self.lab.at(x, y)[0], mix(0.45, 0.75, self.features(x, y)))]
        })
    }

    /// How much a line needs to begin: little in the face, more in hair and clothes, most in what is merely around.
    pub(crate) fn patience(&self) -> Grid<1> {
        Grid::from_fn(self.lab.width, self.lab.height, |x, y| {
            // Ground before which a backdrop will stand needs no lines at all.
            match self.matte.alpha.value(x, y) {
                alpha if alpha < 0.01 => [lines::NEVER],
                _ => [mix(1.15, 0.55, self.features(x, y))],
            }
        })
    }

    /// How near a pixel is to the middle of the face, 0..1.
    pub(crate) fn features(&self, x: usize, y: usize) -> f32 {
        let side = SIDE as f32;
        let (dx, dy) = ((x as f32 / side - self.matte.face.x) / 0.17, (y as f32 / side - self.matte.face.y) / 0.21);
        smoothstep(1.15, 0.75, dx.hypot(dy)) * self.matte.face.sure
    }
}

/// The picture at half size without texture, where it is `drawn`: edges stay, hair becomes strands.
fn calmed(half: &Grid<3>, drawn: &Grid<1>) -> Grid<3> {
    let mut calm = gauss::blur(half, 0.7);
    for range in [7.0, 6.0] {
        let flow = flow::tangents(&calm, 2.0);
        let reach = Reach { space: 2.2, range };
        calm = bilateral::smooth(&calm, drawn, &flow, reach);
    }
    for sigma in [2.0, 3.0, 4.0] {
        let flow = flow::tangents(&calm, sigma);
        calm = coherence::enhance(&calm, drawn, &flow, 14);
    }
    calm
}

/// The subject's skin, 0..1: like skin in general, like the skin in the middle of the face, and within the matte.
fn skin_of(smooth: &Grid<3>, drawn: &Grid<1>, face: Face) -> Grid<1> {
    let kin = Kin::of(smooth, face);
    let raw = Grid::from_fn(smooth.width, smooth.height, |x, y| {
        let colour = *smooth.at(x, y);
        [skin::likeness(colour) * kin.likeness(colour) * drawn.value(x, y)]
    });
    gauss::blur(&raw.map(|c| [smoothstep(0.25, 0.6, c[0])]), 2.0)
}

/// The colour in the middle of the face, which tells skin from hair and wood of nearly its colour.
struct Kin([f32; 3]);

impl Kin {
    /// The mean of skin-like colours around the face.
    fn of(smooth: &Grid<3>, face: Face) -> Self {
        let (mut sum, mut total) = ([0.0_f64; 3], 1e-9_f64);
        for y in (0..smooth.height).step_by(4) {
            for x in (0..smooth.width).step_by(4) {
                let (px, py) = (x as f32 / smooth.width as f32, y as f32 / smooth.height as f32);
                let (dx, dy) = ((px - face.x) / 0.09, (py - face.y) / 0.12);
                let colour = smooth.at(x, y);
                let weight = f64::from((-0.5 * (dx * dx + dy * dy)).exp() * skin::likeness(*colour));
                (0..3).for_each(|i| sum[i] += weight * f64::from(colour[i]));
                total += weight;
            }
        }
        Self(sum.map(|channel| (channel / total) as f32))
    }

    /// How near a colour is to the face's: strictly in hue, loosely in lightness, downwards more so, for shade.
    fn likeness(&self, [l, a, b]: [f32; 3]) -> f32 {
        let turn = b.atan2(a) - self.0[2].atan2(self.0[1]);
        let chroma = a.hypot(b) - self.0[1].hypot(self.0[2]);
        let away = l - self.0[0];
        let by_lightness = if away > 0.0 { away / 30.0 } else { away / 24.0 };
        let distance = (turn / 0.36).powi(2) + (chroma / 20.0).powi(2) + by_lightness.powi(2);
        (-0.5 * distance).exp()
    }
}

/// The finished picture: sRGB 0..1 per channel with the matte as alpha.
pub(crate) fn picture(colours: &Grid<3>, alpha: &Grid<1>) -> RgbaImage {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    RgbaImage::from_fn(colours.width as u32, colours.height as u32, |x, y| {
        let [r, g, b] = colours.at(x as usize, y as usize).map(byte);
        Rgba([r, g, b, byte(alpha.value(x as usize, y as usize))])
    })
}
