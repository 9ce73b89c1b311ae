//! Washes on paper.
//!
//! ```text
//! draft → washes: few soft tones, rims where they dried, turbulence, ragged towards the bottom
//! seed  → stains behind the subject, of three pigments, one through the other
//! both  → granulate in the paper's grain → under a pencil drawing
//! ```

mod paper;
mod pigment;
mod stains;
mod washes;

use image::RgbaImage;

use crate::SIDE;
use crate::dice::{self, Dice};
use crate::draft::Draft;
use crate::lines::Pen;
use crate::prepared_selfie::{self, PreparedSelfie};
use paper::Paper;
use pigment::Pigments;
use raster::gauss;
use raster::grid::{Grid, mix, mix3, smoothstep};

/// Paints a prepared selfie.
pub(crate) fn draw(prepared: &PreparedSelfie, seed: u64) -> RgbaImage {
    let mut dice = Dice::new(seed, 11);
    let draft = Draft::of(prepared);
    let pigments = Pigments::of(seed);
    let weather = Weather::of(seed, draft.body.width);
    let subject = washes::of(prepared, &draft, &weather, &pigments);
    let stains = stains::of(seed, &weather, &pigments, (prepared.visage.x, prepared.visage.y));
    let cover = &subject.cover;
    let wash = Grid::from_fn(cover.width, cover.height, |x, y| {
        let cover = cover.value(x, y);
        // The ground is painted round the subject, and a little into it where that was still wet.
        let ground = *stains.at(x, y);
        let under = ground.map(|light| mix(1.0, light, 0.12 + 0.88 * (1.0 - subject.kept.value(x, y))));
        let own = subject.light.at(x, y).map(|light| mix(1.0, light, cover));
        [under[0] * own[0], under[1] * own[1], under[2] * own[2]]
    });
    let pencil = pencil(&draft, &weather, dice.between(0.85, 1.15));
    let lead = *dice.pick(&[[0.27, 0.22, 0.24], [0.3, 0.21, 0.17], [0.2, 0.22, 0.32]]);
    let calm = Grid::from_fn(wash.width, wash.height, |x, y| {
        [draft.features.value(x, y).max(0.8 * draft.skin.value(x, y)) * subject.kept.value(x, y)]
    });
    let layers = Layers { wash, pencil, calm, lead };
    finish(prepared, &layers, &Paper::of(seed))
}

/// The layers on the paper; grids are of a draft's size.
struct Layers {
    /// The light that the paint lets through, sRGB 0..1
    wash: Grid<3>,
    /// The pencil's marks, 0..1
    pencil: Grid<1>,
    /// Area in which pigment settles evenly, 0..1: skin
    calm: Grid<1>,
    /// The pencil's colour, sRGB 0..1
    lead: [f32; 3],
}

/// Brings washes and pencil onto the paper at full size.
fn finish(prepared: &PreparedSelfie, layers: &Layers, paper: &Paper) -> RgbaImage {
    let side = SIDE as usize;
    let picture = Grid::from_fn(side, side, |x, y| {
        let (px, py) = (0.5 * x as f32 - 0.25, 0.5 * y as f32 - 0.25);
        let grain = paper.height(x, y);
        let light = layers.wash.sample(px, py);
        let depth = 1.0 - (light[0] + light[1] + light[2]) / 3.0;
        // Pigment settles in the hollows of the paper, more of it where there is more.
        let settling = mix(0.27, 0.09, layers.calm.sample(px, py)[0]);
        let density = 1.0 - settling * grain * smoothstep(0.02, 0.35, depth);
        let settled = light.map(|c| pigment::denser(c, density));
        // The side of a bump away from the window is a little darker.
        let lit = 1.0 + 0.035 * paper.slope(x, y);
        let mark = layers.pencil.sample(px, py)[0];
        let mark = smoothstep(0.12, 0.7, mark * (1.0 + 0.5 * grain)) * 0.7;
        let on_paper = std::array::from_fn(|i| (paper::WHITE[i] * settled[i] * lit).min(1.0));
        mix3(on_paper, layers.lead.map(|c| c * lit), mark)
    });
    prepared_selfie::picture(&picture, &prepared.matte.alpha.map(|a| [smoothstep(0.3, 0.7, a[0])]))
}

/// The pencil drawing: fine lines and the outline, lost here and there.
fn pencil(draft: &Draft, weather: &Weather, weight: f32) -> Grid<1> {
    let pen = Pen { sigma: 0.85 * weight, least: 0.6, length: 7, hardness: 0.6 };
    let inner = draft.lines(pen);
    let edge = gauss::blur(&draft.body, 0.8 * weight);
    Grid::from_fn(inner.width, inner.height, |x, y| {
        let e = edge.value(x, y);
        let outer = (4.0 * e * (1.0 - e)).powi(2) * smoothstep(0.3, 0.6, weather.broad.value(x, y));
        let pressure = mix(0.45 + 0.8 * weather.fine.value(x, y), 1.0, draft.features.value(x, y));
        [(inner.value(x, y).max(0.8 * outer) * pressure).min(1.0)]
    })
}

/// The random behaviour of water: smooth noise in 0..1, of a draft's size.
struct Weather {
    /// With features of a sixth of the side
    broad: Grid<1>,
    /// With features of a fortieth of the side
    fine: Grid<1>,
    /// Another as fine
    other: Grid<1>,
}

impl Weather {
    fn of(seed: u64, side: usize) -> Self {
        let noise = |salt: u64, scale: f32| {
            let small = side / 2;
            let field = Grid::from_fn(small, small, |x, y| {
                // Turned, or the lattice of the noise would show beside the frame.
                let (u, v) = (x as f32 / small as f32 * scale, y as f32 / small as f32 * scale);
                let noise = dice::fractal(seed ^ salt, 0.82 * u - 0.57 * v, 0.57 * u + 0.82 * v);
                // Fractal noise gathers round its middle; stretched it reaches 0 and 1.
                [((noise - 0.5) * 1.7 + 0.5).clamp(0.0, 1.0)]
            });
            field.resized(side, side)
        };
        Self { broad: noise(0x11, 6.0), fine: noise(0x12, 40.0), other: noise(0x13, 30.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn any_picture_is_painted_and_twice_the_same() {
        let noise = RgbImage::from_fn(90, 60, |x, y| Rgb([(x * 37 + y * 11) as u8, (x * y) as u8, (y * 91) as u8]));
        for (seed, picture) in [RgbImage::new(0, 0), noise].iter().enumerate() {
            let prepared = PreparedSelfie::of(picture);
            let drawing = draw(&prepared, seed as u64);
            assert!(drawing == draw(&prepared, seed as u64));
        }
    }

    #[test]
    fn bare_paper_is_warm_and_nearly_white() {
        let drawing = draw(&PreparedSelfie::of(&RgbImage::from_pixel(8, 8, Rgb([255, 255, 255]))), 0);
        let bare = drawing.pixels().filter(|p| p.0[0] > 235 && p.0[0] >= p.0[2]).count();
        assert!(bare > (SIDE * SIDE / 8) as usize, "{bare}");
    }
}
