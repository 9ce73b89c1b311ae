//! Skin-like colours of any tone.

use crate::head::HeadBox;
use raster::grid::{Grid, mix, smoothstep};

/// How much a Lab colour looks like skin, 0..1: by hue and chroma, which skin tones share, hardly by lightness, which differs (ranges after Chai and
/// Ngan, *Face segmentation using skin-color map*, 1999, carried over to Lab).
pub fn likeness([l, a, b]: [f32; 3]) -> f32 {
    let chroma = (a * a + b * b).sqrt();
    let hue = b.atan2(a).to_degrees();
    let by_hue = smoothstep(5.0, 28.0, hue) * smoothstep(85.0, 70.0, hue);
    let by_chroma = smoothstep(5.0, 11.0, chroma) * smoothstep(58.0, 44.0, chroma);
    let by_lightness = smoothstep(8.0, 22.0, l) * smoothstep(99.0, 95.0, l);
    by_hue * by_chroma * by_lightness
}

/// The probable place of the face, in shares of the picture's width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// Left to right, 0..1
    pub x: f32,
    /// Top to bottom, 0..1
    pub y: f32,
    /// How much skin-like colour gathers there, 0 none to 1 a clear face
    pub sure: f32,
}

/// How much skin outside the subject counts: a face that the mask lost is still seen.
const OUTSIDE: f32 = 0.2;

/// The centre of the skin-like colours of the `subject`, a mask of the picture's size, near where its `head` has the face, by mean shift
/// (Comaniciu and Meer, *Mean shift*, 2002).
pub(crate) fn find_face(lab: &Grid<3>, subject: &Grid<1>, head: HeadBox) -> Face {
    let skin = Grid::from_fn(lab.width, lab.height, |x, y| [likeness(*lab.at(x, y)) * mix(OUTSIDE, 1.0, subject.value(x, y))]);
    let home = head.face();
    let mut face = home;
    for _ in 0..6 {
        face = shift(&skin, face, head);
    }
    // The head keeps a share: colour alone would follow a wooden wall, or a hand.
    let within = |found: f32, home: f32, most: f32| home + (found - home).clamp(-most, most) * face.sure;
    Face { x: within(face.x, home.x, 0.46 * head.width()), y: within(face.y, home.y, 0.34 * head.height()), sure: face.sure }
}

/// One step of the mean shift under a Gaussian window the size of a face.
fn shift(skin: &Grid<1>, face: Face, head: HeadBox) -> Face {
    let (across, down) = ((head.width() / 3.0).max(0.01), (0.35 * head.height()).max(0.01));
    let (mut sum, mut total, mut window) = ([0.0_f64; 2], 0.0_f64, 0.0_f64);
    for y in 0..skin.height {
        for x in 0..skin.width {
            let (px, py) = ((x as f32 + 0.5) / skin.width as f32, (y as f32 + 0.5) / skin.height as f32);
            let (dx, dy) = ((px - face.x) / across, (py - face.y) / down);
            let nearness = f64::from((-0.5 * (dx * dx + dy * dy)).exp());
            let weight = nearness * f64::from(skin.value(x, y));
            sum[0] += weight * f64::from(px);
            sum[1] += weight * f64::from(py);
            total += weight;
            window += nearness;
        }
    }
    let share = (total / window.max(1e-9)) as f32;
    if total < 1e-6 {
        return Face { sure: 0.0, ..face };
    }
    Face { x: (sum[0] / total) as f32, y: (sum[1] / total) as f32, sure: smoothstep(0.08, 0.4, share) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::USUAL;
    use raster::lab;

    #[test]
    fn skin_of_every_tone_and_nothing_else() {
        // The six Fitzpatrick types, as commonly rendered in sRGB
        for rgb in [[244, 208, 177], [231, 180, 143], [210, 158, 124], [186, 119, 80], [165, 94, 43], [80, 50, 35]] {
            assert!(likeness(lab::from_srgb(rgb)) > 0.4, "{rgb:?}");
        }
        for rgb in [[255, 255, 255], [0, 0, 0], [128, 128, 128], [40, 90, 200], [60, 160, 60], [250, 90, 10]] {
            assert!(likeness(lab::from_srgb(rgb)) < 0.2, "{rgb:?}");
        }
    }

    #[test]
    fn a_face_is_found_where_skin_is() {
        let lab = Grid::from_fn(64, 64, |x, y| {
            let (dx, dy) = (x as f32 - 38.0, y as f32 - 24.0);
            if dx * dx + dy * dy < 100.0 { lab::from_srgb([210, 158, 124]) } else { [60.0, -10.0, -20.0] }
        });
        let face = find_face(&lab, &lab.map(|_| [1.0]), USUAL);
        assert!((face.x - 0.59).abs() < 0.05 && (face.y - 0.38).abs() < 0.05, "{face:?}");
    }

    #[test]
    fn without_skin_the_face_is_where_portraits_have_it() {
        let black = Grid::from_fn(16, 16, |_, _| [0.0; 3]);
        assert_eq!(find_face(&black, &black.map(|_| [1.0]), USUAL), USUAL.face());
    }
}
