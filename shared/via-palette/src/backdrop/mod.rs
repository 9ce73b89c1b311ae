//! The backdrop of the subject, chosen by seed.

pub(crate) mod bold;
pub(crate) mod colour;
pub(crate) mod ink;
mod shapes;

use raster::grid::Grid;

/// Which of `count` motifs a seed draws: neighbouring seeds draw different ones.
fn motif(seed: u64, count: u64) -> u64 {
    seed.wrapping_add(seed >> 32) % count
}

/// A picture of the size of `hidden` with every pixel computed from its place in 0..1 × 0..1; 0 where it is hidden fully.
fn behind<const N: usize>(hidden: &Grid<1>, pixel: impl Fn(f32, f32) -> [f32; N] + Sync) -> Grid<N> {
    let (width, height) = (hidden.width as f32, hidden.height as f32);
    Grid::from_fn(hidden.width, hidden.height, |x, y| {
        if hidden.value(x, y) >= 1.0 { [0.0; N] } else { pixel((x as f32 + 0.5) / width, (y as f32 + 0.5) / height) }
    })
}
