//! The square avatars, each scaled from a larger one.

use crate::Unreadable;
use crate::drawing::DRAWING_SIDE;
use crate::matte::Layers;
use crate::scene::circle_safe;
use resampling::{Window, resize_rgb};
use std::sync::OnceLock;

/// Sides of the squares from which smaller ones are scaled, beside the full size
const BASES: [u32; 4] = [800, 512, 400, 256];
/// The minimum ratio of a base to its result: scaling twice by less softens visibly
const RATIO: u32 = 2;

/// The picture of all avatars, RGB, at full size and in the sizes of the bases
pub(crate) struct Squares {
    full: Vec<u8>,
    bases: [OnceLock<Result<Vec<u8>, Unreadable>>; 4],
}

impl Squares {
    pub(crate) fn of(layers: &Layers) -> Result<Self, Unreadable> {
        Ok(Self { full: circle_safe(layers)?, bases: Default::default() })
    }

    pub(crate) fn scaled(&self, side: u32) -> Result<Vec<u8>, Unreadable> {
        match BASES.iter().position(|base| *base == side) {
            Some(base) => self.base(base).map(<[u8]>::to_vec),
            None => self.make(side),
        }
    }

    /// A window of the full size, given in its pixels, scaled down to `size`
    pub(crate) fn window(&self, (left, top, width, height): Window, size: (u32, u32)) -> Result<Vec<u8>, Unreadable> {
        let shown = f64::from(RATIO * size.0.max(size.1)) / width.min(height);
        let (side, pixels) = self.nearest((shown * f64::from(DRAWING_SIDE)).ceil() as u32)?;
        let share = f64::from(side) / f64::from(DRAWING_SIDE);
        resize_rgb(pixels, (side, side), Some((left * share, top * share, width * share, height * share)), size)
    }

    fn make(&self, side: u32) -> Result<Vec<u8>, Unreadable> {
        let (from, pixels) = self.nearest(RATIO * side)?;
        resize_rgb(pixels, (from, from), None, (side, side))
    }

    /// The smallest base of at least this side, or the full size
    fn nearest(&self, least: u32) -> Result<(u32, &[u8]), Unreadable> {
        match BASES.iter().rposition(|base| *base >= least) {
            Some(base) => Ok((BASES[base], self.base(base)?)),
            None => Ok((DRAWING_SIDE, &self.full)),
        }
    }

    fn base(&self, number: usize) -> Result<&[u8], Unreadable> {
        let made = self.bases[number].get_or_init(|| self.make(BASES[number]));
        made.as_deref().map_err(Clone::clone)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Peak signal-to-noise ratio in decibels
    fn psnr(a: &[u8], b: &[u8]) -> f64 {
        let squares: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        10.0 * (255.0 * 255.0 * a.len() as f64 / squares.max(1e-9)).log10()
    }

    #[test]
    fn an_avatar_scaled_from_a_smaller_one_is_as_good_as_one_from_the_full_size() {
        let squares = Squares { full: portrait(), bases: Default::default() };
        let full = (DRAWING_SIDE, DRAWING_SIDE);
        for side in [800, 512, 400, 320, 256, 200, 180, 165, 128, 32] {
            let direct = resize_rgb(&squares.full, full, None, (side, side)).unwrap();
            let quality = psnr(&squares.scaled(side).unwrap(), &direct);
            assert!(quality > 38.0, "{side}: {quality} dB");
        }
    }

    /// A fixture's face at full size
    fn portrait() -> Vec<u8> {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/fixtures/selfie.jpg")).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
        let side = picture.width().min(picture.height());
        let window = (0.0, 0.0, f64::from(side), f64::from(side));
        resize_rgb(&picture, picture.dimensions(), Some(window), (DRAWING_SIDE, DRAWING_SIDE)).unwrap()
    }
}
