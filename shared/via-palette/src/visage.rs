//! The subject's face: the place and size of its skin, and its small features.

use raster::gauss;
use raster::grid::{Grid, smoothstep};
use subject::skin::{self, Face};

/// An ellipse about the face from brows to chin, in shares of the picture's side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visage {
    /// Middle, left to right
    pub(crate) x: f32,
    /// Middle, top to bottom
    pub(crate) y: f32,
    /// Half its width
    pub(crate) rx: f32,
    /// Half its height
    pub(crate) ry: f32,
    /// Certainty that there is a face, 0..1
    pub(crate) sure: f32,
}

impl Visage {
    /// The ellipse with the same spread as the skin round the middle of the face.
    pub(crate) fn of(skin: &Grid<1>, face: Face) -> Self {
        let (mut sum, mut moments) = (1e-6_f64, [0.0_f64; 4]);
        for y in (0..skin.height).step_by(4) {
            for x in (0..skin.width).step_by(4) {
                let (dx, dy) = ((x as f32 + 0.5) / skin.width as f32 - face.x, (y as f32 + 0.5) / skin.height as f32 - face.y);
                // The window keeps hands and necks out; its reduction of the spread is compensated below.
                let weight = f64::from(skin.value(x, y) * smoothstep(0.3, 0.2, dx.hypot(0.85 * dy)));
                sum += weight;
                for (moment, value) in moments.iter_mut().zip([dx, dy, dx * dx, dy * dy]) {
                    *moment += weight * f64::from(value);
                }
            }
        }
        let [x, y, xx, yy] = moments.map(|moment| (moment / sum) as f32);
        let spread = |mean: f32, square: f32| (square - mean * mean).max(0.0).sqrt();
        let seen = smoothstep(20.0, 200.0, sum as f32);
        let rx = (2.1 * spread(x, xx)).clamp(0.07, 0.26);
        let ry = (2.1 * spread(y, yy)).clamp(1.1 * rx, 1.45 * rx);
        let towards = |from: f32, to: f32| from + (to - from) * seen;
        Self { x: face.x + seen * x, y: face.y + seen * y, rx: towards(0.17, rx), ry: towards(0.21, ry), sure: face.sure.max(0.8 * seen) }
    }

    /// How far (`x`, `y`), in shares of the side, is from the middle: 1 on the ellipse.
    pub(crate) fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = ((x - self.x) / self.rx, (y - self.y) / self.ry);
        (dx * dx + dy * dy).sqrt()
    }
}

/// The subject's skin, 0..1: like skin in general, like the skin in the middle of the face, and within the matte.
/// A picture without colours (`grey`) has skin where its lightness is the face's, round the face.
pub(crate) fn skin_of(smooth: &Grid<3>, drawn: &Grid<1>, face: Face, grey: bool) -> Grid<1> {
    let own = FaceColour::of(smooth, face, grey);
    let raw = Grid::from_fn(smooth.width, smooth.height, |x, y| {
        let colour = *smooth.at(x, y);
        let own = if grey {
            let (dx, dy) = ((x as f32 / smooth.width as f32 - face.x) / 0.2, (y as f32 / smooth.height as f32 - face.y) / 0.3);
            own.by_lightness(colour[0]) * smoothstep(1.2, 0.8, dx.hypot(dy))
        } else {
            skin::likeness(colour) * own.likeness(colour)
        };
        [own * drawn.value(x, y)]
    });
    gauss::blur(&raw.map(|c| [smoothstep(0.25, 0.6, c[0])]), 2.0)
}

pub(crate) fn lightness(lab: &Grid<3>, face: Face) -> f32 {
    FaceColour::of(lab, face, false).0[0]
}

/// The colour in the middle of the face, which separates skin from hair and wood of nearly its colour.
struct FaceColour([f32; 3]);

impl FaceColour {
    /// The mean of skin-like colours around the face; of all colours there if the picture has none.
    fn of(smooth: &Grid<3>, face: Face, grey: bool) -> Self {
        let (mut sum, mut total) = ([0.0_f64; 3], 1e-9_f64);
        for y in (0..smooth.height).step_by(4) {
            for x in (0..smooth.width).step_by(4) {
                let (px, py) = (x as f32 / smooth.width as f32, y as f32 / smooth.height as f32);
                let (dx, dy) = ((px - face.x) / 0.09, (py - face.y) / 0.12);
                let colour = smooth.at(x, y);
                let like = if grey { smoothstep(15.0, 45.0, colour[0]) } else { skin::likeness(*colour) };
                let weight = f64::from((-0.5 * (dx * dx + dy * dy)).exp() * like);
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

    /// The same by lightness alone.
    fn by_lightness(&self, l: f32) -> f32 {
        (-0.5 * ((l - self.0[0]) / 16.0).powi(2)).exp()
    }
}

/// The gain of the details of a face, so that a soft picture has eyes too: its darkest hundredth should be this dark.
fn strength(detail: &Grid<1>, visage: Visage) -> f32 {
    let mut found: Vec<f32> = Vec::new();
    for y in (0..detail.height).step_by(4) {
        for x in (0..detail.width).step_by(4) {
            if visage.distance((x as f32 + 0.5) / detail.width as f32, (y as f32 + 0.5) / detail.height as f32) < 0.8 {
                found.push(detail.value(x, y));
            }
        }
    }
    found.sort_by(f32::total_cmp);
    let dark = found.get(found.len() / 50).copied().unwrap_or(0.0);
    (-24.0 / dark.min(-1.0)).clamp(1.0, 1.7)
}

/// The small dark features of a face, and their surroundings: brows, eyes, nostrils and the line of the mouth.
#[derive(Clone, Debug)]
pub(crate) struct Accents {
    /// Fine lightness less the lightness around, in units of L, below 0 in dark features
    pub(crate) detail: Grid<1>,
    /// The picture without its noise
    pub(crate) fine: Grid<3>,
    /// Nearness of a dark feature, 0..1: the whites of eyes, and teeth, are there
    pub(crate) near: Grid<1>,
}

impl Accents {
    /// The accents of a Lab picture whose side divides by 8; `calm` is the same without texture.
    pub(crate) fn of(lab: &Grid<3>, calm: &Grid<3>, visage: Visage) -> Self {
        let size = visage.rx * lab.width as f32;
        let broad = calm.map(|c| [c[0]]).shrunk(8);
        let about = gauss::wide_blur(&broad, (0.11 * size / 8.0).max(1.0)).resized(lab.width, lab.height);
        let fine = gauss::blur(lab, 1.0);
        let raw = Grid::from_fn(lab.width, lab.height, |x, y| [fine.at(x, y)[0] - about.value(x, y)]);
        let strength = strength(&raw, visage);
        let detail = raw.map(|d| [strength * d[0]]);
        let dark = detail.map(|d| [smoothstep(-8.0, -22.0, d[0])]).shrunk(4);
        let spread = gauss::wide_blur(&dark, (0.07 * size / 4.0).max(1.0));
        Self { near: spread.resized(lab.width, lab.height).map(|n| [smoothstep(0.1, 0.3, n[0])]), detail, fine }
    }
}
