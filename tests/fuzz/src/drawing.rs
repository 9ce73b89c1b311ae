//! Drawings out of a few bytes.

use crate::png;

/// The maximum squares along a side of a drawing: more would not add coverage
const SIDE: usize = 48;

/// The side of a square that these RGBA pixels fill, in squares of one each; at least one
fn side(pixels: &[u8]) -> usize {
    (pixels.len() / 4).isqrt().clamp(1, SIDE)
}

/// The RGBA pixel of a place in the square of these pixels; none is opaque and black
fn pixel(pixels: &[u8], x: usize, y: usize) -> [u8; 4] {
    let at = 4 * (y * side(pixels) + x);
    pixels.get(at..at + 4).and_then(|pixel| pixel.try_into().ok()).unwrap_or([0, 0, 0, 255])
}

/// The side of the smallest drawing that `imaging` takes, in pixels
const LEAST_SIDE: usize = 256;

/// A square RGBA PNG of these pixels, each as large as it takes for the picture to be a drawing
pub fn png(pixels: &[u8]) -> Vec<u8> {
    let length = (LEAST_SIDE as u32).to_be_bytes();
    let header = [length.as_slice(), &length, &[8, 6, 0, 0, 0]].concat();
    let scaled = |at: usize| at * side(pixels) / LEAST_SIDE;
    let row = |y: usize| std::iter::once(0).chain((0..LEAST_SIDE).flat_map(move |x| pixel(pixels, scaled(x), scaled(y))));
    let rows: Vec<u8> = (0..LEAST_SIDE).flat_map(row).collect();
    [png::SIGNATURE.to_vec(), png::chunk(b"IHDR", &header), png::chunk(b"IDAT", &png::stored(&rows)), png::chunk(b"IEND", &[])].concat()
}

/// The pixels as squares on a canvas whose margin is empty, with noise in the bits that are set in `noise`
pub fn canvas(pixels: &[u8], noise: u8, (width, height): (u32, u32), margin: u32) -> Vec<u8> {
    let side = side(pixels);
    let mut chance = 1_u32;
    let mut canvas = Vec::with_capacity(4 * width as usize * height as usize);
    for y in 0..height {
        for x in 0..width {
            if x < margin || y < margin || x >= width - margin || y >= height - margin {
                canvas.extend([0; 4]);
                continue;
            }
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [red, green, blue, alpha] = pixel(pixels, x as usize * side / width as usize, y as usize * side / height as usize);
            let [.., first, second, third] = chance.to_be_bytes().map(|byte| byte & noise);
            // Invisible pixels are empty: the compositions leave nothing hidden.
            let seen = if alpha == 0 { [0; 4] } else { [red ^ first, green ^ second, blue ^ third, alpha] };
            canvas.extend(seen);
        }
    }
    canvas
}
