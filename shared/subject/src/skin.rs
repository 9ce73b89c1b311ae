//! Skin-like colours of any tone.

use raster::grid::{Grid, smoothstep};

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
#[derive(Clone, Copy, Debug)]
pub struct Face {
    /// Left to right, 0..1
    pub x: f32,
    /// Top to bottom, 0..1
    pub y: f32,
    /// How much skin-like colour gathers there, 0 none to 1 a clear face
    pub sure: f32,
}

/// The centre of the skin-like colours near where a portrait has its face, by mean shift
/// (Comaniciu and Meer, *Mean shift*, 2002), from the middle of the upper half.
pub fn find_face(lab: &Grid<3>) -> Face {
    let skin = lab.map(|&colour| [likeness(colour)]);
    let mut face = Face { x: 0.5, y: 0.42, sure: 0.0 };
    for _ in 0..6 {
        face = shift(&skin, face);
    }
    // The prior keeps a share: colour alone would follow a wooden wall.
    let trust = face.sure;
    Face { x: 0.5 + (face.x - 0.5).clamp(-0.22, 0.22) * trust, y: 0.42 + (face.y - 0.42).clamp(-0.2, 0.2) * trust, sure: face.sure }
}

/// One step of the mean shift under a Gaussian window the size of a face.
fn shift(skin: &Grid<1>, face: Face) -> Face {
    let (mut sum, mut total, mut window) = ([0.0_f64; 2], 0.0_f64, 0.0_f64);
    for y in 0..skin.height {
        for x in 0..skin.width {
            let (px, py) = ((x as f32 + 0.5) / skin.width as f32, (y as f32 + 0.5) / skin.height as f32);
            let (dx, dy) = ((px - face.x) / 0.16, (py - face.y) / 0.2);
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
        let face = find_face(&lab);
        assert!((face.x - 0.59).abs() < 0.05 && (face.y - 0.38).abs() < 0.05, "{face:?}");
    }

    #[test]
    fn without_skin_the_face_is_where_portraits_have_it() {
        let face = find_face(&Grid::from_fn(16, 16, |_, _| [0.0; 3]));
        assert_eq!((face.x, face.y, face.sure), (0.5, 0.42, 0.0));
    }
}
