//! Conversion between sRGB and CIE Lab (D65), where distances match what the eye sees.

use std::sync::LazyLock;

use image::RgbImage;

use crate::grid::Grid;

const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];

/// Linear light of each sRGB byte (IEC 61966-2-1).
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let value = byte as f32 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// Steps of the table from linear light to sRGB.
const ENCODE_STEPS: usize = 4096;

/// sRGB (0..1) of linear light, in [`ENCODE_STEPS`] steps.
static ENCODED: LazyLock<Vec<f32>> = LazyLock::new(|| {
    (0..=ENCODE_STEPS + 1)
        .map(|step| {
            let value = step as f32 / ENCODE_STEPS as f32;
            if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
        })
        .collect()
});

/// Lab of every pixel: L in 0..100, a and b about −100..100.
pub fn from_image(image: &RgbImage) -> Grid<3> {
    let width = image.width() as usize;
    let bytes = image.as_raw();
    Grid::from_fn(width, image.height() as usize, |x, y| {
        let at = 3 * (y * width + x);
        from_srgb([bytes[at], bytes[at + 1], bytes[at + 2]])
    })
}

/// Lab of one sRGB colour (CIE 15:2004).
#[inline]
pub fn from_srgb(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|byte| LINEAR[usize::from(byte)]);
    let x = 0.412_456 * r + 0.357_576 * g + 0.180_437 * b;
    let y = 0.212_673 * r + 0.715_152 * g + 0.072_175 * b;
    let z = 0.019_334 * r + 0.119_192 * g + 0.950_304 * b;
    let [fx, fy, fz] = [x / WHITE[0], y / WHITE[1], z / WHITE[2]].map(|t| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 0.137_931 });
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// sRGB (0..1 per channel, clamped) of a Lab colour.
#[inline]
pub fn to_srgb([l, a, b]: [f32; 3]) -> [f32; 3] {
    let fy = (l + 16.0) / 116.0;
    let cube = |f: f32| {
        if f > 0.206_897 { f * f * f } else { (f - 0.137_931) / 7.787 }
    };
    let x = cube(fy + a / 500.0) * WHITE[0];
    let y = cube(fy) * WHITE[1];
    let z = cube(fy - b / 200.0) * WHITE[2];
    [
        3.240_454 * x - 1.537_139 * y - 0.498_531 * z,
        -0.969_266 * x + 1.876_011 * y + 0.041_556 * z,
        0.055_643 * x - 0.204_026 * y + 1.057_225 * z,
    ]
    .map(encode)
}

/// sRGB of linear light; outside 0..1 is clamped.
#[inline]
fn encode(linear: f32) -> f32 {
    let at = linear.clamp(0.0, 1.0) * ENCODE_STEPS as f32;
    let step = at as usize;
    let (low, high) = (ENCODED[step], ENCODED[step + 1]);
    low + (high - low) * (at - step as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours() {
        // Values of CIE Lab D65 as in Lindbloom's calculator
        for (rgb, lab) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.2]),
            ([0, 0, 255], [32.3, 79.19, -107.86]),
        ] {
            let found = from_srgb(rgb);
            for i in 0..3 {
                assert!((found[i] - lab[i]).abs() < 0.1, "{rgb:?}: {found:?}");
            }
        }
    }

    #[test]
    fn there_and_back() {
        for step in 0..=4096_u32 {
            let rgb = [step as u8, (step / 7) as u8, (step * 11 / 16) as u8];
            let back = to_srgb(from_srgb(rgb)).map(|value| (value * 255.0).round() as i32);
            for i in 0..3 {
                assert!((back[i] - i32::from(rgb[i])).abs() <= 1, "{rgb:?}: {back:?}");
            }
        }
    }
}
