//! The subject's outer line and its place before the backdrop.

use raster::gauss;
use raster::grid::{Grid, smoothstep};
use subject::Matte;

#[derive(Clone, Debug)]
pub(crate) struct Silhouette {
    /// How much of each pixel is the subject, under the outer line
    pub(crate) body: Grid<1>,
    /// Ink of the outer line, 0..1
    pub(crate) line: Grid<1>,
    /// The matte of the finished drawing, outer line included: the area of a cut-out
    pub(crate) alpha: Grid<1>,
    /// The area of inner lines: 0 close to the outer line, which they would double
    pub(crate) inner: Grid<1>,
    /// From 0 outside to 1 inside, a half at the edge
    pub(crate) ramp: Grid<1>,
    /// A wide soft light round the subject, 0..1
    pub(crate) glow: Grid<1>,
}

impl Silhouette {
    /// The silhouette of a matte, with an outer line about 2.4 × `width` pixels wide.
    pub(crate) fn of(matte: &Matte, width: f32) -> Self {
        let glow = glow(&matte.alpha);
        let crisp = matte.alpha.map(|a| [smoothstep(0.35, 0.65, a[0])]);
        let ramp = gauss::blur(&crisp, width);
        Self {
            body: ramp.map(|r| [smoothstep(0.3, 0.7, r[0])]),
            line: ramp.map(|r| [(4.0 * r[0] * (1.0 - r[0])).powi(2)]),
            alpha: ramp.map(|r| [smoothstep(0.1, 0.42, r[0])]),
            inner: gauss::blur(&crisp, 3.0 * width).map(|r| [smoothstep(0.86, 0.99, r[0])]),
            glow,
            ramp,
        }
    }
}

/// A light of about 3 % of the side round the subject.
fn glow(alpha: &Grid<1>) -> Grid<1> {
    let small = alpha.shrunk(8);
    gauss::wide_blur(&small, 5.0).resized(alpha.width, alpha.height)
}
