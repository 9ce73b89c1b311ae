//! A prepared selfie at half size: enough for brushes and printing plates, at a quarter of the cost.

use crate::complexion::Complexion;
use crate::flow::{self, Flow};
use crate::lines::{self, Pen};
use crate::prepared_selfie::PreparedSelfie;
use raster::grid::{Grid, mix, mix3, smoothstep};

#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Lab: calm, with the details of the face that calming removed
    pub(crate) colours: Grid<3>,
    /// The direction of edges and hair
    pub(crate) flow: Flow,
    /// The subject, 0..1, its edge crisp
    pub(crate) body: Grid<1>,
    /// The subject's skin, 0..1
    pub(crate) skin: Grid<1>,
    /// The subject's hair, 0..1
    pub(crate) hair: Grid<1>,
    /// How near a pixel is to the middle of the face, 0..1
    pub(crate) features: Grid<1>,
    /// The skin's tone among these colours
    pub(crate) complexion: Complexion,
}

impl Draft {
    pub(crate) fn of(prepared: &PreparedSelfie) -> Self {
        let (lab, calm) = (prepared.lab.shrunk(2), prepared.calm.shrunk(2));
        let at =
            |pixel: fn(&PreparedSelfie, usize, usize) -> f32| Grid::from_fn(lab.width, lab.height, |x, y| [pixel(prepared, 2 * x, 2 * y)]);
        let features = at(PreparedSelfie::features);
        let colours = Grid::from_fn(lab.width, lab.height, |x, y| {
            let share = mix(0.12, 0.65, features.value(x, y));
            mix3(*calm.at(x, y), *lab.at(x, y), share)
        });
        let found = prepared.skin.shrunk(2);
        let side = lab.width as f32;
        let skin = Grid::from_fn(lab.width, lab.height, |x, y| {
            [found.value(x, y).max(throat(prepared, *calm.at(x, y), x as f32 / side, y as f32 / side))]
        });
        Self {
            flow: flow::tangents(&colours, 2.0),
            body: prepared.matte.alpha.shrunk(2).map(|a| [smoothstep(0.35, 0.65, a[0])]),
            skin,
            hair: at(PreparedSelfie::hair),
            features,
            complexion: Complexion::of(prepared),
            colours,
        }
    }

    /// Ink 0..1 of lines within the subject; the pen's measures are in pixels of the draft.
    pub(crate) fn lines(&self, pen: Pen) -> Grid<1> {
        let threshold = Grid::from_fn(self.body.width, self.body.height, |x, y| match self.body.value(x, y) {
            body if body < 0.02 => [lines::NEVER],
            _ => [mix(1.15, 0.6, self.features.value(x, y))],
        });
        lines::draw(&self.colours.map(|c| [c[0]]), &threshold, &self.flow, pen)
    }
}

/// How much a place, in shares of the side, is the throat, 0..1: of a colour like skin, in the column under the face, though in its shade.
pub(crate) fn throat(prepared: &PreparedSelfie, colour: [f32; 3], x: f32, y: f32) -> f32 {
    let visage = prepared.visage;
    let (u, v) = ((x - visage.x).abs() / visage.rx, (y - visage.y) / visage.ry);
    let under = smoothstep(1.05, 0.85, u) * smoothstep(0.4, 0.7, v) * smoothstep(2.1, 1.8, v);
    // In the shade of a chin skin turns olive, beyond the range of skin elsewhere.
    let [l, a, b] = colour;
    let (chroma, hue) = (a.hypot(b), b.atan2(a).to_degrees());
    let olive = smoothstep(-5.0, 15.0, hue) * smoothstep(108.0, 96.0, hue) * smoothstep(5.0, 9.0, chroma) * smoothstep(44.0, 36.0, chroma);
    visage.sure * under * olive * smoothstep(12.0, 22.0, l)
}
