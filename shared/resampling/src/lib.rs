//! Scaling of pixels by Lanczos with three lobes: sharp, and no coarser filter is faster where it counts.
//!
//! A crate of its own because scaling is generic, and its two pixel types take longer to compile than all the rest that is done to pictures.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use picture_files::Unreadable;

/// Left, top, width and height of a part of a picture, in pixels of it.
pub type Window = (f64, f64, f64, f64);

/// Scales a picture of three bytes a pixel, or a window of it, from `size` to `target` (width, height).
///
/// # Errors
/// [`Unreadable::Corrupt`] if the bytes are too few for the size, a side is zero, or the window leaves the picture.
pub fn resize_rgb(from: &[u8], size: (u32, u32), window: Option<Window>, target: (u32, u32)) -> Result<Vec<u8>, Unreadable> {
    resize::<U8x3>(from, size, window, target)
}

/// Scales a picture of four bytes a pixel, or a window of it. Channels are independent: alpha must be multiplied into the colours before.
///
/// # Errors
/// As [`resize_rgb`].
pub fn resize_rgba(from: &[u8], size: (u32, u32), window: Option<Window>, target: (u32, u32)) -> Result<Vec<u8>, Unreadable> {
    resize::<U8x4>(from, size, window, target)
}

/// The pixel type is known when this is compiled: asked at run time, it would compile the scaling of all thirty types of the library.
fn resize<P: PixelTrait>(
    from: &[u8],
    (width, height): (u32, u32),
    window: Option<Window>,
    (to_width, to_height): (u32, u32),
) -> Result<Vec<u8>, Unreadable> {
    let mut pixels = vec![0; P::size() * to_width as usize * to_height as usize];
    let source = TypedImageRef::<P>::from_buffer(width, height, from).map_err(Unreadable::corrupt)?;
    let mut target = TypedImage::<P>::from_buffer(to_width, to_height, &mut pixels).map_err(Unreadable::corrupt)?;
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    if let Some((left, top, width, height)) = window {
        options = options.crop(left, top, width, height);
    }
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(Unreadable::corrupt)?;
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_picture_stays_even_at_any_size() {
        let from = [10, 20, 30].repeat(40 * 30);
        let scaled = resize_rgb(&from, (40, 30), None, (7, 50)).unwrap();
        assert_eq!(scaled, [10, 20, 30].repeat(7 * 50));
    }

    #[test]
    fn a_window_is_the_only_part_that_counts() {
        // The left half is black, the right one is white; the filter looks a little beyond the window.
        let row = [[0, 0, 0, 255].repeat(20), [255; 80].to_vec()].concat();
        let scaled = resize_rgba(&row.repeat(10), (40, 10), Some((30.0, 0.0, 10.0, 10.0)), (5, 5)).unwrap();
        assert_eq!(scaled, [255; 100]);
    }

    #[test]
    fn bytes_that_are_no_picture_of_the_size_are_refused() {
        for (bytes, size, window) in [(11, (2, 2), None), (12, (2, 2), Some((1.0, 1.0, 2.0, 2.0)))] {
            assert!(resize_rgb(&vec![0; bytes], size, window, (1, 1)).is_err(), "{bytes}");
        }
    }
}
