//! The analysis of a selfie that every style draws from.

use image::{RgbImage, RgbaImage};

use crate::bilateral::{self, Reach};
use crate::flow::{self, Flow};
use crate::visage::{self, Visage};
use crate::{SIDE, coherence, crop, light, lines};
use raster::grid::{Grid, mix, smoothstep};
use raster::{gauss, lab, rows};
use subject::matte::{self, Matte};

/// A selfie prepared for drawing; all grids are [`SIDE`] wide and high.
#[derive(Clone, Debug)]
pub(crate) struct PreparedSelfie {
    /// The square crop in Lab
    pub(crate) lab: Grid<3>,
    /// The same, calmed and drawn out along its flow
    pub(crate) calm: Grid<3>,
    /// The direction of edges and hair
    pub(crate) flow: Flow,
    /// Strands of hair lighter or darker than those round them, in units of L; of half the width and height
    pub(crate) strands: Grid<1>,
    pub(crate) matte: Matte,
    /// How much each pixel is the subject's skin, 0..1, smooth
    pub(crate) skin: Grid<1>,
    /// The place and size of the face
    pub(crate) visage: Visage,
    /// Whether the selfie has no colours
    pub(crate) grey: bool,
}

impl PreparedSelfie {
    /// Prepares a selfie of any size.
    pub(crate) fn of(selfie: &RgbImage) -> Self {
        let square = match selfie.dimensions() {
            (0, _) | (_, 0) => RgbImage::new(SIDE, SIDE),
            _ => crop::square(selfie, SIDE),
        };
        let lab = light::exposed(light::balanced(lab::from_image(&square)));
        let matte = matte::find(&lab);
        let lab = light::lit(lab, &matte);
        let half = lab.shrunk(2);
        let drawn = matte.alpha.shrunk(2);
        let grey = is_grey(&half);
        let smooth = calmed(&half, &drawn);
        let side = SIDE as usize;
        let (half_flow, flow) = flow::tangents_at(&half, 2.0, side);
        let skin = visage::skin_of(&smooth, &drawn, matte.face, grey);
        let visage = Visage::of(&skin, matte.face);
        let hairy = Grid::from_fn(drawn.width, drawn.height, |x, y| {
            let away = visage.distance((x as f32 + 0.5) / drawn.width as f32, (y as f32 + 0.5) / drawn.height as f32);
            [if away < 2.4 { drawn.value(x, y) } else { 0.0 }]
        });
        Self {
            visage,
            skin: skin.resized(side, side),
            calm: gauss::blur(&smooth.resized(side, side), 0.8),
            strands: coherence::strands(&half, &hairy, &half_flow, (5.0, 22)),
            flow,
            matte,
            lab,
            grey,
        }
    }
}

impl PreparedSelfie {
    /// The lightness that lines are drawn from: calm, with the details of the face that calming removed.
    pub(crate) fn contours(&self) -> Grid<1> {
        Grid::from_fn(self.lab.width, self.lab.height, |x, y| {
            [mix(self.calm.at(x, y)[0], self.lab.at(x, y)[0], mix(0.45, 0.75, self.features(x, y)))]
        })
    }

    /// The threshold factor of lines: low in the face, higher in hair and clothes, highest in the surroundings.
    pub(crate) fn threshold(&self) -> Grid<1> {
        Grid::from_fn(self.lab.width, self.lab.height, |x, y| {
            // The backdrop will cover this ground: it needs no lines at all.
            match self.matte.alpha.value(x, y) {
                alpha if alpha < 0.01 => [lines::NEVER],
                _ => [mix(1.15, 0.55, self.features(x, y))],
            }
        })
    }

    /// How near a pixel is to the middle of the face, 0..1.
    pub(crate) fn features(&self, x: usize, y: usize) -> f32 {
        let away = self.visage.distance((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32);
        smoothstep(1.2, 0.8, away) * self.visage.sure
    }

    /// Whether a pixel is drawn, and not covered by the backdrop.
    pub(crate) fn shows(&self, x: usize, y: usize) -> bool {
        self.matte.alpha.value(x, y) >= 0.01
    }

    /// How likely a pixel is hair, 0..1: round the face, and not skin.
    pub(crate) fn hair(&self, x: usize, y: usize) -> f32 {
        let away = self.visage.distance((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32);
        let below = (y as f32 / SIDE as f32 - self.visage.y) / self.visage.ry;
        smoothstep(2.4, 1.9, away) * smoothstep(1.25, 0.9, below) * (1.0 - smoothstep(0.1, 0.4, self.skin.value(x, y)))
    }

    /// How much lighter or darker the strand of hair at a pixel is than those round it, in units of L.
    pub(crate) fn strand(&self, x: usize, y: usize) -> f32 {
        self.strands.sample(0.5 * x as f32 - 0.25, 0.5 * y as f32 - 0.25)[0]
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
    for sigma in [2.5, 4.0] {
        let flow = flow::tangents(&calm, sigma);
        calm = coherence::enhance(&calm, drawn, &flow, 14);
    }
    calm
}

/// Whether a picture is black and white, or of one tint as old photographs are.
fn is_grey(lab: &Grid<3>) -> bool {
    let count = lab.cells.len() as f64;
    let mean = |channel: usize| lab.cells.iter().map(|c| f64::from(c[channel])).sum::<f64>() / count;
    let (a, b) = (mean(1) as f32, mean(2) as f32);
    let stray = lab.cells.iter().map(|c| f64::from((c[1] - a).abs() + (c[2] - b).abs())).sum::<f64>() / count;
    stray < 2.5 && a.hypot(b) < 14.0
}

/// The finished picture: sRGB 0..1 per channel with the matte as alpha.
pub(crate) fn picture(colours: &Grid<3>, alpha: &Grid<1>) -> RgbaImage {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let (width, height) = (colours.width, colours.height);
    let mut bytes = vec![0; 4 * width * height];
    rows::fill(&mut bytes, 4 * width, |y, row| {
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let [r, g, b] = colours.at(x, y).map(byte);
            pixel.copy_from_slice(&[r, g, b, byte(alpha.value(x, y))]);
        }
    });
    // Of as many bytes as its size says.
    RgbaImage::from_raw(width as u32, height as u32, bytes).unwrap_or_default()
}
